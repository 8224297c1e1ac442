"""Blurred and damaged faces redrawn by a model such as GFPGAN, which invents what was lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np

from engine.data import Alpha, Box, Image
from engine.geometry import clip
from engine.masks import feather_inside
from engine.protocols import Progress
from engine.spandrel_edge import OneFileModel
from engine.tools.restorers import RESTORER

Find: TypeAlias = Callable[[Image], Sequence[Box]]
"""The faces of a picture, each from brow to chin and ear to ear."""

SIDE: Final = 512
"""Of the square, px, in which the model wants a face."""
FACE: Final = 0.68
CENTRE: Final = 0.54
"""The share of that square that a face's box takes, and how far down it the box has its middle.

In FFHQ, which such models are trained on, eyes are 128 of 512 px apart and 240 px down; the boxes that
`engine.grounding.faces` gives for frontal faces are about 2.75 times as wide, and have their middle a tenth lower.
"""
RIM: Final = 0.12
"""Share of the square's side over which the redrawn face fades into the picture."""


class FaceRestorer:
    """Redraws upright faces, one picture at a time; loaded when first used."""

    def __init__(self, path: Path, find: Find) -> None:
        """path: the weights of GFPGAN or RestoreFormer."""
        self._path, self._find = path, find
        self._model: OneFileModel | None = None
        self._busy = threading.Lock()

    def restore(self, image: Image, progress: Progress = lambda _: None) -> Image:
        """The (H, W, 3) image with its faces redrawn; what is further than half a face from one stays as it was.

        Raises: BackendMissing without the extra `gpu`, UnusableModel, OutOfMemory, BackendFailed.
        """
        boxes = self._find(image)
        restored = image.copy()
        with self._busy:
            model = self._model = self._model or OneFileModel(self._path, "FaceSR", RESTORER)
            for number, box in enumerate(boxes):
                _redraw(restored, box, model)
                progress((number + 1) / len(boxes))
        return restored


def _redraw(image: Image, face: Box, model: OneFileModel) -> None:
    """One face of the image redrawn in place."""
    height, width = image.shape[:2]
    side = round(max(face.width, face.height) / FACE)
    x0 = (face.x0 + face.x1 - side) // 2
    y0 = round((face.y0 + face.y1) / 2 - CENTRE * side)
    shown = clip(Box(x0, y0, x0 + side, y0 + side), height, width)
    border = (shown.y0 - y0, y0 + side - shown.y1, shown.x0 - x0, x0 + side - shown.x1)
    square = np.asarray(cv2.copyMakeBorder(image[shown.slices], *border, cv2.BORDER_REPLICATE), np.uint8)
    drawn = _resized(model(_resized(square, SIDE)), side)
    own = Box(shown.x0 - x0, shown.y0 - y0, shown.x1 - x0, shown.y1 - y0).slices
    share = _fading(side)[own]
    image[shown.slices] = cv2.blendLinear(drawn[own], image[shown.slices], share, 1 - share)


def _resized(square: Image, side: int) -> Image:
    kind = cv2.INTER_AREA if side < square.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(square, (side, side), interpolation=kind), np.uint8)


def _fading(side: int) -> Alpha:
    """(side, side) weights: 1 in the middle, 0 at the border."""
    rim = max(1, round(RIM * side))
    middle = np.zeros((side, side), np.bool_)
    middle[rim:-rim, rim:-rim] = True
    return feather_inside(middle, rim)
