"""Scribbles on a copy of a photo: where the copy was drawn on, and what the strokes enclose."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask, Picture
from engine.masks import connected_parts, drop_specks, fill_holes, grow, parts_touching, shrink

WEAK_CHANGE, STRONG_CHANGE = (12, 24), 60
"""A scribble differs by WEAK_CHANGE levels or more, the noisier the copy the more, and somewhere by STRONG_CHANGE.
On means of photos saved again at quality 60 to 92 and other sizes, the upper quartile of the change is 1 to 5 levels,
and 99.9 % of it at most four times as much; at quality 30 it stays under STRONG_CHANGE."""
AVERAGED = 5
"""Side of the square, px, that differences are averaged over: the noise of JPEG has both signs there, paint has one."""
FRINGE = 0.22
"""Share of the change nearby below which a change is the average reaching past a stroke."""
GAPS = (0.0, 0.006, 0.012, 0.025, 0.05)
"""Half the gaps that are bridged in a drawn loop, as shares of the diagonal; a loop must be wider than its gap."""
SMALLEST_INSIDE = 0.01
"""Side of the smallest inside of a loop, as a share of the diagonal: where a stroke only crosses itself is no loop."""
LOOP, PAINT = 0.35, 0.5
"""Share of its box that a closed loop encloses at least, or that solid paint covers; a disc has 0.79."""
WORKING_AREA = 1_000_000
"""Pixels at which scribbles are looked for: nobody draws to the pixel of a 12-megapixel photo."""


def strokes_on(candidate: Picture, parent: Picture) -> Mask | None:
    """Where the candidate was drawn on, at a size that serves; None where it is no copy of the parent."""
    height, width = min(candidate.height, parent.height), min(candidate.width, parent.width)
    shrunk = min(1.0, (WORKING_AREA / (height * width)) ** 0.5)
    height, width = round(height * shrunk), round(width * shrunk)
    drawn, plain = (_visible(picture, height, width) for picture in (candidate, parent))
    difference = cv2.blur(cv2.subtract(drawn, plain, dtype=cv2.CV_16S), (AVERAGED, AVERAGED))
    change = brightest(np.asarray(cv2.convertScaleAbs(difference), np.uint8))
    quiet = 4 * float(np.percentile(change[::4, ::4], 75))
    near = cv2.dilate(change, np.ones((2 * AVERAGED - 1, 2 * AVERAGED - 1), np.uint8))
    weak = change >= np.maximum(np.clip(quiet, *WEAK_CHANGE), FRINGE * near)
    if np.count_nonzero(weak) > weak.size / 2:
        return None
    return drop_specks(parts_touching(weak, change >= STRONG_CHANGE), max(16, weak.size // 20_000))


def enclosed(strokes: Mask) -> Mask:
    """The strokes with what they enclose: a loop may have a gap, or end at the border of the picture.

    Gaps are bridged by closing, narrow ones first. A stroke that encloses enough is done: a wider bridge would also
    cut off the bays outside it.
    """
    diagonal = float(np.hypot(*strokes.shape))
    selected = unclosed = strokes
    for gap in (round(share * diagonal) for share in GAPS):
        closed = shrink(grow(unclosed, gap), gap)
        insides = drop_specks(_cut_off(closed), round((SMALLEST_INSIDE * diagonal) ** 2))
        selected = selected | (grow(insides, gap + 1) & (closed | insides))
        unclosed = _unclosed(unclosed, selected)
    return fill_holes(selected)


def _unclosed(strokes: Mask, selected: Mask) -> Mask:
    """The strokes that neither are a painted area nor enclose enough of their own boxes."""
    labels, stats = connected_parts(strokes)
    within = selected & ~strokes
    boxes = [Box(x, y, x + width, y + height) for x, y, width, height, _ in stats.tolist()]
    done = [np.mean(within[box.slices]) >= LOOP or np.mean(strokes[box.slices]) >= PAINT for box in boxes]
    unclosed = np.logical_not(done)
    unclosed[0] = False
    return np.take(unclosed, labels)


def _cut_off(closed: Mask) -> Mask:
    """The holes, and the parts cut off at one side of the picture, or at two that meet; each under half of it."""
    height, width = closed.shape
    labels, stats = connected_parts(~closed, connectivity=4)
    x, y, columns, rows, area = stats.T
    across = ((x == 0) & (x + columns == width)) | ((y == 0) & (y + rows == height))
    inside = ~across & (area < closed.size / 2)
    inside[0] = False
    return np.take(inside, labels)


def _visible(picture: Picture, height: int, width: int) -> Image:
    """The picture on black, at (height, width): what is under full transparency cannot be seen, nor compared."""
    if picture.opacity is None:
        return fitted(picture.rgb, height, width)
    seen = cv2.multiply(picture.rgb, cv2.merge([picture.opacity] * 3), scale=1 / 255)
    return fitted(np.asarray(seen, np.uint8), height, width)


def fitted(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """The pixels averaged down to (height, width)."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def brightest(rgb: Image) -> NDArray[np.uint8]:
    """(H, W) the brightest channel of each pixel, which for grey is the grey."""
    red, green, blue = cv2.split(rgb)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
