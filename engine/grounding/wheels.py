"""The wheels of a vehicle seen from the side: round things at its bottom, darker than what they carry."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Region
from engine.grounding.phrases import vocabulary
from engine.grounding.regions import ranked, region_of
from engine.grounding.things import common
from engine.segmentation.edges import reduced

WHEEL_NOUNS: Final = vocabulary("wheel tyre tire rim hubcap")
WHEELED: Final = frozenset(("car", "truck", "bus", "bicycle", "motorcycle", "train"))
_SIDE: Final = 400
"""px of the longer side of the vehicle that is searched."""
_RADII: Final = (0.11, 0.32)
"""Of the vehicle's height: the smallest and the largest wheel."""
_LOW: Final = 0.5
"""Of the vehicle's height: no wheel has its middle higher than this."""
_ROUND: Final = 0.6
"""How much of a circle must be seen (the last parameter of cv2.HOUGH_GRADIENT_ALT)."""
_DARK: Final = 0.2
"""Darkness of its rim from which a disc is a wheel: as in `_darkness`."""
_MOST: Final = 3


def wheels(image: Image, vehicle: Region) -> list[Region]:
    """Discs where the vehicle's wheels are, best first; empty where none can be told, as from the front."""
    crop = np.ascontiguousarray(image[vehicle.box.slices])
    small = reduced(crop, _SIDE)
    height, width = small.shape[:2]
    scale = crop.shape[0] / height
    grey = np.asarray(cv2.cvtColor(cv2.medianBlur(small, 5), cv2.COLOR_RGB2GRAY), np.uint8)
    least, most = (max(4, round(share * height)) for share in _RADII)
    circles = cv2.HoughCircles(
        grey, cv2.HOUGH_GRADIENT_ALT, 1.5, least * 2, param1=300, param2=_ROUND, minRadius=least, maxRadius=most
    )
    found: list[Region | None] = []
    for x, y, radius in np.asarray(circles if circles is not None else [], np.float64).reshape(-1, 3):
        if y < _LOW * height or y + radius > 1.06 * height or not -0.05 * width < x < 1.05 * width:
            continue
        disc = _disc(crop, scale * x, scale * y, scale * radius)
        score = vehicle.score * _darkness(grey, x, y, radius)
        found.append(region_of(disc.astype(np.bool_), score, "wheel", "wheels", origin=vehicle.box))
    dark = [region for region in ranked(found) if region.score >= _DARK * vehicle.score]
    return [region for at, region in enumerate(dark) if not _rim_of(region, dark[:at])][:_MOST]


def _rim_of(region: Region, better: list[Region]) -> bool:
    """Whether a better one is the same wheel: tyre, rim and cap are circles about one middle."""
    return any(common(region.box, other.box) >= 0.5 * min(region.area, other.area) for other in better)


def _disc(like: NDArray[np.uint8], x: float, y: float, radius: float) -> NDArray[np.uint8]:
    disc = np.zeros(like.shape[:2], np.uint8)
    cv2.circle(disc, (round(x), round(y)), round(radius), 1, cv2.FILLED)
    return disc


def _darkness(grey: NDArray[np.uint8], x: float, y: float, radius: float) -> float:
    """How much darker the rim of the disc is than the vehicle, in [0, 1]: tyres are black."""
    rim = (_disc(grey, x, y, radius) - _disc(grey, x, y, 0.75 * radius)).astype(np.bool_)
    if not rim.any():
        return 0.0
    return float(np.clip((np.median(grey) - np.median(grey[rim])) / 60 + 0.5, 0, 1))
