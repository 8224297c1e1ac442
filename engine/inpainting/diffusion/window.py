"""Which part of the picture a model is shown, at which size, and what stands in the hole at first."""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask
from engine.errors import MaskEmpty
from engine.geometry import bounding_box, crop_window
from engine.protocols import Fill

LEAST_CONTEXT: Final = 32
"""Px shown on each side of the hole where the picture is that large."""
MULTIPLE: Final = 8
"""What the sides of a new picture are a multiple of, px."""
SHAPES: Final = ((8, 8), (8, 7), (7, 8), (8, 6), (6, 8), (8, 5), (5, 8))
"""Widths and heights of windows, in one unit: near-square, for models are trained on squares."""
SHORT_SIDES: Final = (1.0, 7 / 8, 6 / 8, 5 / 8, 9 / 16, 1 / 2)
"""Short sides of what a model is given, in long ones. So few sizes share one compiled graph, and fit in one batch."""
GREY: Final = 127
SKETCH_SIDE: Final = 192
"""The longest side, px, at which surroundings are continued into the hole; they are blurred anyway."""


class Canvas(NamedTuple):
    """What a model is given: (h, w, 3) pixels and the (h, w) hole, both sides multiples of its own."""

    image: Image
    hole: Mask


def window_for(hole: Mask, side: int) -> Box:
    """The window of the picture to show a model that paints best at `side` x `side` px.

    It holds the hole with half the hole's mean side around it, has one of SHAPES exactly, and is at least half of
    `side` where the picture is that large: a small hole is enlarged up to twice, so that the model has room to draw.
    At a border it is shifted inside. Where no such shape holds the hole, it is as large as the picture allows.
    Raises: MaskEmpty.
    """
    box = bounding_box(hole)
    if box is None:
        raise MaskEmpty
    height, width = hole.shape
    margin = max(LEAST_CONTEXT, (box.width + box.height) // 4)
    columns, rows = (max(side // 2, length + 2 * margin) for length in (box.width, box.height))
    shaped = [_shaped(columns, rows, shape, height, width) for shape in SHAPES]
    fitting = [(across, down) for across, down in shaped if across >= box.width and down >= box.height]
    if not fitting:
        return crop_window(box, height, width, context=margin / max(box.width, box.height), minimum=min(columns, rows))
    # The most of the wanted surroundings, in the least of the picture.
    across, down = min(fitting, key=lambda size: (-min(size[0], columns) * min(size[1], rows), size[0] * size[1]))
    x0 = min(max((box.x0 + box.x1 - across) // 2, 0), width - across)
    y0 = min(max((box.y0 + box.y1 - down) // 2, 0), height - down)
    return Box(x0, y0, x0 + across, y0 + down)


def _shaped(columns: int, rows: int, shape: tuple[int, int], height: int, width: int) -> tuple[int, int]:
    """(width, height) of the least window of that shape that holds so many columns and rows, inside the picture."""
    across, down = shape
    unit = min(max(-(-columns // across), -(-rows // down)), width // across, height // down)
    return unit * across, unit * down


def frame_size(height: int, width: int, side: int, multiple: int) -> tuple[int, int]:
    """(height, width) of what a model is given for a crop: the long side `side`, the short one of SHORT_SIDES.

    The one that the crop fills best, so that least is left over beside it.
    """
    shorts = [max(multiple, round(share * side / multiple) * multiple) for share in SHORT_SIDES]
    frames = [(short, side) if width >= height else (side, short) for short in shorts]

    def filled_share(frame: tuple[int, int]) -> float:
        return _scale(height, width, *frame) ** 2 * height * width / (frame[0] * frame[1])

    return max(frames, key=filled_share)


def place_in_frame(height: int, width: int, rows: int, columns: int) -> Box:
    """Where a (height, width) crop lies in a (rows, columns) frame: as large as fits, undistorted, in the middle."""
    scale = _scale(height, width, rows, columns)
    down, across = max(1, min(rows, round(height * scale))), max(1, min(columns, round(width * scale)))
    y0, x0 = (rows - down) // 2, (columns - across) // 2
    return Box(x0, y0, x0 + across, y0 + down)


def _scale(height: int, width: int, rows: int, columns: int) -> float:
    return min(rows / height, columns / width)


def to_canvas(crop: Image, hole: Mask, side: int, multiple: int, fill: Fill) -> Canvas:
    """The crop at the model's size with its hole filled for a start; the hole's pixels are all still in the hole.

    Nothing is distorted: what the crop leaves of the frame mirrors it, hole and all.
    """
    height, width = hole.shape
    rows, columns = frame_size(height, width, side, multiple)
    place = place_in_frame(height, width, rows, columns)
    mask = _mirrored(covered(hole, place.height, place.width).view(np.uint8), place, rows, columns).view(np.bool_)
    return Canvas(filled(in_frame(crop, rows, columns), mask, fill), mask)


def in_frame(crop: NDArray[np.uint8], rows: int, columns: int) -> NDArray[np.uint8]:
    """The (height, width) or (height, width, 3) crop in a (rows, columns) frame, mirrored where it leaves some."""
    height, width = crop.shape[:2]
    place = place_in_frame(height, width, rows, columns)
    return _mirrored(resized(crop, place.height, place.width), place, rows, columns)


def _mirrored(inner: NDArray[np.uint8], place: Box, rows: int, columns: int) -> NDArray[np.uint8]:
    """The frame with `inner` at its place, carried on to the borders by reflection."""
    if (place.height, place.width) == (rows, columns):
        return inner
    margins = place.y0, rows - place.y1, place.x0, columns - place.x1
    return np.asarray(cv2.copyMakeBorder(inner, *margins, cv2.BORDER_REFLECT), np.uint8)


def from_canvas(painted: Image, height: int, width: int) -> Image:
    """What the model made of a crop, at the size of the crop."""
    rows, columns = painted.shape[:2]
    place = place_in_frame(height, width, rows, columns)
    return resized(np.ascontiguousarray(painted[place.slices]), height, width)


def filled(image: Image, hole: Mask, fill: Fill) -> Image:
    """A copy of the image with something in the hole to start from."""
    if fill == "keep":
        return image
    start = image.copy()
    start[hole] = GREY if fill == "grey" or hole.all() else _continued(image, hole)[hole]
    return start


def _continued(image: Image, hole: Mask) -> Image:
    """What is around the hole, carried into it and blurred. Source: Bertalmio et al., "Navier-Stokes ..." (2001)."""
    height, width = hole.shape
    shrink = min(1.0, SKETCH_SIDE / max(height, width))
    rows, columns = max(1, round(height * shrink)), max(1, round(width * shrink))
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    inside = covered(hole, rows, columns)
    if inside.all():
        return np.full_like(image, GREY)
    sketch = cv2.inpaint(small, inside.view(np.uint8), 3, cv2.INPAINT_NS)
    soft = cv2.GaussianBlur(sketch, (0, 0), max(rows, columns) / 64)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def covered(hole: Mask, height: int, width: int) -> Mask:
    """Every pixel of the new size that holds some of the hole; one axis at a time, for one may grow and one shrink."""
    covered = hole.astype(np.float32)
    for columns, rows in ((width, hole.shape[0]), (width, height)):
        shrinks = columns < covered.shape[1] or rows < covered.shape[0]
        kind = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        covered = np.asarray(cv2.resize(covered, (columns, rows), interpolation=kind), np.float32)
    return covered > 0


def resized(image: Image, height: int, width: int) -> Image:
    """The image at that size, averaged where it shrinks; itself where it has it."""
    if image.shape[:2] == (height, width):
        return image
    shrinks = height * width < image.shape[0] * image.shape[1]
    kind = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, height), interpolation=kind), np.uint8)
