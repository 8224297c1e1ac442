"""Operations whose result must be invented: a generative model paints, everything else stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np

from engine.composite import paste_opacity
from engine.data import Image, Mask
from engine.errors import BackendMissing, MaskEmpty, ModelMissing
from engine.geometry import bounding_box, grow_box
from engine.handlers.blend import put_back
from engine.handlers.placing import place_for
from engine.inpainting.diffusion.settings import MANNERS, SPARE, Manner, Reach, reach_of
from engine.masks import feather, grow
from engine.operations import Add, Alter, Background, Generate, Replace, Style, Target
from engine.protocols import Painter
from engine.scene import Scene, Step
from engine.tools.background import replace_background

Invention: TypeAlias = Add | Alter | Background | Generate | Replace | Style

BACKEND = "diffusion"


def apply_generative(operation: Invention, scene: Scene) -> Step:
    """What the prompt says, painted where the operation is about; outside the step's mask nothing changes.

    Raises: BackendMissing, BackendFailed, and whatever finding the place raises.
    """
    painter = painter_of(scene, f"painting “{operation.prompt}”")
    match operation:
        case Replace():
            region = scene.must_find(operation.target, "What should be replaced?")
        case Add():
            region = scene.mask if scene.mask is not None else place_for(scene, operation.place)
        case Alter() | Style():
            region = scene.where(operation.target)
        case Background():
            return _new_background(operation, scene, painter)
        case Generate():
            region = None
    manner = MANNERS[operation.kind]
    if region is None:
        everything = np.ones(scene.picture.rgb.shape[:2], np.bool_)
        painted = paint(scene, painter, scene.picture.rgb, everything, prompt_of(operation), manner)
        return Step(replace(scene.picture, rgb=painted), changed=None, backend=BACKEND)
    return paint_region(scene, painter, region, prompt_of(operation), manner)


def painter_of(scene: Scene, need: str) -> Painter:
    """The scene's model, loaded. Raises: BackendMissing, also where another backend was asked for by name."""
    if scene.backend not in (None, BACKEND):
        raise BackendMissing(need, scene.backend)
    try:
        with scene.clock("load"):
            return scene.painter()
    except ModelMissing:
        raise
    except BackendMissing as exc:
        raise BackendMissing(need, BACKEND) from exc


def paint(scene: Scene, painter: Painter, image: Image, hole: Mask, prompt: str, manner: Manner) -> Image:
    """The image with the hole painted in that manner, by the scene's seed."""
    with scene.clock("edit"):
        return painter.paint(
            image,
            hole,
            prompt,
            seed=scene.seed,
            strength=manner.strength,
            fill=manner.fill,
            progress=scene.progress,
        )


def prompt_of(operation: Invention) -> str:
    """What the model is told: the author's words, after the name of the thing they are about."""
    prompt = operation.prompt or ""
    target = operation.target if isinstance(operation, Alter | Style) else None
    name = _name(target)
    return prompt if not name or name.lower() in prompt.lower() else f"{name}, {prompt}"


def _name(target: Target | None) -> str:
    words = (target.colour, target.phrase) if target is not None else ()
    return " ".join(word for word in words if word)


def paint_region(scene: Scene, painter: Painter, region: Mask, prompt: str, manner: Manner) -> Step:
    """The region painted, with a soft border around it; the region itself is always covered."""
    box = bounding_box(region)
    if box is None:
        raise MaskEmpty
    reach = reach_of(manner, box)
    hole = grow(region, reach.grow + reach.feather + SPARE)
    painted = paint(scene, painter, scene.picture.rgb, hole, prompt, manner)
    with scene.clock("composite"):
        window = grow_box(box, reach.grow + reach.feather, *region.shape)
        alpha = np.ascontiguousarray(soft(region, reach)[window.slices])
        step = put_back(scene.picture, window, np.ascontiguousarray(painted[window.slices]), alpha, region)
        picture = step.picture
        if manner.opaque and picture.opacity is not None:
            solid = np.full(alpha.shape, 255, np.uint8)
            picture = replace(picture, opacity=paste_opacity(picture.opacity, window, solid, alpha))
    return replace(step, picture=picture, backend=BACKEND)


def soft(region: Mask, reach: Reach) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Weights of what is painted: above 0 on all of the region, 0 beyond its reach, falling between."""
    half = reach.feather // 2
    return feather(grow(region, reach.grow + half), half)


def _new_background(operation: Background, scene: Scene, painter: Painter) -> Step:
    """Everything but the subject painted anew, and the subject set on it along its matte."""
    subject = scene.subject()
    behind = ~subject
    if not behind.any():
        raise MaskEmpty
    painted = paint(scene, painter, scene.picture.rgb, behind, operation.prompt or "", MANNERS["background"])
    with scene.clock("composite"):
        rgb = replace_background(scene.picture.rgb, subject, painted)
        changed = np.any(rgb != scene.picture.rgb, axis=2)
    return Step(replace(scene.picture, rgb=rgb), changed=changed, target=subject, backend=BACKEND)
