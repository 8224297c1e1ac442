"""Which colour can be read on a background, and how much shadow it takes."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.data import Image

RGB: TypeAlias = tuple[int, int, int]
"""sRGB, 0 to 255."""

WHITE: Final[RGB] = (255, 255, 255)
INK: Final[RGB] = (18, 18, 20)
_CONTRAST: Final = 4.5
"""Contrast ratio that text needs (WCAG 2.2, success criterion 1.4.3)."""
_BRIGHT: Final = 0.5
"""Median luminance of a busy background from which dark text with a pale halo looks better than white with a shadow."""


def legible(behind: Image, colour: RGB | None) -> tuple[RGB, float]:
    """A text colour, and the strength of the shadow that makes it readable on these pixels, 0 where it needs none."""
    bright = luminance(behind.reshape(-1, 3))
    low, middle, high = (float(level) for level in np.percentile(bright, (4, 50, 96)))
    if colour is not None:
        return colour, _strength_needed(colour, low, high)
    plain = [ink for ink in (WHITE, INK) if _strength_needed(ink, low, high) == 0]
    if plain:
        return max(plain, key=lambda ink: _worst(ink, low, high)), 0.0
    ink = WHITE if middle < _BRIGHT else INK
    return ink, _strength_needed(ink, low, high)


def _strength_needed(ink: RGB, low: float, high: float) -> float:
    shade = float(luminance(np.array([opposite(ink)], np.uint8))[0])
    for strength in (0.0, 0.35, 0.55):
        if _worst(ink, low + strength * (shade - low), high + strength * (shade - high)) >= _CONTRAST:
            return strength
    return 0.75


def _worst(ink: RGB, low: float, high: float) -> float:
    """The lower of the contrast ratios with two luminances; 1 where the ink lies between them."""
    own = float(luminance(np.array([ink], np.uint8))[0])
    if low < own < high:
        return 1.0
    return min((max(own, other) + 0.05) / (min(own, other) + 0.05) for other in (low, high))


def opposite(ink: RGB) -> RGB:
    """Black behind a light colour, white behind a dark one: what a shadow or halo is made of."""
    return (0, 0, 0) if float(luminance(np.array([ink], np.uint8))[0]) > 0.18 else WHITE


def luminance(colours: Image) -> NDArray[np.float32]:
    """Relative luminance in [0, 1] of (..., 3) uint8 sRGB colours (IEC 61966-2-1)."""
    levels = np.arange(256) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return np.asarray(linear[colours] @ np.array([0.2126, 0.7152, 0.0722], np.float32), np.float32)
