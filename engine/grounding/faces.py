"""Faces, eyes and people, by the boosted cascades that OpenCV 4 carries; by nudenet's detector where it is installed.

Viola and Jones, "Rapid Object Detection using a Boosted Cascade of Simple Features" (2001). A cascade alone sees faces
in rucksacks and leaves, so a window counts only as far as other cascades, eyes and the colour of skin bear it out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Click, Image, Mask, Region
from engine.geometry import clip, grow_box, iou
from engine.grounding.phrases import Phrase, vocabulary
from engine.grounding.regions import ranked, region_of
from engine.protocols import Segmenter
from engine.segmentation.edges import reduced

FACE_NOUNS: Final = vocabulary("face head portrait visage")
EYE_NOUNS: Final = vocabulary("eye pupil iris")
PERSON_NOUNS: Final = vocabulary(
    """person man woman boy girl child kid human guy lady gentleman baby toddler people someone somebody couple family
    bride groom player dancer student teenager crowd pedestrian figure"""
)
_SIDE: Final = 640
_FRONTAL: Final = "haarcascade_frontalface_default.xml"
_SECOND: Final = "haarcascade_frontalface_alt2.xml"
_PROFILE: Final = "haarcascade_profileface.xml"
_EYES: Final = "haarcascade_eye_tree_eyeglasses.xml"
_PROFILE_SIDE: Final = 400
_STRIDE: Final = 1.2
"""Between the sizes of window tried on the whole picture; what is found is looked at again in finer steps."""
_ENOUGH: Final = 0.55
"""Evidence below which a window is not called a face."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face: chin to brow, ear to ear."""

    box: Box
    score: float


FindFaces: TypeAlias = Callable[[Image], list[Face]]
"""Faces of a picture, best first, without overlaps."""


class FaceFinder:
    """Finds faces that look at the camera or to a side."""

    def __init__(self, find: FindFaces | None = None) -> None:
        self._find = find or faces

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase means faces."""
        return phrase.noun in FACE_NOUNS

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """An ellipse for each face."""
        return ranked(_oval(face.box, face.score, "face", image) for face in self._find(image))


class EyeFinder:
    """Finds the eyes of the faces it finds."""

    def __init__(self, find: FindFaces | None = None) -> None:
        self._find = find or faces

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase means eyes."""
        return phrase.noun in EYE_NOUNS

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """An ellipse for each open eye."""
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        return ranked(
            _oval(_flattened(eye), 0.8 * face.score, "eye", image)
            for face in self._find(image)
            for eye in _eyes(grey, face.box)
        )


class PersonFinder:
    """Finds people whose face can be seen, and cuts them out of the box that a body below the face would fill."""

    def __init__(self, segmenter: Segmenter, find: FindFaces | None = None) -> None:
        self._segmenter = segmenter
        self._find = find or faces

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase means people."""
        return phrase.noun in PERSON_NOUNS

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """People, at three quarters of their faces' scores: only the face was seen."""
        height, width = image.shape[:2]
        found: list[Region | None] = []
        for face in self._find(image):
            body = _body(face.box, height, width)
            mask = self._segmenter.segment(image, body, _on_person(face.box, body))
            seen = _oval(face.box, face.score, "face", image)
            mask = mask if seen is None else mask | seen.on(height, width)
            found.append(region_of(mask, 0.75 * face.score, "person", "face"))
        return ranked(found)


def faces(image: Image) -> list[Face]:
    """Faces, best first, without overlaps: by the cascades, and by `nudenet` too where it is installed.

    Each sees some that the other misses. Faces of about 1/30 of the longer side or more are seen.
    image: (H, W, 3) uint8.
    """
    found = _by_cascades(image)
    if find_spec("nudenet"):
        found += _by_network(image)
    return _without_overlaps(found)


def _by_cascades(image: Image) -> list[Face]:
    small = reduced(image, _SIDE)
    scale = image.shape[1] / small.shape[1]
    grey = np.asarray(cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)), np.uint8)
    found = _borne_out(small, grey, _windows(grey, _FRONTAL, step=_STRIDE))
    if not found:
        found = _borne_out(small, grey, _side_faces(grey))
    height, width = image.shape[:2]
    return [Face(clip(_times(face.box, scale), height, width), face.score) for face in found]


def _borne_out(small: Image, grey: NDArray[np.uint8], windows: Sequence[Box]) -> list[Face]:
    seen = [Face(box, _evidence(small, grey, box)) for box in windows]
    return [face for face in seen if face.score >= _ENOUGH]


def _evidence(small: Image, grey: NDArray[np.uint8], box: Box) -> float:
    """How sure one can be that a window holds a face, in [0, 1]."""
    window = grow_box(box, box.width // 3, *grey.shape)
    around = np.ascontiguousarray(grey[window.slices])
    least = box.width // 2
    seen = [_windows(around, _FRONTAL, least), _windows(around, _SECOND, least), _profiles(around, least)]
    agreement = (0.0, 0.35, 0.75, 1.0)[sum(1 for boxes in seen if boxes)]
    eyes = (0.0, 0.6, 1.0)[min(2, len(_eyes(grey, box)))]
    return 0.35 * agreement + 0.30 * _skin(small, box) + 0.35 * eyes


def skin(image: Image) -> Mask:
    """(H, W): the pixels of skin's chroma, whatever its lightness (Chai and Ngan, 1999)."""
    chroma = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb), np.uint8)[..., 1:]
    red, blue = chroma[..., 0], chroma[..., 1]
    return np.asarray((red > 133) & (red < 175) & (blue > 80) & (blue < 127), np.bool_)


def _skin(small: Image, box: Box) -> float:
    """Share of skin in the middle of the box; one half in a picture without colour."""
    x, y = box.width // 5, box.height // 5
    inner = np.ascontiguousarray(small[box.y0 + y : box.y1 - y, box.x0 + x : box.x1 - x])
    if not inner.size:
        return 0.0
    if np.ptp(inner.astype(np.int16), axis=2).mean() < 3:
        return 0.5
    return float(skin(inner).mean())


@lru_cache(maxsize=8)
def _cascade(name: str) -> cv2.CascadeClassifier:
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / name))


def _windows(grey: NDArray[np.uint8], name: str, least: int | None = None, step: float = 1.15) -> list[Box]:
    smallest = least or max(20, max(grey.shape) // 30)
    found = _cascade(name).detectMultiScale(grey, step, 3, minSize=(smallest, smallest))
    return [Box(*(int(side) for side in (x, y, x + w, y + h))) for x, y, w, h in np.asarray(found).reshape(-1, 4)]


def _side_faces(grey: NDArray[np.uint8]) -> list[Box]:
    """Profiles anywhere in the picture, on a copy where the smallest that count are as small as the cascade sees."""
    scale = min(1.0, _PROFILE_SIDE / max(grey.shape))
    tiny = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = grey.shape
    return [clip(_times(box, 1 / scale), height, width) for box in _profiles(tiny, max(tiny.shape) // 20)]


def _profiles(grey: NDArray[np.uint8], least: int | None = None) -> list[Box]:
    """Faces to the left, and through the mirror those to the right."""
    width = grey.shape[1]
    mirrored = _windows(np.ascontiguousarray(grey[:, ::-1]), _PROFILE, least)
    return _windows(grey, _PROFILE, least) + [Box(width - box.x1, box.y0, width - box.x0, box.y1) for box in mirrored]


def _eyes(grey: NDArray[np.uint8], face: Box) -> list[Box]:
    """At most two eyes in the upper part of a face, in the frame of the picture."""
    top = Box(face.x0, face.y0 + face.height // 8, face.x1, face.y0 + face.height * 6 // 10)
    patch = grey[top.slices]
    if min(patch.shape) < 10:
        return []
    scale = max(1.0, 120 / patch.shape[1])
    large = np.asarray(cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
    least = large.shape[1] // 8
    found = np.asarray(_cascade(_EYES).detectMultiScale(large, 1.1, 3, minSize=(least, least))).reshape(-1, 4)
    boxes = [
        Box(
            int(x / scale) + top.x0,
            int(y / scale) + top.y0,
            int((x + w) / scale) + top.x0,
            int((y + h) / scale) + top.y0,
        )
        for x, y, w, h in found
    ]
    return sorted(boxes, key=lambda box: -box.area)[:2]


def _times(box: Box, scale: float) -> Box:
    return Box(round(box.x0 * scale), round(box.y0 * scale), round(box.x1 * scale), round(box.y1 * scale))


def _without_overlaps(found: Sequence[Face]) -> list[Face]:
    kept: list[Face] = []
    for face in sorted(found, key=lambda face: -face.score):
        if all(iou(face.box, other.box) < 0.3 for other in kept):
            kept.append(face)
    return kept


def _oval(box: Box, score: float, label: str, image: Image) -> Region | None:
    height, width = image.shape[:2]
    box = clip(box, height, width)
    window = np.zeros((box.height, box.width), np.uint8)
    middle = ((box.width - 1) / 2, (box.height - 1) / 2)
    cv2.ellipse(window, (middle, (box.width * 0.92, float(box.height)), 0.0), 1, cv2.FILLED)
    return region_of(window.astype(np.bool_), score, label, "face", origin=box)


def _flattened(eye: Box) -> Box:
    """The eye itself within the cascade's square, which takes in the brow."""
    return Box(eye.x0, eye.y0 + eye.height * 3 // 10, eye.x1, eye.y1 - eye.height * 2 // 10)


def _on_person(face: Box, body: Box) -> list[Click]:
    """Points that lie on whoever has the face, within the body's box: hair, brow, cheeks, throat and chest.

    Without them a bright shirt may be cut out alone, and the head left floating.
    """
    shares = ((0.5, -0.12), (0.5, 0.17), (0.5, 0.5), (0.25, 0.5), (0.75, 0.5), (0.5, 1.67), (0.5, 2.25))
    points = ((face.x0 + round(x * face.width), face.y0 + round(y * face.height)) for x, y in shares)
    inside = ((x, y) for x, y in points if body.x0 <= x < body.x1 and body.y0 <= y < body.y1)
    return [Click(x, y, include=True) for x, y in inside]


def _body(face: Box, height: int, width: int) -> Box:
    """Where the body below a face would be: about three heads wide and seven and a half high, hair on top."""
    middle, across, down = (face.x0 + face.x1) // 2, round(1.6 * face.width), face.height
    return clip(Box(middle - across, face.y0 - down // 2, middle + across, face.y0 + 8 * down), height, width)


@lru_cache(maxsize=1)
def _network() -> Any:
    from nudenet import NudeDetector  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

    return NudeDetector()  # pyright: ignore[reportUnknownVariableType]


def _by_network(image: Image) -> list[Face]:
    found: list[dict[str, Any]] = _network().detect(np.ascontiguousarray(image[..., ::-1]))
    seen = [(item["box"], float(item["score"])) for item in found if item["class"].startswith("FACE_")]
    height, width = image.shape[:2]
    return [
        Face(clip(Box(int(x), int(y), int(x + w), int(y + h)), height, width), score) for (x, y, w, h), score in seen
    ]
