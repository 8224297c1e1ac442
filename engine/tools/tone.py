"""Tone and colour of a picture by signed percents: curves that do not clip, and greys that stay grey."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from engine.data import Image
from engine.errors import BadOption
from engine.tools.colourspace import Floats, from_oklab, rise, to_oklab
from engine.tools.detail import clarity, grain, sharpness
from engine.tools.guided import base_of
from engine.tools.strips import in_strips

Change = Callable[[Image, float], Image]


def adjust(image: Image, property: str, amount: float) -> Image:  # noqa: A002
    """The (H, W, 3) image with a property shifted by a signed percent; at 0 it is the same, byte for byte.

    20 is plainly seen, 100 is strong; the effect only grows with the amount. Amounts beyond +-100 count as +-100.
    Hue: 100 is half a turn. Warmth: above 0 is yellower; tint: above 0 is more magenta. Vignette: above 0 is darker
    corners. Grain is the same at every call.

    Raises:
        BadOption: an unknown property, or an amount that is not a number.
    """
    change = PROPERTIES.get(property)
    if change is None:
        raise BadOption("property", property, ", ".join(PROPERTIES))
    if not math.isfinite(amount):
        raise BadOption("amount", amount, "-100 to 100")
    share = max(-1.0, min(1.0, amount / 100))
    return image.copy() if share == 0 else change(image, share)


def _levels() -> Floats:
    return np.arange(256, dtype=np.float32) / 255


def _curved(image: Image, curve: Floats) -> Image:
    """Every channel through the same curve of 256 values in [0, 1]."""
    table = np.clip(curve * 255 + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table), np.uint8)


def _bent(values: Floats, gain: float | Floats) -> Floats:
    """A curve through 0 and 1 with slope `gain` at 0 and 1 / gain at 1; its inverse is the same with 1 / gain."""
    return gain * values / (1 + (gain - 1) * values)


def _brightness(image: Image, share: float) -> Image:
    return _curved(image, _bent(_levels(), 2 ** (1.6 * share)))


def _gamma(image: Image, share: float) -> Image:
    return _curved(image, _levels() ** np.float32(2**-share))


def _contrast(image: Image, share: float) -> Image:
    """Distance from middle grey in logits is multiplied, so that black and white are only approached."""
    levels, power = _levels(), np.float32(2.6**share)
    up, down = levels**power, (1 - levels) ** power
    return _curved(image, up / (up + down))


def _exposure(image: Image, share: float) -> Image:
    """Two stops of linear light at 100; brighter, a shoulder keeps what is below white below white."""
    light = np.clip(_decoded(), 0, 1)
    return _curved(image, _encoded(_with_shoulder(light, 4.0**share)))


def _blacks(image: Image, share: float) -> Image:
    levels = _levels()
    near = (1 - levels) ** 4
    return _curved(image, levels + 0.2 * share * near if share > 0 else levels * (1 + 0.9 * share * near))


def _whites(image: Image, share: float) -> Image:
    levels = _levels()
    near = levels**4
    return _curved(image, 1 - (1 - levels) * (1 - 0.9 * share * near) if share > 0 else levels + 0.2 * share * near)


def _fade(image: Image, share: float) -> Image:
    """The flat, lifted blacks of an old print; below 0, the depth that such a print has lost."""
    levels = _levels()
    if share < 0:
        return _saturation(_contrast(_blacks(image, share), -0.3 * share), -0.2 * share)
    return _saturation(_curved(image, 0.2 * share + levels * (1 - 0.28 * share)), -0.4 * share)


def _decoded() -> Floats:
    levels = _levels()
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _encoded(light: Floats) -> Floats:
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


def _with_shoulder(light: Floats, gain: float) -> Floats:
    """Light times gain; where that brightens, bent so that 1 stays 1."""
    if gain <= 1:
        return light * np.float32(gain)
    return gain * light / np.cbrt(1 + (gain**3 - 1) * light**3)


def balanced(image: Image, shifts: tuple[float, float, float]) -> Image:
    """Red, green and blue light multiplied by the exponentials of the shifts, luminance (BT.709) kept for grey."""
    gains = np.exp(np.array(shifts, np.float32))
    gains = gains / float(gains @ np.array([0.2126, 0.7152, 0.0722], np.float32))
    curves = [_encoded(_with_shoulder(_decoded(), float(gain))) for gain in gains]
    table = np.clip(np.stack(curves, -1) * 255 + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table[None]), np.uint8)


def _warmth(image: Image, share: float) -> Image:
    return balanced(image, (0.32 * share, 0.0, -0.6 * share))


def _tint(image: Image, share: float) -> Image:
    return balanced(image, (0.14 * share, -0.24 * share, 0.14 * share))


def _recoloured(image: Image, change: Callable[[Floats], None]) -> Image:
    """OKLab changed in place, strip by strip."""

    def strip(pixels: Image, _: slice) -> Image:
        lab = to_oklab(pixels)
        change(lab)
        return from_oklab(lab)

    return in_strips(strip, image)


def _saturation(image: Image, share: float) -> Image:
    if share == -1:
        return np.asarray(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)

    def change(lab: Floats) -> None:
        lab[..., 1:] *= np.float32(1 + share)

    return _recoloured(image, change)


def _vibrance(image: Image, share: float) -> Image:
    """Pale colours gain most; vivid ones, and the hues of skin, little."""

    def change(lab: Floats) -> None:
        a, b = lab[..., 1], lab[..., 2]
        chroma = np.sqrt(a * a + b * b)
        pale = np.clip(1 - chroma / np.float32(0.28), 0, 1)
        # Skin of every tone lies between 30 and 80 degrees of OKLab hue: near the axis at 55.
        skin = rise((a * np.float32(0.574) + b * np.float32(0.819)) / np.maximum(chroma, 1e-4), 0.85, 0.95)
        lab[..., 1:] *= (1 + np.float32(1.1 * share) * pale * (1 - np.float32(0.6) * skin))[..., None]

    return _recoloured(image, change)


def _hue(image: Image, share: float) -> Image:
    turn = math.pi * share
    matrix = np.array(
        [[1, 0, 0], [0, math.cos(turn), -math.sin(turn)], [0, math.sin(turn), math.cos(turn)]], np.float32
    )

    def change(lab: Floats) -> None:
        lab[...] = cv2.transform(lab, matrix)

    return _recoloured(image, change)


def _toned_locally(image: Image, share: float, weight: Callable[[Floats], Floats], strength: float) -> Image:
    """The brightness curve, as far as the weight of the surroundings' luma says: detail keeps its contrast."""
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32) / 255
    alpha = weight(base_of(luma, max(8, min(luma.shape) // 40), 0.01))
    curve = (_bent(_levels(), 2 ** (strength * share)) * 255).astype(np.float32)

    def strip(pixels: Image, rows: slice) -> Image:
        bent = np.asarray(cv2.LUT(pixels, curve), np.float32)
        return (pixels + alpha[rows, :, None] * (bent - pixels) + np.float32(0.5)).astype(np.uint8)

    return in_strips(strip, image)


def _shadows(image: Image, share: float) -> Image:
    return _toned_locally(image, share, lambda base: rise(base, 0.55, 0.05), 2.0)


def _highlights(image: Image, share: float) -> Image:
    return _toned_locally(image, share, lambda base: rise(base, 0.38, 0.9), 2.4)


def _vignette(image: Image, share: float) -> Image:
    """Less light away from the middle (more, below 0): none at the centre, a quarter left in the corners at 100."""
    height, width = image.shape[:2]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None] ** 2
    down = np.linspace(-1, 1, height, dtype=np.float32) ** 2

    def strip(pixels: Image, rows: slice) -> Image:
        falloff = rise(np.sqrt((across + down[rows, None]) / 2), 0.3, 1.1)[..., None]
        values = pixels.astype(np.float32) / 255
        gain = np.exp2(np.float32(-1.6 * share) * falloff)
        changed = values * gain if share > 0 else _bent(values, gain)
        return (changed * 255 + np.float32(0.5)).astype(np.uint8)

    return in_strips(strip, image)


PROPERTIES: Final[dict[str, Change]] = {
    "brightness": _brightness,
    "contrast": _contrast,
    "exposure": _exposure,
    "saturation": _saturation,
    "vibrance": _vibrance,
    "warmth": _warmth,
    "tint": _tint,
    "hue": _hue,
    "sharpness": sharpness,
    "clarity": clarity,
    "shadows": _shadows,
    "highlights": _highlights,
    "whites": _whites,
    "blacks": _blacks,
    "gamma": _gamma,
    "fade": _fade,
    "vignette": _vignette,
    "grain": grain,
}
"""Every name of `engine.operations.Property`."""
