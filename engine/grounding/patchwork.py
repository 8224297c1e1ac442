"""A thing of one colour shows as several patches: which of them are one thing, and which thing is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from engine.data import Image, Region
from engine.geometry import union_box
from engine.grounding.regions import ranked
from engine.grounding.saliency import saliency

_BESIDE: Final = 0.12
"""Of the larger patch's size: a gap across which patches side by side are one thing."""
_STACKED: Final = 0.9
"""The same for patches above each other: a car's roof and bonnet, a shirt above and below a belt."""
_LOOSE: Final = 1.6
"""Times their own boxes: two patches whose common box is larger than this do not lie together."""
_FAINT: Final = 0.5
"""Of the best score, once salience is counted: below it a patch is not what somebody names."""


def gathered(patches: Sequence[Region]) -> list[Region]:
    """The patches with those that lie close together joined, best first; every patch must have a mask."""
    groups: list[Region] = []
    for patch in sorted(patches, key=lambda patch: -patch.area):
        joined = patch
        for other in [group for group in groups if _one_thing(group, patch)]:
            groups.remove(other)
            joined = _joined(other, joined)
        groups.append(joined)
    return ranked(groups)


def prominent(image: Image, regions: Sequence[Region]) -> list[Region]:
    """The regions weighed by how much they stand out of the picture, the faint ones dropped, best first."""
    height, width = image.shape[:2]
    salient = cv2.resize(saliency(image), (width, height), interpolation=cv2.INTER_LINEAR)
    means = [float(salient[region.box.slices][region.mask].mean()) for region in regions]
    top = max(max(means, default=0.0), 1e-6)
    weighed = [
        replace(region, score=region.score * (0.3 + 0.7 * mean / top))
        for region, mean in zip(regions, means, strict=True)
    ]
    best = max((region.score for region in weighed), default=0.0)
    return ranked(region for region in weighed if region.score >= _FAINT * best)


def _one_thing(first: Region, second: Region) -> bool:
    across = max(first.box.x0 - second.box.x1, second.box.x0 - first.box.x1)
    down = max(first.box.y0 - second.box.y1, second.box.y0 - first.box.y1)
    larger = float(np.sqrt(max(first.area, second.area)))
    if union_box(first.box, second.box).area > _LOOSE * (first.box.area + second.box.area):
        return False
    if max(across, down) <= _BESIDE * larger:
        return True
    return -across >= 0.6 * min(first.box.width, second.box.width) and down <= _STACKED * larger


def _joined(first: Region, second: Region) -> Region:
    box = union_box(first.box, second.box)
    mask = np.zeros((box.height, box.width), np.bool_)
    for region in (first, second):
        top, left = region.box.y0 - box.y0, region.box.x0 - box.x0
        mask[top : top + region.box.height, left : left + region.box.width] |= (
            True if region.mask is None else region.mask
        )
    return replace(first, box=box, mask=mask, score=max(first.score, second.score))
