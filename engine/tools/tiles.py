"""A model's work on a picture of any size, tile by tile, so that memory is bounded by a tile and the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.data import Image
from engine.protocols import Progress

Model: TypeAlias = Callable[[Image], Image]
"""(h, w, 3) -> (scale * h, scale * w, 3)."""

ALIGNED: Final = 64
"""Tiles begin at multiples of this, px: the windows of SwinIR (8) and HAT (16) then lie as in the whole picture."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a picture is cut."""

    side: int
    """Of a tile, px; a multiple of `ALIGNED`, and larger than the overlap by at least that."""
    overlap: int
    """Of a tile with the next, px: what a model sees beyond the seam, which is faded across the middle half of it."""


def in_tiles(
    model: Model, scale: int, image: Image, height: int, width: int, tiling: Tiling, progress: Progress
) -> Image:
    """The (height, width, 3) picture that the model makes of the image, averaged down from its own `scale`.

    height, width: px, at most those of the model's result. `progress` is called after each tile. A picture of one tile
    has no seam; seams are faded from tile to tile, so that a model that looks no further than a quarter of the overlap
    gives what it would give for the whole picture.
    """
    rows, columns = _spans(image.shape[0], tiling), _spans(image.shape[1], tiling)
    shrink = scale * image.shape[0] / height, scale * image.shape[1] / width
    result, done = np.empty((height, width, 3), np.uint8), 0
    for y0, y1 in rows:
        down, down_fade = _placed(y0, y1, scale, shrink[0], height, tiling.overlap)
        band = np.empty((down.stop - down.start, width, 3), np.uint8)
        for x0, x1 in columns:
            made = model(np.ascontiguousarray(image[y0:y1, x0:x1]))
            right, right_fade = _placed(x0, x1, scale, shrink[1], width, tiling.overlap)
            lower = _averaged(made, y0 * scale, down, shrink[0], 0)
            _blend(band[:, right], _averaged(lower, x0 * scale, right, shrink[1], 1), right_fade)
            done += 1
            progress(done / (len(rows) * len(columns)))
        faded = np.count_nonzero(down_fade < 1)
        _blend(result[down][:faded], band[:faded].astype(np.float32), down_fade[:faded, None])
        result[down][faded:] = band[faded:]
    return result


def _spans(length: int, tiling: Tiling) -> list[tuple[int, int]]:
    """Where tiles begin and end along one axis; the last ends with the picture."""
    if length <= tiling.side:
        return [(0, length)]
    step = (tiling.side - tiling.overlap) // ALIGNED * ALIGNED
    last = -(-(length - tiling.side) // ALIGNED) * ALIGNED
    return [(start, min(start + tiling.side, length)) for start in (*range(0, last, step), last)]


def _placed(
    start: int, stop: int, scale: int, shrink: float, length: int, overlap: int
) -> tuple[slice, NDArray[np.float32]]:
    """The result's pixels along one axis that a tile covers whole, and how strongly each is the tile's own."""
    first, last = start * scale / shrink, stop * scale / shrink
    covered = slice(int(np.ceil(first - 1e-6)), min(length, int(np.floor(last + 1e-6))))
    if start == 0:
        return covered, np.ones(covered.stop, np.float32)
    inward = (np.arange(covered.start, covered.stop) + 0.5 - first) * shrink / scale
    return covered, np.clip((inward - overlap / 4) / (overlap / 2), 0, 1).astype(np.float32)


def _averaged(
    made: Image | NDArray[np.float32], start: int, wanted: slice, shrink: float, axis: int
) -> NDArray[np.float32]:
    """The mean, along one axis, of what of a tile lies under each wanted pixel of the result, exact to fractions."""
    if shrink == 1:
        return made.astype(np.float32)
    edges: NDArray[np.float64] = np.arange(wanted.start, wanted.stop + 1, dtype=np.float64) * shrink - start
    nearest, last = np.floor(edges[:-1] + 1e-6).astype(np.intp), made.shape[axis] - 1
    total: NDArray[np.float32] = np.zeros(1, np.float32)
    for tap in range(int(np.ceil(shrink)) + 1):
        at = nearest + tap
        covered = np.clip(np.minimum(edges[1:], at + 1) - np.maximum(edges[:-1], at), 0, 1)
        share = np.asarray(covered / shrink, np.float32).reshape((-1, 1, 1) if axis == 0 else (-1, 1))
        total = np.asarray(total + share * made.take(np.minimum(at, last), axis), np.float32)
    return total


def _blend(there: Image, pixels: NDArray[np.float32], share: NDArray[np.float32]) -> None:
    """Write the tile's pixels over what earlier tiles left, as far as they are its own."""
    kept = np.where(share[..., None] < 1, there, np.float32(0))
    there[...] = np.rint(np.clip(kept + share[..., None] * (pixels - kept), 0, 255))
