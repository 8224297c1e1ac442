"""From a mask drawn on a small copy of a picture to one that follows the picture's own edges."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Image, Mask

_BAND: Final = 2
"""Half width, in px of the small copy, of the strip in which the edge is looked for."""
_REACH: Final = 7
"""Half width, in px of the small copy, of the windows that say what either side looks like."""
_MOST: Final = 4_000_000
"""Strip pixels beyond which the edge is only resampled: foliage in a 50 MP photo is all edge."""
_ROW: Final = 8192
"""cv2.remap takes at most 32767 px a side, so the strip is laid out in rows."""


def reduced(image: Image, longest: int) -> Image:
    """The picture with its longer side at most `longest` px, area-averaged; the same array when it is small enough."""
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return image
    shape = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, shape, interpolation=cv2.INTER_AREA), np.uint8)


def sharpen(image: Image, coarse: Mask) -> Mask:
    """The coarse mask at the picture's size, its border moved to where the two sides' colours meet.

    Near the border every pixel joins the side whose local mean colour it is nearer to (the alpha of a two-colour matte,
    cut at one half); where the sides look alike or are noisy, the resampled border stands. It moves by 2 coarse px.

    image: (H, W, 3) uint8. coarse: (h, w) bool, h <= H and w <= W. Returns (H, W) bool.
    """
    height, width = image.shape[:2]
    soft = _resized(cv2.GaussianBlur(coarse.astype(np.float32), (0, 0), 0.7), height, width)
    mask = soft > 0.5 if coarse.shape != (height, width) else coarse.copy()
    strip = _resized(_strip(coarse).astype(np.uint8), height, width, cv2.INTER_NEAREST).astype(np.bool_)
    rows, columns = np.nonzero(strip)
    if not 0 < rows.size <= _MOST:
        return mask
    small = np.asarray(cv2.resize(image, coarse.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
    inner, outer, trust = _sampled(_sides(small, coarse), rows, columns, (height, width))
    across = inner - outer
    share = np.sum((image[rows, columns] - outer) * across, 1) / np.maximum(np.sum(across * across, 1), 1e-3)
    mixed = trust * np.clip(share, -0.5, 1.5) + (1 - trust) * soft[rows, columns]
    mask[rows, columns] = mixed > 0.5
    calm = np.asarray(cv2.medianBlur(mask.astype(np.uint8), 3), np.bool_)
    unsure = trust < 0.9
    mask[rows[unsure], columns[unsure]] = calm[rows[unsure], columns[unsure]]
    return mask


def outlined(small: Image, mask: Mask) -> float:
    """How plainly the mask's border parts two colours, in [0, 1]: the mean over it; 0 where it selects nothing.

    small: (h, w, 3), with the mask's pixels; the picture's own edge is no border.
    """
    solid = mask.astype(np.uint8)
    ring = np.asarray(cv2.dilate(solid, np.ones((3, 3), np.uint8)) != solid, np.bool_)
    return float(_sides(small, mask)[..., 6][ring].mean()) if ring.any() else 0.0


def tidy(mask: Mask, speck: float = 0.02, hole: float = 0.02) -> Mask:
    """The mask without specks and holes smaller than these shares of its largest piece; notches stay open."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return mask
    areas = np.asarray(stats, np.int64)[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    largest = int(areas.max())
    return fill_holes((areas >= speck * largest)[np.asarray(labels, np.int32)], hole * largest)


def fill_holes(mask: Mask, largest: float) -> Mask:
    """The mask with every enclosed hole of up to `largest` px filled."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    sizes = np.asarray(stats, np.int64)
    height, width = mask.shape
    left, top, across, down = (sizes[:, column] for column in range(4))
    enclosed = (left > 0) & (top > 0) & (left + across < width) & (top + down < height)
    fillable = enclosed & (sizes[:, cv2.CC_STAT_AREA] <= largest)
    fillable[0] = False
    return mask | fillable[np.asarray(labels, np.int32)] if count > 1 else mask


def _strip(coarse: Mask) -> Mask:
    disc = np.ones((2 * _BAND + 1, 2 * _BAND + 1), np.uint8)
    solid = coarse.astype(np.uint8)
    return np.asarray(cv2.dilate(solid, disc) != cv2.erode(solid, disc), np.bool_)


def _sides(small: Image, coarse: Mask) -> NDArray[np.float32]:
    """(h, w, 7): the local mean colour inside, outside, and how far the two can be told apart, in [0, 1]."""
    disc = np.ones((2 * _BAND + 1, 2 * _BAND + 1), np.uint8)
    solid = coarse.astype(np.uint8)
    pixels = small.astype(np.float32)
    # Thin things have no sure core; a trace of weight on the rest lets their own pixels speak.
    inside = np.asarray(cv2.erode(solid, disc), np.float32) + 1e-3 * solid
    outside = (1 - np.asarray(cv2.dilate(solid, disc), np.float32)) + 1e-3 * (1 - solid)
    inner, spread_in = _local(pixels, inside.astype(np.float32))
    outer, spread_out = _local(pixels, outside.astype(np.float32))
    contrast = np.sum((inner - outer) ** 2, 2)
    trust = contrast / (contrast + 2 * (spread_in + spread_out) + 150)
    return np.dstack((inner, outer, trust)).astype(np.float32)


def _local(pixels: NDArray[np.float32], weight: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weighted mean colour (h, w, 3) and variance summed over channels (h, w) in a window around each pixel."""
    window = (2 * _REACH + 1, 2 * _REACH + 1)

    def summed(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.boxFilter(values, cv2.CV_32F, window, normalize=False), np.float32)

    total = np.maximum(summed(weight), 1e-6)
    mean = summed(pixels * weight[..., None]) / total[..., None]
    square = summed(np.sum(pixels * pixels, 2) * weight) / total
    return mean.astype(np.float32), np.maximum(square - np.sum(mean * mean, 2), 0).astype(np.float32)


def _sampled(
    sides: NDArray[np.float32], rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Inner colour (N, 3), outer colour (N, 3) and trust (N,) at full-resolution pixels, bilinear."""
    height, width = sides.shape[:2]
    x = (columns + 0.5) * (width / shape[1]) - 0.5
    y = (rows + 0.5) * (height / shape[0]) - 0.5
    padding = -rows.size % _ROW
    x, y = (np.pad(axis, (0, padding)).reshape(-1, _ROW).astype(np.float32) for axis in (x, y))

    def at(values: NDArray[np.float32]) -> NDArray[np.float32]:
        found = cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, np.float32).reshape(x.size, -1)[: rows.size]

    return at(sides[..., :3]), at(sides[..., 3:6]), at(sides[..., 6])[:, 0]


def _resized(values: object, height: int, width: int, how: int = cv2.INTER_LINEAR) -> Alpha:
    return cast(Alpha, cv2.resize(cast(Alpha, values), (width, height), interpolation=how))
