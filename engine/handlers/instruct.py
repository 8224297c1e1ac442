"""Operations handed to a model that follows instructions; of what it redraws, only what really changed is kept."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Final

import numpy as np

from engine.colour_drift import without_drift
from engine.composite import paste_opacity
from engine.data import Image, Mask, Notice
from engine.errors import BackendMissing, ModelMissing, NeedsClarification, NotGrounded
from engine.geometry import bounding_box, grow_box
from engine.handlers.blend import put_back
from engine.inpainting.diffusion.runner import INSTRUCT
from engine.masks import feather_inside, grow
from engine.operations import Add, Adjust, Alter, Background, EditOperation, Generate, Replace, Restore, Style, Target
from engine.planner.explain import explain_operation
from engine.protocols import Follower, TakesReference
from engine.registration import changed_region, registered
from engine.scene import Scene, Step

EVERYTHING: Final = 0.7
"""Share of the picture from which on the model has remade it, not edited a part of it."""
MARGIN: Final = 0.006
"""Of the picture's longer side: how far past what changed the new picture is shown, in half of that blended away."""
LEAST_MARGIN: Final = 4
ROOM: Final = 0.25
"""Of the longer side of a thing's box: how far around it a new shape of it may reach where all was redrawn."""
UNUSED: Final = Notice("reference_unused")


def suits_instruction(operation: EditOperation, scene: Scene) -> bool:
    """Whether a model that follows instructions does it better than one that paints under a mask, no backend named.

    A pose, an expression, an age or the weather changes what is there and keeps who or what it is, which takes seeing
    it; a mask would be too small for the new pose, and its inside forgotten. Where the author drew the mask, it counts.
    """
    return isinstance(operation, Alter) and scene.backend is None and scene.mask is None and scene.area is None


def apply_instructed(operation: EditOperation, scene: Scene) -> Step:
    """What the model makes of the operation in words, pasted where it really differs and nowhere else.

    A mask the author gave bounds it. Where the model remade the picture although the words name a thing, only what is
    around the thing is kept, if it can be found; else the picture is taken as a whole, registered to the old one.
    Raises: BackendMissing, BackendFailed.
    """
    follower = follower_of(scene, f"editing by instruction (“{explain_operation(operation)}”)")
    original = scene.picture.rgb
    with scene.clock("edit"):
        redrawn = follower.follow(
            original,
            instruction_of(operation),
            seed=scene.seed,
            reference=_reference_for(follower, scene),
            progress=scene.progress,
        )
    with scene.clock("composite"):
        fitting = registered(redrawn, original)
        region = changed_region(fitting, original)
    if _is_of_everything(operation) and not scene.is_bounded:
        return _whole(fitting, scene)
    target = _target_of(operation)
    if scene.is_bounded:
        bounds = scene.where(target)
        region &= region if bounds is None else bounds
    elif region.mean() > EVERYTHING:
        bounds = _around(target, scene)
        if bounds is None:
            return _whole(fitting, scene, () if isinstance(operation, Background) else (Notice("remade"),))
        region &= bounds
        scene.notices.append(Notice("kept_around", _name_of(target)))
    with scene.clock("composite"):
        return _pasted(operation, scene, fitting, region)


def instruction_of(operation: EditOperation) -> str:
    """What the model is told: the operation as a sentence, and that the rest stays.

    Source: the prompting guide of FLUX.1 Kontext, which has what must not change said.
    """
    words = explain_operation(operation)
    return words if _is_of_everything(operation) else f"{words}. Keep everything else exactly as it is."


def _is_of_everything(operation: EditOperation) -> bool:
    """Whether it names nothing in the picture, and so means all of it: a style, another season, no noise."""
    named = isinstance(operation, Alter | Style | Adjust | Restore) and operation.target is None
    return named or isinstance(operation, Generate)


def _target_of(operation: EditOperation) -> Target | None:
    return getattr(operation, "target", None)


def _name_of(target: Target | None) -> str:
    return (target.phrase if target else None) or "it"


def _around(target: Target | None, scene: Scene) -> Mask | None:
    """The thing that the words name and some room for another shape of it.

    None: no thing is named, or none is found, or it fills the picture.
    """
    if target is None:
        return None
    with suppress(NeedsClarification, NotGrounded):
        thing = scene.where(target)
        box = None if thing is None else bounding_box(thing)
        if thing is not None and box is not None:
            room = grow(thing, round(ROOM * max(box.width, box.height)))
            return room if room.mean() <= EVERYTHING else None
    return None


def _reference_for(follower: Follower, scene: Scene) -> Image | None:
    """The scene's reference; the author hears of one that the model cannot look at."""
    if scene.reference is None:
        return None
    if isinstance(follower, TakesReference) and not follower.takes_reference:
        scene.notices.append(UNUSED)
        return None
    return scene.reference.rgb


def _whole(fitting: Image, scene: Scene, notices: tuple[Notice, ...] = ()) -> Step:
    return Step(replace(scene.picture, rgb=fitting), changed=None, backend=INSTRUCT, notices=notices)


def follower_of(scene: Scene, need: str) -> Follower:
    """The scene's instruction model, loaded. Raises: BackendMissing."""
    try:
        with scene.clock("load"):
            return scene.follower()
    except ModelMissing as exc:
        raise ModelMissing(exc.model, INSTRUCT) from exc
    except BackendMissing as exc:
        raise BackendMissing(need, INSTRUCT) from exc


def _pasted(operation: EditOperation, scene: Scene, fitting: Image, region: Mask) -> Step:
    """The region of the new picture with a soft border around it, or inside where the author drew the border."""
    box = bounding_box(region)
    if box is None:
        nothing = np.zeros(region.shape, np.bool_)
        return Step(scene.picture, changed=nothing, backend=INSTRUCT, notices=(Notice("unchanged"),))
    margin = max(LEAST_MARGIN, round(MARGIN * max(region.shape)))
    window = grow_box(box, margin + 1, *region.shape)
    inside = region[window.slices]
    shown = inside if scene.is_bounded else grow(inside, margin)
    alpha = feather_inside(shown, max(1, margin // 2))
    step = put_back(scene.picture, window, without_drift(fitting, scene.picture.rgb, window), alpha, region)
    picture = step.picture
    if picture.opacity is not None and isinstance(operation, Add | Replace):
        solid = np.full(alpha.shape, 255, np.uint8)
        picture = replace(picture, opacity=paste_opacity(picture.opacity, window, solid, alpha))
    return replace(step, picture=picture, backend=INSTRUCT)
