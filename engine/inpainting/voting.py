"""From matches back to pixels: the weighted vote of all patches over a pixel, and the plain copy."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Mask
from engine.inpainting.holes import Indices
from engine.inpainting.matching import Field, Matcher
from engine.inpainting.membrane import Surface, solve
from engine.inpainting.patches import PATCH, REACH
from engine.inpainting.pyramid import Level

_TRUST_DECAY = 1.1
_SHARPNESS = 3.0
_STEP_TOLERANCE = 90.0
_SHIFT = 64.0
"""Levels by which smoothing may shift what was copied, at most."""


def trust(hole: Mask) -> NDArray[np.float32]:
    """(H, W) float32: 1 outside the hole, falling by a factor of 1.1 a px towards its inside."""
    framed = cv2.copyMakeBorder(hole.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    depth = cv2.distanceTransform(framed, cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.asarray(_TRUST_DECAY**-depth, np.float32)


def vote(level: Level, matcher: Matcher, trusted: NDArray[np.float32]) -> None:
    """Set each hole pixel of `level.planes` to the mean of what the patches over it would copy there.

    Patches that fit well (Gaussian in their cost, scaled by the cost that three quarters stay below) and that lie near
    the rim of the hole (`trusted`) count most.
    """
    scale = float(np.percentile(matcher.costs, 75)) + 1e-3
    weights = np.zeros(level.hole.shape, np.float32)
    weights.ravel()[matcher.targets] = (
        np.exp(-_SHARPNESS * matcher.costs / scale) * trusted.ravel()[matcher.targets] + 1e-8
    )
    field = matcher.field()
    weights = cv2.copyMakeBorder(weights[field.box.slices], REACH, REACH, REACH, REACH, cv2.BORDER_CONSTANT)
    places = np.dstack([field.columns, field.rows]).astype(np.int16)
    places = cv2.copyMakeBorder(places, REACH, REACH, REACH, REACH, cv2.BORDER_REPLICATE)
    colours = np.ascontiguousarray(level.planes[..., :3])
    nothing = np.empty(0, np.uint16)
    total = np.zeros((field.box.height, field.box.width, 1), np.float32)
    voted = np.zeros((field.box.height, field.box.width, 3), np.float32)
    for y in range(PATCH):
        for x in range(PATCH):
            around = (slice(y, y + field.box.height), slice(x, x + field.box.width))
            weight = weights[around][..., None]
            here = places[around] - np.array([x - REACH, y - REACH], np.int16)
            voted += weight * np.asarray(cv2.remap(colours, here, nothing, cv2.INTER_NEAREST), np.float32)
            total += weight
    reached = level.hole[field.box.slices] & (total[..., 0] > 0)
    guess = level.planes[field.box.slices]
    guess[reached, :3] = (voted / np.maximum(total, 1e-12))[reached]
    guess[reached, 3:] = level.planes[field.rows[reached], field.columns[reached], 3:]


def copied(image: Image, hole: Mask, field: Field) -> Surface:
    """The field's box of the picture, each hole pixel copied from its match, the steps between copies smoothed away.

    Where two pixels side by side were copied from apart, the slope between them is the mean of the slopes at both
    sources (He and Sun, "Image Completion Approaches Using the Statistics of Similar Patches", 2014); a step much
    larger than 90 levels is an edge and stays. The surface with those slopes solves a Poisson equation.
    """
    pixels, hidden = image.reshape(-1, 3), hole.ravel()
    pasted = image[field.rows, field.columns].astype(np.float32)
    wanted = np.zeros_like(pasted)
    for down, right in ((0, 1), (1, 0)):
        first, second = np.s_[: field.box.height - down, : field.box.width - right], np.s_[down:, right:]
        ahead = _flat(field.rows[first] + down, field.columns[first] + right, hole.shape)
        behind = _flat(field.rows[second] - down, field.columns[second] - right, hole.shape)
        seen_ahead, seen_behind = (~hidden[where][..., None] for where in (ahead, behind))
        # Slopes are never read off the hole: the pixels there are what is to be forgotten.
        step = seen_ahead * (pasted[second] - pixels[ahead]) + seen_behind * (pixels[behind] - pasted[first])
        step /= np.maximum(seen_ahead.astype(np.float32) + seen_behind, 1)
        step /= 1 + np.sum(step**2, axis=-1, keepdims=True) / _STEP_TOLERANCE**2
        wanted[first] -= step
        wanted[second] += step
    # Small shifts pass as they are; large ones, which add up along the picture's border, would bleach what was copied.
    return np.asarray(pasted + _SHIFT * np.tanh(solve(wanted, hole[field.box.slices]) / _SHIFT), np.float32)


def _flat(rows: Indices, columns: Indices, shape: tuple[int, int]) -> Indices:
    return np.clip(rows, 0, shape[0] - 1) * shape[1] + np.clip(columns, 0, shape[1] - 1)
