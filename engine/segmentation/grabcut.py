"""GrabCut with its randomness fixed (Rother, Kolmogorov and Blake, "GrabCut", 2004)."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Mask

_SEED: Final = 1


def cut(image: Image, seeds: NDArray[np.uint8], rounds: int = 2) -> Mask:
    """GrabCut from seeds (cv2.GC_* per pixel) of a small picture; the seeds themselves where one side has none."""
    foreground = (seeds & 1).astype(np.bool_)
    if foreground.all() or not foreground.any():
        return foreground
    cv2.setRNGSeed(_SEED)
    labels = seeds.copy()
    cv2.grabCut(image, labels, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    return (labels & 1).astype(np.bool_)
