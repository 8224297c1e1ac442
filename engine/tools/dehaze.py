"""Haze and darkness: light that was added on the way, and light that was missing."""

from __future__ import annotations

import cv2
import numpy as np

from engine.data import Image
from engine.tools.colourspace import Floats
from engine.tools.denoise import denoise, noise_of
from engine.tools.guided import base_of, guided
from engine.tools.strips import in_strips

_SMALL_PIXELS = 4e5
"""Haze and lighting change slowly: both are estimated on a copy of so many pixels."""


def dehaze(image: Image) -> Image:
    """The (H, W, 3) image seen through clear air (He, Sun, Tang, "Single Image Haze Removal Using Dark Channel Prior").

    Sky and other bright grey places, where the prior does not hold, are held back: they neither darken nor turn noisy.
    """
    small = _shrunk(image).astype(np.float32) / 255
    air = _air_of(small)
    haze = _haze_of(small, air)
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32) / 255
    full = np.asarray(cv2.resize(haze, (image.shape[1], image.shape[0])), np.float32)
    radius = max(8, min(luma.shape) // 60)
    clear = 1 - np.clip(guided(luma, full, radius, 1e-3), 0, 0.82)

    def strip(pixels: Image, rows: slice) -> Image:
        seen = (pixels.astype(np.float32) / 255 - air) / clear[rows, :, None] + air
        return np.clip(seen * 255 + 0.5, 0, 255).astype(np.uint8)

    return _relevelled(in_strips(strip, image), image)


def _air_of(small: Floats) -> Floats:
    """The colour of the haze itself: the brightest of the haziest thousandth, pulled halfway to grey against casts."""
    dark = _dark_channel(small, 7)
    haziest = dark >= np.quantile(dark, 0.999)
    colour = small[haziest].mean(axis=0)
    return np.clip(0.5 * colour + 0.5 * colour.max(), 0.5, 1).astype(np.float32)


def _haze_of(small: Floats, air: Floats) -> Floats:
    """Share of haze in each pixel's light, in [0, 0.9], sharpened along the picture's own edges."""
    radius = max(3, round(min(small.shape[:2]) / 60))
    thick = np.clip(0.9 * _dark_channel(small / air, radius), 0, 0.9)
    luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    smooth = np.clip(guided(luma, thick, radius * 4, 1e-3), 0, 0.9)
    near_air = np.abs(small - air).max(axis=2)
    sky = np.clip(1 - near_air / 0.25, 0, 1)
    return (smooth * (1 - 0.6 * np.asarray(cv2.GaussianBlur(sky, (0, 0), radius), np.float32))).astype(np.float32)


def _dark_channel(small: Floats, radius: int) -> Floats:
    window = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    return np.asarray(cv2.erode(small.min(axis=2), window), np.float32)


def _relevelled(clear: Image, hazy: Image) -> Image:
    """Taking haze away takes light away: a brightening curve gives most of the median back."""
    now, before = (float(np.median(_shrunk(picture))) / 255 for picture in (clear, hazy))
    goal = min(max(0.35 * now + 0.65 * before, now), 0.62)
    if now <= 0.02 or goal <= now + 0.01:
        return clear
    gain = goal * (1 - now) / (now * (1 - goal))
    levels = np.arange(256, dtype=np.float32) / 255
    return np.asarray(
        cv2.LUT(clear, (gain * levels / (1 + (gain - 1) * levels) * 255 + 0.5).astype(np.uint8)), np.uint8
    )


def lift_darkness(image: Image) -> Image:
    """The (H, W, 3) image as if there had been enough light; the noise that this uncovers is smoothed.

    Illumination is the largest channel smoothed along edges, raised by a gamma (Guo, Li, Ling, "LIME", 2017); the gamma
    follows from how dark the picture is, and a bright one is hardly changed.
    """
    brightest = image.max(axis=2).astype(np.float32) / 255
    light = np.clip(base_of(brightest, max(8, min(brightest.shape) // 30), 0.02), 0.02, 1)
    median = float(np.median(light[::4, ::4]))
    gamma = float(np.clip(np.log(0.5) / np.log(min(max(median, 0.02), 0.98)), 0.35, 1))
    gain = np.minimum(light ** np.float32(gamma - 1), 12)

    def strip(pixels: Image, rows: slice) -> Image:
        values = pixels.astype(np.float32) / 255
        lifted = gain[rows, :, None] * values
        # A shoulder from 0.8 on, so that what was brighter than its surroundings does not clip.
        over = np.maximum(lifted - np.float32(0.8), 0)
        return (
            (np.minimum(lifted, 0.8) * 255 + 255 * over / (1 + over / np.float32(0.2)) + 0.5)
            .clip(0, 255)
            .astype(np.uint8)
        )

    lifted = in_strips(strip, image)
    noise = noise_of(lifted)
    return denoise(lifted, noise) if noise > 2.5 else lifted


def _shrunk(image: Image) -> Image:
    height, width = image.shape[:2]
    scale = min(1.0, (_SMALL_PIXELS / (height * width)) ** 0.5)
    shape = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, shape, interpolation=cv2.INTER_AREA), np.uint8)
