"""The engine's front door: a picture and a plan's operations in, the edited picture and its receipt out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar, assert_never, cast

import numpy as np

from engine.clock import Clock
from engine.composite import changed_outside
from engine.data import UNMOVED, Alpha, Mask, Notice, Offset, Picture
from engine.edits import EditRequest, EditResult
from engine.errors import BackendMissing, BadOption
from engine.handlers.canvas import apply_crop, apply_flip, apply_resize, apply_rotate, apply_upscale
from engine.handlers.cutout import apply_background, apply_duplicate, apply_extract, apply_move
from engine.handlers.erase import ERASER, apply_remove
from engine.handlers.generate import apply_generative
from engine.handlers.instruct import apply_instructed
from engine.handlers.lettering import apply_text
from engine.handlers.outpaint import apply_expand
from engine.handlers.tone import apply_adjust, apply_blur, apply_recolor, apply_restore, apply_style
from engine.inpainting.diffusion.loading import FOLLOWING, PAINTING, follower_for, illustrator_for, painter_for
from engine.inpainting.diffusion.runner import INSTRUCT
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
from engine.protocols import Follower, Illustrator, Inpainter, Painter, Segmenter, SensitivityChecker
from engine.refining.again import Placed, placed
from engine.reporting import Report, audience
from engine.safety import remarks
from engine.scene import Locate, Scene, Step
from engine.segmentation.classic import ClassicSegmenter
from engine.selection.given import Selection, selection_of
from engine.specialists import Specialists
from engine.torch_edge import require_libraries

BACKENDS = ("exact", "exemplar", "lama", "diffusion", "instruct")
INSTALLED = ("exact", "exemplar", ERASER)
"""Backends that need no library to be asked for; whether there is an eraser's model, the editor knows."""
EXACT = Crop | Resize | Rotate | Flip | Expand | Extract | Upscale
"""Operations about the frame, which a model that redraws the picture cannot do."""

Plane = TypeVar("Plane", Mask, Alpha)


class Editor:
    """Applies operations in order; the parent picture is never written to."""

    def __init__(
        self,
        locate: Locate,
        eraser: Inpainter,
        painter_for: Callable[[str | None], Painter] = painter_for,
        follower_for: Callable[[str | None], Follower] = follower_for,
        segmenter: Segmenter | None = None,
        specialists: Specialists | None = None,
        illustrator_for: Callable[[str | None], Illustrator] = illustrator_for,
        checker: SensitivityChecker | None = None,
    ) -> None:
        """segmenter: cuts out what the author clicks on. checker: looks at what was made; None: nothing does."""
        self._locate = locate
        self._eraser = eraser
        self._painter_for = painter_for
        self._follower_for = follower_for
        self._illustrator_for = illustrator_for
        self._segmenter = segmenter or ClassicSegmenter()
        self._specialists = specialists or Specialists()
        self._checker = checker

    def edit(self, request: EditRequest, report: Report | None = None) -> EditResult:
        """All operations or none. Raises: any leaf of EditError."""
        check_backend(request.backend)
        if request.backend == ERASER and self._specialists.eraser is None:
            raise BackendMissing(f"the backend “{ERASER}”", ERASER)
        clock = Clock()
        done = Step(request.picture, changed=np.zeros(request.picture.rgb.shape[:2], np.bool_), target=request.previous)
        selected = self._selected(request, clock)
        placed = self._placed(request, clock)
        for index, operation in enumerate(request.operations):
            if report is not None:
                report(operation.kind, index / len(request.operations))
            scene = self._scene(request, done, selected, clock, index, report)
            if placed is not None and index == placed.index:
                scene.area, scene.softness = placed.area, placed.softness
                scene.mask = placed.area if placed.drawn else None
            step = apply(operation, scene)
            done = _chain(done, step, tuple(scene.notices))
            selected = _carried(selected, step)
        return _result(request.picture, self._checked(done, clock), clock)

    def _checked(self, done: Step, clock: Clock) -> Step:
        """The step with what a look at its picture found."""
        if self._checker is None:
            return done
        with clock("check"):
            found = remarks(self._checker, done.picture.rgb, done.changed)
        return replace(done, notices=(*done.notices, *found))

    def _selected(self, request: EditRequest, clock: Clock) -> Selection | None:
        if request.mask is not None:
            return Selection(request.mask)
        if request.given is None or request.again is not None:
            return None
        with clock("ground"):
            return selection_of(request.given, request.picture, self._segmenter)

    def _placed(self, request: EditRequest, clock: Clock) -> Placed | None:
        """Where the edit is made again, and which of its operations that concerns. Raises: NotGrounded, ..."""
        if request.again is None:
            return None
        with clock("ground"):
            return placed(request.operations, request.again, request.picture.rgb, self._locate)

    def _scene(
        self,
        request: EditRequest,
        done: Step,
        selected: Selection | None,
        clock: Clock,
        index: int,
        report: Report | None,
    ) -> Scene:
        return Scene(
            picture=done.picture,
            locate=self._locate,
            eraser=self._eraser,
            painter=lambda: self._painter_for(request.model),
            follower=lambda: self._follower_for(request.model),
            illustrator=lambda: self._illustrator_for(request.model),
            clock=clock,
            seed=request.seed,
            mask=selected.mask if selected else None,
            weights=selected.weights if selected else None,
            previous=done.target,
            answer=request.answers.get(index),
            reference=request.reference,
            start=request.start,
            backend=request.backend,
            index=index,
            progress=audience(report, request.operations[index].kind, index, len(request.operations), request.company),
            specialists=self._specialists,
        )


def check_backend(name: str | None) -> None:
    """Raises: BadOption for a name that is no backend, BackendMissing for one that is not installed."""
    if name is not None and name not in BACKENDS:
        raise BadOption("backend", name, ", ".join(BACKENDS))
    if name == "diffusion":
        require_libraries(PAINTING, name)
    elif name == "instruct":
        require_libraries(FOLLOWING, name)
    elif name is not None and name not in INSTALLED:
        raise BackendMissing(f"the backend “{name}”", name)


def apply(operation: EditOperation, scene: Scene) -> Step:
    """One operation on one scene. Raises: any leaf of EditError."""
    if scene.backend == INSTRUCT and not isinstance(operation, EXACT):
        return apply_instructed(operation, scene)
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


def _carried(selected: Selection | None, step: Step) -> Selection | None:
    """What the author selected, in the frame of the step's picture."""
    mask = _follow(selected.mask, step) if selected else None
    if selected is None or mask is None:
        return None
    return Selection(mask, None if selected.weights is None else _shifted(selected.weights, step))


def _shifted(plane: Plane, step: Step) -> Plane | None:
    if step.offset is None:
        return None
    height, width = step.picture.height, step.picture.width
    if step.offset == UNMOVED and plane.shape == (height, width):
        return plane
    x, y = step.offset
    canvas = cast("Plane", np.zeros((height, width), plane.dtype))
    part = plane[max(0, -y) : height - y, max(0, -x) : width - x]
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
