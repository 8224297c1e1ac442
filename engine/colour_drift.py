"""The colours of a repainted picture brought back to those of the one it was made from, but for what was edited.

Models give a picture back a little lighter, warmer or flatter all over (krita-ai-diffusion#1789, CropAndStitch#101):
that is measured on what both pictures share, without being told what they share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image
from engine.segmentation.edges import reduced

COMPARED_SIDE: Final = 768
"""px of the longer side at which pictures are compared."""
_SMOOTHING: Final = 0.003
"""Of the longer side: the sigma that the model's own texture is averaged away with before pictures are compared."""
_MOST: Final = 10.0
"""Lab units that most of a picture may drift by: more is another colour, and was asked for."""
_HELD: Final = 3e-4
"""How much, per pixel, the map of colours is held back from changing them: rare colours do not steer it alone."""
_DOUBT: Final = 5.0
"""Lab units of a miss that leave a pixel a quarter of its say in how colours drift."""
_ROUNDS: Final = 6
_RANGE: Final = (2, 98)
"""Percentiles of what is added to a picture's own colours, beyond which the map is guessing."""
_FITTED: Final = 20_000
"""Pixels that the drift is measured on, about."""
_BAND: Final = 64
"""Rows whose colours are brought back at a time."""

Lab = NDArray[np.float32]
"""(H, W, 3) float32 CIELAB of sRGB, D65: L in [0, 100]."""


@dataclass(frozen=True, eq=False, slots=True)
class ColourDrift:
    """How the colours of most of a picture moved: a quadratic map of Lab."""

    mapping: NDArray[np.float32]
    """(10, 3): what is added to L, a and b for each of the terms of a colour."""
    least: NDArray[np.float32]
    most: NDArray[np.float32]
    """(3,) each: the range of what is added to the picture's own colours; a new colour is moved no further."""

    @classmethod
    def between(cls, after: Lab, before: Lab) -> ColourDrift:
        """The map from the one to the other, both (H, W, 3).

        Least squares, held near no change at all, and refitted with less and less say for what misses it (weights of
        Geman and McClure, 1987), so that what was edited has none.
        """
        step = max(1, int(np.sqrt(after.shape[0] * after.shape[1] / _FITTED)))
        here, wanted = after[::step, ::step].reshape(-1, 3), before[::step, ::step].reshape(-1, 3)
        terms, moved = _terms(here), wanted - here
        held = np.diag([0.0] + [_HELD * len(terms)] * (terms.shape[1] - 1)).astype(np.float32)
        misses = np.linalg.norm(moved - np.median(moved, axis=0), axis=1)
        mapping = np.zeros((terms.shape[1], 3), np.float32)
        for _ in range(_ROUNDS):
            weighted = terms * (1 / (1 + (misses / _DOUBT) ** 2) ** 2)[:, None]
            solved = cast(Any, np.linalg).solve(weighted.T @ terms + held, weighted.T @ moved)
            mapping = np.asarray(solved, np.float32)
            misses = np.linalg.norm(moved - terms @ mapping, axis=1)
        shared = (terms @ mapping)[misses <= max(_DOUBT, float(np.median(misses)))]
        least, most = np.clip(np.percentile(shared, _RANGE, axis=0), -_MOST, _MOST).astype(np.float32)
        return cls(mapping, least, most)

    def undone(self, lab: Lab) -> Lab:
        """The colours as they were."""
        return np.asarray(lab + np.clip(_terms(lab) @ self.mapping, self.least, self.most), np.float32)


def compared(image: Image) -> Lab:
    """The picture as it is compared: small, in Lab, its finest texture averaged away."""
    small = reduced(image, COMPARED_SIDE)
    return np.asarray(cv2.GaussianBlur(_lab(small), (0, 0), max(1.0, _SMOOTHING * max(small.shape[:2]))), np.float32)


def without_drift(repainted: Image, original: Image, window: Box) -> Image:
    """The window of the repainted picture, (window.height, window.width, 3), in the colours of the original.

    Both (H, W, 3), registered. What was edited keeps its new colours, moved as those of the rest are.
    """
    drift = ColourDrift.between(compared(repainted), compared(original))
    crop = repainted[window.slices]
    bands = [_rgb(drift.undone(_lab(crop[top : top + _BAND]))) for top in range(0, window.height, _BAND)]
    return np.concatenate(bands)


def _terms(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """(..., 10): 1, L, a, b, scaled to about 1, and their products."""
    light, green, blue = lab[..., 0] / np.float32(100), lab[..., 1] / np.float32(50), lab[..., 2] / np.float32(50)
    products = (light * light, light * green, light * blue, green * green, green * blue, blue * blue)
    return np.stack((np.ones_like(light), light, green, blue, *products), axis=-1)


def _lab(rgb: Image) -> Lab:
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)


def _rgb(lab: Lab) -> Image:
    return np.rint(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * 255).astype(np.uint8)
