"""Operations on the frame: crop, rotate, flip, resize, upscale."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from engine.data import Box, Notice
from engine.errors import BadOption, NeedsClarification, NotGrounded
from engine.geometry import bounding_box
from engine.handlers.generate import BACKEND, brief_of, painter_of
from engine.inpainting.diffusion.passes import refined
from engine.inpainting.diffusion.settings import DETAILED, MANNERS
from engine.operations import Crop, Flip, Resize, Rotate, Upscale
from engine.protocols import Progress, part_of
from engine.scene import Scene, Step
from engine.tools import transform
from engine.tools.aspects import aspect_ratio
from engine.tools.level import levelled
from engine.tools.upscale import upscale

DEFAULT_CUT = 10.0
"""Percent of a side cut off when the author names the side but no amount."""
HOW_FAR: Final = "By how many degrees should I turn it, and which way?"
ENLARGING: Final = 0.1
"""Share of the time that is told to pass before detail is added: one network's run against a painter's many."""


def apply_crop(operation: Crop, scene: Scene) -> Step:
    """Less canvas; no pixel that stays is changed. Raises: BadOption when nothing says where to; NotGrounded."""
    picture = scene.picture
    with scene.clock("edit"):
        if operation.box is not None:
            done = transform.crop_to_box(picture, Box(*operation.box))
        elif operation.trim:
            done = transform.crop_border(picture)
            if done is None:
                raise NotGrounded("border")
        elif operation.sides and operation.pixels:
            done = transform.crop_pixels(picture, operation.sides, operation.pixels)
        elif operation.sides:
            done = transform.crop_sides(picture, operation.sides, operation.amount or DEFAULT_CUT)
        elif operation.aspect is not None:
            done = transform.crop_to_aspect(picture, aspect_ratio(operation.aspect), _focus(operation, scene))
        elif (box := _focus(operation, scene)) is not None:
            done = transform.crop_to_box(picture, box)
        else:
            raise BadOption("crop", "", "an aspect such as 16:9, a box, sides, or a thing to crop to")
    untouched = np.zeros(done.picture.rgb.shape[:2], np.bool_)
    return Step(done.picture, changed=untouched, offset=done.offset)


def _focus(operation: Crop, scene: Scene) -> Box | None:
    mask = scene.where(operation.target) if operation.target is not None else None
    return None if mask is None else bounding_box(mask)


def apply_rotate(operation: Rotate, scene: Scene) -> Step:
    """The picture turned clockwise, or until it is level.

    Raises: NeedsClarification where the picture does not show how far it leans.
    """
    with scene.clock("edit"):
        done = levelled(scene.picture) if operation.level else transform.rotate(scene.picture, operation.degrees)
    if done is None:
        raise NeedsClarification(HOW_FAR)
    return Step(done.picture, changed=None, offset=None)


def apply_flip(operation: Flip, scene: Scene) -> Step:
    """The picture mirrored."""
    with scene.clock("edit"):
        done = transform.flip(scene.picture, operation.axis)
    return Step(done.picture, changed=None, offset=None)


def apply_resize(operation: Resize, scene: Scene) -> Step:
    """The picture resampled."""
    with scene.clock("edit"):
        done = transform.resize(scene.picture, operation.width, operation.height, operation.scale)
    return Step(done.picture, changed=None, offset=None)


def apply_upscale(operation: Upscale, scene: Scene) -> Step:
    """More pixels: with new detail by a model, else sharpened, and the notice says so.

    Where the author asks for detail, a painter then goes over all of it, tile by tile and lightly, and keeps its tones.
    Raises: BadOption, BackendMissing where detail is asked for and there is no painter.
    """
    if not operation.detail:
        return _enlarged(operation, scene, scene.progress)
    painter = painter_of(scene, "adding detail")
    step = _enlarged(operation, scene, part_of(scene.progress, 0, ENLARGING))
    brief = brief_of(scene, painter, DETAILED, MANNERS["upscale"])
    everything = np.ones(step.picture.rgb.shape[:2], np.bool_)
    with scene.clock("edit"):
        heard = part_of(scene.progress, ENLARGING, 1 - ENLARGING)
        detailed = refined(painter, step.picture.rgb, everything, brief, heard, steady=True)
    return Step(replace(step.picture, rgb=detailed), changed=None, offset=None, backend=BACKEND)


def _enlarged(operation: Upscale, scene: Scene, progress: Progress) -> Step:
    upscaler = scene.specialists.upscaler
    with scene.clock("edit"):
        if upscaler is not None and scene.backend in (None, BACKEND):
            picture = upscaler.upscale(scene.picture, operation.scale, progress)
            return Step(picture, changed=None, offset=None, backend="upscaler")
        picture = upscale(scene.picture, operation.scale)
    return Step(picture, changed=None, offset=None, notices=(Notice("upscaled_without_model"),))
