"""sRGB to OKLab and back: lightness, and two colour axes in which equal steps look equal.

Matrices: Björn Ottosson, "A perceptual color space for image processing" (2020). Light that grows by a factor k scales
all of (L, a, b) by the cube root of k, so a / L and b / L do not change when a surface of one colour falls into shade.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image

Floats: TypeAlias = NDArray[np.floating]
"""float32 of any shape; numpy's stubs lose the width in arithmetic."""
Lab: TypeAlias = Floats
"""(H, W, 3) float32: lightness in [0, 1], a (green to red) and b (blue to yellow) within about +-0.4."""

_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_FROM_LMS = np.asarray(np.linalg.inv(_LMS), np.float32)
_FROM_LAB = np.asarray(np.linalg.inv(_LAB), np.float32)


def _decoding() -> Floats:
    value = np.arange(256, dtype=np.float32) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _encoding() -> NDArray[np.uint8]:
    light = np.linspace(0, 1, 1 << 14, dtype=np.float32)
    value = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (value * 255 + 0.5).astype(np.uint8)


_DECODING, _ENCODING = _decoding(), _encoding()


def to_linear(image: Image) -> Floats:
    """Linear light in [0, 1] of an sRGB image, same shape (IEC 61966-2-1)."""
    return np.asarray(cv2.LUT(image, _DECODING), np.float32)


def from_linear(light: Floats) -> Image:
    """The sRGB image of linear light, to half a level; what lies outside [0, 1] is clipped."""
    return _ENCODING[(np.clip(light, 0, 1) * np.float32(len(_ENCODING) - 1) + np.float32(0.5)).astype(np.int32)]


def to_oklab(image: Image) -> Lab:
    """OKLab of an (H, W, 3) sRGB image."""
    lms = np.asarray(cv2.transform(to_linear(image), _LMS), np.float32)
    return np.asarray(cv2.transform(np.cbrt(lms), _LAB), np.float32)


def linear_of(lab: Lab) -> Floats:
    """Linear light of OKLab, not clipped: a value outside [0, 1] is outside sRGB."""
    lms = np.asarray(cv2.transform(lab, _FROM_LAB), np.float32)
    return np.asarray(cv2.transform(lms * lms * lms, _FROM_LMS), np.float32)


def from_oklab(lab: Lab) -> Image:
    """The nearest sRGB image of (H, W, 3) OKLab, channel by channel."""
    return from_linear(linear_of(lab))


def lab_of(rgb: tuple[int, int, int]) -> Floats:
    """(L, a, b) of one sRGB colour."""
    return to_oklab(np.array([[rgb]], np.uint8))[0, 0]


def rgb_of(lightness: float, chroma: float, hue: float) -> tuple[int, int, int]:
    """The sRGB colour of an OKLCh triple (hue in radians); chroma is cut where sRGB ends, the rest is kept."""
    chroma = min(chroma, float(chroma_limit(np.array([lightness], np.float32), hue)[0]))
    lab = np.array([[[lightness, chroma * np.cos(hue), chroma * np.sin(hue)]]], np.float32)
    red, green, blue = (int(value) for value in from_oklab(lab)[0, 0])
    return red, green, blue


def chroma_limit(lightness: Floats, hue: float) -> Floats:
    """The largest chroma that sRGB has at each lightness (one row) of one hue (radians), by bisection."""
    low, high = np.zeros_like(lightness), np.full_like(lightness, 0.4)
    for _ in range(12):
        middle = (low + high) / 2
        lab = np.stack([lightness, middle * np.cos(hue), middle * np.sin(hue)], -1).astype(np.float32)
        light = linear_of(lab[None])[0]
        inside = np.all((light >= -1e-4) & (light <= 1 + 1e-4), axis=-1)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return low.astype(np.float32)


def rise(values: Floats, start: float, end: float) -> Floats:
    """A smooth step from 0 at `start` to 1 at `end`; falling when `end` is below `start`."""
    share = np.clip((values - np.float32(start)) / np.float32(end - start), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)
