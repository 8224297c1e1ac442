"""Operations on the frame: crop, rotate, flip, resize, upscale."""

from __future__ import annotations

import numpy as np

from engine.data import Box, Notice
from engine.errors import BadOption
from engine.geometry import bounding_box
from engine.operations import Crop, Flip, Resize, Rotate, Upscale
from engine.scene import Scene, Step
from engine.tools import transform
from engine.tools.aspects import aspect_ratio
from engine.tools.upscale import upscale

DEFAULT_CUT = 10.0
"""Percent of a side cut off when the author names the side but no amount."""


def apply_crop(operation: Crop, scene: Scene) -> Step:
    """Less canvas; no pixel that stays is changed. Raises: BadOption when nothing says where to."""
    picture = scene.picture
    with scene.clock("edit"):
        if operation.box is not None:
            done = transform.crop_to_box(picture, Box(*operation.box))
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
    """The picture turned clockwise."""
    with scene.clock("edit"):
        done = transform.rotate(scene.picture, operation.degrees)
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
    """More pixels: with new detail by a model, else sharpened, and the notice says so."""
    upscaler = scene.specialists.upscaler
    if upscaler is not None and scene.backend is None:
        with scene.clock("edit"):
            picture = upscaler.upscale(scene.picture, operation.scale, scene.progress)
        return Step(picture, changed=None, offset=None, backend="upscaler")
    with scene.clock("edit"):
        picture = upscale(scene.picture, operation.scale)
    return Step(picture, changed=None, offset=None, notices=(Notice("upscaled_without_model"),))
