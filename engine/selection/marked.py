"""What marks select: shapes to the pixel, clicks through the segmenter."""

from __future__ import annotations

from functools import reduce
from typing import Final

import numpy as np

from engine.data import Box, Click, Image, Mask
from engine.errors import BadOption
from engine.geometry import clip, union_box
from engine.protocols import Segmenter
from engine.selection.marks import ClickMark, Corners, Marks, Outline

_ROUNDING: Final = 1e-6
"""px that arithmetic on fractions may be off."""


def mask_of(marks: Marks, image: Image, segmenter: Segmenter) -> Mask:
    """The (H, W) mask of what is marked in the (H, W, 3) image.

    A pixel is in a shape when its centre is; in a box also when the box only touches it. Shapes that reach over the
    border are cut there. Clicks go to the segmenter with the box that holds every marked box.

    Raises: BadOption for a shape or click that is outside the picture.
    """
    height, width = image.shape[:2]
    selected = np.zeros((height, width), np.bool_)
    boxes = [_box(corners, marks, height, width) for corners in marks.every_box]
    clicks = [_click(click, marks, height, width) for click in marks.every_click]
    if clicks:
        selected |= segmenter.segment(image, reduce(union_box, boxes) if boxes else None, clicks)
    else:
        for box in boxes:
            selected[box.slices] = True
    for outline in marks.every_polygon:
        _draw_polygon(selected, outline, marks)
    for x, y, across, down in _ellipses(marks, height, width):
        _draw_ellipse(selected, x, y, across, down)
    return selected


def _scale(marks: Marks, height: int, width: int) -> tuple[float, float]:
    """px that 1 stands for across and down."""
    return (float(width), float(height)) if marks.in_fractions else (1.0, 1.0)


def _box(corners: Corners, marks: Marks, height: int, width: int) -> Box:
    """Every pixel that the corners touch, inside the picture."""
    across, down = _scale(marks, height, width)
    x0, x1 = np.array(corners[::2]) * across
    y0, y1 = np.array(corners[1::2]) * down
    _check_inside((x0, y0, x1, y1), height, width)
    low, high = np.floor(np.array((x0, y0)) + _ROUNDING), np.ceil(np.array((x1, y1)) - _ROUNDING)
    return clip(Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])), height, width)


def _click(click: ClickMark, marks: Marks, height: int, width: int) -> Click:
    """The pixel clicked on; a click on the far border means the last pixel."""
    across, down = _scale(marks, height, width)
    x, y = click.x * across, click.y * down
    if not (0 <= x <= width and 0 <= y <= height):
        raise _outside((x, y), height, width)
    return Click(min(int(x), width - 1), min(int(y), height - 1), click.include)


def _check_inside(bounds: tuple[float, float, float, float], height: int, width: int) -> None:
    """Raises: BadOption where a shape with these bounds (x0, y0, x1, y1 px) shares nothing with the picture."""
    x0, y0, x1, y1 = bounds
    if x1 <= 0 or y1 <= 0 or x0 >= width or y0 >= height:
        raise _outside(bounds, height, width)


def _outside(numbers: tuple[float, ...], height: int, width: int) -> BadOption:
    place = ", ".join(f"{number:g}" for number in numbers)
    return BadOption("the marked place", place, f"places inside the picture, which is {width} × {height} px")


def _draw_polygon(selected: Mask, outline: Outline, marks: Marks) -> None:
    """Select what the closed outline winds around; where it crosses itself the lobes all count.

    In each row of pixel centres the edges that cross it add 1 or -1 from their crossing on: the sum is the winding
    number (Foley and others, "Computer Graphics: Principles and Practice", the nonzero rule).
    """
    height, width = selected.shape
    points = np.array(outline) * _scale(marks, height, width)
    _check_inside((*points.min(axis=0), *points.max(axis=0)), height, width)
    turns = np.zeros((height, width + 1), np.int32)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        top, bottom = (int(np.clip(np.ceil(y - 0.5), 0, height)) for y in sorted((y0, y1)))
        rows = np.arange(top, bottom)
        if len(rows):
            crossings = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
            columns = np.clip(np.ceil(crossings - 0.5), 0, width).astype(np.intp)
            turns[rows, columns] += 1 if y1 > y0 else -1
    selected |= np.cumsum(turns[:, :width], axis=1) != 0


def _ellipses(marks: Marks, height: int, width: int) -> list[tuple[float, float, float, float]]:
    """Centre and radii, px."""
    across, down = _scale(marks, height, width)
    found: list[tuple[float, float, float, float]] = []
    if marks.circle is not None:
        x, y, radius = marks.circle
        found.append((x * across, y * down, radius * min(across, down), radius * min(across, down)))
    if marks.ellipse is not None:
        x, y, wide, high = marks.ellipse
        found.append((x * across, y * down, wide * across, high * down))
    return found


def _draw_ellipse(selected: Mask, x: float, y: float, across: float, down: float) -> None:
    height, width = selected.shape
    _check_inside((x - across, y - down, x + across, y + down), height, width)
    columns = (np.arange(width, dtype=np.float64) + 0.5 - x) / across
    rows = (np.arange(height, dtype=np.float64) + 0.5 - y) / down
    selected |= np.hypot(rows[:, None], columns) <= 1
