"""Softness: how wide it is, and the picture sharpened by undoing it."""

from __future__ import annotations

import cv2
import numpy as np

from engine.data import Image
from engine.tools.colourspace import Floats
from engine.tools.denoise import noise_of
from engine.tools.strips import in_strips

_PASSES = 12


def softness_of(image: Image) -> float:
    """Gaussian sigma, px, of the sharp edges of the picture, in [0.5, 4].

    Each strong edge is blurred once more and the loss of slope tells its width (Zhuo and Sim, "Defocus map estimation
    from a single image", 2011); the sharper quarter decides, because background may well be out of focus.
    """
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.5), np.float32)
    slope, softer = _slope(grey), _slope(soft)
    floor = max(24.0, float(np.quantile(slope, 0.97)))
    ridge = (slope >= floor) & (slope >= np.asarray(cv2.dilate(slope, np.ones((3, 3), np.uint8)), np.float32))
    if np.count_nonzero(ridge) < 20:
        return 1.0
    ratio = np.maximum(slope[ridge] / np.maximum(softer[ridge], 1e-3), 1.01)
    return float(np.clip(np.quantile(1.5 / np.sqrt(ratio**2 - 1), 0.25), 0.5, 4.0))


def deblur(image: Image) -> Image:
    """The (H, W, 3) image with its softness undone where there are edges; flat areas and their noise stay.

    Richardson-Lucy deconvolution of luma by a Gaussian of `softness_of`, held near the range of the neighbourhood, so
    that no edge gets a halo. It brings back what is soft, not what is gone.
    """
    sigma = softness_of(image)
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32) + 1
    sharp = _deconvolved(luma, sigma)
    reach = 2 * round(1.5 * sigma) + 1
    around = np.ones((reach, reach), np.uint8)
    low, high = np.asarray(cv2.erode(luma, around), np.float32), np.asarray(cv2.dilate(luma, around), np.float32)
    edges = np.clip((high - low - 4 * noise_of(image)) / 24, 0, 1)
    change = edges * (np.clip(sharp, low - 3, high + 3) - luma)

    def strip(pixels: Image, rows: slice) -> Image:
        return np.clip(pixels + change[rows, :, None] + 0.5, 0, 255).astype(np.uint8)

    return in_strips(strip, image)


def _deconvolved(luma: Floats, sigma: float) -> Floats:
    """Richardson (1972), Lucy (1974)."""
    sharp = luma.copy()
    for _ in range(_PASSES):
        blurred = np.maximum(np.asarray(cv2.GaussianBlur(sharp, (0, 0), sigma), np.float32), 1e-3)
        sharp = sharp * np.asarray(cv2.GaussianBlur(luma / blurred, (0, 0), sigma), np.float32)
    return sharp


def _slope(grey: Floats) -> Floats:
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32)
