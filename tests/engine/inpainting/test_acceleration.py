"""What makes models faster changes nothing that is painted, and the benchmarks that prove it run."""

from __future__ import annotations

import copy
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks import degradation, generation
from engine.inpainting.diffusion.acceleration import KINDS, accelerate, fuse
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.residency import RESIDENT
from engine.inpainting.diffusion.settings import Family
from engine.protocols import Brief
from engine.torch_edge import pretrained
from tests.engine.inpainting.counting_compiler import counting_compiler
from tests.engine.inpainting.tiny_models import SIDE, save_flux_fill, save_sd

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub|torch)\b"),
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:(torch|copyreg|diffusers)\b"),
    pytest.mark.filterwarnings(r"ignore::UserWarning:(torch|diffusers)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]


def test_an_accelerated_model_paints_the_same(tmp_path: Path, rng: np.random.Generator) -> None:
    photo = rng.integers(0, 256, (80, 80, 3), dtype=np.uint8)
    mask = np.zeros((80, 80), np.bool_)
    mask[30:50, 30:50] = True
    pipeline: Any = painter_for(str(save_sd(tmp_path / "model")))._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    painter = DiffusionPainter(pipeline, Family(steps=2, guidance_scale=2.0))
    painter.side = SIDE
    before = painter.paint(photo, mask, Brief("a bench", 1))
    fuse(pipeline)
    with counting_compiler() as compiler:
        accelerate(pipeline, compiler)
        after = painter.paint(photo, mask, Brief("a bench", 1))
    assert compiler.graphs > 0
    assert np.abs(before.astype(int) - after).max() <= 1
    assert any(map(is_compiled, pipeline.unet.modules()))
    assert not any(map(is_compiled, copy.deepcopy(pipeline.unet).modules())), "an IP-Adapter is fitted to a copy"
    RESIDENT.keep(lambda _: False)


def is_compiled(module: Any) -> bool:
    return getattr(module, "_compiled_call_impl", None) is not None


def test_windows_of_other_shapes_are_not_compiled_again(tmp_path: Path, rng: np.random.Generator) -> None:
    pipeline: Any = painter_for(str(save_sd(tmp_path / "model")))._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    painter = DiffusionPainter(pipeline, Family(steps=1, guidance_scale=2.0))
    # Smaller ones, on a CPU, are convolved in another way, which PyTorch has to compile.
    painter.side = 2 * SIDE
    graphs = list[int]()
    with counting_compiler() as compiler:
        accelerate(pipeline, compiler)
        for height, width, words in (
            (80, 80, "a bench"),
            (80, 60, "a bench"),
            (70, 80, "a bench"),
            (80, 80, "a" * 100),
        ):
            photo = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
            painter.paint(photo, np.ones((height, width), np.bool_), Brief(words, 1))
            graphs.append(compiler.graphs)
    assert graphs[0] > 0
    assert len(set(graphs)) == 1
    assert compiler.limit == KINDS, "on the thread that paints"
    RESIDENT.keep(lambda _: False)


def test_fused_projections_are_not_kept_twice(tmp_path: Path, rng: np.random.Generator) -> None:
    torch: Any = import_module("torch")
    network: Any = pretrained(
        import_module("diffusers").FluxTransformer2DModel, save_flux_fill(tmp_path / "flux") / "transformer"
    )
    inputs = {
        "hidden_states": torch.from_numpy(rng.normal(0, 1, (1, 20, 32)).astype(np.float32)),
        "encoder_hidden_states": torch.from_numpy(rng.normal(0, 1, (1, 7, 32)).astype(np.float32)),
        "pooled_projections": torch.ones(1, 32),
        "timestep": torch.ones(1),
        "guidance": torch.ones(1),
        "img_ids": torch.zeros(20, 3),
        "txt_ids": torch.zeros(7, 3),
    }
    numbers = sum(parameter.numel() for parameter in network.parameters())
    with torch.no_grad():
        before = network(**inputs).sample
        fuse(SimpleNamespace(transformer=network))
        after = network(**inputs).sample
    assert torch.allclose(before, after, atol=1e-5)
    assert any(name.endswith("to_qkv") for name, _ in network.named_modules())
    assert sum(parameter.numel() for parameter in network.parameters()) == numbers


def test_twenty_edits_leave_what_was_never_masked(tmp_path: Path) -> None:
    torch: Any = import_module("torch")
    torch.set_num_threads(1)
    photo = degradation.photo(256, 384)
    holes = list(degradation.masks(256, 384))
    pipeline = degradation.pipeline(tmp_path)
    *_, (last, touched) = degradation.ours(pipeline, photo, holes)
    assert degradation.loss(photo, last, ~touched) == (float("inf"), 0.0)
    assert 0.1 < (~touched).mean() < 0.9
    assert (last != photo).any(axis=2)[np.logical_or.reduce(holes)].mean() > 0.5
    *_, plain = degradation.plain(pipeline, photo, holes[:2])
    assert degradation.loss(photo, plain, ~touched).changed > 0.5


def test_the_benchmark_of_generation_runs_with_tiny_models(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch: Any = import_module("torch")
    monkeypatch.setattr(generation, "TINY", generation.Setting("cpu", 120, 160, 1, (1, 2), "eager", 1, 64))
    # Compiling is tested above, and takes longer than all the rest.
    with torch.compiler.set_stance("force_eager"):
        generation.main(["--tiny", "flux-fill"])
    told = capsys.readouterr().out
    for row in (
        "large photo",
        "full crop",
        "first picture",
        "batch of 1",
        "steps cached",
        "in 8 bits",
        "all goals met",
    ):
        assert row in told
    with pytest.raises(SystemExit):
        generation.main(["--tiny", "nothing"])
