"""Masks grown, shrunk, softened and cleaned; work is spent on the mask's bounding box, never on the whole picture.

Distances are Euclidean, between pixel centres, and the border of the picture is not a border of the mask.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Box, Mask
from engine.geometry import bounding_box, grow_box


def grow(mask: Mask, px: int) -> Mask:
    """Every pixel at most `px` from the mask; the mask itself is always covered."""
    grown = np.zeros_like(mask)
    if window := _window(mask, px):
        grown[window.slices] = _distance_to_zero(~mask[window.slices]) <= px
    return grown


def shrink(mask: Mask, px: int) -> Mask:
    """Every pixel of the mask further than `px` from all that is outside it: what `grow` does to the outside."""
    shrunk = np.zeros_like(mask)
    if window := _window(mask, 1):
        shrunk[window.slices] = _distance_to_zero(mask[window.slices]) > px
    return shrunk


def feather(mask: Mask, px: int) -> Alpha:
    """Soft weights across the mask's border: 1 deeper than `px` inside, 0 further than `px` outside, about half on it.

    `px` counts along rows and columns. Two box sums make the tent kernel, whose step response is smooth; unlike
    a sampled Gaussian their integer sums are exactly 0 and exactly 1 away from the border.
    """
    alpha = np.zeros(mask.shape, np.float32)
    if window := _window(mask, px):
        soft: NDArray[Any] = mask[window.slices].view(np.uint8)
        total = 1
        for radius in (px // 2, px - px // 2):
            side = 2 * radius + 1
            soft = cv2.boxFilter(soft, cv2.CV_32F, (side, side), normalize=False, borderType=cv2.BORDER_REPLICATE)
            total *= side * side
        alpha[window.slices] = soft / np.float32(total)
    return alpha


def feather_inside(mask: Mask, px: int) -> Alpha:
    """Soft weights that never leave the mask: 0 outside, rising smoothly to 1 at `px` from its border.

    Where the mask is thinner than that the rise is as short as the mask is deep there, so that the middle of
    a thin stroke, and a mask of one pixel, still weigh 1.
    """
    alpha = np.zeros(mask.shape, np.float32)
    if window := _window(mask, 1):
        reach = max(px, 1)
        depth = np.minimum(_distance_to_zero(mask[window.slices]), np.float32(reach))
        # The depth within reach: 1-Lipschitz like the depth itself, hence no steps where a limb joins a body.
        deepest = cv2.dilate(depth, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
        rise = depth / np.maximum(deepest, np.float32(1))
        alpha[window.slices] = rise * rise * (3 - 2 * rise)
    return alpha


def fill_holes(mask: Mask) -> Mask:
    """The mask and everything it encloses; what is open to the border of the picture is not enclosed."""
    filled = mask.copy()
    if window := _window(mask, 1):
        # One more ring joins all that is open, so that component 1, its corner, is the outside.
        outside = np.pad(~mask[window.slices], 1, constant_values=True)
        _, labels = cv2.connectedComponents(outside.view(np.uint8), connectivity=4)
        filled[window.slices] = labels[1:-1, 1:-1] != labels[0, 0]
    return filled


def drop_specks(mask: Mask, min_area: int) -> Mask:
    """The mask without its 8-connected parts of fewer than `min_area` px."""
    kept = np.zeros_like(mask)
    if window := _window(mask, 0):
        labels, stats = connected_parts(mask[window.slices])
        large = stats[:, cv2.CC_STAT_AREA] >= min_area
        large[0] = False
        kept[window.slices] = np.take(large, labels)
    return kept


def parts_touching(mask: Mask, seeds: Mask) -> Mask:
    """The 8-connected parts of the mask, whole, that hold a seed."""
    labels, stats = connected_parts(mask)
    touched = np.zeros(len(stats), np.bool_)
    touched[labels[seeds & mask]] = True
    return np.take(touched, labels)


def connected_parts(mask: Mask, connectivity: int = 8) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The parts of the mask: (H, W) labels, 0 outside, and for each label a row (x, y, width, height, area)."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=connectivity)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)


def union(first: Mask, *others: Mask) -> Mask:
    """What any of the masks selects; they are of one shape."""
    joined = first.copy()
    for mask in others:
        joined |= mask
    return joined


def invert(mask: Mask) -> Mask:
    """What the mask leaves out."""
    return ~mask


def _window(mask: Mask, px: int) -> Box | None:
    """The box of the mask with `px` around it; None where the mask is empty."""
    box = bounding_box(mask)
    return grow_box(box, px, *mask.shape) if box else None


def _distance_to_zero(inside: Mask) -> NDArray[np.float32]:
    """How far each pixel is from the nearest False one, px; infinite where there is none.

    Exact: the distance transform of Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions" (2012).
    """
    if inside.all():
        return np.full(inside.shape, np.inf, np.float32)
    distance = cv2.distanceTransform(inside.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance, np.float32)
