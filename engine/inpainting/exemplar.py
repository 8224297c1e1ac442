"""Filling holes from the rest of the picture, without any model.

Thin holes are bridged (`engine.inpainting.thin`). A thick one is filled from coarse to fine in the manner of Wexler,
Shechtman and Irani ("Space-Time Completion of Video", 2007): at each scale every patch that touches the hole finds
the most fitting patch of the picture, every pixel is set to the vote of the patches over it, and so on in turns. The
matches, not the pixels, are carried to the next scale, so nothing is blurred. In the end pixels are copied, and the
steps between copies smoothed.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask
from engine.errors import MaskMismatch
from engine.geometry import grow_box
from engine.inpainting.holes import Hole, bounding_box, by_thickness, nearest, radius, separate
from engine.inpainting.matching import DISTANCE_COST, Field, Matcher, strangeness
from engine.inpainting.membrane import membrane
from engine.inpainting.patches import PATCH, REACH
from engine.inpainting.pyramid import Level, build, context, levels_for
from engine.inpainting.thin import heal_thin
from engine.inpainting.voting import copied, trust, vote

Progress = Callable[[float], None]
"""Called with the share done, 0..1, rising; what it raises ends the fill and reaches the caller."""

_THIN_RADIUS = 3.0
_BLEMISH_RADIUS = 8.0
_TOGETHER = 16
_FEWEST_SOURCES = 40
_SEARCHED = 60_000
_TURNS = (3, 5)
_COARSE_TURNS = 24
_SETTLED = 0.003


class ExemplarInpainter:
    """Fills holes with what surrounds them; needs nothing but a CPU."""

    def inpaint(
        self,
        image: Image,
        mask: Mask,
        seed: int,
        *,
        forbidden: Mask | None = None,
        progress: Progress | None = None,
    ) -> Image:
        """The image with the masked pixels made new and every other one as it was; the seed fixes the result.

        Copies come only from pixels that neither `mask` nor `forbidden` selects. Where those are too few the hole is
        spanned smoothly, and a mask of everything gives a plain grey.

        Raises:
            MaskMismatch: a mask of another shape than the image.
        """
        return _fill(image, mask, seed, forbidden, progress, _THIN_RADIUS)

    def heal(self, image: Image, mask: Mask, seed: int = 0) -> Image:
        """The image with specks, scratches and blemishes of up to 16 px across bridged smoothly, grain and all.

        Larger ones are filled as by `inpaint`. Pixels outside the mask stay as they were.

        Raises:
            MaskMismatch: a mask of another shape than the image.
        """
        return _fill(image, mask, seed, None, None, _BLEMISH_RADIUS)


def _fill(
    image: Image, mask: Mask, seed: int, forbidden: Mask | None, progress: Progress | None, thin_radius: float
) -> Image:
    for given in (mask, forbidden):
        if given is not None and given.shape != image.shape[:2]:
            raise MaskMismatch((given.shape[0], given.shape[1]), (image.shape[0], image.shape[1]))
    filled = image.copy()
    rng = np.random.default_rng(seed)
    if mask.all():
        return rng.integers(126, 131, image.shape, dtype=np.uint8)
    thin, thick = by_thickness(mask, thin_radius)
    barred = mask if forbidden is None else mask | forbidden
    # Thick holes first: a bridge beside one must not lean on pixels that are still to be replaced.
    unfilled = mask.copy()
    total = max(1, int(np.count_nonzero(thick)))
    done = 0
    for hole in separate(thick, _TOGETHER):
        share = int(np.count_nonzero(hole.mask)) / total
        _fill_hole(filled, hole, unfilled, barred, rng, _portion(progress, done, share))
        unfilled[hole.box.slices] &= ~hole.mask
        done += share
    if thin.any():
        window = grow_box(bounding_box(thin), 2 * _TOGETHER, *thin.shape)
        filled[window.slices] = heal_thin(filled[window.slices], thin[window.slices], barred[window.slices], seed)
    return filled


def _portion(progress: Progress | None, done: float, share: float) -> Progress:
    return lambda part: progress(min(1.0, done + share * part)) if progress else None


def _fill_hole(
    filled: Image, hole: Hole, unfilled: Mask, barred: Mask, rng: np.random.Generator, progress: Progress
) -> None:
    """Fill one hole of `filled` in place; other unfilled pixels around it are guessed along with it but not written."""
    levels = levels_for(radius(hole, unfilled.shape), *unfilled.shape)
    for margin in (context(hole.box, levels - 1), max(unfilled.shape)):
        window = grow_box(hole.box, margin, *unfilled.shape[:2])
        scene = _Scene(filled[window.slices], unfilled[window.slices], barred[window.slices])
        found = scene.fill(levels, rng, progress)
        if found is not None:
            break
    else:
        window = Box(0, 0, unfilled.shape[1], unfilled.shape[0])
        found = membrane(filled.astype(np.float32), unfilled) + rng.normal(0, 2, filled.shape)
    own = np.s_[hole.box.y0 - window.y0 :, hole.box.x0 - window.x0 :]
    found = found[own][: hole.box.height, : hole.box.width]
    filled[hole.box.slices][hole.mask] = np.clip(np.rint(found[hole.mask]), 0, 255).astype(np.uint8)


class _Scene:
    """A window of the picture with its hole, framed by one patch's reach so that patches can stand on the border."""

    def __init__(self, image: Image, hole: Mask, barred: Mask) -> None:
        frame = (REACH, REACH, REACH, REACH)
        self._image = np.asarray(cv2.copyMakeBorder(image, *frame, cv2.BORDER_REPLICATE), np.uint8)
        self._hole = cv2.copyMakeBorder(hole.astype(np.uint8), *frame, cv2.BORDER_REPLICATE) > 0
        self._barred = cv2.copyMakeBorder(barred.astype(np.uint8), *frame, cv2.BORDER_CONSTANT, value=1) > 0

    def fill(self, levels: int, rng: np.random.Generator, progress: Progress) -> NDArray[np.float32] | None:
        """(H, W, 3) float32, the window with its hole filled; None where there is too little to copy from."""
        # Above this many pixels a search of the finest levels costs seconds and finds little that coarser ones did not.
        first = math.ceil(max(0.0, math.log(np.count_nonzero(self._hole) / _SEARCHED, 4)))
        pyramid = build(self._image, self._hole, self._barred, first, max(levels, first + 1))
        while pyramid and not _has_enough(pyramid[-1]):
            pyramid.pop()
        if not pyramid:
            return None
        level, field = _searched(pyramid, math.hypot(*self._hole.shape), rng, progress)
        field = self._at_full_size(level, field)
        found = self._image.astype(np.float32)
        found[field.box.slices] = copied(self._image, self._hole, field)
        progress(1.0)
        return found[REACH:-REACH, REACH:-REACH]

    def _at_full_size(self, level: Level, field: Field) -> Field:
        """The field of a level as one of the window, every source of a hole pixel a known pixel that may be copied."""
        box = grow_box(bounding_box(self._hole), 1, *self._hole.shape)
        rows, columns = np.arange(box.y0, box.y1)[:, None], np.arange(box.x0, box.x1)[None]
        here = self._hole[box.slices]
        matched = _scaled(field, level.window, 1 << level.depth, Box(0, 0, *self._hole.shape[::-1]), box)
        sources = matched.rows * self._hole.shape[1] + matched.columns
        allowed = ~(self._hole | self._barred)
        lost = here & ~allowed.ravel()[sources]
        if lost.any():
            sources[lost] = nearest(allowed).ravel()[sources[lost]]
        found_rows, found_columns = np.divmod(sources, self._hole.shape[1])
        return Field(box, np.where(here, found_rows, rows), np.where(here, found_columns, columns))


def _has_enough(level: Level) -> bool:
    return bool(level.hole.any() and np.count_nonzero(level.sources) >= _FEWEST_SOURCES)


def _searched(
    pyramid: list[Level], diagonal: float, rng: np.random.Generator, progress: Progress
) -> tuple[Level, Field]:
    """The finest level and its field, matched from coarse to fine."""
    place_weight = DISTANCE_COST * PATCH / diagonal
    middle = pyramid[min(2, len(pyramid) - 1)]
    odd = strangeness(middle, place_weight * 2**middle.depth)
    level, field = pyramid[-1], None
    level.planes = membrane(level.planes, level.hole)
    for finer in reversed(pyramid):
        if field is not None:
            box = bounding_box(finer.targets)
            field = _scaled(field, level.window, 2 ** (level.depth - finer.depth), finer.window, box)
            within = finer.hole[box.slices]
            finer.planes[box.slices][within] = finer.planes[field.rows[within], field.columns[within]]
        level = finer
        matcher = Matcher(level, place_weight * 2**level.depth, _resampled(odd, middle, level), rng, field)
        field = _settled(level, matcher, level.depth - pyramid[0].depth)
        progress(0.9 * 4.0 ** (pyramid[0].depth - level.depth))
    assert field is not None
    return level, field


def _settled(level: Level, matcher: Matcher, depth: int) -> Field:
    """The matches after matching and voting in turns until few change."""
    trusted = trust(level.hole)
    for turn in range(_TURNS[depth] if depth < len(_TURNS) else _COARSE_TURNS):
        changed = matcher.improve(turn)
        vote(level, matcher, trusted)
        if changed < _SETTLED:
            break
    return matcher.field()


def _resampled(values: NDArray[np.float32], of: Level, to: Level) -> NDArray[np.float32]:
    """A map of one level in the frame of another."""
    scale = 2.0 ** (to.depth - of.depth)
    rows = (np.arange(to.height, dtype=np.float32) + to.window.y0 + 0.5) * scale - 0.5 - of.window.y0
    columns = (np.arange(to.width, dtype=np.float32) + to.window.x0 + 0.5) * scale - 0.5 - of.window.x0
    rows, columns = np.meshgrid(rows.astype(np.float32), columns.astype(np.float32), indexing="ij")
    return np.asarray(cv2.remap(values, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _scaled(field: Field, of: Box, scale: int, to: Box, box: Box) -> Field:
    """The field of a level in window `of` as one `scale` times finer in window `to`, for the pixels in `box`."""
    rows = np.arange(box.y0, box.y1)[:, None] + to.y0
    columns = np.arange(box.x0, box.x1)[None] + to.x0
    coarse_rows = np.clip(rows // scale - of.y0 - field.box.y0, 0, field.box.height - 1)
    coarse_columns = np.clip(columns // scale - of.x0 - field.box.x0, 0, field.box.width - 1)
    source_rows = (field.rows[coarse_rows, coarse_columns] + of.y0) * scale + rows % scale - to.y0
    source_columns = (field.columns[coarse_rows, coarse_columns] + of.x0) * scale + columns % scale - to.x0
    return Field(box, np.clip(source_rows, 0, to.height - 1), np.clip(source_columns, 0, to.width - 1))
