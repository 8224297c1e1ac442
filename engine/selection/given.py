"""Masks that people hand in: black and white, soft grey, transparent, scribbles on the photo, shapes, clicks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Box, Image, Mask, Picture, Region
from engine.errors import BadOption, MaskEmpty, MaskMismatch, MaskWhole
from engine.masks import shrink
from engine.protocols import Segmenter
from engine.selection.marked import mask_of
from engine.selection.marks import Marks
from engine.selection.scribbles import brightest, enclosed, fitted, strokes_on

ASPECT_TOLERANCE = 0.01
"""How much the aspect of a mask may differ from its picture's: exporters round a side to whole px."""
VIVID = 100
"""Smallest difference between the channels of a colour that people draw with."""
GREY_SPREAD = 16
"""Largest difference between the channels of a pixel that still counts as grey; JPEG tints greys by a few levels."""
EXTREME = 40
"""How far from black or from white a pixel of a black-and-white mask may be, levels."""
NOISE = 20
"""Levels below which a pixel of a soft mask is black: JPEG at quality 25 leaves up to 9 beside a soft stroke."""
RIM = 2
"""px that anti-aliasing, or JPEG's rounding of corners, spreads the border between black and white over."""
SOFT = 0.03
"""Share of what is not black that is grey on purpose in a soft mask, at least."""
WHOLE = 0.995
"""Share of the picture from which on a mask leaves nothing out that anybody would see."""


@dataclass(frozen=True, eq=False, slots=True)
class Selection:
    """What an author selected, in the frame of the picture."""

    mask: Mask
    """(H, W) bool: at least half selected; for a mask so faint that nothing is, all that is selected at all."""
    weights: Alpha | None = None
    """(H, W) float32 in [0, 1]: how strongly, where that was drawn softly; None: fully."""


def selection_of(given: Picture | Marks, parent: Picture, segmenter: Segmenter) -> Selection:
    """What the author's mask or marks select, in the frame of `parent`.

    A picture is read as the first of these that it is:
    transparent where to edit (OpenAI's convention; transparency that the parent has too says nothing),
    black and white or grey (white = edit), the parent with scribbles on it (loops select what is in them),
    one bright colour on black. Another size is fine where the aspect agrees within 1 %.
    Borders of a few px are cut at the middle; greys that are wider than that are meant, and become weights.

    Raises:
        MaskMismatch: the aspect is another.
        MaskEmpty, MaskWhole: it selects nothing or everything, which the author must confirm.
        BadOption: it is none of these, but some picture; or marks outside the picture.
    """
    if isinstance(given, Marks):
        selection = Selection(mask_of(given, parent.rgb, segmenter))
    else:
        _check_aspect(given, parent)
        selection = _read(given, parent)
    everything = Region(Box(0, 0, parent.width, parent.height), 1.0, "whole picture", "whole")
    if not selection.mask.any():
        raise MaskEmpty((everything,))
    if np.mean(selection.mask if selection.weights is None else selection.weights) >= WHOLE:
        raise MaskWhole((everything,))
    return selection


def looks_like_mask(candidate: Picture, parent: Picture) -> bool:
    """Whether a second picture of the same size is a mask for `parent`, rather than a reference.

    Stricter than `selection_of`, which is told that it has a mask: scribbles must be of about one colour.
    """
    if candidate.rgb.shape != parent.rgb.shape:
        return False
    if _newly_transparent(candidate, parent) is not None or _is_black_and_white(candidate.rgb):
        return True
    if _is_blank(candidate.rgb):
        return not _is_blank(parent.rgb)
    strokes = strokes_on(candidate, parent)
    return strokes is not None and bool(strokes.any()) and _is_painted(candidate, strokes)


def _check_aspect(mask_picture: Picture, parent: Picture) -> None:
    mask_aspect, aspect = mask_picture.width / mask_picture.height, parent.width / parent.height
    if abs(mask_aspect / aspect - 1) > ASPECT_TOLERANCE:
        raise MaskMismatch((mask_picture.height, mask_picture.width), (parent.height, parent.width))


def _read(candidate: Picture, parent: Picture) -> Selection:
    """What the picture selects, which may be nothing or everything."""
    transparent = _newly_transparent(candidate, parent)
    if transparent is not None:
        return _graded(transparent, parent)
    blank = _is_blank(candidate.rgb) and not _is_blank(parent.rgb)
    if blank or (_is_black_and_white(candidate.rgb) and not _is_black_and_white(parent.rgb)):
        return _graded(brightest(candidate.rgb), parent)
    if _is_grey(candidate.rgb) and not _is_grey(parent.rgb):
        return _graded(brightest(candidate.rgb), parent)
    strokes = strokes_on(candidate, parent)
    if strokes is not None:
        return Selection(_resized(enclosed(strokes), parent))
    if _is_grey(candidate.rgb) or _is_bright_on_black(candidate.rgb):
        return _graded(brightest(candidate.rgb), parent)
    raise BadOption("mask", "a picture", "black and white, transparent, or scribbles on the photo")


def _graded(levels: NDArray[np.uint8], parent: Picture) -> Selection:
    """The selection of an (h, w) picture that is 0 where nothing changes and 255 where everything does."""
    if not _is_soft(levels):
        return Selection(_resized(levels >= 128, parent))
    ramp = np.arange(256, dtype=np.float32)
    weights = cv2.LUT(levels, np.minimum(np.maximum(ramp - NOISE, 0) * 2, ramp) / 255)
    if weights.shape != (parent.height, parent.width):
        shrinks = weights.shape[0] > parent.height
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        weights = cv2.resize(weights, (parent.width, parent.height), interpolation=method)
    weights = np.asarray(weights, np.float32)
    strong = weights >= 0.5
    return Selection(strong if strong.any() else weights > 0, weights)


def _is_soft(levels: NDArray[np.uint8]) -> bool:
    """Whether there are greys that no border between black and white explains."""
    black, white = levels < EXTREME, levels > 255 - EXTREME
    reach = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    border = cv2.min(*(cv2.dilate(side.view(np.uint8), reach) for side in (black, white)))
    meant = np.count_nonzero(~(black | white) & (border == 0))
    return bool(meant > max(4, SOFT * np.count_nonzero(~black)))


def _resized(mask: Mask, parent: Picture) -> Mask:
    """The mask in the frame of the parent: what is at least half selected."""
    if mask.shape == (parent.height, parent.width):
        return mask
    weights = np.where(mask, np.uint8(255), np.uint8(0))
    return np.greater_equal(cv2.resize(weights, (parent.width, parent.height), interpolation=cv2.INTER_LINEAR), 128)


def _newly_transparent(candidate: Picture, parent: Picture) -> NDArray[np.uint8] | None:
    """(h, w) how much more transparent the candidate is than the parent, 255 = all; None where that is nowhere half."""
    if candidate.opacity is None:
        return None
    transparency = 255 - candidate.opacity
    if parent.opacity is not None:
        before = fitted(parent.opacity, candidate.height, candidate.width)
        kept = np.minimum(candidate.opacity / np.maximum(before, 1, dtype=np.float32), 1)
        transparency = np.where(before >= 128, np.rint(255 * (1 - kept)), 0).astype(np.uint8)
    return transparency if (transparency >= 128).any() else None


def _darkest(rgb: Image) -> NDArray[np.uint8]:
    """(H, W) the darkest channel of each pixel."""
    red, green, blue = cv2.split(rgb)
    return np.asarray(cv2.min(cv2.min(red, green), blue), np.uint8)


def _is_grey(rgb: Image) -> bool:
    """Whether the picture has no colour, but for one pixel in ten thousand."""
    coloured = np.count_nonzero(brightest(rgb) - _darkest(rgb) > GREY_SPREAD)
    return bool(coloured <= rgb.shape[0] * rgb.shape[1] / 10_000)


def _is_black_and_white(rgb: Image) -> bool:
    """Whether the picture has black and white and, but for soft borders, nothing else."""
    black = int(np.count_nonzero(brightest(rgb) < EXTREME))
    white = int(np.count_nonzero(_darkest(rgb) > 255 - EXTREME))
    return min(black, white) > 0 and black + white >= 0.95 * rgb.shape[0] * rgb.shape[1] and _is_grey(rgb)


def _is_blank(rgb: Image) -> bool:
    """Whether the picture is black, or white, but for one pixel in ten thousand: a mask on which nothing is marked."""
    least = rgb.shape[0] * rgb.shape[1] * (1 - 1 / 10_000)
    return bool(
        max(np.count_nonzero(brightest(rgb) < EXTREME), np.count_nonzero(_darkest(rgb) > 255 - EXTREME)) >= least
    )


def _is_bright_on_black(rgb: Image) -> bool:
    """Whether the picture is bright paint, of any colour, on black."""
    levels = brightest(rgb)
    black = np.count_nonzero(levels < EXTREME)
    bright = np.count_nonzero(levels > 255 - 2 * EXTREME)
    return bool(black > 0 and black + bright >= 0.95 * levels.size)


def _is_painted(candidate: Picture, strokes: Mask) -> bool:
    """Whether the strokes are of one colour that stands out: vivid, white or black. Edited parts of a photo are not."""
    core = shrink(strokes, 2)
    pixels = fitted(candidate.rgb, *strokes.shape)[core if core.any() else strokes].astype(np.int16)
    paint = np.median(pixels, axis=0).astype(np.int16)
    vivid = np.ptp(paint) >= VIVID or paint.min() > 255 - EXTREME // 2 or paint.max() < EXTREME // 2
    close = np.abs(pixels - paint).max(axis=1) <= EXTREME
    return bool(vivid) and int(np.count_nonzero(close)) >= 0.6 * len(pixels)
