"""What a patch looks like, as a short vector: two patches are alike when their vectors are near.

A patch is 7 x 7 px. Its vector holds the low orders of the orthonormal cosine transform of its opponent colours, so
squared distances are those of the patches themselves without their finest grain, plus how rough it is: the mean |dx|
and |dy| round it, which tell grass from a green wall once both are shrunk (Newson et al., "Video Inpainting of Complex
Scenes", 2014, section 3.2; the weight 50 is theirs).
"""

from __future__ import annotations

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from engine.data import Box

Planes = NDArray[np.float32]
"""(H, W, 5) float32: red, green, blue, |dx|, |dy|, each 0..255."""
Vectors = NDArray[np.float32]
"""(..., D) float32."""

PATCH = 7
"""Side of a patch, px."""
REACH = PATCH // 2
"""From the centre of a patch to its edge, px."""

_LUMA_ORDERS = 5
_CHROMA_ORDERS = 2
_ROUGHNESS_WEIGHT = 50.0
_OPPONENT = np.array(
    [[3**-0.5, 3**-0.5, 3**-0.5], [2**-0.5, 0, -(2**-0.5)], [6**-0.5, -2 * 6**-0.5, 6**-0.5]], np.float32
)


def _cosines() -> NDArray[np.float32]:
    position, order = np.arange(PATCH) + 0.5, np.arange(PATCH)[:, None]
    waves = np.cos(np.pi * position * order / PATCH)
    return (waves / np.linalg.norm(waves, axis=1, keepdims=True)).astype(np.float32)


_WAVES = _cosines()


def describe(planes: Planes, box: Box) -> Vectors:
    """The vectors of the patches centred in `box`, (box.height, box.width, 23) float32."""
    height, width = planes.shape[:2]
    context = Box(
        max(0, box.x0 - REACH), max(0, box.y0 - REACH), min(width, box.x1 + REACH), min(height, box.y1 + REACH)
    )
    rows = slice(box.y0 - context.y0, box.y1 - context.y0)
    columns = slice(box.x0 - context.x0, box.x1 - context.x0)
    around = planes[context.slices]
    opponent = cv2.transform(np.ascontiguousarray(around[..., :3]), _OPPONENT)
    found: list[NDArray[np.float32]] = []
    for channel, colour in enumerate(cv2.split(opponent)):
        orders = _CHROMA_ORDERS if channel else _LUMA_ORDERS
        found += [_response(colour, _WAVES[i], _WAVES[j]) for i in range(orders) for j in range(orders - i)]
    heavy = _WAVES[0] * np.float32(_ROUGHNESS_WEIGHT**0.5)
    found += [_response(np.ascontiguousarray(around[..., k]), _WAVES[0], heavy) for k in (3, 4)]
    return np.stack([response[rows, columns] for response in found], axis=-1)


def _response(channel: MatLike, across: NDArray[np.float32], down: NDArray[np.float32]) -> Vectors:
    return np.asarray(cv2.sepFilter2D(channel, cv2.CV_32F, across, down, borderType=cv2.BORDER_REFLECT), np.float32)
