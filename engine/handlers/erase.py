"""Operations that take something away and fill what was behind it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.data import Image, Mask, Notice
from engine.errors import BackendMissing, NeedsClarification
from engine.grounding.traces import FINDERS, Trace, Wish, separate, trace_in, traces_of, wish_for
from engine.handlers.blend import put_back, window_of
from engine.handlers.generate import BACKEND, paint_region, painter_of
from engine.inpainting.diffusion.settings import MANNERS, avoiding
from engine.inpainting.holes import by_thickness
from engine.masks import feather_inside, grow, union
from engine.operations import Remove
from engine.protocols import Inpainter
from engine.scene import Scene, Step

TRACED = 0.5
"""Share of the picture from which on a region is scenery, which casts nothing."""
FLAT = frozenset({"sky", "greenery", "background", "whole", "text", "area", "rest", "trace", "face"})
"""Sources of regions that stand on nothing."""
WENT_TOO: Mapping[Trace, Notice] = {"shadow": Notice("shadow_too"), "reflection": Notice("reflection_too")}
SEVERAL = 8
"""Things whose traces are looked for, at most: each takes a tenth of a second."""
MOST = 0.95
"""Share of the picture from which on removing is a mistake, not an edit."""
DRAWN_MARGIN = 2
"""Px around a mask that is exact: drawn by the author, or around glyphs."""
ERASER = "lama"
"""The backend of trained erasers, as on the command line."""
WEIGHTLESS = "exemplar"
ERASERS = (None, "exact", WEIGHTLESS, ERASER)
SHALLOW = 8.0
"""Depth of a hole, px, up to which the fill without weights is as good: it bridges 16 px unseen, in milliseconds."""


def apply_remove(operation: Remove, scene: Scene) -> Step:
    """The target gone, the hole filled from the rest of the picture.

    With what words named goes its shadow and its reflection, where they are sure and the words do not keep them.
    """
    wish = wish_for(operation.target)
    region = scene.must_find(wish.target, "What should be removed?")
    if scene.mask is None and scene.area is None and not wish.target.previous:
        region = _with_traces(scene, region, wish)
    return erase(scene, region, DRAWN_MARGIN if scene.mask is not None else _found_margin(region))


def _with_traces(scene: Scene, region: Mask, wish: Wish) -> Mask:
    """The region with the traces that its things leave on what they stand on, and a notice of each kind."""
    if region.mean() > TRACED or wish.target.part_of or trace_in(wish.target.phrase or ""):
        return region
    shape = region.shape
    things = tuple(one.on(*shape) for one in scene.found if one.source not in FLAT)
    if not things and not scene.found:
        things = separate(region)
    with scene.clock("ground"):
        traces = traces_of(scene.picture.rgb, things[:SEVERAL], frozenset(FINDERS) - wish.kept)
    scene.notices.extend(WENT_TOO[kind] for kind in traces)
    return union(region, *traces.values())


def erase(scene: Scene, region: Mask, margin: int = DRAWN_MARGIN) -> Step:
    """The region filled; the hole is the region grown by `margin` px, so that no rim of the old thing is left.

    Raises: BackendMissing when another eraser was asked for by name, MaskEmpty, NeedsClarification where the region
    leaves too little of the picture to fill it from.
    """
    if region.mean() > MOST:
        raise NeedsClarification("That is the whole picture: nothing is left to fill it from. Which part should go?")
    if scene.backend == BACKEND:
        manner = avoiding(MANNERS["remove"], (one.label for one in scene.found))
        return paint_region(scene, painter_of(scene, "removing by painting"), region, "", manner)
    if scene.backend not in ERASERS:
        raise BackendMissing("removing with that eraser", str(scene.backend))
    hole = grow(region, margin + scene.softness)
    eraser, backend = eraser_for(scene, hole)
    with scene.clock("edit"):
        filled = eraser.inpaint(scene.picture.rgb, hole, scene.seed, progress=scene.progress)
    with scene.clock("composite"):
        window = window_of(hole)
        inside = hole[window.slices]
        alpha = feather_inside(inside, scene.softness) if scene.softness else inside.astype(np.float32)
        step = put_back(scene.picture, window, filled[window.slices], alpha, region)
    return Step(step.picture, step.changed, target=region, backend=backend)


def fill(scene: Scene, image: Image, hole: Mask) -> Image:
    """The hole filled with the eraser, for tools that leave one behind."""
    eraser, _ = eraser_for(scene, hole)
    return eraser.inpaint(image, hole, scene.seed, progress=scene.progress)


def eraser_for(scene: Scene, hole: Mask) -> tuple[Inpainter, str]:
    """What fills the hole, and its name: the eraser asked for, else the trained one where it is worth its time."""
    trained = scene.specialists.eraser
    deep = scene.backend == ERASER or by_thickness(hole, SHALLOW)[1].any()
    if trained is None or scene.backend in ("exact", WEIGHTLESS) or not deep:
        return scene.eraser, WEIGHTLESS
    return trained, ERASER


def _found_margin(region: Mask) -> int:
    """4 px and 1.5 % of the extent: the edge of what was found by words is loose, and wider on large things."""
    return 4 + int(0.015 * np.sqrt(np.count_nonzero(region)))
