"""Holes too thin to need an exemplar: specks, scratches, wires. A smooth bridge, with the grain of the rim on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Mask
from engine.inpainting.holes import Indices, nearest

_TENSION = 0.05
_ITERATIONS = 200
_TOLERANCE = 0.05
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
_GRAIN_TRIES = 12
_GRAIN_STRENGTH = 0.5


class _Bridge:
    """The equations of the least-bent surface over a hole (biharmonic, with a little tension), on lists of pixels."""

    def __init__(self, hole: Mask) -> None:
        bent = cv2.dilate(hole.astype(np.uint8), _CROSS) > 0
        touched = cv2.dilate(bent.astype(np.uint8), _CROSS) > 0
        self.touched = np.flatnonzero(touched)
        self._slots = np.zeros(hole.size, np.intp)
        self._slots[self.touched] = np.arange(len(self.touched))
        self._bent = self._slots[np.flatnonzero(bent)]
        self.hole = self._slots[np.flatnonzero(hole)]
        self._around_bent = self._neighbours(np.flatnonzero(bent), hole.shape)
        self._around_hole = self._neighbours(np.flatnonzero(hole), hole.shape)

    def _neighbours(self, places: Indices, shape: tuple[int, int]) -> Indices:
        """(4, N) slots of the pixels above, below, left and right; outside the picture, of the pixel itself."""
        rows, columns = np.divmod(places, shape[1])
        steps = ((-1, 0), (1, 0), (0, -1), (0, 1))
        found = [
            np.clip(rows + y, 0, shape[0] - 1) * shape[1] + np.clip(columns + x, 0, shape[1] - 1) for y, x in steps
        ]
        return self._slots[np.stack(found)]

    def apply(self, surface: NDArray[np.float32]) -> NDArray[np.float32]:
        """The bending of `surface` (one row a touched pixel), as felt by each hole pixel."""
        bending = np.zeros_like(surface)
        bending[self._bent] = surface[self._around_bent].sum(axis=0) - 4 * surface[self._bent]
        felt = bending[self._around_hole].sum(axis=0) - 4 * bending[self.hole]
        return felt - np.float32(_TENSION) * bending[self.hole]


def bridge(image: Image, hole: Mask) -> NDArray[np.float32]:
    """The (N, 3) float32 colours of the hole's pixels in row order: the smoothest surface through those around."""
    system = _Bridge(hole)
    surface = image.reshape(-1, 3)[system.touched].astype(np.float32)
    surface[system.hole] = image.reshape(-1, 3)[nearest(~hole)[hole]]
    error = -system.apply(surface)
    step = np.zeros_like(surface)
    step[system.hole] = direction = error.copy()
    length = np.einsum("ij,ij->j", error, error)
    for _ in range(_ITERATIONS):
        if float(length.max()) < _TOLERANCE**2 * len(error):
            break
        image_of = system.apply(step)
        rate = length / np.maximum(np.einsum("ij,ij->j", direction, image_of), 1e-12)
        surface[system.hole] += rate * direction
        error -= rate * image_of
        before, length = length, np.einsum("ij,ij->j", error, error)
        direction = error + length / np.maximum(before, 1e-12) * direction
        step[system.hole] = direction
    return surface[system.hole]


def heal_thin(image: Image, hole: Mask, barred: Mask, seed: int) -> Image:
    """The image with a thin hole bridged; `seed` fixes where its grain is taken from.

    `barred`: pixels whose grain must not be copied, though they hold up the bridge. The hole must not be everything.
    """
    filled = image.copy()
    grain, known = _grain(image, hole | barred)
    smooth = bridge(image, hole) + np.float32(_GRAIN_STRENGTH) * _borrowed(grain, known, hole, seed)
    filled[hole] = np.clip(np.rint(smooth), 0, 255).astype(np.uint8)
    return filled


def _grain(image: Image, excluded: Mask) -> tuple[NDArray[np.float32], Mask]:
    """The picture less its smoothed self, cut at 2.5 deviations of its noise to leave edges out; and where it holds."""
    known = (~excluded).astype(np.float32)
    share = cv2.GaussianBlur(known, (0, 0), 1.2)[..., None]
    smooth = cv2.GaussianBlur(image * known[..., None], (0, 0), 1.2) / np.maximum(share, 1e-3)
    grain = (image - smooth) * known[..., None]
    spread = np.median(np.abs(grain[~excluded]), axis=0) / 0.6745 if not excluded.all() else np.zeros(3)
    return np.clip(grain, -2.5 * spread, 2.5 * spread).astype(np.float32), ~excluded


def _borrowed(grain: NDArray[np.float32], known: Mask, hole: Mask, seed: int) -> NDArray[np.float32]:
    """(N, 3) grain for the hole's pixels, each from the first of a few seeded offsets that leads to a known pixel."""
    rng = np.random.default_rng(seed)
    rows, columns = np.nonzero(hole)
    found = np.zeros((len(rows), 3), np.float32)
    missing = np.ones(len(rows), np.bool_)
    for reach in np.linspace(4, 24, _GRAIN_TRIES):
        angle = rng.uniform(0, 2 * np.pi)
        y = np.clip(rows + round(reach * np.sin(angle)), 0, hole.shape[0] - 1)
        x = np.clip(columns + round(reach * np.cos(angle)), 0, hole.shape[1] - 1)
        take = missing & known[y, x]
        found[take] = grain[y[take], x[take]]
        missing &= ~take
    return found
