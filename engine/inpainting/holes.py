"""The holes of a mask: how deep, which belong together, what lies round them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Mask
from engine.geometry import grow_box

Indices = NDArray[np.intp]
"""Flat pixel indices (row * width + column), or rows, or columns."""


@dataclass(frozen=True, eq=False, slots=True)
class Hole:
    """A part of a mask, cut to the smallest box that holds it."""

    box: Box
    mask: Mask
    """(box.height, box.width) bool."""


def bounding_box(selected: Mask) -> Box:
    """The smallest box that holds every selected pixel; at least one must be."""
    rows, columns = np.flatnonzero(selected.any(axis=1)), np.flatnonzero(selected.any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def by_thickness(mask: Mask, thin_radius: float) -> tuple[Mask, Mask]:
    """What of the mask is nowhere near a place deeper than `thin_radius` px (lines, specks), and the rest.

    So scratches stay thin where they cross, and the wire of a masked lamp is thin though the lamp is not.
    """
    thin, thick = mask.copy(), np.zeros_like(mask)
    if mask.any():
        # One pixel more than the box: the depth of a mask is counted from the pixels around it.
        window = grow_box(bounding_box(mask), 1, *mask.shape)
        cut = mask[window.slices]
        deep = cv2.distanceTransform(cut.astype(np.uint8), cv2.DIST_L2, 5) > thin_radius
        side = 4 * round(thin_radius) + 3
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        near = cv2.dilate(deep.astype(np.uint8), disc) > 0
        thin[window.slices] &= ~near
        thick[window.slices] = cut & near
    return thin, thick


def separate(mask: Mask, gap: int) -> Iterator[Hole]:
    """The parts of a mask that lie more than `gap` px from each other."""
    if not mask.any():
        return
    whole = bounding_box(mask)
    cut = mask[whole.slices]
    joined = cv2.dilate(cut.astype(np.uint8), np.ones((gap + 1, gap + 1)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for label in range(1, count):
        x, y, width, height = (int(number) for number in stats[label, :4])
        around = (slice(y, y + height), slice(x, x + width))
        part = cut[around] & (np.asarray(labels)[around] == label)
        tight = bounding_box(part)
        yield Hole(_moved(tight, x + whole.x0, y + whole.y0), part[tight.slices])


def radius(hole: Hole, shape: tuple[int, ...]) -> float:
    """Depth of a hole of a picture of this shape, px; at the picture's border it counts as going on."""
    window = grow_box(hole.box, 1, *shape[:2])
    framed = np.zeros((window.height, window.width), np.uint8)
    y, x = hole.box.y0 - window.y0, hole.box.x0 - window.x0
    framed[y : y + hole.box.height, x : x + hole.box.width] = hole.mask
    return float(cv2.distanceTransform(framed, cv2.DIST_L2, 5).max())


def nearest(allowed: Mask) -> Indices:
    """(H, W) flat index of the allowed pixel nearest to each pixel; there must be one."""
    distances = (~allowed).astype(np.uint8)
    _, found = cv2.distanceTransformWithLabels(distances, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    labels = np.asarray(found, np.intp)
    owners = np.zeros(int(labels.max()) + 1, np.intp)
    owners[labels[allowed]] = np.flatnonzero(allowed)
    return owners[labels]


def _moved(box: Box, x: int, y: int) -> Box:
    return Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)
