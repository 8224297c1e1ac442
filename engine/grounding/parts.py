"""Parts of a thing: what lies within it and bears the part's name or colour, or is where such a part must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from engine.data import Box, Image, Region
from engine.grounding.body import ZONE_OF, body_part
from engine.grounding.colour_regions import ColourFinder
from engine.grounding.faces import PERSON_NOUNS, FindFaces, faces
from engine.grounding.phrases import Phrase, parse, vocabulary
from engine.grounding.regions import ranked, region_of
from engine.grounding.things import common
from engine.grounding.wheels import WHEEL_NOUNS, WHEELED, wheels

ALL_OF_IT: Final = vocabulary("fur feather plumage fleece body")
"""Parts that cover the whole thing."""
_WITHIN: Final = 0.5
"""Share of a part's box that must lie in the whole's."""
_REACH: Final = 0.15
"""Of the whole's sides: how far things worn or held may stick out of it."""


def within(regions: Sequence[Region], wholes: Sequence[Region]) -> list[Region]:
    """Those that lie for the most part in one of the wholes, and are smaller than it, best first."""
    boxes = [(_loose(whole.box), whole.box.area) for whole in wholes]
    return [
        region
        for region in regions
        if any(
            common(region.box, loose) >= _WITHIN * region.box.area and region.box.area < 0.8 * area
            for loose, area in boxes
        )
    ]


def coloured_parts(image: Image, colours: ColourFinder, phrase: Phrase, wholes: Sequence[Region]) -> list[Region]:
    """Patches of the phrase's colour inside each whole, best first.

    wholes: with masks. A patch is sought in the whole's box alone, so that the same colour elsewhere cannot outdo it.
    """
    found: list[Region | None] = []
    for whole in wholes:
        crop = np.ascontiguousarray(image[whole.box.slices])
        for patch in colours.find(crop, phrase):
            inside = patch.on(*crop.shape[:2])
            if whole.mask is not None:
                inside &= whole.mask
            if np.count_nonzero(inside) >= _WITHIN * patch.area:
                found.append(region_of(inside, patch.score, patch.label, patch.source, origin=whole.box))
    return ranked(found)


def built_in(image: Image, noun: str, wholes: Sequence[Region], find: FindFaces = faces) -> list[Region]:
    """Parts that every thing of a kind has in its place: garments and limbs of people, wheels of vehicles; best first.

    wholes: with masks. Empty where the kind has no such part, or it cannot be told where it is.
    """
    found: list[Region | None] = []
    if noun in ZONE_OF:
        people = [whole for whole in wholes if parse(whole.label).noun in PERSON_NOUNS]
        seen = find(image) if people else []
        found.extend(body_part(image, noun, person, seen) for person in people)
    elif noun in WHEEL_NOUNS:
        for whole in wholes:
            found.extend(wheels(image, whole) if whole.label in WHEELED else ())
    return ranked(found)


def is_worn(noun: str) -> bool:
    """Whether people have a part or a garment of that name in a place of its own."""
    return noun in ZONE_OF


def as_part(whole: Region, label: str) -> Region:
    """The whole under its part's name."""
    return replace(whole, label=label)


def _loose(box: Box) -> Box:
    across, down = round(_REACH * box.width), round(_REACH * box.height)
    return Box(box.x0 - across, box.y0 - down, box.x1 + across, box.y1 + down)
