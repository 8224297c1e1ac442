"""The parts of a scene that have no outline of their own: the whole of it, the sky, what is green."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from engine.colours import Colour, likeness
from engine.data import Alpha, Box, Image, Mask, Region
from engine.grounding.cells import Cells, Floats, cells_of, steps
from engine.grounding.phrases import Phrase, vocabulary
from engine.grounding.regions import ranked, region_of
from engine.segmentation.edges import reduced, sharpen, tidy
from engine.segmentation.grabcut import cut

WHOLE_NOUNS: Final = vocabulary("picture photo image photograph everything scene all pic shot whole frame snapshot")
SKY_NOUNS: Final = vocabulary("sky heaven skies")
GREEN_NOUNS: Final = vocabulary(
    "grass lawn greenery vegetation foliage meadow leaf plant bush shrub hedge ivy moss field turf grassland"
)
_SIDE: Final = 320
_CELLS_SIDE: Final = 200
_LIKELY: Final = 0.45
"""Sky score from which it is found: rather no sky than a tiger's white coat."""


class WholeFinder:
    """Finds the picture itself."""

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase means the whole picture."""
        return phrase.noun in WHOLE_NOUNS and not phrase.colours

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """One region, every pixel."""
        height, width = image.shape[:2]
        return [Region(Box(0, 0, width, height), 1.0, "picture", "whole", np.ones((height, width), np.bool_))]


class SkyFinder:
    """Finds the sky: what reaches smoothly down from the top in a colour that skies have, by day, dusk or cloud."""

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase means the sky."""
        return phrase.noun in SKY_NOUNS

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """The sky as one region, the gaps between branches included; nothing where the top of the picture is none."""
        small = reduced(image, _SIDE)
        plausible = _sky_colour(small)
        cells = cells_of(reduced(image, _CELLS_SIDE))
        reach = _from_top(cells, plausible)
        if not np.isfinite(reach).any():
            return []
        height, width = small.shape[:2]
        label = np.asarray(
            cv2.resize(cells.label.astype(np.int16), (width, height), interpolation=cv2.INTER_NEAREST), np.int32
        )
        coarse = _sky_cut(small, reach[label], plausible)
        score = _sky_score(small, coarse, plausible)
        return ranked([region_of(sharpen(image, coarse), score, "sky", "sky")]) if score > _LIKELY else []


class GreeneryFinder:
    """Finds grass and leaves by their green."""

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase means what is green by nature."""
        return phrase.noun in GREEN_NOUNS

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """All that is leaf green, as one region; nothing where less than a hundredth of the picture is."""
        small = reduced(image, 2 * _SIDE)
        green = np.maximum(likeness(small, Colour("green", (80, 140, 50))), 0.9 * _olive(small)).astype(np.float32)
        soft = np.asarray(cv2.boxFilter(green, cv2.CV_32F, (7, 7)), np.float32)
        mask = tidy(soft > 0.5, speck=0.01, hole=0.01)
        share = float(mask.mean())
        if share < 0.01:
            return []
        score = 0.8 * float(green[mask].mean()) * min(1.0, 0.4 + 3 * share)
        return ranked([region_of(sharpen(image, mask), score, "greenery", "greenery")])


def _olive(small: Image) -> Alpha:
    """Yellowish and dark greens, which grass in the sun and in shade is: green above blue by far, and not below red."""
    red, green, blue = (small[..., channel].astype(np.float32) for channel in range(3))
    strength = np.minimum(green - blue, 2 * (green - 0.94 * red) + 20) / np.maximum(green, 24)
    return np.clip((strength - 0.12) / 0.15, 0, 1).astype(np.float32)


def _sky_colour(small: Image) -> Alpha:
    """How far each pixel could be sky by colour alone: blue, bright and colourless, or glowing as at dusk."""
    hsv = np.asarray(cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2HSV), np.float32)
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    blue = ((hue > 180) & (hue < 262)) * np.clip((saturation - 0.05) / 0.1, 0, 1) * np.clip((value - 0.1) / 0.2, 0, 1)
    pale = np.clip((0.3 - saturation) / 0.15, 0, 1) * np.clip((value - 0.4) / 0.25, 0, 1)
    dusk = ((hue < 58) | (hue > 300)) * np.clip((value - 0.55) / 0.2, 0, 1) * np.clip((saturation - 0.1) / 0.2, 0, 1)
    return np.maximum.reduce([blue, pale, 0.8 * dusk]).astype(np.float32)


def _from_top(cells: Cells, plausible: Alpha) -> Floats:
    """(n,) how much colour changes on the way from the nearest cell at the top that could be sky, inf: none."""
    height, width = cells.label.shape
    likely = np.asarray(cv2.resize(plausible, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    sizes = np.bincount(cells.label.ravel()).astype(np.float64)
    mean = np.bincount(cells.label.ravel(), weights=likely.ravel()) / sizes
    top = np.unique(cells.label[: max(1, height // 40)])
    top = top[mean[top] > 0.5]
    if not top.size:
        return np.full(len(mean), np.inf)
    colour = np.linalg.norm(cells.lab[:, None] - cells.lab[None], axis=2)
    unlikely = np.where(mean > 0.3, 0, 15)
    cost = np.where(cells.touching, np.maximum(colour - 4, 0) + unlikely[None] + unlikely[:, None], np.inf)
    return steps(cost)[top].min(0)


def _sky_cut(small: Image, reach: Floats, plausible: Alpha) -> Mask:
    seeds = np.where(reach < 12, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    seeds[(reach < 3) & (plausible > 0.5)] = cv2.GC_FGD
    seeds[(reach > 30) | (plausible < 0.05)] = cv2.GC_BGD
    found = cut(small, seeds.astype(np.uint8), rounds=2) & (plausible > 0.1)
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=8)
    pieces, stats = np.asarray(labels, np.int32), np.asarray(sizes, np.int64)
    keep = np.zeros(count, np.bool_)
    keep[np.asarray(pieces[0], np.int32)] = True
    keep[0] = False
    bottoms = stats[:, cv2.CC_STAT_TOP] + stats[:, cv2.CC_STAT_HEIGHT]
    horizon = int(bottoms[keep].max(initial=0))
    main = int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))
    # Gaps between branches are cut off from the top but lie above the horizon and are as smooth.
    keep |= (bottoms <= horizon) & (stats[:, cv2.CC_STAT_AREA] < 0.3 * main)
    keep[0] = False
    return tidy(keep[pieces], speck=0.0005, hole=0.0005)


def _sky_score(small: Image, mask: Mask, plausible: Alpha) -> float:
    """Colour, times smoothness, times how much of the top it takes; white down to the bottom is more likely snow."""
    if mask.mean() < 0.02:
        return 0.0
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
    inner = np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)), np.bool_)
    rough = np.abs(np.asarray(cv2.Laplacian(grey, cv2.CV_32F), np.float32))
    smooth = float(np.clip(1.3 - rough[inner].mean() / 12, 0, 1)) if inner.any() else 0.0
    top = min(1.0, 0.3 + float(mask[0].mean()))
    floor = float(mask[-1].mean())
    pale = float(np.asarray(np.ptp(small, axis=2) < 30, np.bool_)[mask].mean())
    score = float(plausible[mask].mean()) * smooth * top * (1 - 0.8 * floor * pale)
    return score * _bounded(small, mask)


def _bounded(small: Image, mask: Mask) -> float:
    """How far the mask ends at edges of the picture, in [0, 1].

    A sky ends where land begins; a blurred backdrop or half a cloud ends in the middle of a gradient. A blue daylight
    sky may meet pale hills softly, so less is asked of it.
    """
    rim = (np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))) > 0) & ~mask
    if not rim.any():
        return 1.0
    pixels = small.astype(np.float32) / 255
    lab = cv2.GaussianBlur(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), np.float32), (0, 0), 1.0)
    slopes = [np.asarray(cv2.Sobel(lab, cv2.CV_32F, *way), np.float32) / 8 for way in ((1, 0), (0, 1))]
    steep = np.sqrt(sum(np.sum(slope * slope, 2) for slope in slopes)).astype(np.float32)
    weakest = float(np.percentile(np.asarray(cv2.dilate(steep, np.ones((5, 5), np.uint8)))[rim], 25))
    hsv = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV), np.float32)[mask]
    hue, _, value = np.median(hsv, axis=0)
    daylight = 185 < hue < 262 and value > 0.45
    return float(np.clip(weakest / 3 if daylight else (weakest - 2) / 4, 0, 1))
