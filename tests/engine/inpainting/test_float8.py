"""Weights in 8 bits: which they are, that pictures stay close, and what they take in memory."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Image
from engine.errors import BadOption
from engine.inpainting.diffusion import loading
from engine.inpainting.diffusion.acceleration import fuse
from engine.inpainting.diffusion.adapters import merge_loras, with_shared_weights
from engine.inpainting.diffusion.float8 import is_quantised, quantise, require_float8
from engine.inpainting.diffusion.loading import painter_for, tune
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.parts import Part
from engine.inpainting.diffusion.residency import RESIDENT, Placement, place, weights_of
from engine.inpainting.diffusion.settings import Family
from engine.protocols import Brief
from engine.torch_edge import pretrained
from tests.engine.inpainting.counting_compiler import counting_compiler
from tests.engine.inpainting.tiny_models import SIDE, save_flux_fill

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub|torch)\b"),
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:(torch|copyreg|diffusers)\b"),
    pytest.mark.filterwarnings(r"ignore::UserWarning:(torch|diffusers|peft)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]
CLOSE = 4.0
"""Levels of 255 that a picture may differ by, in the mean, where it was painted in 8 bits."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_flux_fill(tmp_path_factory.mktemp("models") / "flux-fill")


@pytest.fixture(autouse=True)
def untuned() -> Iterator[None]:
    yield
    tune(fast=True)
    RESIDENT.keep(lambda _: False)


def loaded(folder: Path) -> Any:
    pipeline = pretrained(import_module("diffusers").DiffusionPipeline, folder)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def painted(pipeline: Any) -> Image:
    """A photo whose middle is replaced."""
    photo = np.random.default_rng(3).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    mask = np.zeros((80, 80), np.bool_)
    mask[20:60, 20:60] = True
    painter = DiffusionPainter(pipeline, Family(steps=3, guidance_scale=3.0))
    painter.side = SIDE
    return painter.paint(photo, mask, Brief("a bench", 1))


def always(_: str) -> bool:
    return True


def difference(one: Image, other: Image) -> float:
    return float(np.abs(one[20:60, 20:60].astype(float) - other[20:60, 20:60]).mean())


def in_float8(network: Any) -> dict[str, Any]:
    """The layers of 8 bits, by name."""
    torch: Any = import_module("torch")
    layers = {name: layer for name, layer in network.named_modules() if isinstance(layer, torch.nn.Linear)}
    return {name: layer for name, layer in layers.items() if layer.weight.dtype == torch.float8_e4m3fn}


@pytest.mark.parametrize(
    ("name", "shape", "taken"),
    [
        ("transformer_blocks.0.attn.to_q.weight", [3072, 3072], True),
        ("single_transformer_blocks.37.proj_mlp.weight", [12288, 3072], True),
        ("down_blocks.1.attentions.0.transformer_blocks.9.ff.net.2.weight", [1280, 5120], True),
        ("transformer_blocks.3.img_mlp.net.0.proj.weight", [12288, 3072], True),
        ("transformer_blocks.0.norm1.linear.weight", [18432, 3072], False),
        ("single_transformer_blocks.0.norm.linear.weight", [9216, 3072], False),
        ("transformer_blocks.0.img_mod.1.weight", [18432, 3072], False),
        ("transformer_blocks.0.attn.to_q.weight", [20, 3072], False),
        ("transformer_blocks.0.attn.to_q.bias", [3072], False),
        ("time_text_embed.timestep_embedder.linear_1.weight", [3072, 256], False),
        ("x_embedder.weight", [3072, 384], False),
        ("proj_out.weight", [64, 3072], False),
    ],
)
def test_only_what_is_large_and_in_blocks_is_quantised(name: str, shape: list[int], taken: bool) -> None:
    assert is_quantised(name, shape) is taken


def test_a_quantised_model_paints_almost_the_same(folder: Path) -> None:
    plain, pipeline = loaded(folder), loaded(folder)
    quantise(pipeline.transformer, "cpu")
    names = set(in_float8(pipeline.transformer))
    assert {"transformer_blocks.0.attn.to_q", "single_transformer_blocks.0.proj_out"} <= names
    assert all("transformer_blocks" in name and "norm" not in name for name in names)
    before, after = painted(plain), painted(pipeline)
    assert 0 < difference(before, after) < CLOSE


def test_a_layer_is_off_by_the_rounding_to_eight_bits(rng: np.random.Generator) -> None:
    torch: Any = import_module("torch")
    network = torch.nn.ModuleDict({"transformer_blocks": torch.nn.ModuleList([torch.nn.Linear(64, 32)])})
    plain = network.transformer_blocks[0]
    quantise(network, "cpu")
    features = torch.from_numpy(rng.normal(0, 1, (2, 7, 64)).astype(np.float32)) * torch.tensor([[[1.0]], [[1e4]]])
    features[0, 3] = 0
    with torch.no_grad():
        wanted, got = plain(features), network.transformer_blocks[0](features)
    assert got.shape == (2, 7, 32)
    assert torch.equal(got[0, 3], wanted[0, 3])
    for picture in range(2):
        assert (got - wanted)[picture].norm() / wanted[picture].norm() < 0.05


def test_what_was_merged_before_is_quantised_with_the_rest(folder: Path, tmp_path: Path) -> None:
    torch: Any = import_module("torch")
    torch.manual_seed(6)
    name = "transformer.transformer_blocks.0.attn.to_q"
    lora = {f"{name}.lora_A.weight": torch.randn(2, 32), f"{name}.lora_B.weight": torch.randn(32, 2)}
    file = tmp_path / "style.safetensors"
    import_module("safetensors.torch").save_file(lora, file)
    plain, merged = loaded(folder), loaded(folder)
    merge_loras(merged, [Part("lora", file, "style")])
    wanted = merged.transformer.transformer_blocks[0].attn.to_q.weight.detach().clone()
    assert not torch.equal(wanted, plain.transformer.transformer_blocks[0].attn.to_q.weight)
    quantise(merged.transformer, "cpu")
    layer = in_float8(merged.transformer)["transformer_blocks.0.attn.to_q"]
    assert torch.allclose(layer.weight.float() * layer.scales.t(), wanted, rtol=0.07, atol=1e-3)


def test_the_numbers_survive_a_cast_and_are_shared_by_copies(folder: Path) -> None:
    torch: Any = import_module("torch")
    network = loaded(folder).transformer
    quantise(network, "cpu")
    copied = with_shared_weights(network)
    layers, others = in_float8(network), in_float8(copied)
    before = {name: (layer.weight.float().clone(), layer.scales.clone()) for name, layer in layers.items()}
    network.to(torch.bfloat16)
    for name, (weight, scales) in before.items():
        assert layers[name].weight.dtype == torch.float8_e4m3fn
        assert torch.equal(layers[name].weight.float(), weight)
        assert torch.equal(layers[name].scales, scales)
        assert others[name].weight.data_ptr() == layers[name].weight.data_ptr()
    assert network.proj_out.weight.dtype == torch.bfloat16


@pytest.mark.parametrize("placement", ["by_part", "by_layer"])
def test_quantised_weights_come_and_go_like_others(folder: Path, placement: Placement) -> None:
    resident, moving = loaded(folder), loaded(folder)
    for pipeline in (resident, moving):
        quantise(pipeline.transformer, "cpu")
    place(moving, placement, "cpu")
    assert (painted(resident) == painted(moving)).all()


def test_their_memory_is_counted_from_headers(folder: Path) -> None:
    network = loaded(folder).transformer
    plain, counted = weights_of(folder, 4), weights_of(folder, 4, float8=True)
    quantise(network, "cpu")
    taken = sum(tensor.nbytes for tensor in (*network.parameters(), *network.buffers()))
    other = plain.all - 4 * sum(tensor.numel() for tensor in loaded(folder).transformer.parameters())
    assert counted.all == other + taken
    assert counted.all < plain.all


def test_a_model_is_quantised_as_it_is_loaded_and_after_it_was_fused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch: Any = import_module("torch")
    before = painted(loaded(folder))
    monkeypatch.setattr(loading, "_in_float8", always)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (9, 0))
    pipeline: Any = painter_for(str(folder))._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    assert "transformer_blocks.0.attn.to_q" in in_float8(pipeline.transformer)
    fused = loaded(folder)
    fuse(fused)
    quantise(fused.transformer, "cpu")
    assert "transformer_blocks.0.attn.to_qkv" in in_float8(fused.transformer)
    for made in (pipeline, fused):
        assert 0 < difference(before, painted(made)) < CLOSE


def test_quantised_layers_are_compiled_in_one_piece(rng: np.random.Generator) -> None:
    torch: Any = import_module("torch")
    network = torch.nn.ModuleDict({"transformer_blocks": torch.nn.ModuleList([torch.nn.Linear(64, 32)])})
    quantise(network, "cpu")
    layer = network.transformer_blocks[0]
    with counting_compiler() as compiler, torch.no_grad():
        compiled = torch.compile(layer, backend=compiler, fullgraph=True, dynamic=True)
        for pictures, tokens in ((2, 7), (3, 9)):
            features = torch.from_numpy(rng.normal(0, 1, (pictures, tokens, 64)).astype(np.float32))
            assert torch.equal(compiled(features), layer(features))
        assert compiler.graphs == 1


def test_a_gpu_that_cannot_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch: Any = import_module("torch")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (8, 6))
    with pytest.raises(BadOption) as refused:
        require_float8()
    assert refused.value.name == "generation.precision"
    monkeypatch.setattr(loading, "best_device", lambda: ("cuda", torch.bfloat16))
    tune(fast=True, precision="float8")
    with pytest.raises(BadOption):
        painter_for(str(folder))
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (8, 9))
    require_float8()


def test_without_a_gpu_the_setting_does_nothing(folder: Path) -> None:
    tune(fast=True, precision="float8")
    pipeline: Any = painter_for(str(folder))._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    assert not in_float8(pipeline.transformer)
