"""Smooth surfaces over a hole: the discrete Poisson equation on any shape, by multigrid.

Everywhere a pixel outside the picture counts as a copy of the border pixel (no slope across the border).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Mask

Surface = NDArray[np.float32]
"""(H, W, C) float32."""

_LAPLACIAN = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], np.float32)
_DAMPING = np.float32(0.8 / 4)
_ITERATIONS = 4
_LARGE = 300_000
_SWEEPS = 2


def laplacian(surface: Surface) -> Surface:
    """The five-point Laplacian of each channel."""
    found = cv2.filter2D(surface, cv2.CV_32F, _LAPLACIAN, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32).reshape(surface.shape)


def halve(values: NDArray[np.float32] | NDArray[np.uint8]) -> Surface:
    """The mean of every 2 x 2 block, (H, W, C) or (H, W) -> (ceil(H / 2), ceil(W / 2), C)."""
    height, width = values.shape[:2]
    even = cv2.copyMakeBorder(values, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    size = (even.shape[1] // 2, even.shape[0] // 2)
    return np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), np.float32).reshape(size[1], size[0], -1)


def double(values: Surface, height: int, width: int) -> Surface:
    """The bilinear inverse of `halve`, cut to (height, width)."""
    size = (values.shape[1] * 2, values.shape[0] * 2)
    larger = np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.float32)
    return larger.reshape(size[1], size[0], -1)[:height, :width]


def solve(residual: Surface, hole: Mask) -> Surface:
    """The surface u with Laplacian(u) = residual inside the hole and u = 0 outside it, to within about a hundredth.

    Conjugate gradients (Polak-Ribiere, each channel on its own) preconditioned by one multigrid V-cycle. Arrays of over
    300,000 px begin at half their size and are then refined by a single cycle (full multigrid).
    """
    inside = hole[..., None].astype(np.float32)
    if hole.size > _LARGE:
        coarse = halve(inside)[..., 0] > 0.5
        found = double(solve(4 * halve(residual * inside), coarse), *hole.shape) * inside
        return found + _cycle((residual - laplacian(found)) * inside, _grids(hole))
    grids = _grids(hole)
    found = np.zeros_like(residual)
    error = residual * inside
    step = direction = _cycle(error, grids)
    product = _dots(error, step)
    for _ in range(_ITERATIONS):
        bent = laplacian(direction) * inside
        length = _ratio(product, _dots(direction, bent))
        change = np.multiply(length, bent, dtype=np.float32)
        found += length * direction
        error = np.subtract(error, change, dtype=np.float32)
        step = _cycle(error, grids)
        kept = _ratio(-_dots(change, step), product)
        product = _dots(error, step)
        direction = np.add(step, kept * direction, dtype=np.float32)
    return found


def membrane(surface: Surface, hole: Mask) -> Surface:
    """The surface with the hole spanned as by a soap film held at the pixels around it (harmonic)."""
    start = _pulled_push(surface, hole)
    return start + solve(-laplacian(start), hole) if not hole.all() else start


def _dots(first: Surface, second: Surface) -> NDArray[np.float32]:
    return np.asarray(np.einsum("ijk,ijk->k", first, second), np.float32)


def _ratio(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 where the second is 0: nothing is left to do there."""
    safe = np.where(np.abs(second) < 1e-12, np.inf, second)
    return np.asarray(first / safe, np.float32)


def _grids(hole: Mask) -> list[Surface]:
    grids = [hole[..., None].astype(np.float32)]
    while min(grids[-1].shape[:2]) > 2 and grids[-1].sum() > 4:
        grids.append((halve(grids[-1]) > 0.5).astype(np.float32))
    return grids


def _cycle(residual: Surface, grids: list[Surface]) -> Surface:
    inside = grids[0]
    found = -_DAMPING * residual
    for _ in range(_SWEEPS - 1):
        found -= _DAMPING * (residual - laplacian(found) * inside)
    if len(grids) > 1:
        error = (residual - laplacian(found)) * inside
        coarse = _cycle(4 * halve(error) * grids[1], grids[1:])
        change = double(coarse, *inside.shape[:2]) * inside
        # As far as it helps: along the picture's border a coarse grid is a little larger, and overshoots.
        found += _ratio(_dots(error, change), _dots(laplacian(change) * inside, change)) * change
    for _ in range(_SWEEPS):
        found -= _DAMPING * (residual - laplacian(found)) * inside
    return found


def _pulled_push(surface: Surface, hole: Mask) -> Surface:
    """Each hole pixel from the finest block mean that holds a known pixel: a start for the solver."""
    known = (~hole)[..., None].astype(np.float32)
    return _push(surface * known, known)


def _push(weighted: Surface, known: Surface) -> Surface:
    filled = np.asarray(weighted / np.maximum(known, np.float32(1e-6)), np.float32)
    if known.all() or max(known.shape) == 1:
        return filled
    coarse = _push(halve(weighted), halve(known[..., 0]))
    return np.where(known > 0, filled, double(coarse, *known.shape[:2])).astype(np.float32)
