"""What a picture is made in, told by its pixels alone, and only where they leave no doubt: no photo is called a drawing.

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
"""Within that, a flat colour has hardly a neighbour, and the colours of a shaded surface go on."""
LONE: Final = 0.85
"""Share of the colours near a flat one that are that one."""
MOST_COLOURS: Final = 24
LEAST_COLOURS: Final = 3
"""Flat colours of an illustration, beside the commonest: a sign before a white wall has fewer."""
LEAST_SHARE: Final = 0.01
"""Share of the pixels that makes a flat colour count."""
FLAT_SHARE: Final = 0.8
"""Share of an illustration, without its commonest colour, that is flat."""
BLANK_SHARE: Final = 0.7
"""Share of a line drawing that is its ground."""
STROKE: Final = 1 / 40
"""How wide a stroke may be, in the longer side."""
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
    """A colour that whole areas have."""

    rgb: NDArray[np.int16]
    """(3,)"""
    share: float
    """Of all pixels."""

    @property
    def is_clipped(self) -> bool:
        """Whether it is where light ends: what is burnt out or lost in the dark is as flat in a photo."""
        return bool(self.rgb.min() >= 250 or self.rgb.max() <= 8)


def flat_colours(image: Image) -> list[FlatColour]:
    """The colours of the (H, W, 3) picture that hold an area each and have no shades, the commonest first."""
    seen, counts = np.unique(image.reshape(-1, 3), axis=0, return_counts=True)
    colours, left = seen.astype(np.int16), counts.astype(np.float64)
    total, found = left.sum(), list[FlatColour]()
    for _ in range(MOST_COLOURS):
        at = int(left.argmax())
        distance = np.abs(colours - colours[at]).max(axis=1)
        alike, near = (float(left[distance <= reach].sum()) for reach in (ALIKE, NEAR))
        if alike / total < LEAST_SHARE:
            break
        if alike >= LONE * near:
            found.append(FlatColour(colours[at], alike / total))
        left[distance <= NEAR] = 0
    return found


def is_flat(flat: list[FlatColour]) -> bool:
    """Whether areas of flat colours are all there is, the ground apart."""
    ground = flat[0].share if flat else 1.0
    drawn = [colour.share for colour in flat[1:] if not colour.is_clipped]
    return len(drawn) >= LEAST_COLOURS and sum(drawn) >= FLAT_SHARE * (1 - ground)


def is_line_art(image: Image, ground: FlatColour) -> bool:
    """Whether there is nothing but strokes, darker than a blank ground: without what is thin, only the ground is left."""
    if ground.share < BLANK_SHARE:
        return False
    scale = min(1.0, 2 * SAMPLED / max(image.shape[:2]))
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    light = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    paper = float(ground.rgb.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32))
    width = 2 * round(STROKE * max(light.shape) / 2) + 1
    without = np.asarray(cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8)), np.float32)
    inked = float((light < paper - DARKER).mean())
    return inked >= LEAST_SHARE and float((without >= paper - DARKER / 2).mean()) >= GREY_SHARE


def is_pixel_art(image: Image) -> bool:
    """Whether the picture is of few colours and of square blocks that are each one colour."""
    steps = [_steps(plane) for plane in (image, image.transpose(1, 0, 2))]
    if not any(all(_on_grid(along, block) for along in steps) for block in BLOCKS):
        return False
    few = image[:: max(1, image.shape[0] // SAMPLED), :: max(1, image.shape[1] // SAMPLED)]
    return len(np.unique(few.reshape(-1, 3) // (2 * ALIKE), axis=0)) <= PALETTE


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
    return told > 0 and float(lines.sum()) >= ON_GRID * told and np.count_nonzero(lines) >= max(LEAST_LINES, len(lines) / 3)
