"""Operations that take something away and fill what was behind it."""

from __future__ import annotations

import numpy as np

from engine.data import Image, Mask
from engine.errors import BackendMissing, NeedsClarification
from engine.handlers.blend import put_back, window_of
from engine.handlers.generate import BACKEND, paint_region, painter_of
from engine.inpainting.diffusion.settings import MANNERS
from engine.masks import grow
from engine.operations import Remove
from engine.scene import Scene, Step

MOST = 0.95
"""Share of the picture from which on removing is a mistake, not an edit."""
DRAWN_MARGIN = 2
"""Px around a mask that is exact: drawn by the author, or around glyphs."""
WITHOUT_WEIGHTS = (None, "exact", "exemplar")


def apply_remove(operation: Remove, scene: Scene) -> Step:
    """The target gone, the hole filled from the rest of the picture."""
    region = scene.must_find(operation.target, "What should be removed?")
    return erase(scene, region, DRAWN_MARGIN if scene.mask is not None else _found_margin(region))


def erase(scene: Scene, region: Mask, margin: int = DRAWN_MARGIN) -> Step:
    """The region filled; the hole is the region grown by `margin` px, so that no rim of the old thing is left.

    Raises: BackendMissing when another eraser was asked for by name, MaskEmpty, NeedsClarification where the region
    leaves too little of the picture to fill it from.
    """
    if region.mean() > MOST:
        raise NeedsClarification("That is the whole picture: nothing is left to fill it from. Which part should go?")
    if scene.backend == BACKEND:
        return paint_region(scene, painter_of(scene, "removing by painting"), region, "", MANNERS["replace"])
    if scene.backend not in WITHOUT_WEIGHTS:
        raise BackendMissing("removing with that eraser", str(scene.backend))
    hole = grow(region, margin)
    with scene.clock("edit"):
        filled = fill(scene, scene.picture.rgb, hole)
    with scene.clock("composite"):
        window = window_of(hole)
        alpha = hole[window.slices].astype(np.float32)
        step = put_back(scene.picture, window, filled[window.slices], alpha, hole)
    return Step(step.picture, step.changed, target=hole, backend="exemplar")


def fill(scene: Scene, image: Image, hole: Mask) -> Image:
    """The hole filled with the eraser, for tools that leave one behind."""
    return scene.eraser.inpaint(image, hole, scene.seed, progress=scene.progress)


def _found_margin(region: Mask) -> int:
    """4 px and 1.5 % of the extent: the edge of what was found by words is loose, and wider on large things."""
    return 4 + int(0.015 * np.sqrt(np.count_nonzero(region)))
