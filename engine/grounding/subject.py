"""The main subject: what stands out, cut along its edges; and the background, which is all the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np

from engine.data import Alpha, Image, Mask, Region
from engine.grounding.phrases import VAGUE, Phrase, vocabulary
from engine.grounding.regions import region_of
from engine.grounding.saliency import saliency
from engine.grounding.things import Things, cast_of, loosened
from engine.protocols import Segmenter
from engine.segmentation.edges import reduced, sharpen, tidy
from engine.segmentation.grabcut import cut

SUBJECT_NOUNS: Final = VAGUE | vocabulary("subject foreground focus figure it")
BACKGROUND_NOUNS: Final = vocabulary("background backdrop surrounding surroundings setting scenery")
_SIDE: Final = 320
_HARDLY: Final = 0.25
"""Score below which there is hardly a subject."""
_COVERED: Final = 0.2
"""Share of a thing's box from which a mask is of that thing too: who stretches out his arms fills little of his box."""
_AGREED: Final = 0.6
"""Of what a picture seems to be about, by sureness and area: a mask of so much of it is of its subject (39 of 47 DAVIS
frames with the masks that people drew; the rest are crowds around a dancer, and parked motorcycles)."""


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """The main subject of a picture."""

    mask: Mask
    """(H, W)."""
    score: float
    """How clearly it stands out, in [0, 1]: above 0.5 few would choose another, below 0.25 there is hardly one."""


class Salient(Protocol):
    """A network that tells what stands out of a picture."""

    def subject(self, image: Image) -> Subject:
        """The main subject; empty, with score 0, where nothing stands out."""
        ...


class Stage:
    """Tells the main subject of a picture: what is recognised in it and what stands out have to agree.

    With a network for salience, its mask is the subject wherever it covers most of what the picture seems to be about,
    for it knows outlines, and things that have no name; else what is recognised is cut out, thing by thing.
    """

    def __init__(self, things: Things, segmenter: Segmenter, salient: Salient | None = None) -> None:
        """salient: None: what stands out is told by colours, and only where nothing is recognised."""
        self._things, self._segmenter, self._salient = things, segmenter, salient

    def subject(self, image: Image) -> Subject:
        """The things the picture is about, cut out together; the same picture always gives the same mask."""
        cast = cast_of(self._things.see(image), *image.shape[:2])
        if not cast:
            return self.outstanding(image)
        if self._salient is not None:
            found = self._salient.subject(image)
            if _agree(found, cast):
                return Subject(found.mask, max(found.score, *(region.score for region in cast)))
        masks = [self._segmenter.segment(image, loosened(region.box, *image.shape[:2])) for region in cast]
        return Subject(np.logical_or.reduce(masks), max(region.score for region in cast))

    def outstanding(self, image: Image) -> Subject:
        """What stands out, whether it is recognised or not."""
        return main_subject(image) if self._salient is None else self._salient.subject(image)


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


def _agree(subject: Subject, cast: Sequence[Region]) -> bool:
    """Whether the subject is clear, and most of the cast is in it."""
    weights = [region.score * region.box.area for region in cast]
    covered = [float(subject.mask[region.box.slices].mean()) >= _COVERED for region in cast]
    agreed = sum(weight for weight, inside in zip(weights, covered, strict=True) if inside)
    return subject.score >= _HARDLY and agreed >= _AGREED * sum(weights)


def main_subject(image: Image) -> Subject:
    """What stands out of the picture, cut along its edges; the same picture always gives the same mask.

    image: (H, W, 3) uint8 of any size; the work is done on 320 px, only the edge at full resolution.
    """
    small = reduced(image, _SIDE)
    height, width = small.shape[:2]
    salient = np.asarray(cv2.resize(saliency(image), (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    coarse = _cut(small, salient)
    score = clarity(salient, coarse)
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


def clarity(salient: Alpha, mask: Mask) -> float:
    """How clearly a subject stands out, in [0, 1]: less where it fills the picture or runs along its border.

    salient: (h, w) in [0, 1], of which the mask's inside is weighed against its outside.
    """
    share = float(mask.mean())
    if not 0 < share < 1:
        return 0.0
    contrast = float(salient[mask].mean() - salient[~mask].mean())
    along = np.concatenate((mask[0], mask[-1], mask[:, 0], mask[:, -1])).mean()
    return float(np.clip(contrast * (1 - 0.7 * float(along)) * min(1.0, 1.6 * (1 - share)), 0, 1))
