"""Operations that take something away and fill what was behind it."""

from __future__ import annotations

import numpy as np

from engine.data import Image, Mask
from engine.errors import BackendMissing, NeedsClarification
from engine.geometry import bounding_box
from engine.handlers.blend import put_back, window_of
from engine.handlers.generate import BACKEND, paint_region, painter_of
from engine.inpainting.diffusion.settings import MANNERS
from engine.masks import grow
from engine.operations import Remove
from engine.scene import Scene, Step

MOST = 0.95
"""Share of the picture from which on removing is a mistake, not an edit."""
WITHOUT_WEIGHTS = (None, "exact", "exemplar")


def apply_remove(operation: Remove, scene: Scene) -> Step:
    """The target gone, the hole filled from the rest of the picture."""
    region = scene.must_find(operation.target, "What should be removed?")
    return erase(scene, region)


def erase(scene: Scene, region: Mask) -> Step:
    """The region filled; the hole is the region grown a little, so that no rim of the old thing is left.

    Raises: BackendMissing when another eraser was asked for by name, MaskEmpty, NeedsClarification where the region
    leaves too little of the picture to fill it from.
    """
    if region.mean() > MOST:
        raise NeedsClarification("That is the whole picture: nothing is left to fill it from. Which part should go?")
    if scene.backend == BACKEND:
        return paint_region(scene, painter_of(scene, "removing by painting"), region, "", MANNERS["replace"])
    if scene.backend not in WITHOUT_WEIGHTS:
        raise BackendMissing("removing with that eraser", str(scene.backend))
    hole = grow(region, _margin(region, given=scene.mask is not None))
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


def _margin(region: Mask, *, given: bool) -> int:
    """Px around the region: 2 for a mask the author drew, else 4 + 1 % of its diagonal (a detector's edge is loose)."""
    if given:
        return 2
    box = bounding_box(region)
    return 4 if box is None else 4 + int(0.01 * np.hypot(box.width, box.height))
