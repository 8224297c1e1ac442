"""Erasing with a model that sees a few hundred pixels at a time, in pictures of any size.

Every hole is shown in a window of its own with what is around it. A window larger than the model's is shown smaller,
and what that loses is put back (`engine.inpainting.detail`); wide tangles of thin strokes are erased piece by piece at
full size instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np

from engine.data import Box, Image, Mask
from engine.errors import MaskMismatch
from engine.geometry import crop_window
from engine.inpainting.detail import with_detail
from engine.inpainting.holes import Hole, bounding_box, radius, separate
from engine.protocols import Progress

Erase: TypeAlias = Callable[[Image, Mask], Image]
"""(H, W, 3) pixels and the (H, W) hole, of a size the model takes -> the pixels with the hole filled."""

MARGIN: Final = 128
"""Px of surroundings on each side of a hole, as in IOPaint; holes nearer to each other are erased together."""
CONTEXT: Final = 0.25
"""The same as a share of a large hole's longest side: half of what the model then sees is picture."""
LEAST: Final = 256
"""The least side of a window, px, where the picture is that large: what LaMa was trained on."""
SLACK: Final = 1.25
"""How much longer than its side a window may be and still be shown as it is, by a model of free size."""
THIN: Final = 1 / 16
"""Depth of a hole, in sides, up to which it is cut up rather than shown smaller: what is around stays in sight."""


@dataclass(frozen=True, slots=True)
class Input:
    """What sizes of picture a model takes."""

    side: int
    """The longest side, px, that it is shown."""
    multiple: int = 8
    """What both sides are a multiple of, px."""
    fixed: bool = False
    """Whether it takes nothing but `side` x `side`."""

    @property
    def longest(self) -> float:
        """The longest side of a window, px, that is not shrunk."""
        return self.side if self.fixed else self.side * SLACK

    @property
    def margin(self) -> int:
        """Px of surroundings shown on each side of a hole; half of what is shown stays for the hole."""
        return min(MARGIN, self.side // 4)


def erase_holes(image: Image, mask: Mask, seed: int, erase: Erase, size: Input, progress: Progress | None) -> Image:
    """The (H, W, 3) image with what the (H, W) mask selects made new and every other pixel as it was.

    `erase` is called once for each hole, or piece of one; `progress` before each call and at the end.
    Raises: MaskMismatch, and what `erase` and `progress` raise.
    """
    if mask.shape != image.shape[:2]:
        raise MaskMismatch((mask.shape[0], mask.shape[1]), (image.shape[0], image.shape[1]))
    filled, unfilled = image.copy(), mask.copy()
    total, done = max(1, int(np.count_nonzero(mask))), 0
    for hole in [piece for whole in separate(mask, size.margin) for piece in _pieces(whole, size, mask.shape)]:
        if progress is not None:
            progress(done / total)
        window = _window(hole.box, size, mask.shape)
        made = _made(filled[window.slices], unfilled[window.slices], seed, erase, size)
        x, y = hole.box.x0 - window.x0, hole.box.y0 - window.y0
        made = made[y : y + hole.box.height, x : x + hole.box.width]
        filled[hole.box.slices][hole.mask] = made[hole.mask]
        unfilled[hole.box.slices] &= ~hole.mask
        done += int(np.count_nonzero(hole.mask))
    if progress is not None:
        progress(1.0)
    return filled


def _window(box: Box, size: Input, shape: tuple[int, ...]) -> Box:
    longest = max(box.width, box.height)
    context = max(CONTEXT, size.margin / longest)
    least = size.side if size.fixed else min(LEAST, size.side)
    return crop_window(box, shape[0], shape[1], context=context, minimum=least, multiple=size.multiple)


def _pieces(hole: Hole, size: Input, shape: tuple[int, ...]) -> Iterator[Hole]:
    """The hole; or, where it is too wide to be shown as it is but thin, what of it lies in each cell of a grid."""
    reach = _window(hole.box, size, shape)
    if max(reach.width, reach.height) <= size.longest or radius(hole, shape) > THIN * size.side:
        yield hole
        return
    cell = size.side - 2 * size.margin
    for y in range(0, hole.box.height, cell):
        for x in range(0, hole.box.width, cell):
            part = hole.mask[y : y + cell, x : x + cell]
            if part.any():
                tight = bounding_box(part)
                x0, y0 = hole.box.x0 + x, hole.box.y0 + y
                yield Hole(Box(x0 + tight.x0, y0 + tight.y0, x0 + tight.x1, y0 + tight.y1), part[tight.slices])


def _made(crop: Image, hole: Mask, seed: int, erase: Erase, size: Input) -> Image:
    """The crop with its hole filled, seen by the model whole."""
    height, width = hole.shape
    longest = max(height, width)
    if longest <= size.longest:
        return _framed(crop, hole, erase, size)
    rows, columns = (max(1, round(side * size.side / longest)) for side in (height, width))
    small = np.asarray(cv2.resize(crop, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    # A small pixel that holds any of the hole is hole: none that the model may trust is tainted.
    covered = cv2.resize(hole.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    small_hole = np.asarray(covered, np.float32) > 0
    small[small_hole] = _framed(small, small_hole, erase, size)[small_hole]
    return with_detail(crop, hole, small, small_hole, seed)


def _framed(crop: Image, hole: Mask, erase: Erase, size: Input) -> Image:
    """The model's result for a crop that is continued, mirrored, to a size it takes."""
    height, width = hole.shape
    full_height, full_width = (
        (size.side, size.side)
        if size.fixed
        else tuple(-(-side // size.multiple) * size.multiple for side in hole.shape)
    )
    border = (0, full_height - height, 0, full_width - width)
    image = np.asarray(cv2.copyMakeBorder(crop, *border, cv2.BORDER_REFLECT_101), np.uint8)
    mirrored = cv2.copyMakeBorder(hole.astype(np.uint8), *border, cv2.BORDER_REFLECT_101) > 0
    return erase(image, np.asarray(mirrored, np.bool_))[:height, :width]
