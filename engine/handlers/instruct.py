"""Operations handed to a model that follows instructions; of what it redraws, only what really changed is kept."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.colour_drift import without_drift
from engine.composite import paste, paste_opacity
from engine.data import Alpha, Box, Image, Mask, Notice, Picture
from engine.errors import BackendMissing, ModelMissing, NeedsClarification, NotGrounded
from engine.geometry import bounding_box, grow_box, intersection
from engine.handlers.blend import put_back
from engine.handlers.close_up import HasSide, looked_at_again, zoom_of
from engine.imageio.encode import flattened
from engine.inpainting.diffusion.passes import DRAFTED, SHARP
from engine.inpainting.diffusion.runner import INSTRUCT
from engine.inpainting.diffusion.window import window_for
from engine.masks import feather_inside, grow
from engine.operations import Add, Adjust, Alter, Background, EditOperation, Generate, Replace, Restore, Style, Target
from engine.planner.explain import explain_operation
from engine.protocols import Follower, Progress, TakesReference, part_of
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

    A mask the author gave bounds it. Of a picture larger than it draws, the model is shown what is around that mask, or
    around what “it” was before. Where the model remade the picture although the words name a thing, only what is around
    the thing is kept, if it can be found; else the picture is taken as a whole, registered to the old one. Of a photo
    larger than the model draws, what is kept is then made as sharp as the photo. Raises: BackendMissing, BackendFailed.
    """
    follower = follower_of(scene, f"editing by instruction (“{explain_operation(operation)}”)")
    target = _target_of(operation)
    meant = scene.where(target) if scene.is_bounded or (target and target.previous) else None
    bounds = meant if scene.is_bounded else None
    look = _look(operation, scene, follower, meant)
    region = look.changed
    if bounds is not None:
        return _pasted(operation, scene, look, region & bounds, scene.weights_of(bounds))
    if _is_of_everything(operation):
        return _whole(operation, scene, look)
    if region[look.window.slices].mean() > EVERYTHING:
        around = _around(target, scene)
        if around is None:
            return _whole(operation, scene, look, () if isinstance(operation, Background) else (Notice("remade"),))
        region &= around
        scene.notices.append(Notice("kept_around", _name_of(target)))
    return _pasted(operation, scene, look, region)


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """What a follower made of the picture, or of a window of it."""

    follower: Follower
    zoom: float
    """How many px of the picture lie along one that it drew."""
    window: Box
    before: Image
    """(h, w, 3) pixels of the window as a person sees them: on white where they are transparent."""
    after: Image
    """(h, w, 3), registered to them."""
    changed: Mask
    """(H, W) of the picture."""
    rest: Progress
    """Hears of what is still to be done."""


def _look(operation: EditOperation, scene: Scene, follower: Follower, meant: Mask | None) -> Look:
    """What the follower makes of the picture; of one larger than it draws, only what is around the meant is shown."""
    seen = flattened(scene.picture)
    height, width = seen.shape[:2]
    window = Box(0, 0, width, height)
    if meant is not None and isinstance(follower, HasSide) and zoom_of(follower, height, width) > SHARP:
        window = window_for(meant, follower.side)
    before = np.ascontiguousarray(seen[window.slices])
    zoom = zoom_of(follower, window.height, window.width)
    share = 1.0 if zoom <= SHARP else DRAFTED
    with scene.clock("edit"):
        redrawn = follower.follow(
            before,
            instruction_of(operation),
            seed=scene.seed,
            reference=_reference_for(follower, scene),
            progress=part_of(scene.progress, 0, share),
        )
    with scene.clock("composite"):
        after = registered(redrawn, before)
        changed = np.zeros((height, width), np.bool_)
        changed[window.slices] = changed_region(after, before)
    return Look(follower, zoom, window, before, after, changed, part_of(scene.progress, share, 1 - share))


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
    return flattened(scene.reference)


def _whole(operation: EditOperation, scene: Scene, look: Look, notices: tuple[Notice, ...] = ()) -> Step:
    opacity, rgb = scene.picture.opacity, flattened(scene.picture).copy()
    rgb[look.window.slices] = look.after
    everything = np.ones(look.changed.shape, np.bool_)
    with scene.clock("edit"):
        rgb = looked_at_again(scene, look.follower, rgb, everything, look.zoom, look.rest)
    if opacity is None or isinstance(operation, Background | Generate):
        picture = Picture(rgb)
    else:
        picture = Picture(_uncovered(rgb, opacity), opacity)
    return Step(picture, changed=None, backend=INSTRUCT, notices=notices)


def follower_of(scene: Scene, need: str) -> Follower:
    """The scene's instruction model, loaded. Raises: BackendMissing."""
    try:
        with scene.clock("load"):
            return scene.follower()
    except ModelMissing as exc:
        raise ModelMissing(exc.model, INSTRUCT) from exc
    except BackendMissing as exc:
        raise BackendMissing(need, INSTRUCT) from exc


def _pasted(operation: EditOperation, scene: Scene, look: Look, region: Mask, drawn: Alpha | None = None) -> Step:
    """The region of the new picture with a soft border around it, or inside where the author drew the border.

    drawn: the (H, W) weights of a border that they drew softly.
    """
    box = bounding_box(region)
    if box is None:
        nothing = np.zeros(region.shape, np.bool_)
        return Step(scene.picture, changed=nothing, backend=INSTRUCT, notices=(Notice("unchanged"),))
    with scene.clock("composite"):
        margin = max(LEAST_MARGIN, round(MARGIN * max(region.shape)))
        window = intersection(grow_box(box, margin + 1, *region.shape), look.window) or box
        alpha = _weights(scene, region[window.slices], margin)
        alpha = alpha if drawn is None else np.minimum(alpha, drawn[window.slices])
        edited = _in_colours_of_the_picture(look, window)
    with scene.clock("edit"):
        edited = _sharp(scene, look, window, edited, alpha)
    with scene.clock("composite"):
        return _put(operation, scene, window, edited, alpha, region)


def _weights(scene: Scene, inside: Mask, margin: int) -> Alpha:
    """(h, w): how much of the new picture shows in and around what changed."""
    shown = inside if scene.is_bounded else grow(inside, margin)
    return feather_inside(shown, max(1, margin // 2) + scene.softness)


def _in_colours_of_the_picture(look: Look, window: Box) -> Image:
    """(h, w, 3): the window of the new picture, without the drift of its colours."""
    x, y = look.window.x0, look.window.y0
    part = Box(window.x0 - x, window.y0 - y, window.x1 - x, window.y1 - y)
    return without_drift(look.after, look.before, part)


def _sharp(scene: Scene, look: Look, window: Box, edited: Image, alpha: Alpha) -> Image:
    """(h, w, 3): the edited window as sharp as the picture it is blended into."""
    if look.zoom <= SHARP:
        return edited
    blended = paste(flattened(scene.picture), window, edited, alpha)
    hole = np.zeros(look.changed.shape, np.bool_)
    hole[window.slices] = alpha > 0
    made = looked_at_again(scene, look.follower, blended, hole, look.zoom, look.rest)
    return edited if made is blended else np.ascontiguousarray(made[window.slices])


def _put(operation: EditOperation, scene: Scene, window: Box, edited: Image, alpha: Alpha, region: Mask) -> Step:
    """The edited window in the picture, visible where something new was put over transparency."""
    picture = scene.picture
    if picture.opacity is None:
        return replace(put_back(picture, window, edited, alpha, region), backend=INSTRUCT)
    there = picture.opacity[window.slices]
    if not isinstance(operation, Add | Background | Replace):
        return replace(put_back(picture, window, _uncovered(edited, there), alpha, region), backend=INSTRUCT)
    step = put_back(picture, window, edited, _over(alpha, there), region)
    opacity = paste_opacity(picture.opacity, window, np.full(alpha.shape, 255, np.uint8), alpha)
    return replace(step, picture=replace(step.picture, opacity=opacity), backend=INSTRUCT)


def _over(alpha: Alpha, there: NDArray[np.uint8]) -> Alpha:
    """(h, w): the weight of a new colour laid over one of that opacity, of which the less shows the clearer it was.

    Source: Porter and Duff, "Compositing Digital Images" (1984), "over", with colours that are not premultiplied.
    """
    rest = there / np.float32(255) * (1 - alpha)
    return np.divide(alpha, alpha + rest, out=np.zeros_like(alpha), where=alpha > 0)


def _uncovered(seen: Image, opacity: NDArray[np.uint8]) -> Image:
    """The (h, w, 3) colours that look so over white at that opacity; what is transparent keeps what was seen."""
    share = np.maximum(opacity, 1)[:, :, None] / np.float32(255)
    colours = np.rint(np.clip(255 + (seen - np.float32(255)) / share, 0, 255)).astype(np.uint8)
    return np.where(opacity[:, :, None] > 0, colours, seen)
