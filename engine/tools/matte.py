"""Soft edges for hard masks: an alpha that follows hair and fur, and colours free of the old background."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Box, Image, Mask
from engine.geometry import bounding_box, grow_box
from engine.masks import grow, shrink

_BAND: Final = 0.012
"""Half the width of the band in which alpha may be soft, in square roots of the mask's area."""
_NARROWEST, _WIDEST = 2, 24
"""Limits of that half width, px."""
_SMOOTHNESS: Final = 1e-4
"""Regularisation of the guided filter, for colours in [0, 1]: variations below its root do not bend alpha."""

_NOISE: Final = 0.12
"""Distance of two colours in [0, 1]^3 at which they are half trusted to be told apart."""
_VEIL: Final = 0.06
"""What filtering leaves on pixels that are all subject or all background, stretched away."""

_PATCH: Final = 320
"""Side of the patches that are worked on one at a time, px: small ones stay in the processor's cache."""
_PAIRS: Final = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))

_Floats = NDArray[np.float32]


def soft_matte(image: Image, mask: Mask) -> Alpha:
    """An alpha that is exactly 1 deep inside the mask and 0 far from it, and follows the picture's edges between.

    In the band, alpha is where a colour lies between those of the subject and of the background nearby, trusted as far
    as the two differ, and then made to follow the picture by the guided filter. The border of the picture is no edge:
    a subject cut off by it stays opaque there.
    """
    alpha = mask.astype(np.float32)
    radius = band_radius(mask)
    sure, possible = shrink(mask, radius), grow(mask, radius)
    for inner, outer in _patches(possible & ~sure, 6 * radius):
        pixels = image[outer.slices].astype(np.float32) / np.float32(255)
        patch = _matte(pixels, mask[outer.slices], sure[outer.slices], possible[outer.slices], radius)
        alpha[inner.slices] = patch[_within(inner, outer).slices]
    return alpha


def band_radius(mask: Mask) -> int:
    """How far from the mask's edge alpha may be soft, px."""
    return int(np.clip(_BAND * np.sqrt(np.count_nonzero(mask)), _NARROWEST, _WIDEST))


def decontaminate(image: Image, alpha: Alpha) -> Image:
    """The subject's own colours wherever alpha is below 1, so that no halo of the old background comes with it.

    Where alpha is 1 the pixels are the picture's, byte for byte; far outside they are the picture's too.
    Source: Forte, "Approximate fast foreground colour estimation" (ICIP 2021): F' = blur(aI) / blur(a), B' likewise,
    F = F' + a (I - aF' - (1 - a) B'), with a wide blur and then a narrow one.
    """
    soft = (alpha > 0) & (alpha < 1)
    radius = 4 * band_radius(alpha > 0.5)
    result = image.copy()
    for inner, outer in _patches(soft, 2 * radius):
        front = _fused_twice(image[outer.slices].astype(np.float32), alpha[outer.slices][:, :, None], radius)
        edge = soft[inner.slices]
        result[inner.slices][edge] = np.rint(front[_within(inner, outer).slices]).astype(np.uint8)[edge]
    return result


def _patches(band: Mask, reach: int) -> Iterator[tuple[Box, Box]]:
    """Boxes that together hold the band, each with the box of what must be seen around it to work there."""
    height, width = band.shape
    for y, x in product(range(0, height, _PATCH), range(0, width, _PATCH)):
        box = bounding_box(band[y : y + _PATCH, x : x + _PATCH])
        if box is not None:
            inner = Box(x + box.x0, y + box.y0, x + box.x1, y + box.y1)
            yield inner, grow_box(inner, reach, height, width)


def _within(inner: Box, outer: Box) -> Box:
    """The inner box in the frame of the outer one."""
    return Box(inner.x0 - outer.x0, inner.y0 - outer.y0, inner.x1 - outer.x0, inner.y1 - outer.y0)


def _fused_twice(pixels: _Floats, alpha: _Floats, radius: int) -> _Floats:
    front, back = _fused(pixels, pixels, pixels, alpha, radius)
    return _fused(pixels, front, back, alpha, max(radius // 8, 2))[0]


def _fused(pixels: _Floats, front: _Floats, back: _Floats, alpha: _Floats, radius: int) -> tuple[_Floats, _Floats]:
    """One step of blur fusion: better colours of front and back from earlier ones."""
    front_near = _box(front * alpha, radius) / (_box(alpha, radius)[:, :, None] + 1e-5)
    back_near = _box(back * (1 - alpha), radius) / (_box(1 - alpha, radius)[:, :, None] + 1e-5)
    rest = pixels - alpha * front_near - (1 - alpha) * back_near
    return np.asarray(np.clip(front_near + alpha * rest, 0, 255), np.float32), np.asarray(back_near, np.float32)


def _matte(pixels: _Floats, mask: Mask, sure: Mask, possible: Mask, radius: int) -> Alpha:
    """Alpha of a window: 1 on what is sure, 0 outside what is possible."""
    prior = _ramp(mask, radius)
    band = possible & ~sure
    front, front_spread = _colours_near(pixels, sure if sure.any() else mask, band, 2 * radius)
    back, back_spread = _colours_near(pixels, ~mask if possible.all() else ~possible, band, 2 * radius)
    axis = front - back
    distance = _dot(axis, axis)
    by_colour = np.clip(_dot(pixels - back, axis) / (distance + 1e-4), 0, 1)
    trust = distance / (distance + _NOISE**2 + 4 * (front_spread + back_spread))
    guess = trust * by_colour + (1 - trust) * prior
    guess = np.asarray(np.where(sure, 1, np.where(possible, guess, 0)), np.float32)
    alpha = guided_filter(pixels, guess, band, max(radius // 2, 1), _SMOOTHNESS)
    # Where colours say little the mask has the more say: the further outside, the surer they must be.
    alpha = np.clip((alpha + (1 - 0.7 * trust) * (prior - 0.5) - _VEIL) / (1 - 2 * _VEIL), 0, 1)
    return np.asarray(np.where(sure, 1, np.where(possible, alpha, 0)), np.float32)


def _ramp(mask: Mask, radius: int) -> _Floats:
    """Half on the mask's edge, 0 and 1 at `radius` from it."""
    inward, outward = (cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, 5) for side in (mask, ~mask))
    return np.asarray(np.clip(0.5 + (inward - outward) / (2 * radius), 0, 1), np.float32)


def _colours_near(pixels: _Floats, where: Mask, wanted: Mask, radius: int) -> tuple[_Floats, _Floats]:
    """The mean colour of the pixels `where` nearby, at every wanted pixel, and its variance summed over the channels.

    Where none are near, it looks wider and wider.
    """
    weight = where.astype(np.float32)
    colours, spread = np.zeros_like(pixels), np.zeros(weight.shape, np.float32)
    energy = _dot(pixels, pixels) * weight
    known = np.zeros(weight.shape, np.float32)
    while True:
        near = _box(weight, radius)
        sums = _box(pixels * weight[:, :, None], radius)
        mean = np.asarray(sums / np.maximum(near, 1e-6)[:, :, None], np.float32)
        fresh = (known == 0) & (near > 1e-4)
        colours[fresh] = mean[fresh]
        variance = _box(energy, radius) / np.maximum(near, 1e-6) - _dot(mean, mean)
        spread[fresh] = np.maximum(variance, 0)[fresh]
        known[fresh] = 1
        if known[wanted].all() or radius > max(weight.shape):
            return colours, spread
        radius *= 3


def guided_filter(guide: _Floats, source: _Floats, wanted: Mask, radius: int, smoothness: float) -> _Floats:
    """The (H, W) source smoothed so that its edges are those of the (H, W, 3) guide; right where wanted, for speed.

    The colour form of He, Sun and Tang, "Guided image filtering" (2013).
    """
    mean_guide, mean_source = _box(guide, radius), _box(source, radius)
    covariance = _box(guide * source[:, :, None], radius) - mean_guide * mean_source[:, :, None]
    used = grow(wanted, 2 * radius)
    spread = np.empty((np.count_nonzero(used), 3, 3), np.float32)
    for i, j in _PAIRS:
        product = _box(guide[:, :, i] * guide[:, :, j], radius) - mean_guide[:, :, i] * mean_guide[:, :, j]
        spread[:, i, j] = spread[:, j, i] = product[used]
    spread += smoothness * np.eye(3, dtype=np.float32)
    slope = np.zeros_like(guide)
    slope[used] = np.linalg.solve(spread, covariance[used][:, :, None])[:, :, 0]
    offset = mean_source - _dot(slope, mean_guide)
    return np.asarray(_dot(_box(slope, radius), guide) + _box(offset, radius), np.float32)


def _dot(a: _Floats, b: _Floats) -> _Floats:
    """(H, W) products of the colours at each pixel."""
    return np.asarray(np.einsum("ijk,ijk->ij", a, b), np.float32)


def _box(values: _Floats, radius: int) -> _Floats:
    """Means over squares of side 2 * radius + 1."""
    return np.asarray(cv2.blur(values, (2 * radius + 1, 2 * radius + 1)), np.float32)
