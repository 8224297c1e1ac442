"""Fine detail of a picture: sharper or softer, clearer or hazier, grainier or smoother. `share` is -1 to 1, never 0."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from engine.data import Image
from engine.tools.colourspace import Floats
from engine.tools.guided import base_of
from engine.tools.strips import in_strips


def sharpness(image: Image, share: float) -> Image:
    """Edges steeper (unsharp mask on luma, held near the neighbourhood's own range: no halos), or the picture softer.

    The radius grows with the picture, from 0.8 px, so that the effect looks alike at every size.
    """
    sigma = 0.8 + min(image.shape[:2]) / 2000
    if share < 0:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), -2.5 * share * sigma), np.uint8)
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    soft, around = np.asarray(cv2.GaussianBlur(luma, (0, 0), sigma), np.float32), np.ones((3, 3), np.uint8)
    low, high = np.asarray(cv2.erode(luma, around), np.float32), np.asarray(cv2.dilate(luma, around), np.float32)
    strength, spare = np.float32(2.2 * share), np.float32(8 + 12 * share)

    def added(rows: slice) -> Floats:
        here = luma[rows]
        return np.clip(strength * (here - soft[rows]), low[rows] - here - spare, high[rows] - here + spare)

    return _with_luma(image, added)


def clarity(image: Image, share: float) -> Image:
    """Contrast of middle-sized shapes, most in the middle tones; edges get no halo (guided filter)."""
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32) / 255
    base = base_of(luma, max(6, min(luma.shape) // 30), 0.03)
    strength = np.float32(255 * (1.1 * share if share > 0 else 0.75 * share))

    def added(rows: slice) -> Floats:
        from_middle = np.square(2 * luma[rows] - 1)
        return strength * (luma[rows] - base[rows]) * (1 - from_middle * from_middle)

    return _with_luma(image, added)


def grain(image: Image, share: float) -> Image:
    """Film grain, the same at every call, strongest in the middle tones; below 0, grain smoothed away."""
    if share < 0:
        return np.asarray(cv2.bilateralFilter(image, 7, -45 * share, 3.0), np.uint8)
    height, width = image.shape[:2]
    size = max(0.6, min(height, width) / 1600)
    noise = np.random.default_rng(0).standard_normal((height, width), np.float32)
    noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), size), np.float32)
    noise *= np.float32(22 * share / max(float(noise.std()), 1e-6))
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
    levels = np.arange(256, dtype=np.float32) / 255
    visible = 0.35 + 2.6 * levels * (1 - levels)
    return _with_luma(image, lambda rows: noise[rows] * visible[luma[rows]])


def _with_luma(image: Image, added: Callable[[slice], Floats]) -> Image:
    """The same amount, in levels, added to the three channels; `added` gives it for some rows."""

    def strip(pixels: Image, rows: slice) -> Image:
        changed = pixels + added(rows)[..., None] + np.float32(0.5)
        return np.clip(changed, 0, 255).astype(np.uint8)

    return in_strips(strip, image)
