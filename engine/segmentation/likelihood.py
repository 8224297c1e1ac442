"""How likely each pixel of a boxed thing is its own: by place in the box, and by colours that hold only nearby."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Image, Mask

_SIDE: Final = 96
"""px of the longer side on which likelihoods are mapped."""
_PALETTE: Final = 24
_NEARBY: Final = 0.3
"""Of the box's sides: how far a colour seen in one place says something of another."""
_ROUNDS: Final = 3
_SEED: Final = 1


def from_middle(inside: Mask) -> Alpha:
    """Distance from the middle of the box that the mask fills, 1 on the ellipse that touches its sides."""
    rows, columns = np.nonzero(inside)
    y, x = np.mgrid[: inside.shape[0], : inside.shape[1]].astype(np.float32)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    across = (x + 0.5 - (left + right) / 2) / ((right - left) / 2)
    down = (y + 0.5 - (top + bottom) / 2) / ((bottom - top) / 2)
    return np.hypot(across, down).astype(np.float32)


def likelihood(small: Image, inside: Mask) -> Alpha:
    """(h, w) probability of belonging to the thing: an elliptic prior times colour frequencies that hold only nearby.

    small: (h, w, 3), the box with what surrounds it. inside: (h, w), the box; what lies outside it is background.
    """
    height, width = inside.shape
    scale = min(1.0, _SIDE / max(height, width))
    shape = max(1, round(width * scale)), max(1, round(height * scale))
    tiny = np.asarray(cv2.resize(small, shape, interpolation=cv2.INTER_AREA), np.uint8)
    within = np.asarray(cv2.resize(inside.astype(np.uint8), shape, interpolation=cv2.INTER_AREA), np.bool_)
    if not within.any():
        return inside.astype(np.float32)
    prior = np.where(within, 0.9 / (1 + np.exp((np.minimum(from_middle(within), 9) - 1) * 6)), 0).astype(np.float32)
    colours = _palette(tiny)
    rows, columns = np.nonzero(within)
    near = (_NEARBY * (columns.max() - columns.min() + 1), _NEARBY * (rows.max() - rows.min() + 1))
    likely = prior
    for _ in range(_ROUNDS):
        inner, outer = _frequency(colours, likely, near), _frequency(colours, (1 - likely).astype(np.float32), near)
        mine, theirs = prior * (inner + 0.01), (1 - prior) * (outer + 0.01)
        likely = (mine / (mine + theirs)).astype(np.float32)
    return np.asarray(cv2.resize(likely, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _palette(tiny: Image) -> NDArray[np.int32]:
    """The (h, w) index of each pixel's colour in a palette made for this picture."""
    lab = np.asarray(cv2.cvtColor(tiny.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32).reshape(-1, 3)
    lab[:, 0] *= 0.7
    cv2.setRNGSeed(_SEED)
    criteria = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 8, 1.0)
    size = min(_PALETTE, lab.shape[0])
    _, labels, _ = cv2.kmeans(lab, size, np.empty((0, 1), np.int32), criteria, 1, cv2.KMEANS_PP_CENTERS)
    return np.asarray(labels, np.int32).reshape(tiny.shape[:2])


def _frequency(colours: NDArray[np.int32], weight: Alpha, near: tuple[float, float]) -> Alpha:
    """How common each pixel's colour is around it among the weighted pixels."""

    def spread(values: Alpha) -> Alpha:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), near[0], sigmaY=near[1]), np.float32)

    found = np.zeros(colours.shape, np.float32)
    for index in range(int(colours.max()) + 1):
        here = colours == index
        found[here] = spread(np.where(here, weight, 0).astype(np.float32))[here]
    return (found / (spread(weight) + 1e-3)).astype(np.float32)
