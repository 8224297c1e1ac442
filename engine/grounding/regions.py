"""Making regions out of masks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask, Region
from engine.geometry import bounding_box, grow_box
from engine.segmentation.edges import sharpen


def region_of(mask: Mask, score: float, label: str, source: str, origin: Box | None = None) -> Region | None:
    """What the mask selects, cropped to it; None when that is nothing.

    mask: (H, W), or only the window `origin` of it. score: clipped to [0, 1].
    """
    found = bounding_box(mask)
    if found is None:
        return None
    x, y = (origin.x0, origin.y0) if origin else (0, 0)
    box = Box(found.x0 + x, found.y0 + y, found.x1 + x, found.y1 + y)
    return Region(box, min(max(score, 0.0), 1.0), label, source, mask[found.slices].copy())


def ranked(regions: Iterable[Region | None]) -> list[Region]:
    """Those that exist, best first."""
    return sorted((region for region in regions if region is not None), key=lambda region: -region.score)


def regions_of(
    image: Image, owner: NDArray[np.int16], scores: Sequence[float], label: str, source: str
) -> list[Region]:
    """One region per owner at the picture's size, edges sharpened; none takes another's pixels. Best first.

    owner: (h, w) of a copy at most as large as the picture; 0 = nobody's, i = of the region with scores[i - 1].
    """
    height, width = image.shape[:2]
    sharp = sharpen(image, owner > 0)
    near = np.asarray(cv2.resize(_nearest(owner), (width, height), interpolation=cv2.INTER_NEAREST), np.int16)
    across, down = width / owner.shape[1], height / owner.shape[0]
    found: list[Region | None] = []
    for index, score in enumerate(scores, 1):
        box = bounding_box(owner == index)
        if box is None:
            continue
        scaled = Box(int(box.x0 * across), int(box.y0 * down), int(box.x1 * across) + 1, int(box.y1 * down) + 1)
        window = grow_box(scaled, int(3 * max(across, down)) + 1, height, width)
        found.append(
            region_of(sharp[window.slices] & (near[window.slices] == index), score, label, source, origin=window)
        )
    return ranked(found)


def _nearest(owner: NDArray[np.int16]) -> NDArray[np.int16]:
    """Every pixel's nearest owner."""
    if not owner.any():
        return owner
    free = (owner == 0).astype(np.uint8)
    found = np.asarray(
        cv2.distanceTransformWithLabels(free, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1], np.int32
    )
    table = np.zeros(int(found.max()) + 1, np.int16)
    table[found[owner > 0]] = owner[owner > 0]
    return table[found]
