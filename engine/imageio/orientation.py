"""EXIF orientation: read from the file once, applied to the pixels, then gone."""

from __future__ import annotations

import struct

import cv2
import numpy as np
from numpy.typing import NDArray

ORIENTATION = 0x0112


def orientation_of(exif: bytes | None) -> int:
    """The orientation, 1 to 8, that an EXIF block states in its first directory; 1 where it states none (EXIF 2.3)."""
    block = (exif or b"").removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", block, 4)
        (entries,) = struct.unpack_from(order + "H", block, start)
        for entry in range(entries):
            tag, _, _, value = struct.unpack_from(order + "HHIH", block, start + 2 + 12 * entry)
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Rows and columns of an (H, W) or (H, W, C) array as they are meant to be seen; contiguous."""
    if orientation >= 5:
        pixels = np.asarray(cv2.transpose(pixels), np.uint8)
    if orientation in (2, 6):
        pixels = np.asarray(cv2.flip(pixels, 1), np.uint8)
    elif orientation in (4, 8):
        pixels = np.asarray(cv2.flip(pixels, 0), np.uint8)
    elif orientation in (3, 7):
        pixels = np.asarray(cv2.flip(pixels, -1), np.uint8)
    return pixels
