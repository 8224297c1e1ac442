"""Masks that people hand in: black and white, transparent, or the photo itself with scribbles on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask, Picture
from engine.errors import BadOption, MaskEmpty, MaskMismatch
from engine.masks import connected_parts, drop_specks, fill_holes, grow, parts_touching, shrink

ASPECT_TOLERANCE = 0.01
"""How much the aspect of a mask may differ from its picture's: exporters round a side to whole px."""
VIVID = 100
"""Smallest difference between the channels of a colour that people draw with."""
GREY_SPREAD = 16
"""Largest difference between the channels of a pixel that still counts as grey; JPEG tints greys by a few levels."""
EXTREME = 40
"""How far from black or from white a pixel of a black-and-white mask may be, levels."""
WEAK_CHANGE, STRONG_CHANGE = 24, 60
"""A scribble is what differs by WEAK_CHANGE levels or more and somewhere by STRONG_CHANGE; re-encoding a photo as
JPEG at quality 30 stays under the second, measured on 5 x 5 means."""
GAPS = (0.0, 0.006, 0.012, 0.025, 0.05)
"""Half the gaps that are bridged in a drawn loop, as shares of the diagonal; a loop must be wider than its gap."""
SMALLEST_INSIDE = 0.01
"""Side of the smallest inside of a loop, as a share of the diagonal: where a stroke only crosses itself is no loop."""
LOOP, PAINT = 0.35, 0.5
"""Share of its box that a closed loop encloses at least, or that solid paint covers; a disc has 0.79."""
WORKING_AREA = 1_000_000
"""Pixels at which scribbles are looked for: nobody draws to the pixel of a 12-megapixel photo."""


def given_mask(mask_picture: Picture, parent: Picture) -> Mask:
    """What a mask somebody made selects, in the frame of `parent`: (parent.height, parent.width) bool.

    Read as the first of these that it is:
    transparent where to edit (OpenAI's convention; transparency that the parent has too says nothing),
    black and white, the parent with scribbles on it (loops select what is in them), grey (white = edit, from 128 on),
    one bright colour on black. Another size is fine where the aspect agrees within 1 %.

    Raises:
        MaskMismatch: the aspect is another.
        MaskEmpty: it selects nothing.
        BadOption: it is none of these, but some picture.
    """
    _check_aspect(mask_picture, parent)
    mask = _read(mask_picture, parent)
    if not mask.any():
        raise MaskEmpty
    return mask


def looks_like_mask(candidate: Picture, parent: Picture) -> bool:
    """Whether a second picture of the same size is a mask for `parent`, rather than a reference.

    Stricter than `given_mask`, which is told that it has a mask: scribbles must be of about one colour.
    """
    if candidate.rgb.shape != parent.rgb.shape:
        return False
    if _newly_transparent(candidate, parent) is not None or _is_black_and_white(candidate.rgb):
        return True
    strokes = _strokes(candidate, parent)
    return strokes is not None and bool(strokes.any()) and _is_painted(candidate, strokes)


def _check_aspect(mask_picture: Picture, parent: Picture) -> None:
    mask_aspect, aspect = mask_picture.width / mask_picture.height, parent.width / parent.height
    if abs(mask_aspect / aspect - 1) > ASPECT_TOLERANCE:
        raise MaskMismatch((mask_picture.height, mask_picture.width), (parent.height, parent.width))


def _read(candidate: Picture, parent: Picture) -> Mask:
    """The mask, which may be empty."""
    transparent = _newly_transparent(candidate, parent)
    if transparent is not None:
        return _resized(transparent, parent)
    if _is_black_and_white(candidate.rgb) and not _is_black_and_white(parent.rgb):
        return _resized(_brightest(candidate.rgb) >= 128, parent)
    strokes = _strokes(candidate, parent)
    if strokes is not None:
        return _resized(_enclosed(strokes), parent)
    if _is_grey(candidate.rgb) or _is_bright_on_black(candidate.rgb):
        return _resized(_brightest(candidate.rgb) >= 128, parent)
    raise BadOption("mask", "a picture", "black and white, transparent, or scribbles on the photo")


def _resized(mask: Mask, parent: Picture) -> Mask:
    """The mask in the frame of the parent: what is at least half selected."""
    if mask.shape == (parent.height, parent.width):
        return mask
    weights = np.where(mask, np.uint8(255), np.uint8(0))
    return np.greater_equal(cv2.resize(weights, (parent.width, parent.height), interpolation=cv2.INTER_LINEAR), 128)


def _newly_transparent(candidate: Picture, parent: Picture) -> Mask | None:
    """Where the candidate is transparent and the parent is not; None where that is nowhere."""
    if candidate.opacity is None:
        return None
    transparent = candidate.opacity < 128
    if parent.opacity is not None:
        transparent &= _fitted(parent.opacity, candidate.height, candidate.width) >= 128
    return transparent if transparent.any() else None


def _brightest(rgb: Image) -> NDArray[np.uint8]:
    """(H, W) the brightest channel of each pixel, which for grey is the grey."""
    red, green, blue = cv2.split(rgb)
    return np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)


def _darkest(rgb: Image) -> NDArray[np.uint8]:
    """(H, W) the darkest channel of each pixel."""
    red, green, blue = cv2.split(rgb)
    return np.asarray(cv2.min(cv2.min(red, green), blue), np.uint8)


def _is_grey(rgb: Image) -> bool:
    """Whether the picture has no colour, but for one pixel in ten thousand."""
    coloured = np.count_nonzero(_brightest(rgb) - _darkest(rgb) > GREY_SPREAD)
    return bool(coloured <= rgb.shape[0] * rgb.shape[1] / 10_000)


def _is_black_and_white(rgb: Image) -> bool:
    """Whether the picture has black and white and, but for soft borders, nothing else."""
    black = int(np.count_nonzero(_brightest(rgb) < EXTREME))
    white = int(np.count_nonzero(_darkest(rgb) > 255 - EXTREME))
    return min(black, white) > 0 and black + white >= 0.95 * rgb.shape[0] * rgb.shape[1] and _is_grey(rgb)


def _is_bright_on_black(rgb: Image) -> bool:
    """Whether the picture is bright paint, of any colour, on black."""
    brightest = _brightest(rgb)
    black = np.count_nonzero(brightest < EXTREME)
    bright = np.count_nonzero(brightest > 255 - 2 * EXTREME)
    return bool(black > 0 and black + bright >= 0.95 * brightest.size)


def _is_painted(candidate: Picture, strokes: Mask) -> bool:
    """Whether the strokes are of one colour that stands out: vivid, white or black. Edited parts of a photo are not."""
    core = shrink(strokes, 2)
    pixels = _fitted(candidate.rgb, *strokes.shape)[core if core.any() else strokes].astype(np.int16)
    paint = np.median(pixels, axis=0).astype(np.int16)
    vivid = np.ptp(paint) >= VIVID or paint.min() > 255 - EXTREME // 2 or paint.max() < EXTREME // 2
    close = np.abs(pixels - paint).max(axis=1) <= EXTREME
    return bool(vivid) and int(np.count_nonzero(close)) >= 0.6 * len(pixels)


def _strokes(candidate: Picture, parent: Picture) -> Mask | None:
    """Where the candidate was drawn on, at a size that serves; None where it is no copy of the parent.

    The difference is averaged over 5 x 5 px first: the noise of JPEG has both signs there, paint has one.
    """
    height, width = min(candidate.height, parent.height), min(candidate.width, parent.width)
    shrunk = min(1.0, (WORKING_AREA / (height * width)) ** 0.5)
    height, width = round(height * shrunk), round(width * shrunk)
    drawn, plain = (_visible(picture, height, width) for picture in (candidate, parent))
    difference = cv2.blur(cv2.subtract(drawn, plain, dtype=cv2.CV_16S), (5, 5))
    change = _brightest(np.asarray(cv2.convertScaleAbs(difference), np.uint8))
    weak = change >= WEAK_CHANGE
    if np.count_nonzero(weak) > weak.size / 2:
        return None
    return drop_specks(parts_touching(weak, change >= STRONG_CHANGE), max(16, weak.size // 20_000))


def _visible(picture: Picture, height: int, width: int) -> Image:
    """The picture on black, at (height, width): what is under full transparency cannot be seen, nor compared."""
    if picture.opacity is None:
        return _fitted(picture.rgb, height, width)
    seen = cv2.multiply(picture.rgb, cv2.merge([picture.opacity] * 3), scale=1 / 255)
    return _fitted(np.asarray(seen, np.uint8), height, width)


def _fitted(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """The pixels averaged down to (height, width)."""
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _enclosed(strokes: Mask) -> Mask:
    """The strokes with what they enclose: a loop may have a gap, or end at the border of the picture.

    Gaps are bridged by closing, narrow ones first. A stroke that encloses enough is done: a wider bridge would also
    cut off the bays outside it.
    """
    diagonal = float(np.hypot(*strokes.shape))
    selected = unclosed = strokes
    for gap in (round(share * diagonal) for share in GAPS):
        closed = shrink(grow(unclosed, gap), gap)
        insides = drop_specks(_cut_off(closed), round((SMALLEST_INSIDE * diagonal) ** 2))
        enclosed = grow(insides, gap + 1) & (closed | insides)
        selected = selected | enclosed
        unclosed = _unclosed(unclosed, selected)
    return fill_holes(selected)


def _unclosed(strokes: Mask, selected: Mask) -> Mask:
    """The strokes that neither are a painted area nor enclose enough of their own boxes."""
    labels, stats = connected_parts(strokes)
    enclosed = selected & ~strokes
    boxes = [Box(x, y, x + width, y + height) for x, y, width, height, _ in stats.tolist()]
    done = [np.mean(enclosed[box.slices]) >= LOOP or np.mean(strokes[box.slices]) >= PAINT for box in boxes]
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
