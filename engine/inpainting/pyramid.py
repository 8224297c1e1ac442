"""The picture round a hole at every scale, from whole down to where the hole is about one patch wide."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask
from engine.geometry import grow_box
from engine.inpainting.holes import bounding_box
from engine.inpainting.membrane import halve
from engine.inpainting.patches import PATCH, REACH, Planes

_SMALLEST_SIDE = 16
_CORE = 3
_CONTEXT = 0.6
_CONTEXT_PATCHES = 12
_CONTEXT_PIXELS = 64


@dataclass(eq=False)
class Level:
    """One scale of the picture, cut to a window that shrinks, in px of the picture, from the coarsest to the finest.

    Its `planes` inside the hole are the current guess; everything else stays as it is.
    """

    depth: int
    """How often the picture was halved."""
    window: Box
    """Where the level lies in the whole picture of this scale, px of this scale."""
    planes: Planes
    hole: Mask
    barred: Mask
    """(H, W) bool: pixels outside the hole that may be looked at but not copied."""

    @property
    def height(self) -> int:
        """Rows."""
        return self.hole.shape[0]

    @property
    def width(self) -> int:
        """Columns."""
        return self.hole.shape[1]

    @cached_property
    def sources(self) -> Mask:
        """(H, W) bool: centres of patches in the picture that may be copied from.

        Such a patch holds only pixels that may be copied; or only its middle 3 x 3 px are such, where the known part of
        the level is so cut up that whole patches would leave out over half of it.
        """
        allowed = (~(self.hole | self.barred)).astype(np.uint8)
        whole = _without_rim(cv2.erode(allowed, np.ones((PATCH, PATCH))) > 0)
        if np.count_nonzero(whole) * 2 >= np.count_nonzero(_without_rim(allowed > 0)):
            return whole
        return _without_rim(cv2.erode(allowed, np.ones((_CORE, _CORE))) > 0)

    @property
    def overlap(self) -> NDArray[np.float32]:
        """(H, W) float32: the share of each patch that may not be copied."""
        return np.asarray(cv2.blur((self.hole | self.barred).astype(np.float32), (PATCH, PATCH)), np.float32)

    @cached_property
    def targets(self) -> Mask:
        """(H, W) bool: centres of patches that touch the hole."""
        return _without_rim(cv2.dilate(self.hole.astype(np.uint8), np.ones((PATCH, PATCH))) > 0)


def levels_for(radius: float, height: int, width: int) -> int:
    """How many halvings, plus one, bring a hole of `radius` px to about one patch without emptying the picture."""
    wanted = math.ceil(math.log2(max(2 * radius / PATCH, 1))) + 1
    room = math.floor(math.log2(max(min(height, width) / _SMALLEST_SIDE, 1))) + 1
    return max(1, min(wanted, room))


def context(box: Box, depth: int) -> int:
    """How far round a hole in `box` its level of this depth must reach, px of the picture."""
    return max(round(_CONTEXT * max(box.width, box.height)), _CONTEXT_PATCHES << depth, _CONTEXT_PIXELS)


def build(image: Image, hole: Mask, barred: Mask, first: int, levels: int) -> list[Level]:
    """The levels from depth `first` to `levels` - 1, finest first.

    Each is half the one before; a pixel is hole when over half of it is, and otherwise the mean of its known pixels.
    """
    box = bounding_box(hole)
    known = (~hole).astype(np.float32)
    weighted = np.dstack([image, _slopes(image, hole)]) * (~hole)[..., None].astype(np.uint8)
    share, taboo = known, barred.astype(np.float32)
    found: list[Level] = []
    for depth in range(levels):
        if depth:
            weighted, share, taboo = halve(weighted), halve(share)[..., 0], halve(taboo)[..., 0]
        if depth >= first:
            # The coarsest level sees everything: that is where the layout is decided, and it is small.
            margin = context(box, depth) if depth < levels - 1 else max(image.shape)
            window = _window(box, margin, depth, share.shape)
            found.append(_level(depth, window, weighted[window.slices], share[window.slices], taboo[window.slices]))
            _soften(found[-1], 2 ** max(0, levels - 1 - depth))
    return found


def _window(box: Box, margin: int, depth: int, shape: tuple[int, ...]) -> Box:
    scale = 1 << depth
    shrunk = Box(box.x0 // scale, box.y0 // scale, -(-box.x1 // scale), -(-box.y1 // scale))
    return grow_box(shrunk, -(-margin // scale), *shape[:2])


def _level(
    depth: int,
    window: Box,
    weighted: NDArray[np.float32] | NDArray[np.uint8],
    share: NDArray[np.float32],
    taboo: NDArray[np.float32],
) -> Level:
    planes = np.asarray(weighted / np.maximum(share, np.float32(1e-3))[..., None], np.float32)
    hole = share < 0.5
    return Level(depth, window, planes, hole, (taboo > 0.5) & ~hole)


def _without_rim(centres: Mask) -> Mask:
    inner = np.zeros_like(centres)
    inner[REACH:-REACH, REACH:-REACH] = centres[REACH:-REACH, REACH:-REACH]
    return inner


def _slopes(image: Image, hole: Mask) -> NDArray[np.uint8]:
    """|dx| and |dy| of the grey picture, 0 beside the hole, (H, W, 2)."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    ahead = cv2.copyMakeBorder(grey, 0, 1, 0, 1, cv2.BORDER_REPLICATE)
    clear = np.asarray(cv2.erode((~hole).astype(np.uint8), np.ones((3, 3))), np.uint8)
    slopes = [cv2.absdiff(ahead[:-1, 1:], grey), cv2.absdiff(ahead[1:, :-1], grey)]
    return np.asarray(cv2.merge(slopes), np.uint8) * clear[..., None]


def _soften(level: Level, radius: int) -> None:
    """Average the slopes of a level within `radius` px of it, the hole left out."""
    side = (2 * radius + 1, 2 * radius + 1)
    known = (~level.hole).astype(np.float32)
    share = np.maximum(cv2.blur(known, side), 1e-3)
    for plane in (3, 4):
        level.planes[..., plane] = cv2.blur(np.ascontiguousarray(level.planes[..., plane]) * known, side) / share
