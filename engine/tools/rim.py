"""The border of a thing, where a pixel shows partly the thing and partly what is behind it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Mask
from engine.masks import grow, shrink

REACH = 2
"""Px on either side of a mask's border in which a pixel may be a mixture: antialiasing, and a mask off by one."""
NEAR = 9
"""Px, the side of the window in which the pure colours beside the border are averaged."""
DISTINCT = 24.0
"""Levels between thing and ground from which their shares in a mixture can be told."""

Floats = NDArray[np.float32]


def carried_over_rim(image: Image, edited: Image, inside: Mask) -> Image:
    """`edited` with its border pixels made anew: each keeps its share of the ground and changes by that of the thing.

    A border pixel is p = a * thing + (1 - a) * ground (the compositing equation of Porter and Duff 1984); thing and
    ground are averaged beside the border and a is read off p, so that the pixel becomes p + a * (edited thing - thing).
    All images (H, W, 3) uint8; beyond the border the result is `edited` inside and `image` outside.
    """
    core, around = shrink(inside, REACH), ~grow(inside, REACH)
    before = image.astype(np.float32)
    thing, sure = _averaged(before, core)
    ground, sure_too = _averaged(before, around)
    apart = thing - ground
    distance = (apart * apart).sum(axis=2)
    share = np.clip(((before - ground) * apart).sum(axis=2) / np.maximum(distance, 1.0), 0, 1)
    telling = ~(core | around) & sure & sure_too & (distance > DISTINCT**2)
    mixed = before + share[..., None] * (_averaged(edited.astype(np.float32), core)[0] - thing)
    result = np.where(around[..., None], image, edited)
    result[telling] = np.clip(mixed[telling] + 0.5, 0, 255).astype(np.uint8)
    return result


def _averaged(pixels: Floats, where: Mask) -> tuple[Floats, Mask]:
    """The mean of the pixels of `where` around each pixel, and where there are any."""
    weight = where.astype(np.float32)
    total = cv2.boxFilter(pixels * weight[..., None], -1, (NEAR, NEAR), normalize=False)
    count = np.asarray(cv2.boxFilter(weight, -1, (NEAR, NEAR), normalize=False), np.float32)
    mean = np.divide(total, np.maximum(count, 1.0)[..., None], dtype=np.float32)
    return mean, count > 0.5
