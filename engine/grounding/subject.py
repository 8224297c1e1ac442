"""The main subject: what stands out, cut along its edges; and the background, which is all the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from engine.data import Alpha, Image, Mask, Region
from engine.grounding.phrases import VAGUE, Phrase, vocabulary
from engine.grounding.regions import region_of
from engine.grounding.saliency import saliency
from engine.grounding.things import Things, cast_of, loosened
from engine.protocols import Segmenter
from engine.segmentation.classic import cut
from engine.segmentation.edges import reduced, sharpen, tidy

SUBJECT_NOUNS: Final = VAGUE | vocabulary("subject foreground focus figure it")
BACKGROUND_NOUNS: Final = vocabulary("background backdrop surrounding surroundings setting scenery")
_SIDE: Final = 320


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """The main subject of a picture."""

    mask: Mask
    """(H, W)."""
    score: float
    """How clearly it stands out, in [0, 1]: above 0.5 few would choose another, below 0.25 there is hardly one."""


class Stage:
    """Tells the main subject of a picture: from what is recognised in it where something is, else by salience."""

    def __init__(self, things: Things, segmenter: Segmenter) -> None:
        self._things, self._segmenter = things, segmenter

    def subject(self, image: Image) -> Subject:
        """The things the picture is about, cut out together; the same picture always gives the same mask."""
        cast = cast_of(self._things.see(image), *image.shape[:2])
        if not cast:
            return main_subject(image)
        masks = [self._segmenter.segment(image, loosened(region.box, *image.shape[:2])) for region in cast]
        return Subject(np.logical_or.reduce(masks), max(region.score for region in cast))


class SubjectFinder:
    """Finds what a viewer looks at first."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase means the subject itself, without a colour: "the subject", "the main object"."""
        return phrase.noun in SUBJECT_NOUNS or (not phrase.noun and not phrase.colours and bool(phrase.words))

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """The main subject, or nothing in a picture where all is alike."""
        subject = self._stage.subject(image)
        region = region_of(subject.mask, subject.score, phrase, "subject") if subject.score > 0.05 else None
        return [region] if region else []


class BackgroundFinder:
    """Finds all that is not the main subject."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase means the background."""
        return phrase.noun in BACKGROUND_NOUNS

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """Everything but the main subject."""
        subject = self._stage.subject(image)
        region = region_of(~subject.mask, max(subject.score, 0.1), "background", "background")
        return [region] if region else []


def main_subject(image: Image) -> Subject:
    """What stands out of the picture, cut along its edges; the same picture always gives the same mask.

    image: (H, W, 3) uint8 of any size; the work is done on 320 px, only the edge at full resolution.
    """
    small = reduced(image, _SIDE)
    height, width = small.shape[:2]
    salient = np.asarray(cv2.resize(saliency(image), (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    coarse = _cut(small, salient)
    score = _clarity(salient, coarse)
    return Subject(sharpen(image, coarse), score)


def _cut(small: Image, salient: Alpha) -> Mask:
    """The salient part, its outline found by GrabCut; the map alone where the cut loses it."""
    bytes_ = (salient * 255).astype(np.uint8)
    level, _ = cv2.threshold(bytes_, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    middle = float(level) / 255
    seeds = np.where(salient > middle, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    seeds[salient < 0.4 * middle] = cv2.GC_BGD
    seeds[salient > middle + 0.75 * (float(salient.max()) - middle)] = cv2.GC_FGD
    found = cut(small, seeds.astype(np.uint8), rounds=3)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    opened = np.asarray(cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, disc), np.bool_)
    kept = _salient_pieces(opened, salient)
    return tidy(kept, speck=0.05, hole=0.03) if kept.any() else tidy(salient > middle, speck=0.05)


def _salient_pieces(mask: Mask, salient: Alpha) -> Mask:
    """The pieces that hold a fair share of what stands out."""
    count, labels, _, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    pieces = np.asarray(labels, np.int32)
    weight = np.bincount(pieces.ravel(), weights=(salient**2).ravel(), minlength=count)
    weight[0] = 0
    return (weight >= 0.15 * max(float(weight.max()), 1e-6))[pieces]


def _clarity(salient: Alpha, mask: Mask) -> float:
    """Salience inside less outside, less for a subject that fills the picture or runs along its border."""
    share = float(mask.mean())
    if not 0 < share < 1:
        return 0.0
    contrast = float(salient[mask].mean() - salient[~mask].mean())
    along = np.concatenate((mask[0], mask[-1], mask[:, 0], mask[:, -1])).mean()
    return float(np.clip(contrast * (1 - 0.7 * float(along)) * min(1.0, 1.6 * (1 - share)), 0, 1))
