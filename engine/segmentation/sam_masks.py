"""From a SAM's answer, a few small maps of logits, to the one mask that is meant, at the picture's own size.

The mask is chosen and made whole on the frame in which the model saw the picture, which costs the same for a picture of
any size; only the outline of the thing is then worked out among the picture's own pixels, from the logits themselves.
Moving it onto the picture's edges as well (`edges.sharpen`) was tried: on 12 MP pictures it frays a smooth outline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Click, Image, Mask
from engine.geometry import bounding_box, clip, grow_box
from engine.segmentation.finish import best_of, finished

FRAME: Final = 1024
"""px of the longer side of that frame (SAM and SAM 2 see 1024 px, SAM 3 1008); smaller pictures are their own."""


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """What a model makes of a box and clicks: one map or several, for a click may mean a hat or its wearer."""

    logits: NDArray[np.float32]
    """(N, h, w) over the whole picture, of any resolution; above 0 is the thing."""
    scores: NDArray[np.float32]
    """(N,): the model's own estimates of their quality, about 0 to 1."""


def picture_mask(image: Image, answer: Answer, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
    """The (H, W) mask of the map that agrees best with the box and the clicks, whole, and obeying the clicks.

    image: its size alone matters. box: px of the picture, of area 1 or more; the mask lies near it, and is never empty
    where it is given.
    """
    height, width = image.shape[:2]
    rows, columns = _frame(height, width)
    near = box and _scaled(box, rows / height, columns / width, rows, columns)
    marks = [click._replace(x=click.x * columns // width, y=click.y * rows // height) for click in clicks]
    maps = np.stack([np.asarray(cv2.resize(one, (columns, rows)), np.float32) for one in answer.logits])
    logits = maps[best_of(maps > 0, np.clip(answer.scores, 0, 1).tolist(), near, marks)]
    mask = _enlarged(logits, finished(logits > 0, near, marks), height, width)
    for click in clicks:
        mask[click.y, click.x] = click.include
    return mask


def _frame(height: int, width: int) -> tuple[int, int]:
    scale = min(1.0, FRAME / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _scaled(box: Box, down: float, across: float, rows: int, columns: int) -> Box:
    """The box in another frame, at least one pixel of it."""
    x0, y0 = min(int(box.x0 * across), columns - 1), min(int(box.y0 * down), rows - 1)
    return clip(Box(x0, y0, max(x0 + 1, round(box.x1 * across)), max(y0 + 1, round(box.y1 * down))), rows, columns)


def _enlarged(logits: NDArray[np.float32], mask: Mask, height: int, width: int) -> Mask:
    """The mask of the frame at the picture's size, with the outline of the logits wherever the mask has theirs."""
    found = bounding_box(mask)
    if mask.shape == (height, width):
        return mask
    whole = np.zeros((height, width), np.bool_)
    if found is not None:
        down, across = height / mask.shape[0], width / mask.shape[1]
        window = _scaled(grow_box(found, 1, *mask.shape), down, across, height, width)
        # Where the two disagree the logit changes sides: the outline then runs between the pixels of the frame.
        sided = np.where(mask, np.abs(logits), -np.abs(logits))
        whole[window.slices] = _sampled(sided, window, down, across, cv2.INTER_LINEAR) > 0
        if not whole.any():
            whole[window.slices] = _sampled(mask.astype(np.float32), window, down, across, cv2.INTER_NEAREST) > 0
    return whole


def _sampled(values: NDArray[np.float32], window: Box, down: float, across: float, how: int) -> NDArray[np.float32]:
    """What `cv2.resize` by (down, across) would give of the frame's values in a window of the picture."""
    back = np.array([
        [1 / across, 0, (window.x0 + 0.5) / across - 0.5],
        [0, 1 / down, (window.y0 + 0.5) / down - 0.5],
    ])  # fmt: skip
    size, flags = (window.width, window.height), how | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(values, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)
