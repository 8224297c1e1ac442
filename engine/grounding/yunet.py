"""Faces by YuNet, a network of 0.2 MB that OpenCV runs: from the side, small or half hidden, in milliseconds.

Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023).
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from engine.data import Box, Image
from engine.errors import UnusableModel
from engine.geometry import clip
from engine.grounding.faces import Face
from engine.segmentation.edges import reduced

_SIDE: Final = 960
"""px of the longer side it is shown: a face of 1/100 of it is still 10 px, the least it was trained on."""
_SURE: Final = 0.7
"""Score from which a window is called a face; OpenCV's own default of 0.9 misses those turned away."""
_OVERLAP: Final = 0.3


class YuNet:
    """Finds faces; thread-safe, loaded at its first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._network: Any = None
        self._busy = threading.Lock()

    def __call__(self, image: Image) -> list[Face]:
        """Faces, best first. Raises: UnusableModel for a file that is no YuNet."""
        small = reduced(image, _SIDE)
        height, width = small.shape[:2]
        try:
            with self._busy:
                self._network = self._network or cv2.FaceDetectorYN.create(str(self._path), "", (1, 1), _SURE, _OVERLAP)
                self._network.setInputSize((width, height))
                _, rows = self._network.detect(np.ascontiguousarray(small[..., ::-1]))
        except cv2.error as exc:
            raise UnusableModel(self._path.name, "YuNet's network of 2023") from exc
        scale = image.shape[1] / width
        found: list[list[float]] = [] if rows is None else np.asarray(rows, np.float64).tolist()
        faces = [Face(_box([scale * side for side in row[:4]], *image.shape[:2]), row[14]) for row in found]
        return sorted((face for face in faces if face.box.area), key=lambda face: -face.score)


def _box(corner: list[float], height: int, width: int) -> Box:
    x, y, across, down = corner
    return clip(Box(round(x), round(y), round(x + across), round(y + down)), height, width)
