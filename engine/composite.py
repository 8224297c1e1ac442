"""Pasting an edited crop back so that nothing else changes, and proving it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Box, Image, Mask, Offset, Picture
from engine.geometry import bounding_box, intersection

CONTRAST_LIMITS = (0.75, 1.33)
"""How far matching may squeeze or stretch a channel; beyond it the crops show different things."""
BAND = 64
"""Rows compared at a time, so that differences stay in the cache."""
SAMPLE = 256
"""Pixels that a colour match needs to be trusted fully; fewer shift the crop by their share."""


def paste(parent: Image, window: Box, edited: Image, alpha: Alpha) -> Image:
    """A copy of the parent with `edited` blended into the window.

    Bit-identical to the parent outside the window and where alpha is 0, and to `edited` where it is 1.

    Args:
        parent: (H, W, 3) uint8, left as it is.
        window: inside the parent.
        edited: (window.height, window.width, 3) uint8.
        alpha: (window.height, window.width) float32 in [0, 1], the weight of `edited`.
    """
    return _blended(parent, window, edited, alpha)


def paste_opacity(parent: NDArray[np.uint8], window: Box, edited: NDArray[np.uint8], alpha: Alpha) -> NDArray[np.uint8]:
    """`paste` for (H, W) uint8 opacity, with the same guarantees."""
    return _blended(parent, window, edited, alpha)


def _blended(parent: NDArray[np.uint8], window: Box, edited: NDArray[np.uint8], alpha: Alpha) -> NDArray[np.uint8]:
    region = parent[window.slices]
    if region.shape != edited.shape or alpha.shape != edited.shape[:2]:
        raise ValueError(f"window {region.shape}, edited {edited.shape} and alpha {alpha.shape} do not fit")
    blended = parent.copy()
    # blendLinear divides by the weights' sum plus 1e-5, which rounding to a byte undoes for weights of 0 and 1.
    blended[window.slices] = cv2.blendLinear(edited, region, alpha, 1 - alpha)
    return blended


def changed_outside(parent: Picture, child: Picture, mask: Mask | None, offset: Offset) -> int:
    """How many of the parent's pixels that still show in the child differ from it outside the mask.

    A pixel differs by its colour or its opacity. `offset` is where the parent's top left pixel lies in the child.
    The mask is in the frame of the child, which is the parent's too when the size stayed; None allows no change.
    """
    shown = intersection(Box(0, 0, child.width, child.height), _moved(Box(0, 0, parent.width, parent.height), offset))
    if shown is None:
        return 0
    bands = (Box(shown.x0, y, shown.x1, min(y + BAND, shown.y1)) for y in range(shown.y0, shown.y1, BAND))
    return sum(_changed(parent, child, mask, band, offset) for band in bands)


def _changed(parent: Picture, child: Picture, mask: Mask | None, band: Box, offset: Offset) -> int:
    """The count for a few rows, in the frame of the child."""
    source = _moved(band, Offset(-offset.x, -offset.y))
    difference = cv2.absdiff(parent.rgb[source.slices], child.rgb[band.slices])
    opacities = _opacity(parent, source), _opacity(child, band)
    if not cv2.hasNonZero(difference.reshape(-1)) and np.all(opacities[0] == opacities[1]):
        return 0
    same = cv2.inRange(difference, np.zeros(3), np.zeros(3))
    changed = np.equal(same, 0) | (opacities[0] != opacities[1])
    if mask is not None:
        changed &= ~mask[band.slices]
    return int(np.count_nonzero(changed))


def _moved(box: Box, offset: Offset) -> Box:
    return Box(box.x0 + offset.x, box.y0 + offset.y, box.x1 + offset.x, box.y1 + offset.y)


def _opacity(picture: Picture, box: Box) -> NDArray[np.uint8]:
    """That of the box, or one 255 to compare with where the picture has none."""
    return np.full((1, 1), 255, np.uint8) if picture.opacity is None else picture.opacity[box.slices]


def match_colour(generated: Image, original: Image, outside: Mask) -> Image:
    """The generated crop with the colours of the original: outside the hole their means and contrasts agree in Lab.

    Both crops and `outside` (True = not regenerated, measured) are of one size. What hardly differs (under half a unit
    of Lab) or cannot be measured is returned as it is.

    Source: Reinhard, Ashikhmin, Gooch and Shirley, "Color Transfer between Images" (2001), in CIELAB, with the contrast
    ratio clamped and small samples trusted by their share.
    """
    box = bounding_box(outside)
    if box is None:
        return generated
    measured = outside[box.slices].view(np.uint8)
    mean, deviation = _statistics(generated[box.slices], measured)
    wanted_mean, wanted_deviation = _statistics(original[box.slices], measured)
    trust = min(1.0, np.count_nonzero(outside) / SAMPLE)
    ratio = np.clip((wanted_deviation + 1) / (deviation + 1), *CONTRAST_LIMITS) ** trust
    shift = mean + trust * (wanted_mean - mean) - mean * ratio
    if np.abs(mean * ratio + shift - mean).max() < 0.5 and np.abs(ratio - 1).max() < 0.02:
        return generated
    return _from_lab(_lab(generated) * ratio + shift)


def _statistics(rgb: Image, measured: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each Lab channel, (3,) each, where `measured` is not 0."""
    mean, deviation = cv2.meanStdDev(_lab(rgb), mask=measured)
    return np.float32(mean).ravel(), np.float32(deviation).ravel()


def _lab(rgb: Image) -> NDArray[np.float32]:
    """(H, W, 3) CIELAB of sRGB, D65: L in [0, 100]."""
    scaled = np.multiply(rgb, np.float32(1 / 255), dtype=np.float32)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_RGB2LAB), np.float32)


def _from_lab(lab: NDArray[Any]) -> Image:
    """(H, W, 3) sRGB of CIELAB, clipped to what sRGB can show."""
    rgb = cv2.cvtColor(np.asarray(lab, np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), np.uint8)
