"""The YOLOX detector as an ONNX graph: 80 everyday things by name, in tens of milliseconds on a CPU.

Input (1, 3, S, S) float32 BGR 0..255, letterboxed at the top left with 114; output (1, N, 85) before grid decoding:
x, y, w, h, objectness, 80 class scores, over strides 8, 16 and 32 (Ge et al. 2021, "YOLOX: Exceeding YOLO Series").
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tomli
from numpy.typing import NDArray

from engine import onnx_edge
from engine.data import Box, Image, Region
from engine.errors import UnusableModel
from engine.geometry import iou
from engine.grounding.second_look import closer, turned
from engine.onnx_edge import Session

PADDING = 114
STRIDES = (8, 16, 32)
MINIMUM_SCORE = 0.25
OVERLAP = 0.45
"""Intersection over union from which two boxes of one class are one thing (the value of the paper's demo)."""
_RIVALLED = 0.6
"""Of the score of another thing seen in the same place: what has less is that thing, misread."""
_PLACE = 0.6
"""Intersection over union from which boxes of different names are in the same place."""
_LEAST = 200
"""px of the shorter side: nothing in a smaller picture is too small for one glance."""
_VIEWS = 8
"""Answers kept, 3 MB each with the view they are for: a picture's whole, its quarters and its turns."""
_HANGERS = frozenset({"toy", "toys", "animal", "animals", "doll", "dolls"})
Rows = NDArray[np.float32]


@cache
def class_names() -> tuple[str, ...]:
    """The classes in the order of the network's scores."""
    return tuple(entry["name"] for entry in _vocabulary())


@cache
def classes_by_word() -> dict[str, frozenset[int]]:
    """Word, singular or plural -> the classes it may mean."""
    found: dict[str, set[int]] = {}
    for index, entry in enumerate(_vocabulary()):
        for word in entry["words"]:
            for form in (word, *_plurals(word)):
                found.setdefault(form, set()).add(index)
    return {word: frozenset(classes) for word, classes in found.items()}


def classes_of(phrase: str) -> frozenset[int]:
    """The classes of the longest run of words at the phrase's end that is known: "the old fishing boat" -> boat.

    A last word that only says that it is one of its kind ("the teddy bear toy") is passed over.
    """
    words = phrase.lower().replace(",", " ").split()
    if len(words) > 1 and words[-1] in _HANGERS:
        return classes_of(" ".join(words[:-1]))
    for start in range(len(words)):
        classes = classes_by_word().get(" ".join(words[start:]))
        if classes:
            return classes
    return frozenset()


def kin_of(phrase: str) -> frozenset[int]:
    """The classes for which it takes an animal it was never taught: a camel shows as a horse, a goat as a bear."""
    word = phrase.lower().split()[-1:]
    if not word or word[0] not in _words_under("untaught_animals"):
        return frozenset()
    return classes_by_word()["animal"]


def _tumbles(phrase: str) -> bool:
    """Whether the phrase means someone who is not upright."""
    return not _words_under("tumblers").isdisjoint(phrase.lower().replace("-", " ").split())


@cache
def _everything() -> frozenset[int]:
    return frozenset(range(len(class_names())))


class YoloxDetector:
    """Detector over a YOLOX graph; thread-safe, loaded at its first use; the last picture's answers are remembered."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._recent: tuple[tuple[NDArray[np.float32], Rows], ...] = ()

    def knows(self, phrase: str) -> bool:
        """Whether the phrase names one of its classes."""
        return bool(classes_of(phrase))

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """Boxes of the phrase's classes, best first; empty for other nouns.

        For an animal it was never taught, those of any animal where its nearest class shows nothing. Who turns upside
        down by trade is also looked for in the turned picture; what a glance at the whole misses, in its quarters.
        """
        classes = classes_of(phrase)
        if not classes:
            return self._boxes(image, kin_of(phrase))
        person = classes_by_word()["person"]
        upended = (
            turned(image, lambda view: self._boxes(view, person)) if _tumbles(phrase) and person <= classes else []
        )
        return upended or self._boxes(image, classes) or self._closer(image, classes)

    def see(self, image: Image) -> list[Region]:
        """Boxes of everything it knows, best first."""
        return self._boxes(image, _everything())

    def cells(self, image: Image) -> NDArray[np.float32]:
        """(rows, columns, 85): what each cell of 8 px of the letterboxed picture answers, on a grid that covers it.

        Where the box it sees has its middle and how large it is, and the logits of objectness and of every class.
        """
        session = onnx_edge.session(self._path)
        side = _side(session)
        blob, scale = letterbox(image, side)
        count = side // STRIDES[0]
        answers = self._rows(session, blob, side)[: count * count].reshape(count, count, -1).copy()
        answers[..., :2] /= side
        answers[..., 2:4] = np.log(answers[..., 2:4])
        chance = np.clip(answers[..., 4:], 1e-4, 1 - 1e-4)
        answers[..., 4:] = np.log(chance / (1 - chance))
        rows, columns = (max(1, round(length * scale / STRIDES[0])) for length in image.shape[:2])
        return np.ascontiguousarray(answers[:rows, :columns])

    def _closer(self, image: Image, classes: frozenset[int]) -> list[Region]:
        if min(image.shape[:2]) < _LEAST:
            return []
        seen = self.see(image)
        return closer(image, lambda tile: self._boxes(tile, classes), seen)

    def _boxes(self, image: Image, classes: frozenset[int]) -> list[Region]:
        if not classes:
            return []
        session = onnx_edge.session(self._path)
        side = _side(session)
        blob, scale = letterbox(image, side)
        rows, shape = self._rows(session, blob, side), image.shape[:2]
        found = regions(rows, classes, scale, *shape)
        rivals = regions(rows, _everything() - classes, scale, *shape) if found else []
        return [region for region in found if not any(_is_rather(region, rival) for rival in rivals)]

    def _rows(self, session: Session, blob: NDArray[np.float32], side: int) -> Rows:
        kept = self._recent
        for known, rows in kept:
            if np.array_equal(known, blob):
                return rows
        (output,) = session.run({next(iter(session.inputs)): blob}).values()
        rows = decode_grid(output[0], side)
        self._recent = ((blob, rows), *kept)[:_VIEWS]
        return rows


def _is_rather(region: Region, rival: Region) -> bool:
    return region.score < _RIVALLED * rival.score and iou(region.box, rival.box) > _PLACE


def _side(session: Session) -> int:
    """Of the square it looks at, px. Raises: UnusableModel for a graph that is no such detector."""
    shapes = [port.shape for port in session.inputs.values()]
    if len(shapes) == 1 and len(shapes[0]) == 4 and len(session.outputs) == 1:
        side = shapes[0][2]
        if side is not None and side == shapes[0][3] and side % max(STRIDES) == 0:
            return side
    raise UnusableModel(session.name, "a YOLOX detector")


def letterbox(image: Image, side: int) -> tuple[NDArray[np.float32], float]:
    """(1, 3, side, side) float32 BGR, the picture at the top left, and the factor it was scaled by."""
    height, width = image.shape[:2]
    scale = min(side / height, side / width)
    rows, columns = max(1, int(height * scale)), max(1, int(width * scale))
    shrunk = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_LINEAR)
    canvas = np.full((side, side, 3), PADDING, np.uint8)
    canvas[:rows, :columns] = shrunk[:, :, ::-1]
    return np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], np.float32), scale


def decode_grid(output: Rows, side: int) -> Rows:
    """(N, 85) rows with centre and size in px of the letterboxed square."""
    decoded = output.astype(np.float32, copy=True)
    start = 0
    for stride in STRIDES:
        cells = side // stride
        rows = decoded[start : start + cells * cells]
        y, x = np.divmod(np.arange(cells * cells, dtype=np.float32), cells)
        rows[:, :2] = (rows[:, :2] + np.stack([x, y], axis=1)) * stride
        rows[:, 2:4] = np.exp(rows[:, 2:4]) * stride
        start += cells * cells
    return decoded


def regions(rows: Rows, classes: frozenset[int], scale: float, height: int, width: int) -> list[Region]:
    """What the rows see of the classes, in px of the (height, width) picture, best first."""
    columns = sorted(classes)
    if not columns:
        return []
    scores = rows[:, 4:5] * rows[:, 5:][:, columns]
    best = scores.argmax(axis=1)
    confidence = scores[np.arange(len(rows)), best]
    likely = confidence >= MINIMUM_SCORE
    corners = rows[likely, :4] / scale
    corners[:, :2] -= corners[:, 2:] / 2
    kept = cv2.dnn.NMSBoxes(corners.tolist(), confidence[likely].tolist(), MINIMUM_SCORE, OVERLAP)
    labels = best[likely]
    found: list[Region] = []
    for index in np.asarray(kept, np.int64).reshape(-1):
        box = _box(corners[index], height, width)
        label = class_names()[columns[int(labels[index])]]
        if box.width > 0 and box.height > 0:
            found.append(Region(box, float(confidence[likely][index]), label, "yolox"))
    return sorted(found, key=lambda region: -region.score)


def _box(corner: NDArray[np.float32], height: int, width: int) -> Box:
    x, y, across, down = (float(value) for value in corner)
    return Box(
        int(np.clip(round(x), 0, width)),
        int(np.clip(round(y), 0, height)),
        int(np.clip(round(x + across), 0, width)),
        int(np.clip(round(y + down), 0, height)),
    )


@cache
def _vocabulary() -> list[dict[str, Any]]:
    return tomli.loads(Path(__file__).with_name("coco.toml").read_text("utf-8"))["class"]


@cache
def _words_under(key: str) -> frozenset[str]:
    """The words of a list of the vocabulary's file, singular and plural."""
    words: list[str] = tomli.loads(Path(__file__).with_name("coco.toml").read_text("utf-8"))[key]
    return frozenset(form for word in words for form in (word, *_plurals(word)))


def _plurals(word: str) -> tuple[str, ...]:
    if word.endswith(("s", "x", "ch", "sh")):
        return (f"{word}es",)
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (f"{word[:-1]}ies",)
    if word.endswith(("f", "fe")):
        return (f"{word}s", f"{word.rstrip('e')[:-1]}ves")
    return (f"{word}s",)
