"""What the plugged-in detectors know and see, and which of it a viewer would name without more words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol, runtime_checkable

import numpy as np

from engine.data import Box, Image, Region
from engine.geometry import clip, iou
from engine.grounding.merging import SAME, comparable, merged
from engine.grounding.prompts import prompt_of
from engine.grounding.regions import ranked
from engine.protocols import Detector

RIDES: Final = frozenset(
    ("bicycle", "motorcycle", "horse", "elephant", "skateboard", "surfboard", "snowboard", "skis", "car", "boat")
)
"""Labels of what carries a person; who sits on it and it are one thing to look at."""
_SURE: Final = 0.4
"""Score from which something seen may be the subject of a picture, though nobody named it."""
_LITTLE: Final = 0.01
"""Of the picture: what is smaller is hardly its subject."""
_BESIDE: Final = 0.45
"""Of the most prominent thing's weight: what comes near it shares the stage."""
_OVERLOOKED: Final = 0.4
"""Of the best weight: below it a thing is part of the backdrop."""
_HELD: Final = 0.35
"""Share of a thing's box within another's from which the two belong together."""
_CAST: Final = 6
_AROUND: Final = 0.2
"""Of a box's sides: surroundings that a detector is shown when it looks at the box by itself."""
_SLACK: Final = 0.05
"""Of a box's sides: detectors draw boxes a little too small as often as too large, and only too small loses pixels."""


@runtime_checkable
class Recogniser(Protocol):
    """A detector that can say which nouns it knows, and what else it sees."""

    def knows(self, phrase: str) -> bool:
        """Whether finding nothing means that it is not there."""
        ...

    def see(self, image: Image) -> list[Region]:
        """Everything it recognises, best first."""
        ...


@runtime_checkable
class Seeker(Protocol):
    """A detector that can look for whatever has a name; its finding nothing proves little."""

    def is_swift(self) -> bool:
        """Whether it answers as soon as a recogniser does."""
        ...

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """As a Detector."""
        ...

    def hints(self, image: Image, phrase: str) -> list[Region]:
        """What it saw, though too faintly to call it found."""
        ...


class Things:
    """The plugged-in detectors as one.

    Recognisers know few nouns, cheaply, and are believed when they see none. Seekers are asked for the nouns and
    attributes that those do not know, and when those see fewer than the words need; first of all where they are swift.
    """

    def __init__(self, detectors: Sequence[Detector]) -> None:
        """detectors: of each kind, asked in this order."""
        self._seekers = tuple(detector for detector in detectors if isinstance(detector, Seeker))
        self._detectors = tuple(detector for detector in detectors if not isinstance(detector, Seeker))
        self._recognisers = tuple(detector for detector in detectors if isinstance(detector, Recogniser))

    @property
    def can_seek(self) -> bool:
        """Whether one of them can look for whatever has a name."""
        return bool(self._seekers)

    def find(
        self, image: Image, phrase: str, enough: Callable[[list[Region]], bool] = bool, *, seek: bool = True
    ) -> list[Region]:
        """What may be the phrase, by rank; what two kinds of detector see is one region.

        enough: whether what one kind found will do. seek: whether seekers are asked at all.
        """
        if not (seek and self._seekers):
            return _first(self._detectors, image, phrase)
        sure = self.knows(phrase) and not self._overlooks(image, phrase)
        if sure and not any(seeker.is_swift() for seeker in self._seekers):
            taught = _first(self._detectors, image, phrase)
            return taught if enough(taught) else merged(taught, _first(self._seekers, image, phrase))
        sought = _first(self._seekers, image, phrase)
        if enough(sought) or (sought and not sure):
            return sought
        return merged(sought, _first(self._detectors, image, phrase))

    def look_in(self, image: Image, phrase: str, boxes: Sequence[Box]) -> list[Region]:
        """What seekers take for the phrase when shown each box by itself, where small things are large; best first.

        Regions are in px of the picture, and may lie a little outside the boxes.
        """
        for seeker in self._seekers:
            found: list[Region] = []
            for box in boxes:
                crop = _wider(box, _AROUND, *image.shape[:2])
                seen = seeker.detect(np.ascontiguousarray(image[crop.slices]), phrase)
                found = merged(found, [_moved(region, crop) for region in seen])
            if found:
                return ranked(found)
        return []

    def knows(self, phrase: str) -> bool:
        """Whether one of them was taught the phrase's noun, so that its finding nothing means there is none."""
        return any(recogniser.knows(phrase) for recogniser in self._recognisers)

    def may_be(self, image: Image, phrase: str, box: Box) -> bool:
        """Whether what is in the box, found without the phrase, may be it.

        Where seekers found none, one of them must have seen at least a hint of it there; without seekers, nobody can
        tell, and it may.
        """
        if not self._seekers:
            return True
        return any(iou(hint.box, box) >= SAME for seeker in self._seekers for hint in seeker.hints(image, phrase))

    def see(self, image: Image) -> list[Region]:
        """Everything that the first recogniser to see anything sees."""
        views = (recogniser.see(image) for recogniser in self._recognisers)
        return next(filter(None, views), list[Region]())

    def labels(self, image: Image) -> tuple[str, ...]:
        """What they see, each word once, surest first."""
        return tuple(dict.fromkeys(region.label for region in self.see(image)))

    def _overlooks(self, image: Image, phrase: str) -> bool:
        """Whether the recognisers take no notice of a word: "wooden" of a bench, but not "teddy" of a bear."""
        rest = " ".join(prompt_of(phrase).split()[1:])
        if not (rest and self.knows(rest)):
            return False
        plain, full = (_first(self._detectors, image, words) for words in (rest, phrase))
        return [region.box for region in plain] == [region.box for region in full]


def noticed(regions: Sequence[Region], height: int, width: int, *, everything: bool = False) -> list[Region]:
    """The regions scored by how much they catch the eye, best first; those overlooked left out unless told otherwise.

    The score becomes the root of confidence times the share of the largest one's area, less far from the middle.
    """
    weights = _weights(regions, height, width)
    best = max(weights, default=0.0)
    return ranked(
        replace(region, score=min(weight, 1.0))
        for region, weight in zip(regions, weights, strict=True)
        if everything or weight >= _OVERLOOKED * best
    )


def cast_of(seen: Sequence[Region], height: int, width: int) -> list[Region]:
    """The things a picture is about: the most prominent, those that come near it, and what they ride or hold.

    Empty where nothing large enough is seen for sure.
    """
    sure = [region for region in seen if region.score >= _SURE and region.area >= _LITTLE * height * width]
    weights = _weights(sure, height, width)
    best = max(weights, default=0.0)
    main = [region for region, weight in zip(sure, weights, strict=True) if weight >= _BESIDE * best][:_CAST]
    held = [region for region in seen if region not in main and any(_belongs(region, other) for other in main)]
    return main + held[: _CAST - len(main)]


def loosened(box: Box, height: int, width: int) -> Box:
    """The box with room for what a detector cuts off: feet, ears, wheels."""
    return _wider(box, _SLACK, height, width)


def touching(regions: Sequence[Region], anchor: Region) -> list[Region]:
    """Those whose boxes meet the anchor's."""
    return [region for region in regions if common(region.box, anchor.box) > 0]


def common(first: Box, second: Box) -> int:
    """Pixels that both boxes cover."""
    across = min(first.x1, second.x1) - max(first.x0, second.x0)
    down = min(first.y1, second.y1) - max(first.y0, second.y0)
    return max(across, 0) * max(down, 0)


def _first(detectors: Sequence[Detector], image: Image, phrase: str) -> list[Region]:
    """What the first to find anything finds."""
    return next(filter(None, (detector.detect(image, phrase) for detector in detectors)), list[Region]())


def _wider(box: Box, share: float, height: int, width: int) -> Box:
    across, down = round(share * box.width), round(share * box.height)
    return clip(Box(box.x0 - across, box.y0 - down, box.x1 + across, box.y1 + down), height, width)


def _moved(region: Region, crop: Box) -> Region:
    """The same, told in px of the picture that the crop is of."""
    box = region.box
    return replace(region, box=Box(box.x0 + crop.x0, box.y0 + crop.y0, box.x1 + crop.x0, box.y1 + crop.y0))


def _belongs(region: Region, other: Region) -> bool:
    return common(region.box, other.box) >= _HELD * min(region.box.area, other.box.area)


def _weights(regions: Sequence[Region], height: int, width: int) -> list[float]:
    largest = max((region.area for region in regions), default=1)
    return [
        float(np.sqrt(score * region.area / largest)) * (0.6 + 0.4 * _central(region.box, height, width))
        for region, score in zip(regions, comparable(regions), strict=True)
    ]


def _central(box: Box, height: int, width: int) -> float:
    across = (box.x0 + box.x1) / width - 1
    down = (box.y0 + box.y1) / height - 1
    return float(np.exp(-(across**2 + down**2)))
