"""The engine's front door: a picture and a plan's operations in, the edited picture and its receipt out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

import numpy as np

from engine.clock import Clock
from engine.composite import changed_outside
from engine.data import UNMOVED, Mask, Notice, Offset, Picture
from engine.errors import BackendMissing, BadOption
from engine.handlers.canvas import apply_crop, apply_flip, apply_resize, apply_rotate, apply_upscale
from engine.handlers.cutout import apply_background, apply_duplicate, apply_extract, apply_move
from engine.handlers.erase import apply_remove
from engine.handlers.generate import apply_generative
from engine.handlers.lettering import apply_text
from engine.handlers.outpaint import apply_expand
from engine.handlers.tone import apply_adjust, apply_blur, apply_recolor, apply_restore, apply_style
from engine.inpainting.diffusion.loading import PAINTING, painter_for
from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Blur,
    Crop,
    Duplicate,
    EditOperation,
    Expand,
    Extract,
    Flip,
    Generate,
    Move,
    Recolor,
    Remove,
    Replace,
    Resize,
    Restore,
    Rotate,
    Style,
    Text,
    Upscale,
)
from engine.protocols import Inpainter, Painter
from engine.scene import Locate, Scene, Step
from engine.torch_edge import require_libraries

BACKENDS = ("exact", "exemplar", "lama", "diffusion", "instruct")
INSTALLED = ("exact", "exemplar")

Report = Callable[[str, float], None]
"""(stage, fraction done): called before each operation; may raise to cancel."""


@dataclass(frozen=True, eq=False)
class EditRequest:
    """One edit, as the bot hands it over."""

    picture: Picture
    operations: tuple[EditOperation, ...]
    seed: int = 0
    mask: Mask | None = None
    """A mask the author gave: it wins over words."""
    previous: Mask | None = None
    """What "it" means."""
    answers: Mapping[int, Mask] = field(default_factory=dict[int, Mask])
    """What the author chose when asked, by the number of the operation that asked."""
    reference: Picture | None = None
    backend: str | None = None
    model: str | None = None
    """The generative model: a folder, or a hub name that is in the local cache; None: the best that is installed."""


@dataclass(frozen=True, eq=False)
class EditResult:
    """An edited picture and the proof of what changed."""

    picture: Picture
    mask: Mask | None
    """(H, W) of the new picture: where a pixel may have changed; None: anywhere."""
    offset: Offset | None
    outside_changed: int | None
    """Pixels of the parent, where it still shows, that differ outside the mask; None: nothing to compare."""
    target: Mask | None
    backend: str
    notices: tuple[Notice, ...]
    timings_ms: dict[str, float]


class Editor:
    """Applies operations in order; the parent picture is never written to."""

    def __init__(
        self, locate: Locate, eraser: Inpainter, painter_for: Callable[[str | None], Painter] = painter_for
    ) -> None:
        self._locate = locate
        self._eraser = eraser
        self._painter_for = painter_for

    def edit(self, request: EditRequest, report: Report | None = None) -> EditResult:
        """All operations or none. Raises: any leaf of EditError."""
        check_backend(request.backend)
        clock = Clock()
        done = Step(request.picture, changed=np.zeros(request.picture.rgb.shape[:2], np.bool_), target=request.previous)
        mask = request.mask
        for index, operation in enumerate(request.operations):
            if report is not None:
                report(operation.kind, index / len(request.operations))
            scene = self._scene(request, done, mask, clock, index, report)
            step = apply(operation, scene)
            done = _chain(done, step, tuple(scene.notices))
            mask = _follow(mask, step)
        return _result(request.picture, done, clock)

    def _scene(
        self, request: EditRequest, done: Step, mask: Mask | None, clock: Clock, index: int, report: Report | None
    ) -> Scene:
        def progress(part: float) -> None:
            if report is not None:
                report(request.operations[index].kind, (index + part) / len(request.operations))

        return Scene(
            picture=done.picture,
            locate=self._locate,
            eraser=self._eraser,
            painter=lambda: self._painter_for(request.model),
            clock=clock,
            seed=request.seed,
            mask=mask,
            previous=done.target,
            answer=request.answers.get(index),
            reference=request.reference,
            backend=request.backend,
            index=index,
            progress=progress,
        )


def check_backend(name: str | None) -> None:
    """Raises: BadOption for a name that is no backend, BackendMissing for one that is not installed."""
    if name is not None and name not in BACKENDS:
        raise BadOption("backend", name, ", ".join(BACKENDS))
    if name == "diffusion":
        require_libraries(PAINTING, name)
    elif name is not None and name not in INSTALLED:
        raise BackendMissing(f"the backend “{name}”", name)


def apply(operation: EditOperation, scene: Scene) -> Step:
    """One operation on one scene. Raises: any leaf of EditError."""
    match operation:
        case Remove():
            return apply_remove(operation, scene)
        case Recolor():
            return apply_recolor(operation, scene)
        case Adjust():
            return apply_adjust(operation, scene)
        case Style():
            return apply_style(operation, scene)
        case Blur():
            return apply_blur(operation, scene)
        case Restore():
            return apply_restore(operation, scene)
        case Background():
            return apply_background(operation, scene)
        case Extract():
            return apply_extract(operation, scene)
        case Move():
            return apply_move(operation, scene)
        case Duplicate():
            return apply_duplicate(operation, scene)
        case Text():
            return apply_text(operation, scene)
        case Crop():
            return apply_crop(operation, scene)
        case Rotate():
            return apply_rotate(operation, scene)
        case Flip():
            return apply_flip(operation, scene)
        case Resize():
            return apply_resize(operation, scene)
        case Upscale():
            return apply_upscale(operation, scene)
        case Expand():
            return apply_expand(operation, scene)
        case Add() | Alter() | Generate() | Replace():
            return apply_generative(operation, scene)
        case _:
            assert_never(operation)


def _chain(before: Step, step: Step, notices: tuple[Notice, ...]) -> Step:
    """Two steps seen as one."""
    earlier = before.changed if before.changed is None else _shifted(before.changed, step)
    changed = None if earlier is None or step.changed is None else earlier | step.changed
    offset = None
    if before.offset is not None and step.offset is not None:
        offset = Offset(before.offset.x + step.offset.x, before.offset.y + step.offset.y)
    target = step.target if step.target is not None else _follow(before.target, step)
    backend = step.backend if step.backend != "exact" else before.backend
    return Step(step.picture, changed, offset, target, backend, (*before.notices, *notices, *step.notices))


def _follow(mask: Mask | None, step: Step) -> Mask | None:
    """The mask in the frame of the step's picture; None where it cannot follow, or nothing of it is left."""
    shifted = None if mask is None else _shifted(mask, step)
    return shifted if shifted is not None and shifted.any() else None


def _shifted(mask: Mask, step: Step) -> Mask | None:
    if step.offset is None:
        return None
    height, width = step.picture.height, step.picture.width
    if step.offset == UNMOVED and mask.shape == (height, width):
        return mask
    x, y = step.offset
    canvas = np.zeros((height, width), np.bool_)
    part = mask[max(0, -y) : height - y, max(0, -x) : width - x]
    canvas[max(0, y) : max(0, y) + part.shape[0], max(0, x) : max(0, x) + part.shape[1]] = part
    return canvas


def _result(parent: Picture, done: Step, clock: Clock) -> EditResult:
    outside = None
    if done.changed is not None and done.offset is not None:
        with clock("composite"):
            outside = changed_outside(parent, done.picture, done.changed, done.offset)
    return EditResult(
        done.picture, done.changed, done.offset, outside, done.target, done.backend, done.notices, clock.stages
    )
