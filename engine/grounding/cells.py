"""Superpixels: small patches of one colour, flooded from a grid of seeds, and who touches whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image

Floats: TypeAlias = NDArray[np.float64]

_CELL: Final = 13
"""px between the seeds."""


@dataclass(frozen=True, eq=False, slots=True)
class Cells:
    """The superpixels of a small picture."""

    label: NDArray[np.int32]
    """(h, w), 0-based."""
    lab: Floats
    """(n, 3) mean CIE Lab."""
    place: Floats
    """(n, 2) centroid, in picture sides."""
    edge: NDArray[np.bool_]
    """(n,) whether it touches the picture's border."""
    touching: NDArray[np.bool_]
    """(n, n) whether two share an edge."""


def cells_of(small: Image) -> Cells:
    """The superpixels of an (h, w, 3) uint8 picture of a few hundred px (watershed)."""
    height, width = small.shape[:2]
    rows, columns = max(2, height // _CELL), max(2, width // _CELL)
    y, x = (
        ((np.arange(rows) + 0.5) * height / rows).astype(int),
        ((np.arange(columns) + 0.5) * width / columns).astype(int),
    )
    markers = np.zeros((height, width), np.int32)
    markers[np.ix_(y, x)] = np.arange(1, rows * columns + 1, dtype=np.int32).reshape(rows, columns)
    markers = cv2.dilate(markers.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
    flooded = np.asarray(cv2.watershed(cv2.medianBlur(small, 3), markers), np.float32)
    spread = np.asarray(cv2.dilate(flooded, np.ones((3, 3), np.uint8)), np.float32)
    label = np.where(flooded > 0, flooded, np.maximum(spread, 1)).astype(np.int32) - 1
    _, label = np.unique(label, return_inverse=True)
    label = label.reshape(height, width).astype(np.int32)
    lab = np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float64)
    down, across = np.mgrid[:height, :width] / max(height, width)
    size = np.bincount(label.ravel())
    means = [
        np.bincount(label.ravel(), weights=plane.ravel()) / size for plane in (*np.moveaxis(lab, 2, 0), down, across)
    ]
    edge = np.zeros(size.size, np.bool_)
    edge[np.concatenate((label[0], label[-1], label[:, 0], label[:, -1]))] = True
    return Cells(label, np.stack(means[:3], 1), np.stack(means[3:], 1), edge, _touching(label, size.size))


def _touching(label: NDArray[np.int32], count: int) -> NDArray[np.bool_]:
    pairs = np.zeros((count, count), np.bool_)
    pairs[label[:, :-1].ravel(), label[:, 1:].ravel()] = True
    pairs[label[:-1].ravel(), label[1:].ravel()] = True
    return pairs | pairs.T


def steps(cost: Floats) -> Floats:
    """(n, n) the cheapest way between any two (Floyd and Warshall), from each step's cost, inf where there is none."""
    path = cost.copy()
    np.fill_diagonal(path, 0)
    for through in range(len(path)):
        np.minimum(path, path[:, through, None] + path[None, through], out=path)
    return path
