"""What the plugged-in detectors know and see, and which of it a viewer would name without more words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol, runtime_checkable

import numpy as np

from engine.data import Box, Image, Region
from engine.geometry import clip
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


class Things:
    """The plugged-in detectors as one."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self._detectors = tuple(detectors)
        self._recognisers = tuple(detector for detector in detectors if isinstance(detector, Recogniser))

    def find(self, image: Image, phrase: str) -> list[Region]:
        """What the first detector that finds anything finds, best first."""
        answers = (detector.detect(image, phrase) for detector in self._detectors)
        return next(filter(None, answers), list[Region]())

    def knows(self, phrase: str) -> bool:
        """Whether one of them was taught the phrase's noun."""
        return any(recogniser.knows(phrase) for recogniser in self._recognisers)

    def see(self, image: Image) -> list[Region]:
        """Everything that the first of them to see anything sees."""
        views = (recogniser.see(image) for recogniser in self._recognisers)
        return next(filter(None, views), list[Region]())

    def labels(self, image: Image) -> tuple[str, ...]:
        """What they see, each word once, surest first."""
        return tuple(dict.fromkeys(region.label for region in self.see(image)))


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
    across, down = round(_SLACK * box.width), round(_SLACK * box.height)
    return clip(Box(box.x0 - across, box.y0 - down, box.x1 + across, box.y1 + down), height, width)


def touching(regions: Sequence[Region], anchor: Region) -> list[Region]:
    """Those whose boxes meet the anchor's."""
    return [region for region in regions if common(region.box, anchor.box) > 0]


def common(first: Box, second: Box) -> int:
    """Pixels that both boxes cover."""
    across = min(first.x1, second.x1) - max(first.x0, second.x0)
    down = min(first.y1, second.y1) - max(first.y0, second.y0)
    return max(across, 0) * max(down, 0)


def _belongs(region: Region, other: Region) -> bool:
    return common(region.box, other.box) >= _HELD * min(region.box.area, other.box.area)


def _weights(regions: Sequence[Region], height: int, width: int) -> list[float]:
    largest = max((region.area for region in regions), default=1)
    return [
        float(np.sqrt(region.score * region.area / largest)) * (0.6 + 0.4 * _central(region.box, height, width))
        for region in regions
    ]


def _central(box: Box, height: int, width: int) -> float:
    across = (box.x0 + box.x1) / width - 1
    down = (box.y0 + box.y1) / height - 1
    return float(np.exp(-(across**2 + down**2)))
