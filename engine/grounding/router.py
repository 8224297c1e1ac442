"""From a target's words to regions: who can find it, what fits, and which of those is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from engine.colours import BASIC, Colour, colour_of, likeness
from engine.data import Image, Located, Notice, Region
from engine.errors import NotGrounded
from engine.grounding.choose import choose, lies
from engine.grounding.colour_regions import ColourFinder, ShapeFinder
from engine.grounding.faces import EyeFinder, FaceFinder, PersonFinder
from engine.grounding.lettering import TextFinder
from engine.grounding.patchwork import gathered, prominent
from engine.grounding.phrases import Phrase, parse, vocabulary
from engine.grounding.regions import region_of
from engine.grounding.scenery import GreeneryFinder, SkyFinder, WholeFinder
from engine.grounding.shapes import SHAPES
from engine.grounding.subject import BackgroundFinder, SubjectFinder, main_subject
from engine.grounding.wishes import Wish, noun_phrase, wish_of
from engine.operations import Target
from engine.protocols import Detector, Segmenter
from engine.segmentation.classic import ClassicSegmenter
from engine.segmentation.edges import reduced

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
_CLEAR: Final = 0.2
"""How clearly a main subject must stand out to stand in for an unknown noun."""
_TINTED: Final = 0.12
"""Share of a region that must show a colour for it to be called by it; eyes and tyres take the rest."""


class _Finder(Detector, Protocol):
    """A detector that knows which phrases are its own."""

    def serves(self, phrase: Phrase) -> bool: ...


class Grounder:
    """Finds what a target means, with no weights at all, or with the detectors that are plugged in asked first."""

    def __init__(self, detectors: Sequence[Detector] = (), segmenter: Segmenter | None = None) -> None:
        """detectors: asked in turn, before the weightless ones; boxes without masks are cut out by `segmenter`."""
        self._detectors = tuple(detectors)
        self._segmenter = segmenter or ClassicSegmenter()
        self._colours = ColourFinder()
        self._people = PersonFinder(self._segmenter)
        self._finders: tuple[_Finder, ...] = (
            WholeFinder(), TextFinder(), SkyFinder(), BackgroundFinder(), FaceFinder(), EyeFinder(), self._people,
            SubjectFinder(), GreeneryFinder(), self._colours, ShapeFinder(self._colours),
        )  # fmt: skip

    def locate(self, image: Image, target: Target) -> Located:
        """Every candidate, best first, those that are meant, and a mask wherever one is meant or must be asked for.

        Nothing chosen means that several fit and no word tells them apart. A noun that nobody knows is taken for the
        main subject where one stands out, and a Notice("main_subject", phrase) says so.

        image: (H, W, 3) uint8. Raises: NotGrounded.
        """
        wish = wish_of(target)
        if wish.excluded is not None:
            return self._all_but(image, wish.excluded)
        phrase = parse(noun_phrase(target), target.colour)
        regions, notices = self._candidates(image, target, phrase, wish)
        anchors = self._anchors(image, wish)
        height, width = image.shape[:2]
        named = bool(phrase.noun) and phrase.noun not in SHAPES and regions[0].source == "colour"
        likely = 0.55 if named else 0.3
        if named and len(regions) > 1 and not wish.many:
            regions = gathered(prominent(image, regions))
        chosen = choose(regions, target, height, width, anchors, likely)
        return self._cut_out(image, regions, chosen, notices)

    def _candidates(
        self, image: Image, target: Target, phrase: Phrase, wish: Wish
    ) -> tuple[list[Region], tuple[Notice, ...]]:
        asked = target.phrase or phrase.text
        for detector in self._detectors:
            found = _of_colour(image, detector.detect(image, asked), phrase.colours)
            if found:
                return found, ()
        known = False
        for finder in self._finders:
            if not finder.serves(phrase):
                continue
            found = self._asked(finder, image, asked, phrase)
            if found:
                return found, ()
            known = known or finder is not self._people
        if known:
            raise NotGrounded(asked, 0.0, _instead(image, phrase))
        return self._guess(image, target, phrase, wish)

    def _asked(self, finder: _Finder, image: Image, asked: str, phrase: Phrase) -> list[Region]:
        if finder is self._colours:
            return self._colours.find(image, phrase)
        found = finder.detect(image, asked)
        scenery = all(region.source in {"sky", "greenery", "whole", "background"} for region in found)
        return found if scenery else _of_colour(image, found, phrase.colours)

    def _guess(
        self, image: Image, target: Target, phrase: Phrase, wish: Wish
    ) -> tuple[list[Region], tuple[Notice, ...]]:
        """The main subject in the place of a noun that nobody knows, when the words could mean it."""
        asked = target.phrase or ""
        part = target.part_of is not None or phrase.noun in _NEVER_MAIN
        several = wish.order not in {None, 1} or (wish.count or 1) > 1
        if part or several or not phrase.noun:
            raise NotGrounded(asked)
        subject = main_subject(image)
        region = region_of(subject.mask, 0.5 * subject.score, "main subject", "subject")
        if region is None or subject.score < _CLEAR:
            raise NotGrounded(asked, 0.5 * subject.score)
        if not all(lies(region, side, *image.shape[:2]) for side in wish.sides - {"front", "back"}):
            raise NotGrounded(asked, 0.5 * subject.score, ("main subject",))
        return [region], (Notice("main_subject", asked),)

    def _anchors(self, image: Image, wish: Wish) -> list[Region]:
        """Where the things are that the relation names; none when one of them cannot be found for sure."""
        if wish.relation is None:
            return []
        anchors: list[Region] = []
        for words in wish.relation.anchors:
            try:
                located = self.locate(image, Target(phrase=words))
            except NotGrounded:
                return []
            anchors.extend(located.chosen or located.regions[:1])
        return anchors

    def _all_but(self, image: Image, words: str) -> Located:
        """Everything except what the words mean."""
        kept = self.locate(image, Target(phrase=words))
        if not kept.chosen:
            return kept
        height, width = image.shape[:2]
        rest = ~np.logical_or.reduce([region.on(height, width) for region in kept.chosen])
        region = region_of(rest, min(part.score for part in kept.chosen), f"all but {words}", "rest")
        if region is None:
            raise NotGrounded(f"all but {words}")
        return Located((region,), (region,), kept.notices)

    def _cut_out(
        self, image: Image, regions: Sequence[Region], chosen: Sequence[Region], notices: tuple[Notice, ...]
    ) -> Located:
        """Gives masks to the chosen, or to all when the author must choose; the others keep their boxes."""
        wanted = {id(region) for region in chosen or regions}
        cut = {id(region): self._masked(image, region) if id(region) in wanted else region for region in regions}
        return Located(
            tuple(cut[id(region)] for region in regions), tuple(cut[id(region)] for region in chosen), notices
        )

    def _masked(self, image: Image, region: Region) -> Region:
        if region.mask is not None:
            return region
        return replace(region, mask=self._segmenter.segment(image, region.box)[region.box.slices])


def _of_colour(image: Image, regions: Sequence[Region], colours: Sequence[Colour]) -> list[Region]:
    """The regions that show one of the colours, as they were; all of them when no colour is asked for."""
    if not colours:
        return list(regions)
    shares = [_share(image, region, colours) for region in regions]
    least = max(_TINTED, 0.5 * max(shares, default=0.0))
    return [region for region, share in zip(regions, shares, strict=True) if share >= least]


def _share(image: Image, region: Region, colours: Sequence[Colour]) -> float:
    patch = image[region.box.slices]
    like = np.maximum.reduce([likeness(np.ascontiguousarray(patch), colour) for colour in colours])
    seen = like > 0.5
    return float(seen.mean() if region.mask is None else seen[region.mask].mean())


def _instead(image: Image, phrase: Phrase) -> tuple[str, ...]:
    """For a colour that is not there, the commonest that are."""
    if not phrase.colours:
        return ()
    small = reduced(image, 256)
    shares = {term: float(likeness(small, colour).mean()) for term in BASIC if (colour := colour_of(term)) is not None}
    return tuple(term for term in sorted(BASIC, key=lambda term: -shares[term])[:3] if shares[term] > 0.02)
