"""Painting in several passes, so that what is larger than a model's own picture is still sharp.

A large hole is painted on a smaller copy first, for its composition, and then refined at full size: tile by tile, each
begun from what is there and seeing the tiles before it, at a strength that adds detail and moves nothing. Past twice
the model's side a copy of half the size is refined first in the same way. Source: krita-ai-diffusion, which paints at
the model's size, enlarges and refines at strength 0.4; by halves, because four times enlarged leaves too little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

import cv2
import numpy as np

from engine.composite import paste
from engine.data import Box, Image, Mask
from engine.geometry import bounding_box
from engine.inpainting.diffusion.preview import shown_in
from engine.inpainting.diffusion.settings import REFINING
from engine.inpainting.diffusion.window import covered, resized, window_for
from engine.masks import feather, grow
from engine.protocols import Brief, Painter, Progress, part_of

Draft: TypeAlias = Callable[[Image, Mask, Progress], Image]
"""(image, hole) -> the image with something new in the hole, to begin with."""

SHARP: Final = 1.25
"""Up to so many of the model's sides, a window painted in one pass is sharp enough."""
HALVING: Final = 2.0
"""Up to so many, one pass of refining makes it sharp."""
DRAFTED: Final = 1 / 3
"""Share of the time that is told to have passed before the last refining: it runs on four times as many pixels."""
TONES: Final = 1 / 32
"""What is coarser than this, in the model's sides, is composition; refining keeps it."""
CONTEXT: Final = 1 / 8
"""What a tile shows on each side of its own part, in the model's sides; half of it is blended into the tiles before."""


def paint_sharply(painter: Painter, image: Image, mask: Mask, brief: Brief, progress: Progress) -> Image:
    """The (H, W, 3) image painted under the mask, as sharp as the picture; every other pixel is the image's.

    Memory beyond the picture's own: a few copies of the window around the mask. The brief's seed fixes all passes.
    Raises: MaskEmpty, and whatever the painter raises.
    """
    window = window_for(mask, painter.side)
    crop, hole = np.ascontiguousarray(image[window.slices]), np.ascontiguousarray(mask[window.slices])

    levels = None if brief.levels is None else np.ascontiguousarray(brief.levels[window.slices])

    def draft(small: Image, small_hole: Mask, heard: Progress) -> Image:
        height, width = small_hole.shape
        seen = None if levels is None else cv2.resize(levels, (width, height), interpolation=cv2.INTER_AREA)
        return painter.paint(small, small_hole, replace(brief, levels=seen), heard)

    painted = image.copy()
    heard = shown_in(progress, image, window, hole)
    painted[window.slices] = in_passes(painter, crop, hole, brief, draft, heard)
    return painted


def in_passes(painter: Painter, image: Image, hole: Mask, brief: Brief, draft: Draft, progress: Progress) -> Image:
    """The image with its hole drafted at a size that the painter can overlook, then refined at twice that, and so on.

    draft: paints the hole of a copy whose longer side is at most HALVING sides of the model; around the hole it may do
    as it likes. Every pixel outside the hole is the image's.
    """
    zoom = max(hole.shape) / painter.side
    if zoom <= SHARP:
        return np.where(hole[:, :, None], draft(image, hole, progress), image)
    heard = part_of(progress, 0, DRAFTED)
    if zoom <= HALVING:
        made = draft(image, hole, heard)
    else:
        height, width = hole.shape
        rows, columns = -(-height // 2), -(-width // 2)
        small = resized(image, rows, columns)
        small = in_passes(painter, small, covered(hole, rows, columns), brief, draft, heard)
        made = resized(small, height, width)
    start = np.where(hole[:, :, None], made, image)
    # The draft has its levels in it already, and is what the rest of each pixel grows from.
    lightly = replace(brief, strength=min(REFINING, brief.strength), levels=None)
    return refined(painter, start, hole, lightly, part_of(progress, DRAFTED, 1 - DRAFTED), steady=True)


def refined(
    painter: Painter, image: Image, hole: Mask, brief: Brief, progress: Progress, *, steady: bool = False
) -> Image:
    """The image with the hole painted again at full size from what is there, as the brief says, tile by tile.

    Every tile sees the ones before it and is blended into them; pixels outside the hole are the image's.
    steady: the coarse tones stay, so that no tile differs from its neighbours by a shade of its own.
    """
    made = image.copy()
    tiles = list(tiles_of(hole, painter.side))
    for number, tile in enumerate(tiles):
        own = replace(brief, fill="keep", seed=nth_seed(brief.seed, number + 1))
        heard = part_of(progress, number / len(tiles), 1 / len(tiles))
        _refine(painter, made, hole, tile, own, heard, steady=steady)
    return made


def tiles_of(hole: Mask, side: int) -> Iterator[Box]:
    """Boxes that tile the hole's box, none larger than what a tile may call its own, each with some of the hole."""
    box = bounding_box(hole)
    if box is None:
        return
    longest = max(1, side - 2 * round(CONTEXT * side))
    rows, columns = -(-box.height // longest), -(-box.width // longest)
    for row in range(rows):
        for column in range(columns):
            y0, y1 = (box.y0 + box.height * at // rows for at in (row, row + 1))
            x0, x1 = (box.x0 + box.width * at // columns for at in (column, column + 1))
            if hole[y0:y1, x0:x1].any():
                yield Box(x0, y0, x1, y1)


def _refine(
    painter: Painter, painted: Image, hole: Mask, tile: Box, brief: Brief, progress: Progress, *, steady: bool
) -> None:
    """The tile made sharper in place, blended a band into its neighbours."""
    window = _around(tile, painter.side, *hole.shape)
    band = round(CONTEXT * painter.side) // 2
    own = np.zeros((window.height, window.width), np.bool_)
    inner = Box(tile.x0 - window.x0, tile.y0 - window.y0, tile.x1 - window.x0, tile.y1 - window.y0)
    own[inner.slices] = True
    open_pixels = hole[window.slices]
    crop = np.ascontiguousarray(painted[window.slices])
    wide = grow(own, band) & open_pixels
    sharper = painter.paint(crop, wide, brief, shown_in(progress, painted, window, wide))
    if steady:
        # Where a tile shows nothing but hole, the painter itself has no known pixels to match its colours to.
        sharper = with_tones_of(crop, sharper, wide, max(1, round(TONES * painter.side)))
    weights = np.where(own, np.float32(1), feather(grow(own, band // 2), band // 2)) * open_pixels
    painted[window.slices] = paste(crop, Box(0, 0, window.width, window.height), sharper, weights)


def with_tones_of(image: Image, detailed: Image, hole: Mask, px: int) -> Image:
    """The detail of one (H, W, 3) picture on the tones of another, which are all that is coarser than about `px`.

    Both are compared in the (H, W) hole alone, and all but there is left as it comes. After the colour correction of
    Wang et al., "Exploiting Diffusion Prior for Real-World Image Super-Resolution" (StableSR, 2024), with one pair of
    scales in place of its five.
    """
    height, width = hole.shape
    weight = hole.astype(np.float32)
    drift = (image.astype(np.float32) - detailed) * weight[:, :, None]
    cells = max(1, round(width / px)), max(1, round(height / px))
    total, seen = (
        cv2.GaussianBlur(cv2.resize(part, cells, interpolation=cv2.INTER_AREA), (0, 0), 1) for part in (drift, weight)
    )
    coarse = total / np.maximum(seen, np.float32(1e-6))[:, :, None]
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.rint(np.clip(detailed + smooth, 0, 255)), np.uint8)


def _around(tile: Box, side: int, height: int, width: int) -> Box:
    """A window of the model's own size with the tile in its middle, moved inside: nothing in it is resampled."""
    columns, rows = min(side, width), min(side, height)
    x0 = min(max((tile.x0 + tile.x1 - columns) // 2, 0), width - columns)
    y0 = min(max((tile.y0 + tile.y1 - rows) // 2, 0), height - rows)
    return Box(x0, y0, x0 + columns, y0 + rows)


def nth_seed(seed: int, number: int) -> int:
    """A seed of its own for each of several calls; number 0 has the seed itself."""
    return seed if number == 0 else int(np.random.SeedSequence((abs(seed), number)).generate_state(1)[0])
