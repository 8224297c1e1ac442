"""Areas of the picture that words tell by where they are, and the thing at a point."""

from __future__ import annotations

from engine.data import Image, Region
from engine.grounding.regions import region_of
from engine.operations import Target
from engine.protocols import Segmenter
from engine.selection.areas import area_of
from engine.selection.marked import mask_of


class AreaFinder:
    """Finds "the top left quarter" to the pixel, and cuts out what is at a point."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter

    def find(self, image: Image, target: Target) -> Region | None:
        """The one region that the target's words tell; None where they tell a thing, or part of one.

        Its source is "area", or "click" where something had to be cut out.

        Raises: BadOption for an area outside the picture.
        """
        words = _words(target)
        marks = area_of(words, *image.shape[:2])
        if marks is None:
            return None
        source = "click" if marks.points else "area"
        return region_of(mask_of(marks, image, self._segmenter), 1.0, words, source)


def _words(target: Target) -> str:
    """The words of an area, whichever fields they went to; "" for a target that speaks of a thing."""
    if target.colour or target.size or target.quantity or target.ordinal or target.part_of or target.previous:
        return ""
    return " ".join(words for words in (target.position, target.phrase, target.relation) if words)
