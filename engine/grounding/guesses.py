"""What stands out, in the place of a noun that nobody knows: offered to the author, and hardly ever taken for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from engine.data import GUESS, Image, Notice, Region
from engine.errors import NotGrounded
from engine.grounding.choose import lies
from engine.grounding.faces import FindFaces
from engine.grounding.phrases import parse, vocabulary
from engine.grounding.regions import ranked, region_of
from engine.grounding.subject import Stage
from engine.grounding.things import Things, cast_of
from engine.grounding.wishes import Wish, noun_phrase
from engine.operations import Target

_NEVER_MAIN: Final = vocabulary(
    """hair fur skin beard eye nose mouth lip ear hand finger arm leg foot tail wing beak horn paw mane tooth neck
    collar shirt t-shirt tshirt clothes clothing dress jacket coat pants trousers jeans skirt hat helmet cap shoe boot
    shoulder glove scarf tie belt glasses sunglasses necklace watch ring bag backpack strap button sleeve pocket
    wheel window door roof wall shutter chimney floor ceiling ground road street path pavement sidewalk
    water sea ocean lake river pond wave beach sand snow ice mountain hill horizon cloud sun moon star shadow reflection
    light lighting smoke fog mist haze rain weather season noise grain blemish scratch spot forest wood jungle
    sky grass lawn face head text word watermark logo background foreground border frame edge corner side"""
)
"""Parts and surroundings: a picture's main subject is never called one of these."""
_UNMISTAKABLE: Final = vocabulary(
    """person bicycle car motorcycle airplane bus train truck boat bird cat dog horse sheep cow elephant bear zebra
    giraffe"""
)
"""Labels whose bearers nobody calls by a word that the detectors do not know."""
_CLEAR: Final = 0.2
"""How clearly a main subject must stand out to be offered."""
_ALONE: Final = 0.8
"""How clearly it must, in one piece, to be taken for what is asked: a thing on a plain ground. Of 28 nouns that people
said of real photos, where it scores less, the main subject was the thing meant for five."""
_PIECE: Final = 0.1
"""Of what stands out: smaller pieces are not offered by themselves."""
_MOST: Final = 9
"""Pieces that a question can offer."""


def is_guess(regions: Sequence[Region]) -> bool:
    """Whether nobody recognised them as what they are asked for."""
    return all(region.source == GUESS for region in regions)


class Guesser:
    """Guesses what a noun means that nobody knows."""

    def __init__(self, things: Things, stage: Stage, find_faces: FindFaces) -> None:
        self._things, self._stage, self._find_faces = things, stage, find_faces

    def guess(self, image: Image, target: Target, wish: Wish) -> tuple[list[Region], tuple[Notice, ...]]:
        """The main subject with a Notice("main_subject", phrase) where it is clear; else its pieces, of source `GUESS`.

        It is clear where a detector saw a hint of the noun there, or where it stands alone and is nobody.
        Raises: NotGrounded where nothing stands out, or the words cannot mean what does.
        """
        asked, noun = target.phrase or "", parse(noun_phrase(target), target.colour).noun
        part = target.part_of is not None or noun in _NEVER_MAIN
        several = wish.order not in {None, 1} or wish.many
        named = cast_of(self._things.see(image), *image.shape[:2])
        known = any(region.label in _UNMISTAKABLE for region in named)
        if part or several or known or wish.relation is not None or not noun:
            raise NotGrounded(asked, 0.0, self._things.labels(image))
        subject = self._stage.outstanding(image)
        score = 0.5 * subject.score
        region = region_of(subject.mask, score, "main subject", "subject")
        if region is None or subject.score < _CLEAR:
            raise NotGrounded(asked, score)
        pieces, sides = _pieces(region), wish.sides - {"front", "back"}
        there = [piece for piece in pieces if all(lies(piece, side, *image.shape[:2]) for side in sides)]
        if not there:
            raise NotGrounded(asked, score, ("main subject",))
        if not self._things.may_be(image, noun_phrase(target), region.box):
            raise NotGrounded(asked, score, self._things.labels(image))
        alone = subject.score >= _ALONE and len(pieces) == 1 and not self._find_faces(image)
        if alone or self._things.can_seek:
            return [region], (Notice("main_subject", asked),)
        return there, ()


def _pieces(region: Region) -> list[Region]:
    """The parts of the region that do not touch, largest first; each scores by its share of it."""
    mask = np.asarray(region.mask, np.bool_)
    count, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    shares = np.bincount(np.asarray(labels, np.int32).ravel(), minlength=count)[1:] / np.count_nonzero(mask)
    large = [index for index, share in enumerate(shares.tolist(), 1) if share >= _PIECE]
    found = (
        region_of(labels == index, region.score * float(shares[index - 1]), region.label, GUESS, origin=region.box)
        for index in large
    )
    return ranked(found)[:_MOST]
