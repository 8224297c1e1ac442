"""Which of a model's masks is the thing, and that mask made whole: what every segmentation model's answer goes through.

Models leave holes and specks, and stop a few px short of the picture's border (sam2#316, ComfyUI-SAM2#55).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Click, Mask
from engine.geometry import bounding_box, clip, iou
from engine.segmentation.edges import tidy

_SPILL: Final = 0.1
"""Of a box's sides: how far the thing in it may stick out, for detectors cut off feet and ears."""
_SPECK, _HOLE = 0.02, 0.02
"""Of the largest piece: what is smaller is noise."""
_SHORT: Final = 0.003
"""Of the picture's longer side: a mask that stops this near to the border goes on to it."""


def best_of(masks: NDArray[np.bool_], scores: Sequence[float], box: Box | None, clicks: Sequence[Click]) -> int:
    """Which of several answers has the best predicted quality, times its agreement with the box and the clicks.

    masks: (N, H, W), N >= 1. scores: the model's own estimates of their quality, in [0, 1].
    """
    merits = [score * _agreement(mask, box, clicks) for mask, score in zip(masks, scores, strict=True)]
    return int(np.argmax(merits))


def finished(mask: Mask, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
    """The mask without specks and holes, reaching the border it all but touches, near its box, obeying the clicks.

    Where nothing is left, the box itself stands. mask: (H, W); unchanged.
    """
    whole = _to_border(_near(tidy(mask, _SPECK, _HOLE), box))
    if not whole.any() and box is not None:
        whole[box.slices] = True
    for click in clicks:
        whole[click.y, click.x] = click.include
    return whole


def _agreement(mask: Mask, box: Box | None, clicks: Sequence[Click]) -> float:
    found = bounding_box(mask)
    if found is None:
        return 0.0
    obeyed = [bool(mask[click.y, click.x]) == click.include for click in clicks]
    share = sum(obeyed) / len(obeyed) if obeyed else 1.0
    return share * (iou(found, box) if box is not None else 1.0)


def _near(mask: Mask, box: Box | None) -> Mask:
    if box is None:
        return mask.copy()
    across, down = round(_SPILL * box.width), round(_SPILL * box.height)
    reach = clip(Box(box.x0 - across, box.y0 - down, box.x1 + across, box.y1 + down), *mask.shape)
    near = np.zeros_like(mask)
    near[reach.slices] = mask[reach.slices]
    return near


def _to_border(mask: Mask) -> Mask:
    """Rows and columns nearest to a border repeat the last one that was answered for."""
    short = max(2, round(_SHORT * max(mask.shape)))
    for side in (mask, mask[::-1], mask.T, mask.T[::-1]):
        if side.shape[0] > 2 * short:
            side[:short] |= side[short] & ~side[:short].any(axis=0)
    return mask
