"""Defects of a photo undone, as far as that needs no model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from engine.data import Image, Mask
from engine.errors import BackendMissing, BadOption
from engine.tools.colourspace import Floats, to_linear
from engine.tools.deblur import deblur
from engine.tools.dehaze import dehaze, lift_darkness
from engine.tools.denoise import deblock, denoise
from engine.tools.specks import find_blemishes, find_scratches, heal
from engine.tools.tone import adjust, balanced

_NEEDS_A_MODEL: Final = ("rain", "snow")
"""Drops and flakes hide what is behind them at every size; filters smear the picture and leave the weather."""


def can_restore(defect: str) -> bool:
    """Whether `restore` undoes the defect without a model."""
    return defect in _DEFECTS


def restore(image: Image, defect: str, mask: Mask | None = None) -> Image:
    """The (H, W, 3) image without the defect, its strength measured on the picture itself.

    The (H, W) mask says where blemishes are looked for; other defects are undone everywhere: blend with an alpha.

    Raises:
        BackendMissing: rain and snow, which a model must take out.
        BadOption: an unknown defect.
    """
    if defect in _NEEDS_A_MODEL:
        raise BackendMissing(defect, "diffusion")
    if defect == "blemishes":
        return heal(image, find_blemishes(image, mask))
    repair = _DEFECTS.get(defect)
    if repair is None:
        raise BadOption("defect", defect, ", ".join((*_DEFECTS, *_NEEDS_A_MODEL)))
    return repair(image)


def _unscratched(image: Image) -> Image:
    return heal(image, find_scratches(image))


def _unfaded(image: Image) -> Image:
    """Black and white found again, in each channel nearly to its own ends, and the colour that time took."""
    lows, highs = _ends(image)
    lows, highs = 0.8 * lows + 0.2 * lows.min(), 0.8 * highs + 0.2 * highs.max()
    levels = np.arange(256, dtype=np.float32)[:, None]
    stretched = (levels - lows) / np.maximum(highs - lows, 32) * 255
    table = np.clip(0.1 * levels + 0.9 * stretched, 0, 255)
    return adjust(np.asarray(cv2.LUT(image, table.astype(np.uint8)[None]), np.uint8), "vibrance", 30)


def _ends(image: Image) -> tuple[Floats, Floats]:
    """Per channel, the levels below and above which lies half a percent of the picture."""
    pixels = image[::2, ::2].reshape(-1, 3)
    low, high = np.quantile(pixels, 0.005, axis=0), np.quantile(pixels, 0.995, axis=0)
    return low.astype(np.float32), high.astype(np.float32)


def _neutral(image: Image) -> Image:
    """The light made white: shades of grey with Minkowski norm 6 (Finlayson and Trezzi 2004) on what did not clip."""
    light = to_linear(image[::2, ::2]).reshape(-1, 3)
    usable = light[(light.max(axis=1) < 0.97) & (light.max(axis=1) > 0.01)]
    if len(usable) < 16:
        return image.copy()
    mean = np.asarray(np.mean(usable**6, axis=0), np.float32) ** np.float32(1 / 6)
    shifts = np.clip(np.log(np.mean(mean) / np.maximum(mean, 1e-4)), -0.45, 0.45)
    return balanced(image, (float(shifts[0]), float(shifts[1]), float(shifts[2])))


_DEFECTS: Final[dict[str, Callable[[Image], Image]]] = {
    "noise": denoise,
    "blur": deblur,
    "haze": dehaze,
    "lowlight": lift_darkness,
    "jpeg": deblock,
    "faded": _unfaded,
    "colour": _neutral,
    "scratches": _unscratched,
    "blemishes": lambda image: heal(image, find_blemishes(image)),
}
