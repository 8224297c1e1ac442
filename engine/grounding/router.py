"""From a target's words to regions: who can find it, what fits, and which of those is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from engine.colours import BASIC, Colour, colour_of, likeness
from engine.data import Box, Image, Located, Notice, Region
from engine.errors import NotGrounded
from engine.grounding.areas import AreaFinder
from engine.grounding.choose import choose
from engine.grounding.colour_regions import ColourFinder, ShapeFinder
from engine.grounding.completion import completed
from engine.grounding.faces import EyeFinder, FaceFinder, FindFaces, PersonFinder, faces
from engine.grounding.guesses import Guesser, is_guess
from engine.grounding.lettering import TextFinder
from engine.grounding.parts import ALL_OF_IT, as_part, built_in, coloured_parts, is_worn, within
from engine.grounding.patchwork import gathered, prominent
from engine.grounding.phrases import ARTICLES, Phrase, parse
from engine.grounding.regions import region_of
from engine.grounding.scenery import GreeneryFinder, SkyFinder, WholeFinder
from engine.grounding.shapes import SHAPES
from engine.grounding.subject import BackgroundFinder, Salient, Stage, SubjectFinder
from engine.grounding.things import RIDES, Things, common, loosened, noticed, touching
from engine.grounding.wishes import Wish, noun_phrase, wish_of
from engine.operations import Target
from engine.protocols import Detector, Segmenter
from engine.segmentation.classic import ClassicSegmenter
from engine.segmentation.clues import Feeler
from engine.segmentation.edges import reduced

_ASKED: Final = 9
"""Candidates that a question can offer."""
_WEARERS: Final = 4
"""People whose clothes are looked at when nobody says whose are meant."""
_OWNED: Final = re.compile(r"\b(?:its|his|her|their)\b")
_TINTED: Final = 0.12
"""Share of a region that must show a colour for it to be called by it; eyes and tyres take the rest."""
_OUTDONE: Final = (PersonFinder, ColourFinder, ShapeFinder)
"""Finders that know less of their nouns than a detector that can look for anything."""


class _Finder(Detector, Protocol):
    """A detector that knows which phrases are its own."""

    def serves(self, phrase: Phrase) -> bool: ...


class Grounder:
    """Finds what a target means, with no weights at all, or with the detectors that are plugged in asked first."""

    def __init__(
        self,
        detectors: Sequence[Detector] = (),
        segmenter: Segmenter | None = None,
        salient: Salient | None = None,
        find_faces: FindFaces = faces,
    ) -> None:
        """detectors: asked in turn, before the weightless ones; boxes without masks are cut out by `segmenter`.

        salient: tells the main subject; None: colours do.
        """
        self._things = Things(detectors)
        feeler = next((detector for detector in detectors if isinstance(detector, Feeler)), None)
        self._segmenter = segmenter or ClassicSegmenter(feeler.cells if feeler else None)
        self._stage = Stage(self._things, self._segmenter, salient)
        self._guesser = Guesser(self._things, self._stage, find_faces)
        self._areas = AreaFinder(self._segmenter)
        self._colours = ColourFinder()
        self._find_faces = find_faces
        self._people = PersonFinder(self._segmenter, find_faces)
        self._finders: tuple[_Finder, ...] = (
            WholeFinder(), TextFinder(), SkyFinder(), BackgroundFinder(self._stage), FaceFinder(find_faces),
            EyeFinder(find_faces), self._people, SubjectFinder(self._stage), GreeneryFinder(), self._colours,
            ShapeFinder(self._colours),
        )  # fmt: skip

    def locate(self, image: Image, target: Target) -> Located:
        """Every candidate, best first, those that are meant, and a mask wherever one is meant or must be asked for.

        Nothing chosen means that two or more fit and no word tells them apart, or that nobody knows the noun, and what
        stands out is offered, as regions of the source "guess". It is taken for it, and a Notice("main_subject",
        phrase) says so, where it stands alone on a plain ground, or a detector saw a hint of the noun there. Neither
        for a plural, a number or a thing told by its neighbours, nor where a detector that knows the noun sees none.

        image: (H, W, 3) uint8. Raises: NotGrounded.
        """
        wish = wish_of(target)
        if wish.excluded is not None:
            return self._all_but(image, wish.excluded)
        if (area := self._areas.find(image, target)) is not None:
            return Located((area,), (area,))
        parts = self._conjuncts(target.phrase or "")
        if len(parts) > 1:
            return self._together(image, target, parts)
        regions, notices = self._candidates(image, target, wish)
        if is_guess(regions):
            return Located(tuple(regions), ())
        height, width = image.shape[:2]
        anchors = self._anchors(image, wish)
        regions, likely = self._weighed(image, target, wish, regions)
        chosen = choose(regions, target, height, width, anchors, likely)
        if not chosen and len(regions) < 2:
            raise NotGrounded(target.phrase or "", regions[0].score, (regions[0].label,))
        if not chosen and regions[0].mask is None:
            regions = regions[:_ASKED]
        located = self._cut_out(image, regions, chosen, notices)
        if SHAPES.get(parse(noun_phrase(target), target.colour).noun) == "round":
            located = _rounded(image, located)
        return self._with_ride(image, located, wish, anchors)

    def _weighed(self, image: Image, target: Target, wish: Wish, regions: list[Region]) -> tuple[list[Region], float]:
        """The candidates for a word-less choice, weighed by how they catch the eye, and what puts one in doubt."""
        if len(regions) < 2 or wish.many:
            return regions, 0.55
        if regions[0].mask is None:
            told = wish.relation is not None or (wish.size is not None and wish.size[1] < 1)
            return noticed(regions, *image.shape[:2], everything=told), 0.6
        noun = parse(noun_phrase(target), target.colour).noun
        if regions[0].source == "colour" and noun and noun not in SHAPES:
            return gathered(prominent(image, regions)), 0.55
        return regions, 0.5

    def _candidates(self, image: Image, target: Target, wish: Wish) -> tuple[list[Region], tuple[Notice, ...]]:
        phrase = parse(noun_phrase(target), target.colour)
        asked = target.phrase or phrase.text
        wholes = self._wholes(image, target)
        if wholes:
            return self._parts(image, asked, phrase, wholes), ()

        def shown(found: list[Region]) -> list[Region]:
            return _of_colour(image, found, phrase.colours)

        words, seek = noun_phrase(target), self._sought(phrase)
        found = self._things.find(image, words, lambda found: len(shown(found)) >= _needed(wish), seek=seek)
        if shown(found):
            return shown(found), ()
        known = self._things.knows(asked)
        if found and known:
            raise NotGrounded(asked, found[0].score, tuple(dict.fromkeys(region.label for region in found)))
        if phrase.colours and (worn := self._worn(image, phrase)):
            return worn, ()
        for finder in self._finders:
            if not finder.serves(phrase):
                continue
            found = self._asked(finder, image, asked, phrase)
            if found:
                return found, ()
            known = known or finder is not self._people
        if not seek and phrase.noun and (late := shown(self._things.find(image, words))):
            return late, ()
        if known:
            raise NotGrounded(asked, 0.0, _instead(image, phrase) or self._things.labels(image))
        if not phrase.colours and (worn := self._worn(image, phrase)):
            return worn, ()
        return self._guesser.guess(image, target, wish)

    def _worn(self, image: Image, phrase: Phrase) -> list[Region]:
        """What the people who catch the eye have of that name and colour, for "his shirt" and "the white dress"."""
        if not is_worn(phrase.noun) or self._things.can_seek:
            return []
        people = self._things.find(image, "person", seek=False) or self._people.detect(image, "person")
        wearers = [self._masked(image, person) for person in noticed(people, *image.shape[:2])[:_WEARERS]]
        found = built_in(image, phrase.noun, wearers, self._find_faces)
        if not phrase.colours:
            return found
        return _of_colour(image, found, phrase.colours) or coloured_parts(image, self._colours, phrase, wearers)

    def _sought(self, phrase: Phrase) -> bool:
        """Whether detectors that can look for anything go first: not where a finder of its own does better."""
        mine = (finder for finder in self._finders if not isinstance(finder, _OUTDONE))
        return bool(phrase.noun) and not any(finder.serves(phrase) for finder in mine)

    def _asked(self, finder: _Finder, image: Image, asked: str, phrase: Phrase) -> list[Region]:
        if finder is self._colours:
            return self._colours.find(image, phrase)
        found = finder.detect(image, asked)
        scenery = all(region.source in {"sky", "greenery", "whole", "background"} for region in found)
        return found if scenery else _of_colour(image, found, phrase.colours)

    def _wholes(self, image: Image, target: Target) -> list[Region]:
        """What the target is a part of, with masks; empty where it is of the picture itself, or cannot be found."""
        if target.part_of is None:
            return []
        try:
            located = self.locate(image, Target(phrase=target.part_of))
        except NotGrounded:
            return []
        wholes = located.chosen or located.regions
        return (
            [] if wholes[0].source in {"whole", "background"} else [whole for whole in wholes if whole.mask is not None]
        )

    def _parts(self, image: Image, asked: str, phrase: Phrase, wholes: list[Region]) -> list[Region]:
        """The parts of that name in the wholes. Raises: NotGrounded; the whole never stands in for a part."""
        if phrase.noun in ALL_OF_IT:
            return [as_part(whole, phrase.noun) for whole in wholes]

        def fitting(found: list[Region]) -> list[Region]:
            return within(_of_colour(image, found, phrase.colours), wholes)

        boxes, seek = [whole.box for whole in wholes], self._sought(phrase)
        found = fitting(self._things.find(image, asked, seek=False))
        if not found and seek:
            found = fitting(self._things.look_in(image, asked, boxes))
        if not found and phrase.colours:
            found = coloured_parts(image, self._colours, phrase, wholes)
        if not found:
            found = _of_colour(image, built_in(image, phrase.noun, wholes, self._find_faces), phrase.colours)
        for finder in self._finders:
            if not found and not phrase.colours and finder.serves(phrase):
                found = within(finder.detect(image, asked), wholes)
        if not found and not seek:
            found = fitting(self._things.look_in(image, asked, boxes))
        if not found:
            raise NotGrounded(asked, 0.0, tuple(dict.fromkeys(whole.label for whole in wholes)))
        return found

    def _conjuncts(self, words: str) -> list[str]:
        """The things that a phrase lists, where the detectors know each: "the rider and his horse".

        Those that can look for anything need an article to tell "lamp post and the bench" from "salt and pepper mill".
        """
        parts = [part.strip() for part in re.split(r",? and |, | & ", words) if part.strip()]
        told = self._things.can_seek and all(part.split()[0].lower() in ARTICLES for part in parts[1:])
        return parts if told or all(self._things.knows(part) for part in parts) else [words]

    def _together(self, image: Image, target: Target, parts: list[str]) -> Located:
        """Several things as one region: the surest of them, and of each other kind those that the words choose.

        Where no word chooses, those that touch the surest do; who rides and what is ridden may be seen as one.
        """
        found: list[Located] = []
        missing: NotGrounded | None = None
        for part in parts:
            try:
                found.append(self.locate(image, target.model_copy(update={"phrase": part})))
            except NotGrounded as error:
                missing = error
        labels = {located.regions[0].label for located in found}
        if missing is not None and not labels & (RIDES | {"person"}):
            raise missing
        if not found:
            raise NotGrounded(target.phrase or "", 0.0, self._things.labels(image))
        found.sort(key=lambda located: (not located.chosen, -located.regions[0].score))
        anchor = (found[0].chosen or found[0].regions)[0]
        owned = _OWNED.search(target.phrase or "") is not None
        meant = list(found[0].chosen or (anchor,))
        if owned and missing is not None:
            # By their boxes: what was chosen has a mask, which fills less than the boxes of the others.
            boxes = [replace(region, mask=None) for region in found[0].regions]
            weighed = noticed(boxes, *image.shape[:2], everything=True)
            groups = [touching(weighed, region) for region in weighed]
            meant = max(groups, key=lambda group: sum(region.score for region in group))
        for located in found[1:]:
            fitting = touching(located.regions, anchor) if owned or not located.chosen else list(located.chosen)
            if fitting and len(located.chosen) < 2:
                fitting = [max(fitting, key=lambda region: common(region.box, anchor.box) / region.box.area)]
            meant.extend(fitting or (located.chosen or located.regions[:1]))
        region = self._as_one(image, meant, target.phrase or "")
        return Located((region,), (region,), tuple(notice for located in found for notice in located.notices))

    def _as_one(self, image: Image, regions: Sequence[Region], label: str) -> Region:
        height, width = image.shape[:2]
        mask = np.logical_or.reduce([self._masked(image, region).on(height, width) for region in regions])
        joined = region_of(mask, min(region.score for region in regions), label, regions[0].source)
        return joined or regions[0]

    def _with_ride(self, image: Image, located: Located, wish: Wish, anchors: Sequence[Region]) -> Located:
        """Who rides, together with the ride that told them apart: "the man on the scooter" is cut out with it."""
        if wish.relation is None or wish.relation.bond != "on" or len(located.chosen) != 1:
            return located
        rider = located.chosen[0]
        rides = [anchor for anchor in touching(anchors, rider) if anchor.label in RIDES]
        if rider.label != "person" or not rides:
            return located
        ride = max(rides, key=lambda anchor: common(anchor.box, rider.box))
        joined = self._as_one(image, (rider, ride), rider.label)
        return Located((joined, *(region for region in located.regions if region is not rider)), (joined,))

    def _anchors(self, image: Image, wish: Wish) -> list[Region]:
        """Where the things are that the relation names, any of several that fit; none when one cannot be found."""
        if wish.relation is None:
            return []
        anchors: list[Region] = []
        for words in wish.relation.anchors:
            try:
                located = self.locate(image, Target(phrase=words))
            except NotGrounded:
                return []
            if is_guess(located.regions):
                return []
            best = located.regions[0]
            several = [region for region in located.regions if region.score >= 0.5 * best.score]
            anchors.extend(located.chosen or ([best] if wish.relation.bond == "between" else several))
        return anchors

    def _all_but(self, image: Image, words: str) -> Located:
        """Everything except what the words mean."""
        kept = self.locate(image, Target(phrase=words))
        if is_guess(kept.regions):
            # Whatever its name is, the rest is what stands out the least.
            kept = Located(kept.regions, kept.regions, (Notice("main_subject", words),))
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
        box = loosened(region.box, *image.shape[:2])
        mask = self._segmenter.segment(image, box)
        return region_of(mask, region.score, region.label, region.source) or region


def _needed(wish: Wish) -> int:
    """How many candidates it takes for the words to choose among them."""
    if wish.count is not None:
        return wish.count
    return 2 if wish.many else abs(wish.order or 1)


def _rounded(image: Image, located: Located) -> Located:
    """The same, with what was told by colour completed to the round things they are."""
    done = {id(region): completed(image, region) if region.source == "colour" else region for region in located.chosen}
    return replace(
        located,
        regions=tuple(done.get(id(region), region) for region in located.regions),
        chosen=tuple(done[id(region)] for region in located.chosen),
    )


def _of_colour(image: Image, regions: Sequence[Region], colours: Sequence[Colour]) -> list[Region]:
    """The regions that show one of the colours, as they were; all of them when no colour is asked for."""
    if not colours:
        return list(regions)
    shares = [_share(image, region, colours) for region in regions]
    least = max(_TINTED, 0.5 * max(shares, default=0.0))
    return [region for region, share in zip(regions, shares, strict=True) if share >= least]


def _share(image: Image, region: Region, colours: Sequence[Colour]) -> float:
    patch = image[(region.box if region.mask is not None else _core(region.box)).slices]
    like = np.maximum.reduce([likeness(np.ascontiguousarray(patch), colour) for colour in colours])
    seen = like > 0.5
    return float(seen.mean() if region.mask is None else seen[region.mask].mean())


def _core(box: Box) -> Box:
    """The middle of a box, where the thing itself is rather than what surrounds it."""
    across, down = box.width // 8, box.height // 8
    return Box(box.x0 + across, box.y0 + down, max(box.x1 - across, box.x0 + 1), max(box.y1 - down, box.y0 + 1))


def _instead(image: Image, phrase: Phrase) -> tuple[str, ...]:
    """For a colour that is not there, the commonest that are."""
    if not phrase.colours:
        return ()
    small = reduced(image, 256)
    shares = {term: float(likeness(small, colour).mean()) for term in BASIC if (colour := colour_of(term)) is not None}
    return tuple(term for term in sorted(BASIC, key=lambda term: -shares[term])[:3] if shares[term] > 0.02)
