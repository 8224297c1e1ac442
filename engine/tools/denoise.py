"""Sensor and compression noise: how strong it is, and the picture without it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from engine.data import Image
from engine.tools.colourspace import Floats
from engine.tools.guided import guided

_LAPLACIAN = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)


def noise_of(image: Image) -> float:
    """Standard deviation, in levels, of the noise in luma.

    The filter of Immerkaer, "Fast Noise Variance Estimation" (1996), blind to edges and slopes; the quieter third of
    the blocks of 16 px decides, so that texture is not taken for noise.
    """
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    response = np.abs(np.asarray(cv2.filter2D(grey, -1, _LAPLACIAN), np.float32))
    rows, columns = max(1, grey.shape[0] // 16), max(1, grey.shape[1] // 16)
    blocks = np.asarray(cv2.resize(response, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    exposed = np.asarray(cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    usable = blocks[(exposed > 12) & (exposed < 243)]
    if usable.size == 0:
        return 0.0
    return float(np.quantile(usable, 0.3) * np.sqrt(np.pi / 2) / 6)


def denoise(image: Image, sigma: float | None = None) -> Image:
    """The (H, W, 3) image without noise of `sigma` levels, by default as strong as `noise_of` finds it.

    Luma by non-local means (Buades, Coll, Morel 2005); colour, where noise is coarser and the eye less sharp, by a
    guided filter along the clean luma.
    """
    strength = max(noise_of(image) if sigma is None else sigma, 1.5)
    luma, red, blue = (np.asarray(part, np.uint8) for part in cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)))
    clean = np.asarray(cv2.fastNlMeansDenoising(luma, None, 0.85 * strength, 5, 13), np.uint8)
    guide = clean.astype(np.float32)
    radius = 4 if strength < 8 else 7

    def colour(part: Image) -> Floats:
        return guided(guide, part.astype(np.float32), radius, (0.6 * strength) ** 2)

    with ThreadPoolExecutor(2) as workers:
        smooth = [np.clip(part + 0.5, 0, 255).astype(np.uint8) for part in workers.map(colour, (red, blue))]
    return np.asarray(cv2.cvtColor(cv2.merge([clean, *smooth]), cv2.COLOR_YCrCb2RGB), np.uint8)


def deblock(image: Image) -> Image:
    """The (H, W, 3) image without the 8 x 8 blocks and the ringing of a hard JPEG.

    JPEG applied again on shifted grids and averaged (Nosratinia, "Enhancement of JPEG-compressed images by
    re-application of JPEG", 2001), as hard as the steps on the old grid ask.
    """
    quality = _quality_of(image)
    shifts = [(row, column) for row in range(0, 8, 2) for column in range(row // 2 % 2, 8, 2)]
    total = np.zeros(image.shape, np.float32)

    def again(shift: tuple[int, int]) -> Image:
        return _compressed(image, shift, quality)

    with ThreadPoolExecutor(4) as workers:
        for compressed in workers.map(again, shifts):
            cv2.accumulate(compressed, total)
    return (total / len(shifts) + 0.5).astype(np.uint8)


def _compressed(image: Image, shift: tuple[int, int], quality: int) -> Image:
    down, right = shift
    height, width = image.shape[:2]
    moved = cv2.copyMakeBorder(image, down, 0, right, 0, cv2.BORDER_REPLICATE)
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]
    _, data = cv2.imencode(".jpg", moved, options)
    again = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return again[down : down + height, right : right + width]


def _quality_of(image: Image) -> int:
    """A JPEG quality whose quantisation would leave such steps at the borders of the 8 x 8 grid."""
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    if min(grey.shape) < 24:
        return 40
    steps = np.abs(np.diff(grey, axis=1)).mean(axis=0)
    border = float(steps[7::8].mean())
    inside = float(np.delete(steps, np.arange(7, len(steps), 8)).mean())
    return int(np.interp(border / max(inside, 0.1), (1.0, 1.3, 1.8, 2.6), (60, 38, 22, 12)))
