"""A repainted picture laid back onto the one it was made from, and the part of it that really differs.

Instruction models redraw every pixel, shift and zoom by a few px or percent, and drift in colour (Qwen-Image#229,
InvokeAI#9507): what they were not asked to change must be told from what they were.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.colour_drift import COMPARED_SIDE, ColourDrift, compared
from engine.data import Image, Mask
from engine.masks import drop_specks, fill_holes, grow, parts_touching, shrink
from engine.segmentation.edges import reduced

_FEATURES: Final = 2000
_DISTINCT: Final = 0.75
"""Lowe's ratio test: how much nearer the best match must be than the next ("Distinctive Image Features", 2004)."""
_TOLERANCE: Final = 1.5
"""px by which a match may miss the common movement."""
_AGREEING: Final = 20
"""Matches that must follow it; fewer may be chance, or the few things that were moved."""
_CLEARLY: Final = 1.1
"""How many times more matches must follow an affine movement than a similarity."""
_STRETCH: Final = 1.04
"""How much more one axis may be zoomed than the other."""
_ZOOM: Final = (0.85, 1.18)
_TURN: Final = 0.09
"""Radians; models zoom and shift, but hardly turn."""
_SHIFT: Final = 0.12
"""Of the picture's longer side."""
_STILL: Final = 0.3
"""px: what moves less at every corner stays where it is, unresampled."""
_SWAY: Final = 0.004
"""Of the longer side: how far off its place the model may draw what it keeps, beyond the common movement."""
_WEAK, _STRONG = 3.0, 7.0
"""Lab units that the new colour is beyond all that was near its place: changed perhaps, and changed for sure."""
_THICKNESS: Final = 0.003
"""Of the longer side: what is changed for sure is more than twice that thick; along edges, drift makes thin lines."""
_LEAST: Final = 4e-4
"""Of the picture: smaller changes are noise."""

Movement: TypeAlias = NDArray[np.float64]
"""(2, 3): (x, y, 1) of the repainted picture -> (x, y) of the original, px at full size."""


def registered(repainted: Image, original: Image) -> Image:
    """The repainted picture moved and scaled so that what it shares with the original lies where it lay there.

    Both (H, W, 3). Where it shows nothing after that, the original's pixels stand. Returned as it is where no common
    movement can be told: little texture, or nothing left of the original.
    """
    movement = movement_between(repainted, original)
    if movement is None:
        return repainted
    height, width = original.shape[:2]
    canvas = original.copy()
    return np.asarray(
        cv2.warpAffine(
            repainted, movement, (width, height), canvas, cv2.INTER_CUBIC, borderMode=cv2.BORDER_TRANSPARENT
        ),
        np.uint8,
    )


def movement_between(repainted: Image, original: Image) -> Movement | None:
    """How the repainted picture must move to fit; None where it fits as it is, or where nothing tells.

    SIFT features matched both ways, and the similarity that most of them follow (RANSAC); an affine movement where
    clearly more follow that, for models also stretch pictures to the cells of their grid.
    """
    small = [cv2.cvtColor(reduced(image, COMPARED_SIDE), cv2.COLOR_RGB2GRAY) for image in (repainted, original)]
    source, target = _matches(np.asarray(small[0], np.uint8), np.asarray(small[1], np.uint8))
    if len(source) < _AGREEING:
        return None
    movement = _common_movement(source, target)
    if movement is None:
        return None
    # From the small copies to full size: the linear part stays, the shift scales; pixel centres count.
    scale = original.shape[1] / small[1].shape[1]
    off_centre = 0.5 * (movement[:, 0] + movement[:, 1] - 1)
    movement[:, 2] = scale * (movement[:, 2] + off_centre) - off_centre
    return movement if _is_drift(movement, *original.shape[:2]) else None


def changed_region(repainted: Image, original: Image) -> Mask:
    """Where the repainted picture really differs: (H, W), beyond drift of colours and the model's own texture.

    Both (H, W, 3), registered. A pixel differs by how far its colour is from all those that the original has nearby,
    so that what was drawn a little off its place does not. Parts that differ for sure grow into what differs at all;
    holes in them are filled.
    """
    after, before = compared(repainted), compared(original)
    side = max(before.shape)
    difference = _beyond(ColourDrift.between(after, before).undone(after), before, max(1, round(_SWAY * side)))
    sure = shrink(difference > _STRONG, max(1, round(_THICKNESS * side)))
    found = parts_touching(difference > _WEAK, sure)
    reach = max(2, round(0.01 * side))
    whole = fill_holes(shrink(grow(drop_specks(found, round(_LEAST * found.size)), reach), reach))
    height, width = original.shape[:2]
    weights = np.where(whole, np.uint8(255), np.uint8(0))
    return np.greater_equal(cv2.resize(weights, (width, height), interpolation=cv2.INTER_LINEAR), 128)


def _common_movement(source: NDArray[Any], target: NDArray[Any]) -> Movement | None:
    """The movement that most pairs of points follow; None: too few follow any."""
    best, most = None, _AGREEING - 1
    for estimate, gain in ((cv2.estimateAffinePartial2D, 1.0), (cv2.estimateAffine2D, _CLEARLY)):
        cv2.setRNGSeed(1)
        found, agreeing = estimate(source, target, method=cv2.RANSAC, ransacReprojThreshold=_TOLERANCE)
        follow = int(np.count_nonzero(agreeing))
        if cast(Any, found) is not None and follow > gain * most:
            best, most = np.asarray(found, np.float64), follow
    return best


def _matches(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Points that show the same in both, (N, 2) float32 each."""
    finder: Any = cast(Any, cv2).SIFT_create(nfeatures=_FEATURES)
    points, descriptors = zip(*(finder.detectAndCompute(image, None) for image in (first, second)), strict=True)
    nothing = np.zeros((0, 2), np.float32)
    if any(found is None or len(found) < 2 for found in descriptors):
        return nothing, nothing
    matcher: Any = cast(Any, cv2).BFMatcher(cv2.NORM_L2)
    there = _distinct(matcher.knnMatch(descriptors[0], descriptors[1], k=2))
    back = _distinct(matcher.knnMatch(descriptors[1], descriptors[0], k=2))
    pairs = [(one, other) for one, other in there.items() if back.get(other) == one]
    if not pairs:
        return nothing, nothing
    source = np.array([points[0][one].pt for one, _ in pairs], np.float32)
    return source, np.array([points[1][other].pt for _, other in pairs], np.float32)


def _distinct(matches: Any) -> dict[int, int]:
    return {
        best.queryIdx: best.trainIdx
        for best, second in (pair for pair in matches if len(pair) == 2)
        if best.distance < _DISTINCT * second.distance
    }


def _is_drift(movement: Movement, height: int, width: int) -> bool:
    """Whether it moves the picture at all, and no further than models drift."""
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64)
    moved = np.abs(corners @ movement.T - corners[:, :2])
    zooms = np.hypot(movement[0, :2], movement[1, :2])
    turns = np.abs(np.arctan2((movement[1, 0], -movement[0, 1]), (movement[0, 0], movement[1, 1])))
    alike = zooms.max() <= _STRETCH * zooms.min() and turns.max() <= _TURN
    within = _ZOOM[0] <= zooms.min() and zooms.max() <= _ZOOM[1] and moved.max() <= _SHIFT * max(height, width) * 2
    return bool(alike and within and moved.max() > _STILL)


def _beyond(after: NDArray[np.float32], before: NDArray[np.float32], sway: int) -> NDArray[np.float32]:
    """(H, W): how far the colours after lie outside the range of those before within `sway` px."""
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * sway + 1, 2 * sway + 1))
    excess = np.maximum(cv2.erode(before, near) - after, after - cv2.dilate(before, near))
    return np.linalg.norm(np.maximum(excess, 0), axis=2).astype(np.float32)
