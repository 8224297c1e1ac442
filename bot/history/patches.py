"""A picture as what changed since its parent: lossless, and as small as the change.

Pixels here are (H, W, 3 or 4) uint8: sRGB, and the opacity where the picture has one. A child is drawn on its `canvas`,
the parent placed where it still shows; `pieces` are the rectangles that differ from it. So a local edit costs its own
area, a crop costs nothing and an expansion costs its border.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Offset, Picture

Pixels: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) or (H, W, 4) uint8."""
Mode: TypeAlias = Literal["paste", "add"]

TILE = 32
"""px: the grain at which separate changes are told apart."""
MOST_PIECES = 8
KEYS = (0x000000, 0xFF00FF, 0x00FF00, 0x01FE02, 0xFE01FD, 0x7F0180)
"""Colours that may stand for "as before" in a pasted piece; the first that no changed pixel has is taken."""


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """One rectangle that changed: new pixels, or what to add to the old ones modulo 256."""

    x: int
    y: int
    mode: Mode
    pixels: Pixels
    key: int | None = None
    """0xRRGGBB that stands for "as before" when pasting (opacity 0 with it); None: every pixel is new."""

    @property
    def box(self) -> Box:
        """Where the piece lies in the child."""
        height, width = self.pixels.shape[:2]
        return Box(self.x, self.y, self.x + width, self.y + height)


def pixels_of(picture: Picture) -> Pixels:
    """The picture in one array: a view where it is opaque."""
    if picture.opacity is None:
        return picture.rgb
    return np.dstack((picture.rgb, picture.opacity))


def picture_of(pixels: Pixels) -> Picture:
    """The picture that `pixels_of` made the array of."""
    if pixels.shape[2] == 3:
        return Picture(pixels)
    return Picture(np.ascontiguousarray(pixels[:, :, :3]), np.ascontiguousarray(pixels[:, :, 3]))


def canvas(parent: Pixels, offset: Offset, height: int, width: int, channels: int) -> Pixels:
    """A new (height, width, channels) array: the parent at its offset, black (and clear) where it does not reach."""
    blank = np.zeros((height, width, channels), np.uint8)
    top, left = max(offset.y, 0), max(offset.x, 0)
    bottom, right = max(height - offset.y, 0), max(width - offset.x, 0)
    shown = parent[max(-offset.y, 0) : bottom, max(-offset.x, 0) : right]
    area = blank[top : top + shown.shape[0], left : left + shown.shape[1]]
    area[:, :, :3] = shown[:, :, :3]
    if channels == 4:
        area[:, :, 3] = shown[:, :, 3] if shown.shape[2] == 4 else 255
    return blank


def differences(base: Pixels, pixels: Pixels) -> list[Piece]:
    """The pieces that turn `base` into `pixels`, of the same shape: at most `MOST_PIECES`, none where they agree."""
    change = np.asarray(cv2.absdiff(base, pixels), np.uint8)
    pieces: list[Piece] = []
    for box in _boxes(change):
        same = _equals(change[box.slices], 0)
        if same.all():
            continue
        tight = _tight(~same)
        inside = Box(box.x0 + tight.x0, box.y0 + tight.y0, box.x0 + tight.x1, box.y0 + tight.y1)
        pieces.append(_piece(base, pixels, same[tight.slices], inside))
        # A box may reach into its neighbour's: what is told once is not told again.
        change[inside.slices] = 0
    return pieces


def draw(base: Pixels, pieces: Sequence[Piece]) -> None:
    """Turn `base`, in place, into the pixels it was the base of."""
    for piece in pieces:
        under = base[piece.box.slices]
        if piece.mode == "add":
            under += piece.pixels
        elif piece.key is None:
            under[:] = piece.pixels
        else:
            np.copyto(under, piece.pixels, where=~_equals(piece.pixels, piece.key)[:, :, None])


def size_of(pieces: Sequence[Piece]) -> float:
    """About how many bytes the pieces take as PNG."""
    return sum(_bits(piece.pixels) * piece.pixels.size / 8 for piece in pieces)


def _boxes(change: Pixels) -> Iterator[Box]:
    """Boxes on the tile grid around each group of changed tiles; groups that are near melt until they are few."""
    height, width, channels = change.shape
    rows = np.stack([change[y : y + TILE].reshape(-1, width * channels).max(axis=0) for y in range(0, height, TILE)])
    tiles = np.maximum.reduceat(rows, range(0, width * channels, TILE * channels), axis=1) > 0
    grid = tiles.astype(np.uint8)
    reach = 1
    while True:
        count, _, stats, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
        if count - 1 <= MOST_PIECES:
            break
        grid = cv2.morphologyEx(grid, cv2.MORPH_CLOSE, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
        reach *= 2
    for x, y, across, down, _ in stats[1:].tolist():
        yield Box(x * TILE, y * TILE, min((x + across) * TILE, width), min((y + down) * TILE, height))


def _tight(changed: NDArray[np.bool_]) -> Box:
    """The smallest box around what is True; something must be."""
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _piece(base: Pixels, pixels: Pixels, same: NDArray[np.bool_], box: Box) -> Piece:
    """The box in the mode of fewer bytes: what was recoloured adds up small, what is new is best told as it is."""
    new = pixels[box.slices]
    sums = new - base[box.slices]
    sums[same] = 0
    key = _free_key(new, same) if same.any() else None
    if key is not None:
        new = new.copy()
        new[same] = _colour(key, new.shape[2])
    if _bits(sums) < _bits(new):
        return Piece(box.x0, box.y0, "add", sums)
    return Piece(box.x0, box.y0, "paste", np.ascontiguousarray(new), key)


def _free_key(new: Pixels, same: NDArray[np.bool_]) -> int | None:
    return next((key for key in KEYS if not np.any(_equals(new, key) & ~same)), None)


def _colour(key: int, channels: int) -> tuple[int, ...]:
    return (key >> 16, key >> 8 & 255, key & 255, 0)[:channels]


def _equals(pixels: Pixels, key: int) -> NDArray[np.bool_]:
    colour = _colour(key, pixels.shape[2])
    return cv2.inRange(np.ascontiguousarray(pixels), colour, colour).astype(np.bool_)


def _bits(pixels: Pixels) -> float:
    """About what a sample takes in a PNG: the entropy of the steps from row to row, on an eighth of the rows."""
    steps = pixels[1::8] - pixels[:-1:8] if len(pixels) > 1 else pixels
    counts = np.bincount(steps.ravel(), minlength=256)
    shares = counts[counts > 0] / steps.size
    return float(-(shares * np.log2(shares)).sum())
