from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data import Image, Mask
from engine.errors import UnusableModel
from engine.inpainting.onnx_eraser import OnnxEraser
from tests.engine.tiny_graphs import Sheet

Axis = int | str
BYTES = 2
"""onnx's number of unsigned bytes."""


def lama(path: Path, scale: float, height: Axis = 64, width: Axis = 64, paint: float = 0.25) -> Path:
    """Paints holes in a share of white; pictures and holes in [0, 1], results in [0, scale]."""
    sheet = Sheet()
    image = sheet.takes("image", ["batch", 3, height, width])
    mask = sheet.takes("mask", ["batch", 1, height, width])
    kept = sheet.do("Mul", image, sheet.do("Sub", sheet.constant(1.0), mask))
    painted = sheet.do("Mul", mask, sheet.constant(paint))
    result = sheet.do("Mul", sheet.do("Add", kept, painted), sheet.constant(scale))
    sheet.gives("output", result, ["batch", 3, height, width])
    return sheet.save(path)


def migan(path: Path) -> Path:
    """Paints 77 where the mask is 0, of bytes and of any size."""
    sheet = Sheet()
    image = sheet.takes("image", ["batch", 3, "height", "width"], BYTES)
    mask = sheet.takes("mask", ["batch", 1, "height", "width"], BYTES)
    zero, paint = (sheet.constant(np.asarray(level, np.uint8)) for level in (0, 77))
    result = sheet.do("Where", sheet.do("Equal", mask, zero), paint, image)
    sheet.gives("result", result, ["batch", 3, "height", "width"], BYTES)
    return sheet.save(path)


def scene(height: int = 51, width: int = 39) -> tuple[Image, Mask]:
    image = np.random.default_rng(2).integers(0, 256, (height, width, 3), np.uint8)
    mask = np.zeros((height, width), np.bool_)
    mask[10:20, 5:30] = True
    return image, mask


@pytest.mark.parametrize("scale", [1.0, 255.0])
@pytest.mark.parametrize("sides", [(64, 64), ("height", "width")])
def test_lama_fills_in_either_range_and_only_the_hole(tmp_path: Path, scale: float, sides: tuple[Axis, Axis]) -> None:
    image, mask = scene()
    filled = OnnxEraser(lama(tmp_path / "lama.onnx", scale, sides[0], sides[1])).inpaint(image, mask, 0)
    assert (filled[mask] == 64).all()
    assert np.array_equal(filled[~mask], image[~mask])


@pytest.mark.parametrize("scale", [1.0, 255.0])
def test_the_range_is_told_in_a_dark_picture_too(tmp_path: Path, scale: float) -> None:
    image, mask = scene()
    image //= 128
    filled = OnnxEraser(lama(tmp_path / "lama.onnx", scale, paint=1 / 255)).inpaint(image, mask, 0)
    assert (filled[mask] == 1).all()


def test_migan_is_told_the_hole_the_other_way_round(tmp_path: Path) -> None:
    image, mask = scene()
    filled = OnnxEraser(migan(tmp_path / "migan.onnx")).inpaint(image, mask, 0)
    assert (filled[mask] == 77).all()
    assert np.array_equal(filled[~mask], image[~mask])


def test_a_hole_larger_than_the_graph_is_filled_too(tmp_path: Path) -> None:
    image = np.random.default_rng(2).integers(0, 256, (300, 200, 3), np.uint8)
    mask = np.zeros((300, 200), np.bool_)
    mask[50:250, 20:180] = True
    filled = OnnxEraser(lama(tmp_path / "lama.onnx", 255.0)).inpaint(image, mask, 0)
    assert np.array_equal(filled[~mask], image[~mask])
    assert not np.array_equal(filled[mask], image[mask])


def test_cancelled_before_the_first_hole(tmp_path: Path) -> None:
    def cancel(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        OnnxEraser(migan(tmp_path / "migan.onnx")).inpaint(*scene(), 0, progress=cancel)


def test_graphs_that_are_no_erasers_are_refused(tmp_path: Path) -> None:
    oblong = lama(tmp_path / "oblong.onnx", 255.0, 64, 32)
    sheet = Sheet()
    both = sheet.do("Add", sheet.takes("image", [1, 3, 8, 8]), sheet.takes("mask", [1, 3, 8, 8]))
    sheet.gives("sum", both, [1, 3, 8, 8])
    twin = sheet.save(tmp_path / "twin.onnx")
    text = tmp_path / "text.onnx"
    text.write_text("no graph")
    for path in (oblong, twin, text, tmp_path / "missing.onnx"):
        with pytest.raises(UnusableModel):
            OnnxEraser(path).inpaint(*scene(), 0)
