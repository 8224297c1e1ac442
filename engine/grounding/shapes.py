"""Shape nouns, and how far an outline is one."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Mask

Shape: TypeAlias = Literal["round", "oval", "square", "rectangle", "triangle", "bar", "star", "diamond", "ring"]

SHAPES: Final[dict[str, Shape]] = {
    **dict.fromkeys(("ball", "circle", "disc", "disk", "dot", "sphere", "globe", "orb", "balloon", "button"), "round"),
    **dict.fromkeys(("oval", "ellipse", "egg"), "oval"),
    **dict.fromkeys(("square", "cube", "tile"), "square"),
    **dict.fromkeys(("rectangle", "box", "block", "panel", "card"), "rectangle"),
    **dict.fromkeys(("triangle", "pyramid", "cone"), "triangle"),
    **dict.fromkeys(("stripe", "line", "bar", "strip", "stick", "pole"), "bar"),
    **dict.fromkeys(("diamond", "rhombus"), "diamond"),
    "star": "star",
    "ring": "ring",
}
"""What each shape noun (singular) looks like."""


def shapeliness(mask: Mask, shape: Shape) -> float:
    """How far what the mask selects has the shape, in [0, 1]; one that the border cuts off is given the benefit.

    Each test is the share that the outline fills of the smallest such shape around it.
    """
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return 0.0
    outline = np.asarray(max(outlines, key=cv2.contourArea), np.int32)
    area = float(np.count_nonzero(mask))
    score = _fit(outline, area, shape)
    return max(score, 0.6) if _clipped(mask) and shape != "ring" else score


def _clipped(mask: Mask) -> bool:
    """Whether a good part of the outline lies along the border."""
    along = sum(int(np.count_nonzero(side)) for side in (mask[0], mask[-1], mask[:, 0], mask[:, -1]))
    return along > 0.5 * float(np.sqrt(np.count_nonzero(mask)))


def _fit(outline: NDArray[np.int32], area: float, shape: Shape) -> float:
    filled = float(cv2.contourArea(outline)) + len(outline) / 2 + 1
    box = _Bounds(outline)
    solidity = filled / max(box.hull, 1.0)
    match shape:
        case "round":
            # Something in front takes a bite out of a ball; its hull stays round.
            bitten = 0.8 * _rise(box.hull / box.circle, 0.72, 0.9) * _rise(solidity, 0.7, 0.85)
            return max(_rise(filled / box.circle, 0.66, 0.86), bitten)
        case "oval":
            return _rise(filled / box.ellipse, 0.80, 0.95) * _rise(box.aspect, 1.0, 1.2)
        case "square":
            return _rise(filled / box.rectangle, 0.80, 0.93) * _rise(box.aspect, 1.6, 1.2)
        case "rectangle":
            return _rise(filled / box.rectangle, 0.80, 0.93)
        case "triangle":
            return _rise(filled / box.triangle, 0.72, 0.9)
        case "bar":
            return _rise(box.aspect, 2.0, 4.0) * _rise(filled / box.rectangle, 0.5, 0.8)
        case "diamond":
            return _rise(filled / box.rectangle, 0.80, 0.93) * _rise(filled / box.upright, 0.75, 0.6)
        case "star":
            return _rise(solidity, 0.85, 0.7) * _rise(solidity, 0.2, 0.35)
        case "ring":
            return _rise(filled / box.ellipse, 0.7, 0.9) * _rise(area / filled, 0.95, 0.8)


class _Bounds:
    """Areas of the smallest shapes around an outline, px."""

    def __init__(self, outline: NDArray[np.int32]) -> None:
        _, radius = cv2.minEnclosingCircle(outline)
        _, sides, _ = cv2.minAreaRect(outline)
        short, long = sorted(float(side) + 1 for side in sides)
        _, _, across, down = cv2.boundingRect(outline)
        triangle, _ = cv2.minEnclosingTriangle(outline)
        self.circle = float(np.pi) * (radius + 0.5) ** 2
        self.rectangle = short * long
        self.ellipse = self.rectangle * float(np.pi) / 4
        self.aspect = long / short
        self.upright = float(across * down)
        self.triangle = max(float(triangle), 1.0)
        self.hull = float(cv2.contourArea(cv2.convexHull(outline))) + len(outline) / 2 + 1


def _rise(value: float, start: float, end: float) -> float:
    """0 at `start`, 1 at `end`, linear between; falling where end < start."""
    return float(np.clip((value - start) / (end - start), 0, 1))
