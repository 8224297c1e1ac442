"""Blur: to hide what is under a mask, to soften a picture, or to put what is behind a subject out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from engine.data import Image, Mask
from engine.errors import MaskEmpty
from engine.tools.colourspace import Floats, from_linear, to_linear

_HIDING_SIGMA, _HIDING_BLOCK, _SOFTENING_SIGMA = 0.15, 0.14, 0.015
"""Shares of the region's narrow side: a face is left with under four resolvable bands, or seven blocks, across."""


def sigma_for(mask: Mask, amount: float | None = None) -> float:
    """px of Gaussian sigma that make the largest thing under the mask unrecognisable, times amount / 50 where given.

    A mask of the whole picture softens it instead. Raises: MaskEmpty.
    """
    share = _SOFTENING_SIGMA if mask.all() else _HIDING_SIGMA
    return max(0.5, _narrow_side(mask) * share * _times(amount))


def block_for(mask: Mask, amount: float | None = None) -> int:
    """px a side of the blocks that make the largest thing under the mask unrecognisable, times amount / 50 where given.

    Raises: MaskEmpty.
    """
    return max(2, round(_narrow_side(mask) * _HIDING_BLOCK * _times(amount)))


def blur(image: Image, sigma: float) -> Image:
    """The (H, W, 3) image under a Gaussian of `sigma` px; a wide one is made on a smaller copy."""
    step = max(1, int(sigma / 4))
    if step == 1:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)
    height, width = image.shape[:2]
    small = cv2.resize(image, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma / step, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def pixelate(image: Image, block: int) -> Image:
    """The (H, W, 3) image in squares of `block` px, each the mean of what it covers."""
    height, width = image.shape[:2]
    rows, columns = -(-height // block), -(-width // block)
    padded = cv2.copyMakeBorder(image, 0, rows * block - height, 0, columns * block - width, cv2.BORDER_REPLICATE)
    small = cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (columns * block, rows * block), interpolation=cv2.INTER_NEAREST)
    return np.asarray(large[:height, :width], np.uint8)


def bokeh(image: Image, subject: Mask, amount: float | None = None) -> Image:
    """The (H, W, 3) image with all but the (H, W) subject out of focus, as behind a round aperture.

    The subject stays as it is, byte for byte, and none of its colour spreads into the background: the disk averages
    light over background pixels alone (normalised convolution). The radius is 2.5 % of the narrow
    side, times amount / 50.
    """
    radius = max(1.5, min(subject.shape) * 0.025 * _times(amount))
    grown = cv2.dilate(subject.astype(np.uint8), np.ones((5, 5), np.uint8))
    blurred = from_linear(_disked(to_linear(image), (1 - grown).astype(np.float32), radius))
    edge = np.asarray(cv2.GaussianBlur(subject.astype(np.float32), (0, 0), 1.0), np.float32)
    sharp = np.where(subject, np.float32(1), edge)[..., None]
    return np.asarray(blurred + sharp * (image.astype(np.float32) - blurred) + 0.5, np.uint8)


def _disked(light: Floats, weight: Floats, radius: float) -> Floats:
    """Linear light averaged over a disk, each pixel by its weight, on a copy where its radius is at most 8 px."""
    height, width = weight.shape
    step = max(1.0, radius / 8)
    shape = (max(1, round(width / step)), max(1, round(height / step)))
    small = np.asarray(cv2.resize(light * weight[..., None], shape, interpolation=cv2.INTER_AREA), np.float32)
    share = np.asarray(cv2.resize(weight, shape, interpolation=cv2.INTER_AREA), np.float32)
    disk = _disk(radius / step)
    total = np.asarray(cv2.filter2D(small, -1, disk, borderType=cv2.BORDER_REFLECT), np.float32)
    heaped = np.asarray(cv2.filter2D(share, -1, disk, borderType=cv2.BORDER_REFLECT), np.float32)
    # Deep inside a large subject the disk reaches no background: a wide Gaussian stands in, for soft seams only.
    far = (
        np.asarray(cv2.GaussianBlur(small, (0, 0), 24), np.float32),
        np.asarray(cv2.GaussianBlur(share, (0, 0), 24), np.float32),
    )
    mean = (total + 1e-3 * far[0]) / (heaped + 1e-3 * far[1] + 1e-6)[..., None]
    return np.asarray(cv2.resize(mean, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _disk(radius: float) -> Floats:
    """A disk with a soft rim that sums to 1."""
    reach = int(np.ceil(radius))
    across = np.arange(-reach, reach + 1, dtype=np.float32)
    disk = np.clip(radius + 0.5 - np.hypot(across, across[:, None]), 0, 1)
    return (disk / disk.sum()).astype(np.float32)


def _times(amount: float | None) -> float:
    return 1.0 if amount is None else max(amount, 1.0) / 50


def _narrow_side(mask: Mask) -> int:
    """The shorter side, px, of the box of the mask's largest connected part."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    parts = np.asarray(stats)[1:]
    if len(parts) == 0:
        raise MaskEmpty
    largest = parts[int(np.argmax(parts[:, cv2.CC_STAT_AREA]))]
    return int(min(largest[cv2.CC_STAT_WIDTH], largest[cv2.CC_STAT_HEIGHT]))
