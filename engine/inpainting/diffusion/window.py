"""Which part of the picture a model is shown, at which size, and what stands in the hole at first."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from engine.data import Box, Image, Mask
from engine.errors import MaskEmpty
from engine.geometry import bounding_box, crop_window
from engine.protocols import Fill

LEAST_CONTEXT = 32
"""Px shown on each side of the hole where the picture is that large."""
NEAR_SQUARE = 2 / 3
"""The least short side of the window, in long sides: models are trained on squares."""
MULTIPLE = 8
"""What the sides of a window are a multiple of, px."""
FEWEST_CELLS = 8
"""The least side of what a model is given, in multiples of its own."""
GREY = 127
SKETCH_SIDE = 192
"""The longest side, px, at which surroundings are continued into the hole; they are blurred anyway."""


class Canvas(NamedTuple):
    """What a model is given: (h, w, 3) pixels and the (h, w) hole, both sides multiples of its own."""

    image: Image
    hole: Mask


def window_for(hole: Mask, side: int) -> Box:
    """The window of the picture to show a model that paints best at `side` x `side` px.

    It holds the hole with half the hole's mean side around it, is near-square, and at least half of `side` where the
    picture is that large: a small hole is enlarged up to twice, so that the model has room to draw.
    Raises: MaskEmpty.
    """
    box = bounding_box(hole)
    if box is None:
        raise MaskEmpty
    longest = max(box.width, box.height)
    margin = max(LEAST_CONTEXT, (box.width + box.height) // 4)
    minimum = max(side // 2, round(NEAR_SQUARE * (longest + 2 * margin)))
    return crop_window(box, *hole.shape, context=margin / longest, minimum=minimum, multiple=MULTIPLE)


def model_size(height: int, width: int, side: int, multiple: int) -> tuple[int, int]:
    """(height, width) with the longest side `side` and the aspect as near as multiples of `multiple` allow."""
    scale = side / max(height, width)
    least = min(FEWEST_CELLS * multiple, side)
    rounded = [max(least, round(length * scale / multiple) * multiple) for length in (height, width)]
    return rounded[0], rounded[1]


def to_canvas(crop: Image, hole: Mask, side: int, multiple: int, fill: Fill) -> Canvas:
    """The crop at the model's size with its hole filled for a start; the hole's pixels are all still in the hole."""
    height, width = model_size(hole.shape[0], hole.shape[1], side, multiple)
    mask = _covered(hole, height, width)
    return Canvas(filled(_resized(crop, height, width), mask, fill), mask)


def from_canvas(painted: Image, height: int, width: int) -> Image:
    """What the model made, at the size of the crop."""
    return _resized(painted, height, width)


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
    rows, columns = model_size(height, width, min(SKETCH_SIDE, max(height, width)), 1)
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    inside = _covered(hole, rows, columns)
    if inside.all():
        return np.full_like(image, GREY)
    sketch = cv2.inpaint(small, inside.view(np.uint8), 3, cv2.INPAINT_NS)
    soft = cv2.GaussianBlur(sketch, (0, 0), max(rows, columns) / 64)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _covered(hole: Mask, height: int, width: int) -> Mask:
    """Every pixel of the new size that holds some of the hole; one axis at a time, for one may grow and one shrink."""
    covered = hole.astype(np.float32)
    for columns, rows in ((width, hole.shape[0]), (width, height)):
        shrinks = columns < covered.shape[1] or rows < covered.shape[0]
        kind = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        covered = np.asarray(cv2.resize(covered, (columns, rows), interpolation=kind), np.float32)
    return covered > 0


def _resized(image: Image, height: int, width: int) -> Image:
    if image.shape[:2] == (height, width):
        return image
    shrinks = height * width < image.shape[0] * image.shape[1]
    kind = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, height), interpolation=kind), np.uint8)
