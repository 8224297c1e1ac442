"""Detectors that find whatever a phrase names: Grounding DINO and OWLv2 behind one face, from a folder of either."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.budget import ByteBudget, fingerprint
from engine.data import Box, Image, Region
from engine.errors import ModelMissing, UnusableModel
from engine.grounding.grounding_dino import GroundingDino
from engine.grounding.merging import SAME
from engine.grounding.owl import Owl
from engine.grounding.prompts import head_of, prompt_of
from engine.grounding.sightings import Network, Sightings, View
from engine.grounding.yolox import class_names, classes_of
from engine.segmentation.edges import reduced
from engine.torch_edge import best_device, library_edge, require_libraries

NAME: Final = "detection"
"""What errors call this backend."""
FINDING: Final = "finding anything that words name without the extra “gpu”"
NETWORKS: Final[dict[str, type[Network]]] = {
    "grounding-dino": GroundingDino,
    "mm-grounding-dino": GroundingDino,
    "owlv2": Owl,
}
"""By the `model_type` of a folder's config.json."""
FAINT: Final = 0.5
"""Of the thresholds: what passes these was seen, but not for sure."""
_VIEWS: Final = 256 << 20
"""Bytes of pictures looked at: 20 of Grounding DINO's or OWLv2's base sizes."""
_ANSWERS: Final = 16 << 20
"""Bytes of answers: some 200 to 1000."""


class ZeroShotDetector:
    """Detector over a folder that `save_pretrained` wrote; loaded at its first use, safe between threads.

    It can look for any noun, and its finding nothing proves little. Scores mean nothing beside another detector's:
    Grounding DINO's run from 0.3, OWLv2's from 0.1.
    """

    def __init__(self, folder: Path) -> None:
        """Raises: BackendMissing without the extra `gpu`; ModelMissing; UnusableModel for one of another kind."""
        require_libraries(FINDING, NAME)
        self._folder = folder
        self.source = _kind(folder)
        """What its regions name as their source: the model's type."""
        self._network: Network | None = None
        self._views: ByteBudget[View] = ByteBudget(_VIEWS, lambda view: view.nbytes)
        self._answers: ByteBudget[list[Sightings]] = ByteBudget(
            _ANSWERS, lambda answer: sum(sightings.nbytes for sightings in answer)
        )

    def is_swift(self) -> bool:
        """Whether it runs on a GPU, where a look costs no more than a small detector's on the CPU."""
        return best_device()[0] != "cpu"

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """Boxes of what the phrase names but for its colour, best first, without masks; px of the picture.

        The label is a plain word for the noun. Raises: BackendFailed, OutOfMemory.
        """
        return self.detect_each(image, [phrase])[0]

    def detect_each(self, image: Image, phrases: Sequence[str]) -> list[list[Region]]:
        """For each phrase what `detect` finds for it, all of them asked at once."""
        return self._regions(image, phrases, 1.0)

    def hints(self, image: Image, phrase: str) -> list[Region]:
        """The same with half the thresholds: too faint to be found, enough to bear out a guess."""
        return self._regions(image, [phrase], FAINT)[0]

    def _regions(self, image: Image, phrases: Sequence[str], strictness: float) -> list[list[Region]]:
        prompts = [prompt_of(phrase) for phrase in phrases]
        asked = tuple(dict.fromkeys(filter(None, prompts)))
        if not asked:
            return [[] for _ in phrases]
        key = fingerprint(image)
        # A budget makes one value at a time, so no two threads are ever in the network.
        answers = self._answers.get(key + "\n".join(asked).encode(), lambda: self._ask(image, key, asked))
        found = dict(zip(asked, answers, strict=True))
        return [self._boxed(found[prompt], prompt, image, strictness) if prompt else [] for prompt in prompts]

    def _ask(self, image: Image, key: bytes, prompts: Sequence[str]) -> list[Sightings]:
        """What the network sees for each prompt, hints included. key: the picture's fingerprint."""
        with library_edge(NAME):
            network = self._network = self._network or NETWORKS[self.source](self._folder)
            view = self._views.get(key, lambda: network.look(reduced(image, 2 * network.side)))
            answers = network.seek(view, prompts)
        return [_above(answer, type(network), FAINT) for answer in answers]

    def _boxed(self, sightings: Sightings, prompt: str, image: Image, strictness: float) -> list[Region]:
        likely = _above(sightings, NETWORKS[self.source], strictness)
        label, height, width = _label(prompt), *image.shape[:2]
        corners = np.clip(likely.corners, 0, 1) * np.asarray((width, height, width, height), np.float32)
        found = ((_box(corners[index]), float(likely.scores[index])) for index in _distinct(corners, likely.scores))
        return [Region(box, score, label, self.source) for box, score in found if box.area]


def _kind(folder: Path) -> str:
    """The folder's `model_type`. Raises: ModelMissing, UnusableModel."""
    config = folder / "config.json"
    if not config.is_file() or not any(folder.glob("*.safetensors")):
        raise ModelMissing(folder.name, NAME)
    kind = str(json.loads(config.read_text("utf-8")).get("model_type"))
    if kind not in NETWORKS:
        raise UnusableModel(folder.name, "a Grounding DINO or OWLv2 model")
    return kind


def _label(prompt: str) -> str:
    """The plain word for what the prompt names: that of its everyday class where it has one ("man" -> "person")."""
    classes = classes_of(prompt)
    return class_names()[next(iter(classes))] if len(classes) == 1 else head_of(prompt)


def _above(sightings: Sightings, network: type[Network], strictness: float) -> Sightings:
    return sightings.above(strictness * network.threshold, strictness * network.noun_threshold)


def _box(corners: NDArray[np.float32]) -> Box:
    x0, y0, x1, y1 = (round(float(corner)) for corner in corners)
    return Box(x0, y0, x1, y1)


def _distinct(corners: NDArray[np.float32], scores: NDArray[np.float32]) -> list[int]:
    """Which boxes stay when of those that are one thing only the best does; best first."""
    if not len(corners):
        return []
    sides = np.concatenate((corners[:, :2], corners[:, 2:] - corners[:, :2]), 1)
    kept = cv2.dnn.NMSBoxes(sides.tolist(), scores.tolist(), 0.0, SAME)
    return sorted(np.asarray(kept, np.int64).reshape(-1).tolist(), key=lambda index: -scores[index])
