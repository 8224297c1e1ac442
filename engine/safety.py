"""Whether a picture that was made shows nudity: seen by the detector in nudenet's wheel, where that is installed.

An edit that worked never fails because of it. What cannot be checked, since nothing is installed that checks, or since
the check itself broke, which is logged, counts as not checked: it carries no notice, and surfaces show it to everybody.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Mask, Notice
from engine.geometry import bounding_box, crop_window
from engine.onnx_edge import session
from engine.protocols import SensitivityChecker
from engine.settings import SafetySettings

LABELS: Final = (
    "FEMALE_GENITALIA_COVERED",
    "FACE_FEMALE",
    "BUTTOCKS_EXPOSED",
    "FEMALE_BREAST_EXPOSED",
    "FEMALE_GENITALIA_EXPOSED",
    "MALE_BREAST_EXPOSED",
    "ANUS_EXPOSED",
    "FEET_EXPOSED",
    "BELLY_COVERED",
    "FEET_COVERED",
    "ARMPITS_COVERED",
    "ARMPITS_EXPOSED",
    "FACE_MALE",
    "BELLY_EXPOSED",
    "MALE_GENITALIA_EXPOSED",
    "ANUS_COVERED",
    "FEMALE_BREAST_COVERED",
    "BUTTOCKS_COVERED",
)
"""What the graph tells apart, in the order of its scores (the names in the metadata of 320n.onnx, nudenet 3.4.2)."""
BARE: Final = {
    "ANUS_EXPOSED": "anus",
    "BUTTOCKS_EXPOSED": "buttocks",
    "FEMALE_BREAST_EXPOSED": "breasts",
    "FEMALE_GENITALIA_EXPOSED": "genitals",
    "MALE_GENITALIA_EXPOSED": "genitals",
}
"""The labels that count, in plain words."""
ENOUGH: Final = 0.45
"""Score from which a label counts: that of UnlearnDiffAtk's evaluation (Zhang et al. 2024; its nudity_eval.py), where
others take 0.5 to 0.75: a picture hidden once too often does less harm than one that is shown. Of 75 photos without
nudity none came above 0.23, and of 675 arbitrary close-ups of them, such as of a dog's chest, four above 0.45."""
SIDE: Final = 320
"""px of the square that the graph was trained on."""
SEEN: Final = 0.25
"""Score below which nothing is seen at all, and ..."""
SAME: Final = 0.45
"""... overlap (IoU) above which two sightings are one, the better: both as in nudenet, so that covered skin is not also
taken for bare."""
SURROUNDINGS: Final = 0.5
"""Of what changed, on each side, as a share of its longer side: skin without a body around it is taken for anything."""

_log = logging.getLogger(__name__)


class NudityChecker:
    """Sees bare parts of bodies, by a graph that tells them from covered ones."""

    def __init__(self, graph: Path) -> None:
        """graph: a YOLOv8 of `LABELS` (ONNX), (1, 3, s, s) RGB in [0, 1] to (1, 4 + 18, anchors); loaded when used."""
        self._graph = graph

    def sensitive(self, image: Image) -> tuple[str, ...]:
        """As `SensitivityChecker`; one look of about 20 ms on a CPU. Raises: UnusableModel, OutOfMemory, ..."""
        seen = self.scores(image)
        return tuple(sorted({word for label, word in BARE.items() if seen.get(label, 0.0) >= ENOUGH}))

    def scores(self, image: Image) -> dict[str, float]:
        """The best score in [0, 1] of every label that is seen in the (H, W, 3) picture.

        The picture goes in as RGB, as the graph was trained. nudenet 3.4.2 itself swaps red and blue (its issue 203),
        and so sees faces with scores a fifth lower. Raises: as `sensitive`.
        """
        graph = session(self._graph)
        (sightings,) = graph.run({next(iter(graph.inputs)): _squared(image)}).values()
        return _best(sightings[0])


def checker_for(wanted: SafetySettings) -> SensitivityChecker | None:
    """What looks at pictures; None: nothing does, as the settings say or as the extra `moderation` is not installed."""
    graph = installed_graph() if wanted.check == "auto" else None
    return NudityChecker(graph) if graph is not None else None


def installed_graph() -> Path | None:
    """The graph that nudenet's wheel carries; None where it is not installed. Imports nothing."""
    wheel = find_spec("nudenet")
    graph = Path(wheel.origin).with_name("320n.onnx") if wheel is not None and wheel.origin else None
    return graph if graph is not None and graph.is_file() else None


def remarks(checker: SensitivityChecker, image: Image, changed: Mask | None) -> tuple[Notice, ...]:
    """What is to be said of a picture that was made: `Notice("sensitive", what)`, or nothing. Raises nothing.

    changed: (H, W), where pixels are new; None: everywhere. What is new and small is also looked at by itself.
    """
    try:
        found = {word for view in _views(image, changed) for word in checker.sensitive(view)}
    except Exception:
        _log.warning("a picture was not checked", exc_info=True)
        return ()
    return (Notice("sensitive", ", ".join(sorted(found))),) if found else ()


def of_safety(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Those of the notices that say that a picture is sensitive: they are kept with its revision."""
    return tuple(note for note in notices if note.kind == "sensitive")


def _views(image: Image, changed: Mask | None) -> Iterator[Image]:
    """The picture, and a close-up of what is new in it where the look at all of it would make that tiny."""
    yield image
    box = None if changed is None else bounding_box(changed)
    if box is None:
        return
    height, width = image.shape[:2]
    window = crop_window(box, height, width, context=SURROUNDINGS, minimum=SIDE)
    if 2 * max(window.height, window.width) <= max(height, width):
        yield image[window.slices]


def _squared(image: Image) -> NDArray[np.float32]:
    """(1, 3, SIDE, SIDE) in [0, 1]: the picture at the top left of a black square, its longer side filling it."""
    height, width = image.shape[:2]
    scale = SIDE / max(height, width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square = np.zeros((1, 3, SIDE, SIDE), np.float32)
    square[0, :, :rows, :columns] = cv2.resize(image, (columns, rows), interpolation=how).transpose(2, 0, 1)
    square /= 255
    return square


def _best(sightings: NDArray[np.float32]) -> dict[str, float]:
    """sightings: (4 + labels, anchors): the middle, width and height of a box, px, and a score for each label."""
    sightings = sightings[:, sightings[4:].max(axis=0) >= SEEN]
    boxes, labels, best = sightings[:4].T.copy(), sightings[4:].argmax(axis=0), sightings[4:].max(axis=0, initial=0.0)
    boxes[:, :2] -= boxes[:, 2:] / 2
    kept = np.asarray(cv2.dnn.NMSBoxes(boxes.tolist(), best.tolist(), SEEN, SAME), np.intp).ravel()
    found: dict[str, float] = {}
    for anchor in kept:
        label = LABELS[int(labels[anchor])]
        found[label] = max(float(best[anchor]), found.get(label, 0.0))
    return found
