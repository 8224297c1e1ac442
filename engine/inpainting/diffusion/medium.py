"""What a picture is made in, told by its pixels alone, and only where they leave no doubt: a photo is no drawing.

Three things are counted that light does not leave behind: one and the same colour over whole areas, strokes on a blank
ground, and blocks of pixels that are all alike. What is painted or shaded looks like a photo to all three, and is left
to the author's words.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image

PHOTO: Final = "black and white photo"
FLAT: Final = "flat illustration, solid colours"
LINES: Final = "line art"
INK: Final = "black and white line art"
PIXELS: Final = "pixel art"

SAMPLED: Final = 256
"""Pixels along a side that colours are counted on, at most; every nth is taken, for a mean would make new colours."""
GREY_LEVELS: Final = 6
"""How much the channels of a black-and-white photo may differ: what JPEG adds."""
GREY_SHARE: Final = 0.995
ALIKE: Final = 3
"""How much a channel of one flat colour may differ: what JPEG adds at quality 90."""
NEAR: Final = 14
"""Shades within that are of the same surface: where light falls on it, few of them are the commonest."""
MOST_COLOURS: Final = 24
LEAST_COLOURS: Final = 3
"""Flat colours of an illustration, beside the commonest: a sign before a white wall has fewer."""
LEAST_SHARE: Final = 0.01
"""Share of the pixels that makes a flat colour count."""
FLAT_SHARE: Final = 0.8
"""Share of an illustration, without its commonest colour, that is in the colours of its surfaces, unshaded."""
BLANK_SHARE: Final = 0.7
"""Share of a line drawing that is its ground."""
STROKE: Final = 1 / 40
"""How wide a stroke may be, in the longer side."""
ONE_INK: Final = 0.95
"""Share of the strokes that is of one ink."""
DARKER: Final = 60
"""Grey levels between ink and its ground, at least."""
BLOCKS: Final = range(3, 33)
"""Px along a side of the blocks that pixel art is enlarged to; smaller ones are mostly a JPEG's."""
ON_GRID: Final = 0.97
"""Share of the steps between neighbours that fall on the borders of blocks."""
LEAST_LINES: Final = 8
"""Borders of blocks that show a step, along each axis: a window or a chessboard has fewer."""
PALETTE: Final = 64
"""Colours of pixel art; a photo that was made of blocks has more."""


def medium_of(image: Image) -> str | None:
    """Words for the medium of the (H, W, 3) picture, as models know them; None: a photo, or not sure."""
    few = image[:: max(1, image.shape[0] // SAMPLED), :: max(1, image.shape[1] // SAMPLED)]
    grey = is_monochrome(image)
    flat = flat_colours(few)
    if flat and is_line_art(image, flat[0]):
        return INK if grey else LINES
    if is_pixel_art(image):
        return PIXELS
    if is_flat(flat):
        return FLAT
    return PHOTO if grey else None


def is_monochrome(image: Image) -> bool:
    """Whether no more than specks of the (H, W, 3) picture have a colour."""
    few = image[:: max(1, image.shape[0] // SAMPLED), :: max(1, image.shape[1] // SAMPLED)].astype(np.int16)
    return bool((np.ptp(few, axis=2) <= GREY_LEVELS).mean() >= GREY_SHARE)


class FlatColour(NamedTuple):
    """The colour that most of a surface has."""

    rgb: NDArray[np.int16]
    """(3,)"""
    share: float
    """Of all pixels."""

    @property
    def is_clipped(self) -> bool:
        """Whether it is where light ends: what is burnt out or lost in the dark is as flat in a photo."""
        return bool(self.rgb.min() >= 250 or self.rgb.max() <= 8)


def flat_colours(image: Image) -> list[FlatColour]:
    """The commonest colour of each surface in the (H, W, 3) picture, the commonest of all first."""
    seen, counts = np.unique(_packed(image), return_counts=True)
    colours = np.stack([seen >> 16, seen >> 8 & 255, seen & 255], axis=1).astype(np.int16)
    left = counts.astype(np.float64)
    total, found = left.sum(), list[FlatColour]()
    for _ in range(MOST_COLOURS):
        at = int(left.argmax())
        distance = np.abs(colours - colours[at]).max(axis=1)
        share = float(left[distance <= ALIKE].sum()) / total
        if share < LEAST_SHARE:
            break
        found.append(FlatColour(colours[at], share))
        left[distance <= NEAR] = 0
    return found


def _packed(image: Image) -> NDArray[np.int32]:
    """Every pixel of the (H, W, 3) picture as one number."""
    wide = image.reshape(-1, 3).astype(np.int32)
    return wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]


def is_flat(flat: list[FlatColour]) -> bool:
    """Whether areas of flat colours are all there is, the ground apart."""
    ground = flat[0].share if flat else 1.0
    drawn = [colour.share for colour in flat[1:] if not colour.is_clipped]
    return len(drawn) >= LEAST_COLOURS and sum(drawn) >= FLAT_SHARE * (1 - ground)


def is_line_art(image: Image, ground: FlatColour) -> bool:
    """Whether there is nothing but strokes of one ink, darker than a blank ground; nothing that is wide is left."""
    if ground.share < BLANK_SHARE:
        return False
    scale = min(1.0, 2 * SAMPLED / max(image.shape[:2]))
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    below = ground.rgb - small.astype(np.float32)
    depth = np.asarray(below.mean(axis=2), np.float32)
    width = 2 * round(STROKE * max(depth.shape) / 2) + 1
    thick = np.asarray(cv2.morphologyEx(depth, cv2.MORPH_OPEN, np.ones((width, width), np.uint8)), np.float32)
    inked = depth > DARKER
    if inked.mean() < LEAST_SHARE or (thick > DARKER / 2).mean() > 1 - GREY_SHARE:
        return False
    # Every shade of one ink is so far on the way from the ground to it: things that are lit have colours of their own.
    ink = np.median(below[inked], axis=0)
    shades = below @ ink / float(ink @ ink)
    off = np.abs(below - shades[:, :, None] * ink).max(axis=2)
    return float((off[depth > DARKER / 2] <= 2 * NEAR).mean()) >= ONE_INK


def is_pixel_art(image: Image) -> bool:
    """Whether the picture is of few colours and of square blocks that are each one colour."""
    steps = [_steps(plane) for plane in (image, image.transpose(1, 0, 2))]
    if not any(all(_on_grid(along, block) for along in steps) for block in BLOCKS):
        return False
    few = image[:: max(1, image.shape[0] // SAMPLED), :: max(1, image.shape[1] // SAMPLED)]
    return len(np.unique(_packed(few // np.uint8(2 * ALIKE)))) <= PALETTE


def _steps(image: Image) -> NDArray[np.float64]:
    """How much each column differs from the one before it, beyond what JPEG adds."""
    rows = image[:: max(1, image.shape[0] // SAMPLED)].astype(np.int16)
    steps = np.abs(np.diff(rows, axis=1)).max(axis=2)
    return np.where(steps > GREY_LEVELS, steps, 0).sum(axis=0, dtype=np.float64)


def _on_grid(steps: NDArray[np.float64], block: int) -> bool:
    """Whether the steps fall on every nth line, wherever the first is, and on many of them."""
    padded = np.pad(steps, (0, -len(steps) % block)).reshape(-1, block)
    phase = int(padded.sum(axis=0).argmax())
    lines = padded[:, phase]
    told = float(steps.sum())
    many = int(np.count_nonzero(lines)) >= max(LEAST_LINES, len(lines) / 3)
    return told > 0 and many and float(lines.sum()) >= ON_GRID * told
