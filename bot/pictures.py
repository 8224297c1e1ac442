"""Pictures about pictures: numbered candidates, a mask shown, before and after.

They are for looking at, not for editing on: each is scaled to a size that a chat shows well, whatever the photo's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from bot.drawing import BACKDROP, PALETTE, badge, canvas, chip, lay, rounded, shown
from engine.data import Alpha, Image, Mask, Picture, Region
from engine.tools.legibility import RGB

LONGEST: Final = 1600
"""Longest side of an overlay, px."""
SHORTEST: Final = 640
"""Least longest side: a tiny photo is enlarged, or nobody could read the numbers."""
_WIDEST: Final = 2000
"""Width of a comparison, px."""
_MASK_COLOUR: Final[RGB] = (255, 45, 110)
_DIM: Final = 0.55
"""Brightness left to what is not marked."""


def overlay(picture: Picture, regions: Sequence[Region], labels: Sequence[str] = ()) -> Picture:
    """The picture with each region tinted, outlined and numbered from 1, or labelled; the rest is dimmed.

    Its longest side is from 640 to 1600 px. Every badge lies wholly inside, on or next to its region, none on another.
    """
    height, width = _display_size(picture.height, picture.width)
    image = shown(picture, height, width)
    weights = [_weights(region, height / picture.height, width / picture.width, height, width) for region in regions]
    _dim(image, weights)
    for i, weight in enumerate(weights):
        _mark(image, weight, PALETTE[i % len(PALETTE)], 0.28)
    radius = max(0.026 * max(height, width), 15.0)
    places: list[tuple[float, float]] = []
    for i, weight in enumerate(weights):
        places.append(_badge_place(weight, radius, places))
        label = labels[i] if i < len(labels) else str(i + 1)
        badge(image, label, *places[-1], radius, PALETTE[i % len(PALETTE)])
    return Picture(image)


def mask_overlay(picture: Picture, mask: Mask) -> Picture:
    """The picture with what the mask selects tinted and outlined, the rest dimmed; sized as `overlay`."""
    height, width = _display_size(picture.height, picture.width)
    image = shown(picture, height, width)
    weight = _scaled(mask, height, width)
    _dim(image, [weight])
    _mark(image, weight, _MASK_COLOUR, 0.45)
    return Picture(image)


def side_by_side(before: Picture, after: Picture, labels: Sequence[str] = ("before", "after")) -> Picture:
    """Two pictures of any sizes next to each other, wide ones above each other, at one height (or width), labelled."""
    stacked = min(before.width / before.height, after.width / after.height) > 1.9
    margin, gap = 24, 16
    # The shared side is as long as keeps two usual photos within the longest sheet.
    length = 1280 if stacked else round(min(900, _WIDEST / (before.width / before.height + after.width / after.height)))
    tiles = [shown(picture, *_tile_size(picture, length, stacked=stacked)) for picture in (before, after)]
    along = sum(tile.shape[0 if stacked else 1] for tile in tiles) + 2 * margin + gap
    across = max(tile.shape[1 if stacked else 0] for tile in tiles) + 2 * margin
    sheet = canvas(*((along, across) if stacked else (across, along)), BACKDROP)
    label_height = max(round(0.024 * sheet.shape[1]), 26)
    x = y = margin
    for tile, label in zip(tiles, labels, strict=True):
        lay(sheet, tile, rounded(tile.shape[0], tile.shape[1], 14), x, y)
        if label:
            chip(sheet, label, x + 14, y + 14, label_height)
        x, y = (x, y + tile.shape[0] + gap) if stacked else (x + tile.shape[1] + gap, y)
    return Picture(sheet)


def _tile_size(picture: Picture, length: int, *, stacked: bool) -> tuple[int, int]:
    """(height, width) with the shared side `length`, and the other one bounded for freak shapes."""
    scale = length / (picture.width if stacked else picture.height)
    height, width = round(picture.height * scale), round(picture.width * scale)
    return max(min(height, _WIDEST), 48), max(min(width, _WIDEST), 48)


def _display_size(height: int, width: int) -> tuple[int, int]:
    longest = max(height, width)
    scale = LONGEST / longest if longest > LONGEST else max(SHORTEST / longest, 1.0)
    return max(round(height * scale), 1), max(round(width * scale), 1)


def _weights(region: Region, down: float, across: float, height: int, width: int) -> Alpha:
    """The region's cover of each displayed pixel."""
    weight = np.zeros((height, width), np.float32)
    x0, y0 = min(round(region.box.x0 * across), width - 1), min(round(region.box.y0 * down), height - 1)
    x1, y1 = (
        max(min(round(region.box.x1 * across), width), x0 + 1),
        max(min(round(region.box.y1 * down), height), y0 + 1),
    )
    weight[y0:y1, x0:x1] = 1 if region.mask is None else _scaled(region.mask, y1 - y0, x1 - x0)
    return weight


def _scaled(mask: Mask, height: int, width: int) -> Alpha:
    kind = cv2.INTER_AREA if height < mask.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask.astype(np.float32), (width, height), interpolation=kind), np.float32)


def _dim(image: Image, weights: Sequence[Alpha]) -> None:
    """Darkens and greys what no weight covers."""
    if not weights:
        return
    free = 1 - np.maximum.reduce(weights)[:, :, None]
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None].astype(np.float32)
    dimmed = _DIM * (0.6 * image + 0.4 * grey)
    image[...] = np.rint(image + free * (dimmed - image)).astype(np.uint8)


def _mark(image: Image, weight: Alpha, colour: RGB, tint: float) -> None:
    """Tints the region and draws its outline: its colour between white and black hairlines, seen on any photo."""
    lay(image, colour, weight * np.float32(tint), 0, 0)
    height, width = weight.shape
    padded = np.zeros((height + 2, width + 2), np.uint8)
    padded[1:-1, 1:-1] = weight > 0.5
    contours, _ = cv2.findContours(padded, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outlines: list[NDArray[np.int32]] = [np.asarray(contour - 1, np.int32) for contour in contours if len(contour) > 8]
    thickness = max(round(0.0028 * max(height, width)), 2)
    for extra, ink in ((4, (10, 10, 12)), (2, (255, 255, 255)), (0, colour)):
        cv2.polylines(image, outlines, isClosed=True, color=ink, thickness=thickness + extra, lineType=cv2.LINE_AA)


def _badge_place(weight: Alpha, radius: float, taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The middle of the region's roomiest part, or the spot above a region too small for a badge; clear of others."""
    height, width = weight.shape
    inside = np.pad((weight > 0.5).astype(np.uint8), 1)
    _, room, _, deepest = cv2.minMaxLoc(cv2.distanceTransform(inside, cv2.DIST_L2, 5))
    x, y = deepest[0] - 1.0, deepest[1] - 1.0
    if room < 1.15 * radius:
        rows, columns = np.nonzero(weight > 0)
        x, y = (float(columns.mean()), rows.min() - 1.1 * radius) if rows.size else (x, y)
    return _clear(x, y, radius, taken, height, width)


def _clear(
    x: float, y: float, radius: float, taken: Sequence[tuple[float, float]], height: int, width: int
) -> tuple[float, float]:
    """The nearest spot to (x, y) where a badge is inside the picture and on no other."""
    best = (x, y)
    for step in range(400):
        turn, reach = 2.4 * step, 0.3 * radius * np.sqrt(step)
        best = (
            float(np.clip(x + reach * np.cos(turn), radius + 2, max(width - radius - 2, radius + 2))),
            float(np.clip(y + reach * np.sin(turn), radius + 2, max(height - radius - 2, radius + 2))),
        )
        if all(np.hypot(best[0] - u, best[1] - v) > 2.15 * radius for u, v in taken):
            break
    return best
