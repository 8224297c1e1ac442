"""Operations whose result must be invented: a generative model paints, everything else stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np

from engine.composite import paste_opacity
from engine.data import Alpha, Image, Mask, Picture
from engine.errors import BackendMissing, BadOption, ImageTooLarge, MaskEmpty, ModelMissing
from engine.geometry import bounding_box
from engine.handlers.blend import put_back
from engine.handlers.instruct import UNUSED, apply_instructed, suits_instruction
from engine.handlers.placing import place_for
from engine.inpainting.diffusion.instruction import frame_of
from engine.inpainting.diffusion.passes import paint_sharply
from engine.inpainting.diffusion.prompts import with_medium
from engine.inpainting.diffusion.settings import MANNERS, OPENED, SPARE, Manner, Reach, reach_of, varied
from engine.inpainting.diffusion.window import GREY, MULTIPLE, resized
from engine.masks import feather, grow
from engine.operations import Add, Alter, Background, Generate, Replace, Style, Target
from engine.protocols import Brief, DenoisesSoftly, Illustrator, Painter, TakesReference
from engine.scene import Scene, Step
from engine.tools.aspects import aspect_ratio
from engine.tools.background import replace_background

Invention: TypeAlias = Add | Alter | Background | Generate | Replace | Style

BACKEND = "diffusion"
LONGEST: Final = 4.0
"""The most extreme aspect that is drawn: beyond it models repeat themselves (SDXL's training buckets end there)."""
LARGEST: Final = 50_000_000
"""Pixels of a new picture, at most."""


def apply_generative(operation: Invention, scene: Scene) -> Step:
    """What the prompt says, painted where the operation is about; outside the step's mask nothing changes.

    Raises: BackendMissing, BackendFailed, and whatever finding the place raises.
    """
    if isinstance(operation, Generate):
        return _new_picture(operation, scene)
    if operation.prompt and suits_instruction(operation, scene) and scene.has_follower():
        return apply_instructed(operation, scene)
    if (everything := _everything_anew(operation, scene)) is not None:
        return everything
    try:
        painter = painter_of(scene, f"painting “{operation.prompt}”" if operation.prompt else "varying the picture")
    except BackendMissing:
        if scene.backend is not None or not scene.has_follower():
            raise
        return apply_instructed(operation, scene)
    match operation:
        case Replace():
            region = scene.must_find(operation.target, "What should be replaced?")
        case Add():
            region = scene.mask if scene.mask is not None else place_for(scene, operation.place)
        case Alter() | Style():
            region = scene.where(operation.target)
        case Background():
            return _new_background(operation, scene, painter)
    manner = _manner_of(operation)
    if region is None:
        everything = np.ones(scene.picture.rgb.shape[:2], np.bool_)
        start, manner = _begun(scene, everything, manner)
        painted = paint(scene, painter, start, everything, prompt_of(operation), manner)
        return Step(replace(scene.picture, rgb=painted), changed=None, backend=BACKEND)
    return paint_region(scene, painter, region, prompt_of(operation), manner)


def _manner_of(operation: Invention) -> Manner:
    return MANNERS["vary" if isinstance(operation, Alter) and not operation.prompt else operation.kind]


def _everything_anew(operation: Invention, scene: Scene) -> Step | None:
    """The whole picture made anew where that is meant and a model for it is there; None: another has to do it."""
    if not isinstance(operation, Alter | Style) or operation.target is not None or scene.mask is not None:
        return None
    illustrator = _illustrator_of(scene)
    if illustrator is None:
        return None
    start, manner = _begun(scene, None, _manner_of(operation))
    brief = brief_of(scene, illustrator, operation.prompt, manner)
    with scene.clock("edit"):
        redrawn = illustrator.redraw(start, brief, scene.progress)
    return Step(replace(scene.picture, rgb=redrawn), changed=None, backend=BACKEND)


def _new_picture(operation: Generate, scene: Scene) -> Step:
    """A picture of its own size from the prompt alone; nothing of the one before is left.

    Raises: BackendMissing, BackendFailed, BadOption for a shape that cannot be, ImageTooLarge.
    """
    aspect = _aspect(operation)
    illustrator, manner = _illustrator_of(scene), MANNERS["generate"]
    if illustrator is not None:
        with scene.clock("edit"):
            drawn = illustrator.draw(brief_of(scene, illustrator, operation.prompt, manner), aspect, scene.progress)
    else:
        painter = painter_of(scene, f"drawing “{operation.prompt}”")
        rows, columns = frame_of(1000, round(1000 * aspect), painter.side, MULTIPLE)
        blank = np.full((rows, columns, 3), GREY, np.uint8)
        drawn = paint(scene, painter, blank, np.ones((rows, columns), np.bool_), operation.prompt, manner)
    width, height = operation.width, operation.height
    if width or height:
        drawn = resized(drawn, height or round((width or 0) / aspect), width or round((height or 0) * aspect))
    return Step(Picture(drawn), changed=None, offset=None, backend=BACKEND)


def _aspect(operation: Generate) -> float:
    """Width / height of the new picture. Raises: BadOption, ImageTooLarge."""
    width, height = operation.width, operation.height
    for name, px in (("width", width), ("height", height)):
        if px is not None and px < 1:
            raise BadOption(name, px, "a number of pixels")
    ratio = width / height if width and height else aspect_ratio(operation.aspect) if operation.aspect else 1.0
    if not 1 / LONGEST <= ratio <= LONGEST:
        raise BadOption("aspect", f"{ratio:.3g}", f"1:{LONGEST:g} to {LONGEST:g}:1")
    pixels = (width or 0) ** 2 / ratio if width else (height or 0) ** 2 * ratio
    if pixels > LARGEST:
        raise ImageTooLarge(int(pixels), LARGEST)
    return ratio


def _illustrator_of(scene: Scene) -> Illustrator | None:
    """The scene's model for whole pictures, loaded; None: there is none, or another backend was asked for by name."""
    if scene.backend not in (None, BACKEND):
        return None
    try:
        with scene.clock("load"):
            return scene.illustrator()
    except ModelMissing:
        raise
    except BackendMissing:
        return None


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


def paint(
    scene: Scene,
    painter: Painter,
    image: Image,
    hole: Mask,
    prompt: str,
    manner: Manner,
    levels: Alpha | None = None,
) -> Image:
    """The image with the hole painted in that manner, by the scene's seed and after its reference.

    levels: how much of each pixel may change, as in `Brief`.
    """
    with scene.clock("edit"):
        brief = replace(brief_of(scene, painter, prompt, manner), levels=levels)
        return paint_sharply(painter, image, hole, brief, scene.progress)


def brief_of(scene: Scene, artist: Painter | Illustrator, prompt: str, manner: Manner) -> Brief:
    """What the scene asks of a model; the author hears of a reference that it cannot use."""
    reference = scene.reference.rgb if scene.reference else None
    if reference is not None and not (isinstance(artist, TakesReference) and artist.takes_reference):
        reference = None
        if UNUSED not in scene.notices:
            scene.notices.append(UNUSED)
    if manner.fitting:
        prompt = with_medium(prompt, scene.picture.rgb)
    return Brief(
        prompt, scene.seed, manner.strength, manner.fill, reference, structure=manner.structured, avoided=manner.avoided
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
    reach = reach._replace(feather=reach.feather + scene.softness)
    levels = _levels(scene, painter, region, reach)
    hole = grow(region, reach.grow + reach.feather + SPARE) if levels is None else grow(levels > 0, SPARE)
    start, manner = _begun(scene, hole, manner)
    painted = paint(scene, painter, start, hole, prompt, manner, levels)
    with scene.clock("composite"):
        weights = soft(region, reach) if levels is None else np.minimum(levels / np.float32(OPENED), 1)
        window = bounding_box(weights > 0) or box
        alpha = np.ascontiguousarray(weights[window.slices])
        step = put_back(scene.picture, window, np.ascontiguousarray(painted[window.slices]), alpha, region)
        picture = step.picture
        if manner.opaque and picture.opacity is not None:
            solid = np.full(alpha.shape, 255, np.uint8)
            picture = replace(picture, opacity=paste_opacity(picture.opacity, window, solid, alpha))
    return replace(step, picture=picture, backend=BACKEND)


def _levels(scene: Scene, painter: Painter, region: Mask, reach: Reach) -> Alpha | None:
    """How much of each pixel may change, where the author drew or asked for a soft selection and the model heeds it."""
    if not (isinstance(painter, DenoisesSoftly) and painter.denoises_softly):
        return None
    drawn = scene.weights_of(region)
    return soft(region, reach) if drawn is None and scene.softness else drawn


def _begun(scene: Scene, hole: Mask | None, manner: Manner) -> tuple[Image, Manner]:
    """What the painting of the hole begins from, and the manner that goes with it."""
    start = scene.start
    if start is not None and start.rgb.shape == scene.picture.rgb.shape:
        return start.rgb, varied(manner)
    if not manner.emptied or hole is None:
        return scene.picture.rgb, manner
    with scene.clock("edit"):
        return scene.eraser.inpaint(scene.picture.rgb, hole, scene.seed), manner


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
    start, manner = _begun(scene, behind, MANNERS["background"])
    prompt = operation.prompt or scene.specialists.caption(scene.picture.rgb)
    painted = paint(scene, painter, start, behind, prompt, manner)
    with scene.clock("composite"):
        rgb = replace_background(scene.picture.rgb, subject, painted)
        changed = np.any(rgb != scene.picture.rgb, axis=2)
    return Step(replace(scene.picture, rgb=rgb), changed=changed, target=subject, backend=BACKEND)
