"""Looking again where one glance at the whole picture is not enough: at its quarters, and with the picture turned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from engine.data import Box, Image, Region
from engine.geometry import iou
from engine.grounding.regions import ranked
from engine.grounding.things import common

Look: TypeAlias = Callable[[Image], list[Region]]
"""What a detector sees in a picture, best first."""

_TILE: Final = 0.6
"""Of each side: four tiles of it cover the picture, and share enough for a thing on a seam to be whole in one."""
_SURE: Final = 0.5
"""Score from which a second look is believed: what a glance at the whole missed must be plain to see now."""
_SAME: Final = 0.45
"""Intersection over union from which two boxes are one thing, as for the detector's own."""
_WITHIN, _PIECE = 0.7, 0.6
"""Share of a box within another, and share of the other's area, at which it is a piece of that other thing."""
_SLACK: Final = 0.02
"""Of a tile's longer side: how near to its edge a box counts as cut off there."""
_SOLID: Final = frozenset(
    ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "teddy bear", "airplane",
     "train", "potted plant", "pizza", "cake", "banana", "apple", "orange", "broccoli", "tv", "laptop")
)  # fmt: skip
"""Labels of what neither wears nor carries things: something "seen" within is a piece of it misread."""


def closer(image: Image, look: Look, seen: Sequence[Region]) -> list[Region]:
    """What `look` is sure of when it is shown each quarter of the picture by itself, best first, in px of the picture.

    Left out are things that a tile's edge cuts off, and pieces of what was `seen` in the whole picture.
    """
    height, width = image.shape[:2]
    solid = [region for region in seen if region.label in _SOLID and region.score >= _SURE]
    found: list[Region] = []
    for tile in _tiles(height, width):
        for region in look(np.ascontiguousarray(image[tile.slices])):
            moved = replace(region, box=_moved(region.box, tile))
            if region.score >= _SURE and _whole(moved.box, tile, height, width) and not _is_piece(moved, solid):
                found.append(moved)
    return _once(found)


def turned(image: Image, look: Look) -> list[Region]:
    """What `look` is sure of when the picture is turned by a quarter, a half and three quarters, best first.

    Detectors are taught people who stand: whoever stands is overlooked here, and who does not shows. Boxes are in px of
    the picture as it was.
    """
    found: list[Region] = []
    for quarters in (1, 2, 3):
        for region in look(np.ascontiguousarray(np.rot90(image, quarters))):
            if region.score >= _SURE:
                found.append(replace(region, box=_turned_back(region.box, quarters, *image.shape[:2])))
    return _once(found)


def _tiles(height: int, width: int) -> list[Box]:
    rows, columns = max(1, round(_TILE * height)), max(1, round(_TILE * width))
    corners = [(y, x) for y in (0, height - rows) for x in (0, width - columns)]
    return [Box(x, y, x + columns, y + rows) for y, x in corners]


def _moved(box: Box, tile: Box) -> Box:
    return Box(box.x0 + tile.x0, box.y0 + tile.y0, box.x1 + tile.x0, box.y1 + tile.y0)


def _whole(box: Box, tile: Box, height: int, width: int) -> bool:
    """Whether no edge of the tile, other than the picture's own, may have cut the box off."""
    slack = _SLACK * max(tile.width, tile.height)
    sides = (
        (tile.x0 > 0, box.x0 - tile.x0),
        (tile.y0 > 0, box.y0 - tile.y0),
        (tile.x1 < width, tile.x1 - box.x1),
        (tile.y1 < height, tile.y1 - box.y1),
    )
    return all(distance > slack for inner, distance in sides if inner)


def _is_piece(region: Region, solid: Sequence[Region]) -> bool:
    box = region.box
    return any(common(box, whole.box) >= _WITHIN * box.area and box.area < _PIECE * whole.box.area for whole in solid)


def _turned_back(box: Box, quarters: int, height: int, width: int) -> Box:
    """The box in the picture that np.rot90 turned `quarters` times, counter-clockwise."""
    match quarters:
        case 1:
            return Box(width - box.y1, box.x0, width - box.y0, box.x1)
        case 2:
            return Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0)
        case _:
            return Box(box.y0, height - box.x1, box.y1, height - box.x0)


def _once(found: Sequence[Region]) -> list[Region]:
    kept: list[Region] = []
    for region in ranked(found):
        if all(iou(region.box, other.box) < _SAME for other in kept):
            kept.append(region)
    return kept
