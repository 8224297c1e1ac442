"""The fine detail of a hole that a model filled on a smaller copy of the picture.

An enlarged fill is as blurred as its enlargement. What it lacks is taken from the picture: every small patch of the
fill finds the patch of the known picture that looks most like it, at the size of the model, and the difference between
the picture there and its own enlarged copy is laid over the fill. Structure is the model's, grain the picture's.
After contextual residual aggregation (Yi et al., "Contextual Residual Aggregation for Ultra High-Resolution Image
Inpainting", CVPR 2020), with nearest patches in place of its attention.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask
from engine.inpainting.holes import Indices
from engine.inpainting.matching import DISTANCE_COST, Matcher
from engine.inpainting.patches import PATCH, Planes
from engine.inpainting.pyramid import Level

LIKE: Final = 30.0
"""Levels of 255 by which two patches differ when half of the detail is taken over; all of it would show as fringes."""
TURNS: Final = 6
"""Rounds of looking for better patches; more hardly change what is found."""


def with_detail(image: Image, hole: Mask, small: Image, small_hole: Mask, seed: int) -> Image:
    """The (H, W, 3) image, its hole filled with the enlarged fill and the detail of the patches most like it.

    small: (h, w, 3), the image shrunk and its hole filled; small_hole: (h, w), every small pixel that holds some of
    the hole. Only pixels of the hole differ from the image; the seed fixes the result.
    """
    height, width = hole.shape
    enlarged = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    filled = image.copy()
    filled[hole] = enlarged[hole]
    offsets = _sources(small, small_hole, seed)
    if offsets is not None:
        rows, columns = np.nonzero(hole)
        y, x = _carried(offsets, rows, columns, height, width)
        residual = image[y, x] - enlarged[y, x].astype(np.float32)
        residual[hole[y, x]] = 0
        weights = cv2.resize(_likeness(small, offsets), (width, height), interpolation=cv2.INTER_LINEAR)
        detailed = enlarged[rows, columns] + np.asarray(weights, np.float32)[rows, columns, None] * residual
        filled[rows, columns] = np.rint(np.clip(detailed, 0, 255)).astype(np.uint8)
    return filled


def _sources(small: Image, hole: Mask, seed: int) -> NDArray[np.intp] | None:
    """(h, w, 2): how far away, down and right, the patch most like each pixel's lies; None: nothing to copy from."""
    height, width = hole.shape
    level = Level(0, Box(0, 0, width, height), _planes(small), hole, np.zeros_like(hole))
    if not level.sources.any() or not level.targets.any():
        return None
    place_weight = DISTANCE_COST * PATCH / math.hypot(height, width)
    matcher = Matcher(level, place_weight, np.zeros(hole.shape, np.float32), np.random.default_rng(seed), None)
    for turn in range(TURNS):
        matcher.improve(turn)
    field = matcher.field()
    offsets = np.zeros((height, width, 2), np.intp)
    rows, columns = np.indices((field.box.height, field.box.width))
    offsets[field.box.slices] = np.dstack([field.rows - rows - field.box.y0, field.columns - columns - field.box.x0])
    return offsets


def _likeness(small: Image, offsets: NDArray[np.intp]) -> NDArray[np.float32]:
    """(h, w) float32 in (0, 1]: how much the 5 x 5 px copied from look like those copied to."""
    rows, columns = np.indices(offsets.shape[:2])
    apart = small[rows + offsets[..., 0], columns + offsets[..., 1]].astype(np.float32) - small
    error = np.asarray(cv2.blur(np.square(apart).mean(axis=2), (5, 5)), np.float32)
    return np.float32(1) / (1 + error / np.float32(LIKE**2))


def _planes(image: Image) -> Planes:
    """Colours, and how steep the grey picture is to the right and down."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    slopes = [np.abs(np.diff(grey, axis=axis, append=grey.take([-1], axis))) for axis in (1, 0)]
    return np.dstack([image.astype(np.float32), *(cv2.blur(slope, (3, 3)) for slope in slopes)]).astype(np.float32)


def _carried(
    offsets: NDArray[np.intp], rows: Indices, columns: Indices, height: int, width: int
) -> tuple[Indices, Indices]:
    """Where each pixel of the large picture is copied from; pixels of one small pixel stay together."""
    small_height, small_width = offsets.shape[:2]
    scales = height / small_height, width / small_width
    cells = (rows * small_height // height, columns * small_width // width)
    moved = np.rint(offsets[cells] * np.asarray(scales)).astype(np.intp)
    return np.clip(rows + moved[:, 0], 0, height - 1), np.clip(columns + moved[:, 1], 0, width - 1)
