"""Real tiny pipelines run in batches: as if alone, each with its own progress, seed, end and error."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from engine.data import Image, Mask
from engine.errors import BackendFailed, OutOfMemory
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.settings import Family
from engine.protocols import Audience, Brief, Progress
from tests.engine.inpainting.tiny_models import SIDE, save_flux_fill, save_sd, save_sdxl

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]

SAVERS = {"sd": save_sd, "sdxl": save_sdxl, "flux-fill": save_flux_fill}
STEPS = 3


@pytest.fixture(scope="module")
def painters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DiffusionPainter]:
    home = tmp_path_factory.mktemp("models")
    return {name: quick(painter_for(str(save(home / name)))) for name, save in SAVERS.items()}


def quick(painter: DiffusionPainter) -> DiffusionPainter:
    """The same weights with few steps and no guidance, so that the network sees each picture once a step."""
    pipeline: Any = painter._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    made = DiffusionPainter(pipeline, Family(steps=STEPS, guidance_scale=1.0))
    made.side = SIDE
    return made


@pytest.fixture
def painter(painters: dict[str, DiffusionPainter]) -> DiffusionPainter:
    painter = quick(painters["sd"])
    painter._runner._gathering.most = 8  # pyright: ignore[reportPrivateUsage]
    return painter


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    return rng.integers(0, 256, (90, 70, 3), dtype=np.uint8)


def hole(x: int = 20) -> Mask:
    mask = np.zeros((90, 70), np.bool_)
    mask[30:50, x : x + 20] = True
    return mask


def sizes(painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch, *, most: int = 99) -> list[int]:
    """Grows by the number of pictures of each forward pass; more than `most` do not fit the memory."""
    torch: Any = import_module("torch")
    pipeline: Any = painter._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    forward, seen = pipeline.unet.forward, list[int]()

    def maybe(sample: Any, *args: Any, **options: Any) -> Any:
        seen.append(len(sample))
        if len(sample) > most:
            raise torch.OutOfMemoryError("CUDA")
        return forward(sample, *args, **options)

    monkeypatch.setattr(pipeline.unet, "forward", maybe)
    return seen


def together(painter: DiffusionPainter, photo: Image, progresses: list[Progress]) -> list[Future[Image]]:
    """Variations of one edit at the same time; each has its own words, place and seed."""
    count = len(progresses)

    def one(index: int) -> Image:
        audience = Audience(progresses[index], company=count)
        return painter.paint(photo, hole(20 + index), brief(index), audience)

    with ThreadPoolExecutor(count) as pool:
        return [pool.submit(one, index) for index in range(count)]


def brief(index: int) -> Brief:
    return Brief("abc"[index], seed=index, strength=0.8, fill="keep")


def ignore(_: float) -> None:
    """Nobody listens."""


@pytest.mark.parametrize("family", SAVERS)
def test_a_batch_equals_its_pictures_alone(painters: dict[str, DiffusionPainter], family: str, photo: Image) -> None:
    painter = painters[family]
    alone = [painter.paint(photo, hole(20 + index), brief(index)) for index in range(3)]
    beside = [done.result() for done in together(painter, photo, [ignore] * 3)]
    for one, other in zip(alone, beside, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 2
    assert (beside[0] != beside[1]).any()


def test_it_is_one_call(painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = sizes(painter, monkeypatch)
    together(painter, photo, [ignore] * 3)
    assert set(seen) == {3}


def test_everybody_hears_of_every_step(painter: DiffusionPainter, photo: Image) -> None:
    heard: list[list[float]] = [[], []]
    together(painter, photo, [heard[0].append, heard[1].append])
    for one in heard:
        assert one == sorted(one)
        assert one[-1] == 1


def test_one_that_stops_does_not_stop_the_others(painter: DiffusionPainter, photo: Image) -> None:
    steps: list[int] = []

    def stop(share: float) -> None:
        if share:
            steps.append(1)
            raise KeyError

    first, second, third = together(painter, photo, [ignore, stop, ignore])
    assert isinstance(second.exception(), KeyError)
    assert len(steps) == 1
    assert (first.result() != photo).any()
    assert (third.result() != photo).any()


def test_a_batch_that_everybody_left_ends_within_a_step(
    painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = sizes(painter, monkeypatch)

    def stop(share: float) -> None:
        if share:
            raise KeyError

    assert all(isinstance(done.exception(), KeyError) for done in together(painter, photo, [stop, stop]))
    assert seen == [2]


def test_a_batch_too_large_for_the_memory_is_halved_and_so_are_those_after_it(
    painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = sizes(painter, monkeypatch, most=1)
    assert all((done.result() != photo).any() for done in together(painter, photo, [ignore] * 3))
    assert seen[0] == 3
    assert 3 not in seen[1:]
    seen.clear()
    together(painter, photo, [ignore] * 2)
    assert set(seen) == {1}


def test_one_that_does_not_fit_alone_is_an_error_of_its_own(
    painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes(painter, monkeypatch, most=0)
    for done in together(painter, photo, [ignore] * 2):
        assert isinstance(done.exception(), OutOfMemory)


def test_a_pipeline_that_takes_one_picture_at_a_time_is_asked_for_each(
    painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline: Any = painter._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    prepare = pipeline.prepare_mask_latents

    def only_one(mask: Any, *args: Any) -> Any:
        if len(mask) > 1:
            raise TypeError("one mask")
        return prepare(mask, *args)

    monkeypatch.setattr(pipeline, "prepare_mask_latents", only_one)
    assert all((done.result() != photo).any() for done in together(painter, photo, [ignore] * 2))


def test_numbers_that_are_none_fail_the_picture_that_has_them(
    painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline: Any = painter._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    forward = pipeline.unet.forward

    def spoil(*args: Any, **options: Any) -> Any:
        made: Any = forward(*args, **options)
        made[0][-1] = float("nan")
        return made

    monkeypatch.setattr(pipeline.unet, "forward", spoil)
    failures = [done.exception() for done in together(painter, photo, [ignore] * 2)]
    assert [type(failure) for failure in failures if failure] == [BackendFailed]


def test_previews_show_the_whole_picture_with_what_is_becoming_of_the_hole(
    painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.inpainting.diffusion.preview.EVERY", 0.0)
    seen: list[Image] = []
    painter.paint(photo, hole(), Brief("", 1), Audience(ignore, seen.append))
    assert seen
    assert seen[-1].shape == photo.shape
    assert (seen[-1][~hole()] == photo[~hole()]).all()
    assert (seen[-1][hole()] != photo[hole()]).any()


def test_without_onlookers_nothing_is_drawn(
    painter: DiffusionPainter, photo: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("engine.inpainting.diffusion.runner.Previewer", never)
    assert painter.paint(photo, hole(), Brief("", 1), Audience(ignore)).shape == photo.shape
    assert threading.active_count() < 20
