from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Image, Mask
from engine.errors import BackendFailed, OutOfMemory, UnusableModel
from engine.inpainting.lama import ModelEraser

torch: Any = pytest.importorskip("torch")
pytest.importorskip("spandrel")
architectures: Any = import_module("spandrel.architectures.LaMa")


@pytest.fixture(scope="module")
def lama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LaMa's weights, random: it has one size only, so halves of 100 MB, made and saved within a second."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("lama") / "lama.pth"
    weights = architectures.LaMa(in_nc=4, out_nc=3).state_dict()
    torch.save({name: value.half() if value.is_floating_point() else value for name, value in weights.items()}, path)
    return path


@pytest.fixture(scope="module")
def eraser(lama: Path) -> ModelEraser:
    return ModelEraser(lama)


def scene(height: int, width: int, *holes: tuple[int, int, int, int]) -> tuple[Image, Mask]:
    image = np.random.default_rng(4).integers(0, 256, (height, width, 3), np.uint8)
    mask = np.zeros((height, width), np.bool_)
    for y0, x0, y1, x1 in holes:
        mask[y0:y1, x0:x1] = True
    return image, mask


@pytest.mark.parametrize(
    ("height", "width", "hole"),
    [(61, 47, (20, 10, 41, 30)), (17, 90, (3, 30, 12, 50)), (9, 7, (4, 3, 5, 4)), (40, 40, (0, 0, 40, 40))],
)
def test_only_the_hole_changes(eraser: ModelEraser, height: int, width: int, hole: tuple[int, int, int, int]) -> None:
    image, mask = scene(height, width, hole)
    filled = eraser.inpaint(image, mask, 0)
    assert np.array_equal(filled[~mask], image[~mask])
    assert not np.array_equal(filled[mask], image[mask])
    assert np.array_equal(filled, eraser.inpaint(image, mask, 1))


def test_what_was_in_the_hole_is_never_seen(eraser: ModelEraser) -> None:
    image, mask = scene(48, 48, (10, 10, 30, 30))
    other = image.copy()
    other[mask] = 0
    assert np.array_equal(eraser.inpaint(image, mask, 0)[mask], eraser.inpaint(other, mask, 0)[mask])


def test_nothing_is_loaded_or_changed_for_an_empty_mask(eraser: ModelEraser) -> None:
    image, mask = scene(30, 30)
    assert np.array_equal(eraser.inpaint(image, mask, 0), image)


def test_files_that_are_no_eraser_are_refused(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(2)}, tmp_path / "other.pth")
    torch.save({"run": Path}, tmp_path / "code.pth")
    torch.save({"weight": torch.zeros(2)}, tmp_path / "other.bin")
    (tmp_path / "torn.safetensors").write_bytes(b"torn")
    (tmp_path / "torn.pt").write_bytes(b"torn")
    for name in ("other.pth", "code.pth", "other.bin", "torn.safetensors", "torn.pt", "missing.pth"):
        with pytest.raises(UnusableModel):
            ModelEraser(tmp_path / name).inpaint(*scene(20, 20, (5, 5, 9, 9)), 0)


def failing(at: int, error: Exception, calls: list[tuple[int, ...]]) -> Callable[..., Any]:
    """A forward pass of LaMa that fails when it is called for the `at`-th time."""
    forward = architectures.LaMa.forward

    def called(self: Any, image: Any, mask: Any) -> Any:
        calls.append(tuple(image.shape[2:]))
        if len(calls) == at:
            raise error
        return forward(self, image, mask)

    return called


def test_out_of_memory_once_is_answered_by_a_smaller_look(eraser: ModelEraser, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, ...]] = []
    monkeypatch.setattr("engine.inpainting.lama.SIDES", {"cpu": 64, "cuda": 64})
    monkeypatch.setattr(architectures.LaMa, "forward", failing(2, torch.OutOfMemoryError(), calls))
    image, mask = scene(60, 300, (20, 20, 40, 40), (20, 200, 40, 220))
    filled = eraser.inpaint(image, mask, 0)
    assert np.array_equal(filled[~mask], image[~mask])
    assert not np.array_equal(filled[mask], image[mask])
    assert [max(shape) for shape in calls[2:]] < [max(shape) for shape in calls[:2]]


def test_out_of_memory_twice_is_an_error(eraser: ModelEraser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(architectures.LaMa, "forward", full)
    with pytest.raises(OutOfMemory):
        eraser.inpaint(*scene(30, 30, (5, 5, 9, 9)), 0)


def test_numbers_that_are_none_are_an_error(eraser: ModelEraser, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_: Any, image: Any, *__: Any) -> Any:
        return image * float("nan")

    monkeypatch.setattr(architectures.LaMa, "forward", lost)
    with pytest.raises(BackendFailed):
        eraser.inpaint(*scene(30, 30, (5, 5, 9, 9)), 0)


def test_cancelled_between_holes(eraser: ModelEraser, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, ...]] = []
    monkeypatch.setattr(architectures.LaMa, "forward", failing(-1, ValueError(), calls))

    def cancel(part: float) -> None:
        if part > 0:
            raise InterruptedError

    image, mask = scene(40, 500, (10, 10, 20, 20), (10, 470, 20, 480))
    with pytest.raises(InterruptedError):
        eraser.inpaint(image, mask, 0, progress=cancel)
    assert len(calls) == 1
