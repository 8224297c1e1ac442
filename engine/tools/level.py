"""How far a picture leans, told by the lines in it that should be upright or lie flat, and setting it straight."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Picture
from engine.tools.transform import Transformed, crop_to_box, rotate

Values = NDArray[np.float64]
_SIDE: Final = 1000
"""px: the longer side at which lines are looked for."""
_MOST: Final = 12.0
"""Degrees: what stands further off is meant to."""
_USUAL: Final = 5.0
"""Degrees by which pictures mostly lean, if they do."""
_LEAST_LENGTH: Final = 0.04
"""Of the longer side; shorter lines are texture."""
_NEAR: Final = 0.75
"""Degrees within which lines agree."""
_SHARE: Final = 0.25
"""Of all the lines' weight that must agree."""
_TOGETHER: Final = 2.0
"""Times the longer side that the lines which agree must be long together.

With both, no answer was 3 degrees off or more on 90 photos turned by 1.5 to 7 degrees.
"""


def tilt_of(image: Image) -> float | None:
    """Degrees, clockwise positive, by which the (H, W, 3) picture leans; None where too few of its lines agree.

    Line segments (von Gioi et al., "LSD", 2010) vote with their length to the power of 1.5, lying ones twice as much as
    standing ones, which perspective makes lean; small angles are likelier than large ones. The answer is the mean of
    what lies near the densest angle.
    """
    angles, lengths, weights = _lines(image)
    kept = np.abs(angles) < _MOST
    if not kept.any():
        return None
    everything = weights.sum()
    angles, lengths, weights = angles[kept], lengths[kept], weights[kept]
    grid = np.arange(-_MOST, _MOST + 0.05, 0.1)
    votes = np.clip(1 - np.abs(grid[:, None] - angles[None]) / _NEAR, 0, None) @ weights
    best = float(grid[int(np.argmax(votes * np.exp(-0.5 * (grid / _USUAL) ** 2)))])
    near = np.abs(angles - best) < _NEAR
    if weights[near].sum() < _SHARE * everything or lengths[near].sum() < _TOGETHER:
        return None
    return float(np.average(angles[near], weights=weights[near]))


def _lines(image: Image) -> tuple[Values, Values, Values]:
    """Degrees by which each line is off upright or flat, its length over the longer side, and its weight."""
    longer = max(image.shape[:2])
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    scale = _SIDE / longer
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    found: Any = cv2.createLineSegmentDetector().detect(small)[0]
    ends = np.empty((0, 4)) if found is None else np.asarray(found, np.float64).reshape(-1, 4)
    across, down = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    length = np.hypot(across, down) / max(small.shape)
    angle = np.degrees(np.arctan2(down, across))
    lying = np.abs((angle + 90) % 180 - 90) < 45
    long = length > _LEAST_LENGTH
    return ((angle + 45) % 90 - 45)[long], length[long], (length**1.5 * np.where(lying, 2.0, 1.0))[long]


def levelled(picture: Picture) -> Transformed | None:
    """The picture turned until it is level, and cut to the largest part of its own shape that has no empty corner.

    None where it does not show how far it leans. One that leans by less than a twentieth of a degree stays as it is.
    """
    lean = tilt_of(picture.rgb)
    if lean is None or abs(lean) < 0.05:
        return None if lean is None else rotate(picture, 0)
    turned = rotate(picture, -lean).picture
    cut = crop_to_box(turned, _filled(picture, lean, turned)).picture
    return Transformed(Picture(cut.rgb, None if picture.opacity is None else cut.opacity), None)


def _filled(picture: Picture, degrees: float, turned: Picture) -> Box:
    """The largest box of the picture's shape, in the middle of the turned one, that its empty corners do not reach."""
    height, width = picture.height, picture.width
    sine, cosine = abs(np.sin(np.radians(degrees))), abs(np.cos(np.radians(degrees)))
    share = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    # Two px less, as the rim of what is turned fades over one.
    rows, columns = max(1, int(height * share) - 2), max(1, int(width * share) - 2)
    x0, y0 = (turned.width - columns) // 2, (turned.height - rows) // 2
    return Box(x0, y0, x0 + columns, y0 + rows)
