"""Operations on a thing as a whole: its background, cutting it out, moving it, copies of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.colours import colour_of
from engine.data import Image, Mask, Picture
from engine.errors import BadOption
from engine.handlers.erase import fill
from engine.handlers.generate import apply_generative
from engine.operations import Background, Duplicate, Extract, Move
from engine.scene import Scene, Step
from engine.tools.background import colour_background, extract, remove_background, replace_background
from engine.tools.blur import bokeh
from engine.tools.relocate import duplicate, move


def apply_background(operation: Background, scene: Scene) -> Step:
    """Everything behind the subject changed, the subject itself not; a given mask marks what is background.

    Raises: BackendMissing when a new background must be invented.
    """
    if operation.action == "replace" and scene.reference is None:
        return apply_generative(operation, scene)
    work = _background_tool(operation, scene)
    subject = scene.subject()
    with scene.clock("edit"):
        picture = work(scene.picture, subject)
        if scene.mask is not None:
            picture = _only_within(scene.mask, picture, scene.picture)
    return _step(scene, picture, subject)


def _background_tool(operation: Background, scene: Scene) -> Callable[[Picture, Mask], Picture]:
    match operation.action:
        case "remove":
            return remove_background
        case "blur":
            return lambda picture, subject: replace(picture, rgb=bokeh(picture.rgb, subject))
        case "colour":
            colour = colour_of(operation.colour or "")
            if colour is None:
                raise BadOption("colour", operation.colour, "a colour name, a shade of one, or #rrggbb")
            return lambda picture, subject: replace(picture, rgb=colour_background(picture.rgb, subject, colour.rgb))
        case "replace":
            assert scene.reference is not None  # without one the background is painted
            backdrop = scene.reference.rgb
            return lambda picture, subject: replace(picture, rgb=replace_background(picture.rgb, subject, backdrop))


def apply_extract(operation: Extract, scene: Scene) -> Step:
    """Only the target left, on transparency."""
    region = scene.must_find(operation.target, "What should be cut out?")
    with scene.clock("edit"):
        picture = extract(scene.picture, region)
    return _step(scene, picture, region)


def apply_move(operation: Move, scene: Scene) -> Step:
    """The target somewhere else, the place where it stood filled."""
    region = scene.must_find(operation.target, "What should be moved?")
    with scene.clock("edit"):
        rgb, changed = move(scene.picture.rgb, region, operation.place, _filler(scene))
    return Step(replace(scene.picture, rgb=rgb), changed=changed, target=changed, backend="exemplar")


def apply_duplicate(operation: Duplicate, scene: Scene) -> Step:
    """`count` of the target in all."""
    region = scene.must_find(operation.target, "What should be duplicated?")
    with scene.clock("edit"):
        rgb, changed = duplicate(scene.picture.rgb, region, operation.count, operation.place)
    return Step(replace(scene.picture, rgb=rgb), changed=changed, target=region)


def _only_within(mask: Mask, edited: Picture, parent: Picture) -> Picture:
    """The edited picture inside the mask, the parent outside."""
    rgb = np.where(mask[:, :, None], edited.rgb, parent.rgb)
    if edited.opacity is None:
        return Picture(rgb)
    before = np.uint8(255) if parent.opacity is None else parent.opacity
    return Picture(rgb, np.where(mask, edited.opacity, before))


def _filler(scene: Scene) -> Callable[[Image, Mask], Image]:
    return lambda image, hole: fill(scene, image, hole)


def _step(scene: Scene, picture: Picture, target: Mask) -> Step:
    """A step that may have changed just the pixels that it did change."""
    changed = np.any(picture.rgb != scene.picture.rgb, axis=2)
    if picture.opacity is not None:
        before = 255 if scene.picture.opacity is None else scene.picture.opacity
        changed |= picture.opacity != before
    return Step(picture, changed=changed, target=target)
