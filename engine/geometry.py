"""Boxes and crop windows: pure integer geometry, no pixels changed."""

from __future__ import annotations

import cv2
import numpy as np

from engine.data import Box, Mask


def bounding_box(mask: Mask) -> Box | None:
    """The smallest box that holds every selected pixel; None where the mask selects nothing."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return Box(x, y, x + width, y + height) if width else None


def clip(box: Box, height: int, width: int) -> Box:
    """The part of the box inside a (height, width) picture; of area 0 where it lies outside."""
    x0, y0 = min(max(box.x0, 0), width), min(max(box.y0, 0), height)
    return Box(x0, y0, min(max(box.x1, x0), width), min(max(box.y1, y0), height))


def grow_box(box: Box, px: int, height: int, width: int) -> Box:
    """The box, `px` further on every side as far as the picture goes."""
    return clip(Box(box.x0 - px, box.y0 - px, box.x1 + px, box.y1 + px), height, width)


def intersection(a: Box, b: Box) -> Box | None:
    """What both boxes cover; None where they share no pixel."""
    x0, y0, x1, y1 = max(a.x0, b.x0), max(a.y0, b.y0), min(a.x1, b.x1), min(a.y1, b.y1)
    return Box(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def union_box(a: Box, b: Box) -> Box:
    """The smallest box that holds both."""
    return Box(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))


def iou(a: Box, b: Box) -> float:
    """Area shared over area covered, in [0, 1]; 0 for boxes that share nothing."""
    shared = intersection(a, b)
    return shared.area / (a.area + b.area - shared.area) if shared else 0.0


def crop_window(box: Box, height: int, width: int, *, context: float, minimum: int, multiple: int = 1) -> Box:
    """A window of the picture that holds `box` with surroundings, shifted inside rather than cut at a border.

    Args:
        box: what to hold; inside the picture and not empty.
        height: of the picture, px.
        width: of the picture, px.
        context: surroundings on each side of the box, as a share of the longer side of the box.
        minimum: px a side of the window has where the picture is that large.
        multiple: what both sides are a multiple of, unless the picture is too small for one that holds the box.
    """
    margin = 2 * round(context * max(box.width, box.height))
    columns = _side(box.width + margin, box.width, width, minimum, multiple)
    rows = _side(box.height + margin, box.height, height, minimum, multiple)
    x0 = min(max((box.x0 + box.x1 - columns) // 2, 0), width - columns)
    y0 = min(max((box.y0 + box.y1 - rows) // 2, 0), height - rows)
    return Box(x0, y0, x0 + columns, y0 + rows)


def _side(wanted: int, needed: int, available: int, minimum: int, multiple: int) -> int:
    """The length of one side of a window: at most `available`, at least `needed`."""
    rounded_up = -(-max(wanted, minimum) // multiple) * multiple
    if rounded_up <= available:
        return rounded_up
    rounded_down = available // multiple * multiple
    return rounded_down if rounded_down >= needed else available
