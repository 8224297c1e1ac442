"""Steps that are skipped: how many, for whom, and that nothing of one picture is left for the next."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Image, Mask
from engine.inpainting.diffusion.acceleration import accelerate
from engine.inpainting.diffusion.instruction import InstructionModel
from engine.inpainting.diffusion.loading import tune
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.residency import is_offloaded, network_of, place
from engine.inpainting.diffusion.settings import Family
from engine.inpainting.diffusion.step_caching import LEAST_STEPS, cached_steps
from engine.protocols import Brief, Progress
from engine.torch_edge import pretrained
from tests.engine.inpainting.counting_compiler import counting_compiler
from tests.engine.inpainting.tiny_instruct import save_klein, save_kontext
from tests.engine.inpainting.tiny_models import SIDE, save_flux_fill, save_sd

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub|torch)\b"),
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:(torch|copyreg|diffusers)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]
GENEROUS = 0.5
"""A threshold under which the tiny model skips some steps, and not all."""


class Stopped(BaseException):
    pass


class Counted:
    """A FLUX painter, and how often its last block ran."""

    def __init__(self, folder: Path, steps: int = LEAST_STEPS) -> None:
        self.pipeline: Any = pretrained(import_module("diffusers").DiffusionPipeline, folder)
        self.pipeline.set_progress_bar_config(disable=True)
        self.painter = DiffusionPainter(self.pipeline, Family(steps=steps, guidance_scale=3.0))
        self.painter.side = SIDE
        self.ran = 0
        self.pipeline.transformer.single_transformer_blocks[-1].norm.register_forward_hook(self._count)

    def _count(self, *_: object) -> None:
        self.ran += 1

    def paint(self, seed: int = 1, progress: Progress = lambda _: None) -> Image:
        return self.painter.paint(photo(seed), hole(), Brief("a bench", seed), progress)


def photo(seed: int) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (80, 80, 3), dtype=np.uint8)


def hole() -> Mask:
    mask = np.zeros((80, 80), np.bool_)
    mask[20:60, 20:60] = True
    return mask


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_flux_fill(tmp_path_factory.mktemp("models") / "flux-fill")


@pytest.fixture(autouse=True)
def untuned() -> Iterator[None]:
    yield
    tune(fast=True)


def test_steps_are_skipped_only_where_it_is_wanted(folder: Path) -> None:
    model = Counted(folder)
    plain = model.paint()
    assert model.ran == LEAST_STEPS
    tune(fast=True, step_caching=GENEROUS)
    model.ran = 0
    skipping = model.paint()
    assert 0 < model.ran < LEAST_STEPS
    assert (skipping != plain).any()
    assert np.abs(skipping[20:60, 20:60].astype(float) - plain[20:60, 20:60]).mean() < 25
    tune(fast=True)
    assert (model.paint() == plain).all()


def test_a_few_step_model_skips_none(folder: Path) -> None:
    tune(fast=True, step_caching=1e9)
    model = Counted(folder, steps=LEAST_STEPS - 1)
    model.paint()
    assert model.ran == LEAST_STEPS - 1


def test_no_picture_leaves_anything_for_the_next(folder: Path) -> None:
    tune(fast=True, step_caching=GENEROUS)
    fresh = Counted(folder).paint()
    model = Counted(folder)

    def stop(share: float) -> None:
        if share > 0.4:
            raise Stopped

    with pytest.raises(Stopped):
        model.paint(2, stop)
    assert (model.paint() == fresh).all()
    model.paint(2)
    assert (model.paint() == fresh).all()
    assert not model.pipeline.transformer.is_cache_enabled


def not_at_all(*_: object, **__: object) -> None:
    """Compiles nothing."""


def test_compiled_blocks_stay_compiled_from_picture_to_picture(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Counted(folder)
    plain = model.paint()
    # It takes the longest, and no step runs through it.
    monkeypatch.setattr(model.pipeline.vae.decoder, "compile", not_at_all)
    with counting_compiler() as compiler:
        accelerate(model.pipeline, compiler)
        assert np.abs(model.paint().astype(int) - plain).max() <= 4
        graphs = compiler.graphs
        assert graphs > 0
        tune(fast=True, step_caching=GENEROUS)
        first = model.paint()
        assert (model.paint() == first).all()
        assert compiler.graphs == graphs


class FluxKontextPipeline:
    """As much of a pipeline as is asked for: its name, and its network."""

    def __init__(self, transformer: Any) -> None:
        self.transformer = transformer


class QwenImageEditPipeline(FluxKontextPipeline):
    pass


def test_calls_that_would_be_confused_are_left_alone(folder: Path) -> None:
    tune(fast=True, step_caching=GENEROUS)
    network = Counted(folder).pipeline.transformer
    plain: dict[str, Any] = {"num_inference_steps": LEAST_STEPS}
    cases: list[tuple[type[FluxKontextPipeline], dict[str, Any], bool]] = [
        (FluxKontextPipeline, plain, True),
        (FluxKontextPipeline, plain | {"true_cfg_scale": 1.0}, True),
        (FluxKontextPipeline, plain | {"true_cfg_scale": 4.0}, False),
        (QwenImageEditPipeline, plain | {"true_cfg_scale": 4.0}, True),
        (FluxKontextPipeline, plain | {"control_image": photo(1)}, False),
        (FluxKontextPipeline, {}, False),
    ]
    for kind, asked, cached in cases:
        with cached_steps(kind(network), asked):
            assert network.is_cache_enabled is cached
        assert not network.is_cache_enabled


def test_an_instruction_is_followed_with_fewer_steps(tmp_path: Path) -> None:
    pipeline = pretrained(import_module("diffusers").DiffusionPipeline, save_kontext(tmp_path / "kontext"))
    model = InstructionModel(pipeline, Family(steps=LEAST_STEPS, guidance_scale=2.5))
    model.side = SIDE
    plain = model.follow(photo(1), "make it red", seed=1)
    tune(fast=True, step_caching=GENEROUS)
    first, again = (model.follow(photo(1), "make it red", seed=1) for _ in range(2))
    assert (first == again).all()
    assert (first != plain).any()


def test_layers_that_come_one_by_one_and_other_networks_are_left_alone(folder: Path, tmp_path: Path) -> None:
    tune(fast=True, step_caching=GENEROUS)
    pipeline = Counted(folder).pipeline
    place(pipeline, "by_layer", "cpu")
    with cached_steps(pipeline, {"num_inference_steps": LEAST_STEPS}):
        assert not pipeline.transformer.is_cache_enabled
    unet = pretrained(import_module("diffusers").DiffusionPipeline, save_sd(tmp_path / "sd"))
    klein = pretrained(import_module("diffusers").DiffusionPipeline, save_klein(tmp_path / "klein"))
    for other in (unet, klein):
        with cached_steps(other, {"num_inference_steps": LEAST_STEPS}):
            assert not getattr(network_of(other), "is_cache_enabled", False)


def test_a_network_that_cached_steps_is_not_taken_for_an_offloaded_one(folder: Path) -> None:
    tune(fast=True, step_caching=GENEROUS)
    model = Counted(folder)
    model.paint()
    assert not is_offloaded(model.pipeline)
    place(model.pipeline, "by_part", "cpu")
    assert is_offloaded(model.pipeline)
