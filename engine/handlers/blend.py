"""Run a tool on the part of the picture that an operation is about, and put the result back exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.composite import paste
from engine.data import Alpha, Box, Image, Mask, Picture
from engine.errors import MaskEmpty
from engine.geometry import bounding_box, crop_window
from engine.masks import feather_inside, grow
from engine.scene import Scene, Step

Tool = Callable[[Image, Mask], Image]
"""(crop, mask of the crop) -> the crop, edited everywhere that the mask may blend it in."""

CONTEXT = 0.1
"""Share of the region's longest side that a tool sees around it, for statistics and filters that reach out."""


def retouch(scene: Scene, region: Mask | None, tool: Tool) -> Step:
    """The tool's result inside the region, feathered; everywhere without a region.

    A mask or an area that the author gave is never passed: the feather lies inside it, or is the one that they drew.
    Around a thing found from words the feather lies outside, so that no rim of the old look stays.
    """
    if region is None:
        everything = np.ones(scene.picture.rgb.shape[:2], np.bool_)
        with scene.clock("edit"):
            edited = tool(scene.picture.rgb, everything)
        return Step(replace(scene.picture, rgb=edited), changed=None)
    drawn = scene.weights_of(region)
    support = region if drawn is None else drawn > 0
    window = window_of(support)
    inside = support[window.slices]
    with scene.clock("edit"):
        edited = tool(np.ascontiguousarray(scene.picture.rgb[window.slices]), inside)
    with scene.clock("composite"):
        alpha = _weights(inside, scene.softness, given=scene.is_outlined) if drawn is None else drawn[window.slices]
        return put_back(scene.picture, window, edited, alpha, region)


def window_of(region: Mask) -> Box:
    """The part of the picture to work on: the region's box and some context. Raises: MaskEmpty."""
    box = bounding_box(region)
    if box is None:
        raise MaskEmpty
    height, width = region.shape
    return crop_window(box, height, width, context=CONTEXT, minimum=64)


def put_back(picture: Picture, window: Box, edited: Image, alpha: Alpha, target: Mask | None) -> Step:
    """A step whose changed pixels are exactly those with a weight above zero."""
    changed = np.zeros(picture.rgb.shape[:2], np.bool_)
    changed[window.slices] = alpha > 0
    rgb = paste(picture.rgb, window, edited, alpha)
    return Step(replace(picture, rgb=rgb), changed=changed, target=target)


def _weights(inside: Mask, softness: int, *, given: bool) -> Alpha:
    """Weights of the region; a softer border than usual rises further inwards, never further out."""
    border = _border(inside)
    return feather_inside(inside if given else grow(inside, border + 1), border + softness)


def _border(inside: Mask) -> int:
    """2 to 8 px, by the size of the region: a hard brush stroke stays crisp, a large area gets a soft border."""
    return int(np.clip(0.01 * np.sqrt(np.count_nonzero(inside)), 2, 8))
