"""Few colours: a drawing or a screenshot of up to 256 is a third of the bytes with a palette."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image

MOST = 256
PROBE_ROWS = 4
"""Rows looked at first: in a photo they already hold too many colours."""


class Indexed(NamedTuple):
    """Colours and which one each pixel has."""

    indices: NDArray[np.uint8]
    """(H, W)"""
    colours: NDArray[np.uint8]
    """(N, 3), N from 1 to 256"""


def indexed(rgb: Image) -> Indexed | None:
    """The picture by its palette, exactly; None where it has more than 256 colours."""
    if len(np.unique(_packed(rgb[:: max(1, len(rgb) // PROBE_ROWS)]))) > MOST:
        return None
    packed = _packed(rgb)
    present = np.zeros(1 << 24, np.bool_)
    present[packed] = True
    colours = np.flatnonzero(present)
    if len(colours) > MOST:
        return None
    index = np.empty(1 << 24, np.uint8)
    index[colours] = np.arange(len(colours), dtype=np.uint8)
    channels = np.stack([colours & 255, colours >> 8 & 255, colours >> 16], axis=1).astype(np.uint8)
    return Indexed(index[packed], channels)


def _packed(rgb: Image) -> NDArray[np.uint32]:
    """(H, W) uint32, red in the lowest byte."""
    with_zero = np.asarray(cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2RGBA), np.uint8)
    return np.bitwise_and(with_zero.view(np.uint32)[..., 0], np.uint32(0xFFFFFF))
