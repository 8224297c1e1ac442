"""Round things told by their colour, completed over their own shading: the orange underside of a yellow ball."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from engine.data import Image, Mask, Region
from engine.geometry import grow_box
from engine.grounding.regions import region_of
from engine.segmentation.edges import reduced, sharpen, tidy
from engine.segmentation.grabcut import cut

_SIDE: Final = 240
_MISSING: Final = 0.02
"""Of the circle: when less than this is missing, the patch is the thing already."""
_BITTEN: Final = 0.45
"""Of the circle: when more than this is missing, the thing is no disc and the circle says nothing."""
_KEPT: Final = 0.75
"""Share that the completed thing and the patch must have in common."""


def completed(image: Image, region: Region) -> Region:
    """The region with what belongs to it by place and by colour inside the circle around it, spills trimmed.

    A region that fills its circle, or is no disc, is returned as it is. Things in front (a paw on the ball) stay out:
    GrabCut tells them by the colours outside the circle.
    """
    if region.mask is None or min(region.box.width, region.box.height) < 24:
        return region
    window = grow_box(region.box, max(4, max(region.box.width, region.box.height) // 6), *image.shape[:2])
    crop = np.ascontiguousarray(image[window.slices])
    small = reduced(crop, _SIDE)
    whole = np.zeros(crop.shape[:2], np.uint8)
    top, left = region.box.y0 - window.y0, region.box.x0 - window.x0
    whole[top : top + region.box.height, left : left + region.box.width] = region.mask
    patch = np.asarray(cv2.resize(whole, small.shape[1::-1], interpolation=cv2.INTER_AREA), np.bool_)
    disc = _disc(patch)
    missing = np.count_nonzero(disc & ~patch) / max(np.count_nonzero(disc), 1)
    if not _MISSING < missing < _BITTEN:
        return region
    coarse = _cut(small, patch, disc)
    if np.count_nonzero(coarse & patch) < _KEPT * np.count_nonzero(coarse | patch):
        return region
    found = region_of(sharpen(crop, coarse), region.score, region.label, region.source, origin=window)
    return found or region


def _disc(patch: Mask) -> Mask:
    """The circle around the patch without its thin outgrowths."""
    reach = max(3, int(0.12 * np.sqrt(np.count_nonzero(patch)))) | 1
    round_ = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    body = np.asarray(cv2.morphologyEx(patch.astype(np.uint8), cv2.MORPH_OPEN, round_), np.uint8)
    found = np.zeros_like(body)
    outlines, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if outlines:
        (x, y), radius = cv2.minEnclosingCircle(max(outlines, key=cv2.contourArea))
        cv2.circle(found, (round(x), round(y)), round(radius), 1, cv2.FILLED)
    return found.astype(np.bool_)


def _cut(small: Image, patch: Mask, disc: Mask) -> Mask:
    near = np.ones((5, 5), np.uint8)
    core = np.asarray(cv2.erode((patch & disc).astype(np.uint8), near), np.bool_)
    seeds = np.where(disc, cv2.GC_PR_FGD, cv2.GC_BGD)
    seeds[core] = cv2.GC_FGD
    return tidy(cut(small, seeds.astype(np.uint8), rounds=3), speck=0.1, hole=0.01)
