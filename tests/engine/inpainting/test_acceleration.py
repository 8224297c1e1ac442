"""What makes models faster changes nothing that is painted, and the benchmarks that prove it run."""

from __future__ import annotations

import copy
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import degradation, generation
from engine.inpainting.diffusion.acceleration import accelerate
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.residency import RESIDENT
from engine.inpainting.diffusion.settings import Family
from engine.protocols import Brief
from tests.engine.inpainting.tiny_models import SIDE, save_sd

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
    accelerate(pipeline, "eager")
    after = painter.paint(photo, mask, Brief("a bench", 1))
    assert np.abs(before.astype(int) - after).max() <= 1
    assert any(map(is_compiled, pipeline.unet.modules()))
    assert not any(map(is_compiled, copy.deepcopy(pipeline.unet).modules())), "an IP-Adapter is fitted to a copy"
    RESIDENT.keep(lambda _: False)


def is_compiled(module: Any) -> bool:
    return getattr(module, "_compiled_call_impl", None) is not None


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
    monkeypatch.setattr(generation, "TINY", generation.Setting("cpu", 120, 160, 1, (1, 2), "eager", 1, 64))
    generation.main(["--tiny", "flux-fill"])
    assert "all goals met" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        generation.main(["--tiny", "nothing"])
