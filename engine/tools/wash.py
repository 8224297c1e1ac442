"""A colour laid over everything, like a filter before the lens: light and shade stay, every hue leans to one."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.colours import Colour
from engine.data import Image
from engine.tools.colourspace import chroma_limit, from_oklab, lab_of, to_oklab
from engine.tools.strips import in_strips

USUAL: Final = 50.0
"""Percent of the way to the colour: its hue rules the picture, and things are still told apart by theirs."""
_LIFT: Final = 0.3
"""Of that share, how far lightness follows: navy darkens a little, yellow lightens a little."""


def wash(image: Image, colour: Colour, amount: float = USUAL) -> Image:
    """The (H, W, 3) image with every pixel's colour drawn `amount` percent of the way to one; black and white stay.

    A grey, black or white drains the picture instead, and darkens or lightens it.
    """
    share = np.float32(np.clip(amount / 100, 0, 1))
    goal, a, b = (float(value) for value in lab_of(colour.rgb))
    chroma, hue = float(np.hypot(a, b)), float(np.arctan2(b, a))
    levels = np.linspace(0, 1, 1025, dtype=np.float32)
    room = 4 * levels * (1 - levels)
    relit = np.clip(levels + share * _LIFT * room * (goal - 0.5), 0, 1)
    toned = np.minimum(chroma * np.minimum(1, 2 * np.sqrt(room) * levels / max(goal, 0.2)), chroma_limit(levels, hue))

    def strip(pixels: Image, _: slice) -> Image:
        lab = to_oklab(pixels)
        step = np.clip(lab[..., 0] * 1024 + 0.5, 0, 1024).astype(np.int32)
        laid = toned[step]
        lab[..., 0] = relit[step]
        lab[..., 1] += share * (laid * np.float32(np.cos(hue)) - lab[..., 1])
        lab[..., 2] += share * (laid * np.float32(np.sin(hue)) - lab[..., 2])
        return from_oklab(lab)

    return in_strips(strip, image)
