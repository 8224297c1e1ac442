"""The main subject by a salient-object network as an ONNX graph: U²-Net and its small kin, or IS-Net.

Qin et al., "U²-Net: Going Deeper with Nested U-Structure for Salient Object Detection" (2020), and "Highly Accurate
Dichotomous Image Segmentation" (2022), as rembg's releases carry them: u2net, u2netp, silueta, isnet-general-use.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Image
from engine.errors import UnusableModel
from engine.grounding.subject import Subject, clarity
from engine.onnx_edge import Session, session
from engine.segmentation.edges import sharpen, tidy

_NEEDED: Final = "a salient-object network (U²-Net or IS-Net)"
_FLAT: Final = 0.02
"""Range of an answer that tells nothing apart; stretched, it would be noise."""
_OVERSHOOT: Final = 0.01
"""What rounding may add to shares; an answer further outside [0, 1] is something else."""


@dataclass(frozen=True, slots=True)
class _Pixels:
    """How a network wants a picture, in [0, 1]."""

    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    to_brightest: bool
    """Whether the brightest value of the picture is its 1, rather than 255."""


_BY_SIDE: Final = {
    # U-2-Net's data_loader.py, ToTensorLab; rembg does the same for its kin.
    320: _Pixels((0.485, 0.456, 0.406), (0.229, 0.224, 0.225), to_brightest=True),
    # DIS's IS-Net/Inference.py.
    1024: _Pixels((0.5, 0.5, 0.5), (1.0, 1.0, 1.0), to_brightest=False),
}


class SalientCutter:
    """Finds what a viewer looks at first; thread-safe, loaded at its first use."""

    def __init__(self, path: Path) -> None:
        """path: an ONNX file, (1, 3, side, side) to (1, 1, side, side); its side says which network it is."""
        self._path = path

    def subject(self, image: Image) -> Subject:
        """The main subject, its edge sharpened; empty, with score 0, where nothing stands out.

        image: (H, W, 3) uint8 of any size. Raises: UnusableModel, OutOfMemory, BackendFailed.
        """
        answer = self._answer(image)
        salient = _stretched(answer)
        coarse = tidy(salient > 0.5)
        if not coarse.any():
            return Subject(np.zeros(image.shape[:2], np.bool_), 0.0)
        return Subject(sharpen(image, coarse), clarity(answer, coarse))

    def saliency(self, image: Image) -> Alpha:
        """How far each pixel belongs to what stands out: (H, W) float32 in [0, 1], soft where the network is unsure.

        Raises: UnusableModel, OutOfMemory, BackendFailed.
        """
        height, width = image.shape[:2]
        salient = _stretched(self._answer(image))
        return np.asarray(cv2.resize(salient, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)

    def _answer(self, image: Image) -> Alpha:
        """What the network says, in [0, 1], on a copy of the picture at most as large as it and as the network sees."""
        graph = session(self._path)
        side = _side(graph)
        first = next(iter(graph.outputs))
        found = graph.run({next(iter(graph.inputs)): _pixels(image, side)}, (first,))[first]
        if found.size != side * side or found.min() < -_OVERSHOOT or found.max() > 1 + _OVERSHOOT:
            raise UnusableModel(graph.name, _NEEDED)
        height, width = image.shape[:2]
        scale = min(1.0, side / max(height, width))
        shape = max(1, round(width * scale)), max(1, round(height * scale))
        answer = cv2.resize(found.reshape(side, side), shape, interpolation=cv2.INTER_AREA)
        return np.clip(answer, 0, 1).astype(np.float32)


def _side(graph: Session) -> int:
    (port, *others) = graph.inputs.values()
    if not others and len(port.shape) == 4 and port.shape[1] in {3, None} and port.shape[2] == port.shape[3]:
        side = port.shape[2]
        if side in _BY_SIDE:
            return side
    raise UnusableModel(graph.name, _NEEDED)


def _pixels(image: Image, side: int) -> NDArray[np.float32]:
    """(1, 3, side, side): the picture stretched over the square, as its network was taught."""
    wanted = _BY_SIDE[side]
    how = cv2.INTER_AREA if max(image.shape[:2]) > side else cv2.INTER_LINEAR
    resized = np.asarray(cv2.resize(image, (side, side), interpolation=how), np.float32)
    brightest = max(float(resized.max()), 1.0) if wanted.to_brightest else 255.0
    normal = (resized / brightest - np.array(wanted.mean)) / np.array(wanted.deviation)
    return normal.transpose(2, 0, 1)[None].astype(np.float32)


def _stretched(answer: Alpha) -> Alpha:
    """The answer from 0 to 1, as both papers' own programs show it; nothing at all where it is all but flat."""
    lowest, highest = float(answer.min()), float(answer.max())
    if highest - lowest < _FLAT:
        return np.zeros_like(answer)
    return ((answer - lowest) / (highest - lowest)).astype(np.float32)
