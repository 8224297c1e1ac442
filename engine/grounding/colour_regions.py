"""Things told by their colour: "the red ball", "blue shutters", "the yellow taxi"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.colours import BASIC, Colour, colour_of, likeness
from engine.data import Alpha, Image, Mask, Region
from engine.geometry import iou
from engine.grounding.phrases import Phrase, parse
from engine.grounding.regions import regions_of
from engine.grounding.shapes import SHAPES, shapeliness
from engine.segmentation.edges import fill_holes, reduced

_SIDE: Final = 768
_SEEN: Final = 0.45
"""Likeness above which a pixel is of the colour."""
_HINT: Final = 0.12
_SPREAD: Final = 4.0
_ROUNDED: Final = 1.6
"""The same for things told by their shape: growth that loses the shape was none of theirs."""
_LITTLE: Final = 0.002
"""Of the picture."""
_SMALLEST: Final = 1.5e-4
"""Of the picture: a smaller patch is a speck."""
_SHAPED: Final = 0.3
"""Shapeliness below which a patch has another shape."""
_MOST: Final = 64
_FAINT: Final = 0.3
"""Of the best score: what scores less is noise beside it."""
_WHISKER: Final = 7
"""px: what is thinner is no part of a ball or a square."""
_BRIDGE: Final = 0.006
"""Of the picture's diagonal: gaps across which patches are one thing (a car's body around its windows)."""


@dataclass(frozen=True, eq=False, slots=True)
class _Patches:
    """Connected patches of a colour on the small copy."""

    owner: NDArray[np.int16]
    """(h, w): 0 = of no patch."""
    likeness: Alpha
    count: int


class ColourFinder:
    """Finds patches of the colours that a phrase names, whatever the noun; shape nouns are tested."""

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase names a colour."""
        return bool(phrase.colours)

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """Patches of the colour with the noun's shape, if it names one; the score is likeness, shape and size."""
        return self.find(image, parse(phrase))

    def find(self, image: Image, phrase: Phrase) -> list[Region]:
        """As `detect`, for a phrase that is taken apart already."""
        small = reduced(image, _SIDE)
        shape = SHAPES.get(phrase.noun)
        named = bool(phrase.noun) and shape is None
        compact = shape in {"round", "oval", "square", "rectangle", "triangle", "diamond"}
        patches = _patches(_like_any(small, phrase.colours), bridged=named, compact=compact, hollow=shape == "ring")
        scores = _scores(patches, phrase.noun)
        best = max(scores, default=0.0)
        kept = [index for index, score in enumerate(scores, 1) if score > max(0.1, _FAINT * best)]
        table = np.zeros(patches.count + 1, np.int16)
        table[kept] = np.arange(1, len(kept) + 1, dtype=np.int16)
        label = " ".join([*(colour.name for colour in phrase.colours), phrase.noun]).strip()
        return regions_of(image, table[patches.owner], [scores[index - 1] for index in kept], label, "colour")


def _like_any(small: Image, colours: tuple[Colour, ...]) -> Alpha:
    # Grain has every hue; its mean has the surface's.
    smooth = np.asarray(cv2.GaussianBlur(cv2.medianBlur(small, 3), (0, 0), 1.5), np.uint8)
    return np.maximum.reduce([likeness(smooth, colour) for colour in colours]).astype(np.float32)


def _patches(like: Alpha, bridged: bool, compact: bool, hollow: bool) -> _Patches:
    """The largest patches, holes filled; `bridged` ones are one across small gaps, `compact` ones without whiskers."""
    solid = _grown(like, _SPREAD if bridged else _ROUNDED)
    if compact:
        brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_WHISKER, _WHISKER))
        solid = np.asarray(cv2.morphologyEx(solid.astype(np.uint8), cv2.MORPH_OPEN, brush), np.bool_)
    if bridged:
        reach = max(1, round(_BRIDGE * float(np.hypot(*like.shape))))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        solid = solid | np.asarray(cv2.morphologyEx(solid.astype(np.uint8), cv2.MORPH_CLOSE, disc), np.bool_)
    pieces, areas = _pieces(solid)
    enough = max(_SMALLEST * like.size, 16)
    order = [int(index) for index in np.argsort(-areas)[:_MOST] if areas[index] >= enough]
    table = np.zeros(areas.size, np.int16)
    table[order] = np.arange(1, len(order) + 1, dtype=np.int16)
    owner = table[pieces]
    if not hollow:
        _fill(owner, len(order))
    return _Patches(owner, like, len(order))


def _grown(like: Alpha, spread: float) -> Mask:
    """Pixels of the colour, and those of a hint of it around them: a thing's shaded side.

    A hint that spreads to several times what is clearly of the colour belongs to something else. Where next to
    nothing is clearly of it, the likest there is must do: a pale green dome is still "the green dome".
    """
    seen = _calm(like > _SEEN)
    if seen.mean() < _LITTLE:
        likest = float(np.quantile(like, 1 - _LITTLE))
        seen = _calm(like > max(0.45 * _SEEN, min(_SEEN, 0.75 * likest)))
    around, areas = _pieces(_calm(like > _HINT))
    sure = np.bincount(around[seen], minlength=areas.size)
    near = (sure > 0) & (areas <= spread * sure)
    near[0] = False
    return seen | near[around]


def _pieces(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Connected pieces: (h, w) labels, 0 = none, and the px of each label, 0 for label 0."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = np.asarray(stats, np.int64)[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return np.asarray(labels, np.int32), areas


def _calm(seen: Mask) -> Mask:
    """Without the grain that noise leaves."""
    around = cv2.boxFilter(seen.astype(np.float32), cv2.CV_32F, (5, 5))
    return seen & (np.asarray(around, np.float32) > 0.45)


def _fill(owner: NDArray[np.int16], count: int) -> None:
    """Closes small holes (highlights, badges) in each patch, in place."""
    for index in range(1, count + 1):
        rows, columns = np.nonzero(owner == index)
        window = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
        patch = owner[window]
        filled = fill_holes(patch == index, 0.1 * rows.size)
        patch[filled & (patch == 0)] = index


def _scores(patches: _Patches, noun: str) -> list[float]:
    """Mean likeness, times shape where the noun has one, times a mild reward for size."""
    sizes = np.bincount(patches.owner.ravel(), minlength=patches.count + 1)[1:]
    sums = np.bincount(patches.owner.ravel(), weights=patches.likeness.ravel(), minlength=patches.count + 1)[1:]
    if not sizes.size:
        return []
    shape = SHAPES.get(noun)
    scores = sums / np.maximum(sizes, 1) * (sizes / sizes.max()) ** (0.35 if noun and shape is None else 0.25)
    for index in range(1, patches.count + 1):
        mask = patches.owner == index
        if shape is not None:
            shaped = shapeliness(mask, shape)
            scores[index - 1] *= 0.3 + 0.7 * shaped if shaped > _SHAPED else 0.0
        elif noun:
            scores[index - 1] *= _standing_out(mask)
    return [float(score) for score in scores]


def _standing_out(mask: Mask) -> float:
    """Less for a patch that runs along the picture's border, as a backdrop does."""
    height, width = mask.shape
    touched = [float(np.count_nonzero(side)) for side in (mask[0], mask[-1], mask[:, 0], mask[:, -1])]
    share = sum(touched) / (2 * (height + width))
    return 1.0 - 0.6 * min(1.0, share / 0.4)


class ShapeFinder:
    """Finds patches of any one colour that have the shape a noun names: "the triangle", "the biggest circle"."""

    def __init__(self, colours: ColourFinder) -> None:
        self._colours = colours

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase names a shape, and no colour."""
        return phrase.noun in SHAPES and not phrase.colours

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """Patches with the shape, in whichever basic colour they show best; what frames the picture is left out."""
        plain = parse(phrase)
        small = reduced(image, _SIDE // 2)
        found: list[Region] = []
        for term in BASIC:
            colour = colour_of(term)
            if colour is None or float((likeness(small, colour) > _SEEN).mean()) < _SMALLEST:
                continue
            found.extend(self._colours.find(image, replace(plain, colours=(colour,))))
        height, width = image.shape[:2]
        likely = [region for region in found if region.score > 0.4 and _free(region, height, width)]
        return _best_of_overlapping(likely)


def _free(region: Region, height: int, width: int) -> bool:
    """Whether the region keeps clear of the picture's border."""
    box = region.box
    return box.x0 > 0 and box.y0 > 0 and box.x1 < width and box.y1 < height


def _best_of_overlapping(found: list[Region]) -> list[Region]:
    kept: list[Region] = []
    for region in sorted(found, key=lambda region: -region.score):
        if all(iou(region.box, other.box) < 0.6 for other in kept):
            kept.append(region)
    return kept
