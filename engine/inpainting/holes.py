"""The holes of a mask: how deep, which belong together, what lies round them."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Mask

Indices = NDArray[np.intp]
"""Flat pixel indices (row * width + column), or rows, or columns."""


def bounding_box(selected: Mask) -> Box:
    """The smallest box that holds every selected pixel; at least one must be."""
    rows, columns = np.flatnonzero(selected.any(axis=1)), np.flatnonzero(selected.any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def grown(box: Box, margin: int, shape: tuple[int, ...]) -> Box:
    """The box with `margin` px more on each side, cut to an array of this shape."""
    return Box(
        max(0, box.x0 - margin), max(0, box.y0 - margin), min(shape[1], box.x1 + margin), min(shape[0], box.y1 + margin)
    )


def by_thickness(mask: Mask, thin_radius: float) -> tuple[Mask, Mask]:
    """What of the mask is nowhere near a place deeper than `thin_radius` px (lines, specks), and the rest.

    So scratches stay thin where they cross, and the wire of a masked lamp is thin though the lamp is not.
    """
    deep = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5) > thin_radius
    side = 4 * round(thin_radius) + 3
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    near = cv2.dilate(deep.astype(np.uint8), disc) > 0
    return mask & ~near, mask & near


def separate(mask: Mask, gap: int) -> Iterator[Mask]:
    """The parts of a mask that lie more than `gap` px from each other."""
    side = gap + 1
    joined = cv2.dilate(mask.astype(np.uint8), np.ones((side, side)))
    count, labels = _components(joined > 0)
    for label in range(1, count):
        yield mask & (labels == label)


def radius(hole: Mask) -> float:
    """Depth of a hole that may go on beyond the picture's border, px."""
    framed = np.pad(hole, 1, mode="edge").astype(np.uint8)
    return float(cv2.distanceTransform(framed, cv2.DIST_L2, 5).max())


def nearest(allowed: Mask) -> Indices:
    """(H, W) flat index of the allowed pixel nearest to each pixel; there must be one."""
    distances = (~allowed).astype(np.uint8)
    _, found = cv2.distanceTransformWithLabels(distances, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    labels = np.asarray(found, np.intp)
    owners = np.zeros(int(labels.max()) + 1, np.intp)
    owners[labels[allowed]] = np.flatnonzero(allowed)
    return owners[labels]


def _components(mask: Mask) -> tuple[int, Indices]:
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    return count, np.asarray(labels, np.intp)
