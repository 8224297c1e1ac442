"""The guided filter: smooth where the guide is smooth, sharp where it has edges, in time that no radius changes."""

from __future__ import annotations

import cv2
import numpy as np

from engine.tools.colourspace import Floats


def guided(guide: Floats, values: Floats, radius: int, epsilon: float) -> Floats:
    """(H, W) values smoothed along the edges of an (H, W) guide (He, Sun, Tang, "Guided Image Filtering", 2013).

    `radius`: px, half a window. `epsilon`: the variance of the guide below which an area counts as flat.
    """
    slope, offset = _lines(guide, values, radius, epsilon)
    return slope * guide + offset


def base_of(luma: Floats, radius: int, epsilon: float) -> Floats:
    """The large shapes of (H, W) luma without detail, fitted on a small copy (He, Sun, "Fast Guided Filter", 2015)."""
    step = max(1, radius // 4)
    height, width = luma.shape
    small = cv2.resize(luma, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    small = np.asarray(small, np.float32)
    slope, offset = _lines(small, small, max(1, radius // step), epsilon)
    full = [np.asarray(cv2.resize(part, (width, height)), np.float32) for part in (slope, offset)]
    return full[0] * luma + full[1]


def _lines(guide: Floats, values: Floats, radius: int, epsilon: float) -> tuple[Floats, Floats]:
    """Slope and offset of the line from guide to values that fits best around each pixel."""
    mean_guide, mean_values = _mean(guide, radius), _mean(values, radius)
    variance = _mean(guide * guide, radius) - mean_guide * mean_guide
    covariance = _mean(guide * values, radius) - mean_guide * mean_values
    slope = covariance / (np.maximum(variance, 0) + np.float32(epsilon))
    return _mean(slope, radius), _mean(mean_values - slope * mean_guide, radius)


def _mean(values: Floats, radius: int) -> Floats:
    side = 2 * radius + 1
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT), np.float32)
