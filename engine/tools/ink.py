"""The ink of a line of lettering told from its paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Image, Mask
from engine.tools.legibility import RGB
from engine.tools.plate import Plate

_MARGIN: Final = 0.12
"""What is looked at around the line, in plate heights."""
_HALF: Final = 0.45
"""Share of ink from which a pixel belongs to a mark."""
_ALIEN: Final = 1.7
"""Times as far from the paper as the ink is: from there on a mark is something else."""
_SAME_COLOUR: Final = 0.45
"""Largest distance of a mark's colour from the ink's, over the distance of ink and paper."""
_DISTINCT: Final = 3.2
"""Distance of ink from paper, in spreads of the paper, from which they are told apart."""
_CONTRAST: Final = 15.0
"""Least distance of ink from paper in CIE Lab."""

_Level = NDArray[np.float32]
"""(H, W): how far a pixel's colour is along the axis on which the colours of the line vary most, CIE Lab."""


@dataclass(frozen=True, eq=False, slots=True)
class Ink:
    """The lettering on a plate."""

    coverage: Alpha
    """(plate.height + 2 * margin, plate.width + 2 * margin), 1 where there is only ink."""
    margin: int
    colour: RGB
    paper: RGB


@dataclass(frozen=True, eq=False, slots=True)
class _View:
    """The plate with a little around it."""

    rgb: Image
    lab: NDArray[np.float32]
    core: Mask
    """The plate itself."""
    heart: Mask
    """Its middle rows, where frames and neighbouring lines do not reach."""
    margin: int


def separate(image: Image, plate: Plate) -> list[Ink]:
    """The ways to tell ink from paper in a line, the likeliest first; none where they cannot be told apart.

    Colours are projected on the axis along which they vary most, the paper's level is taken off, and Otsu's threshold
    splits the rest ("A threshold selection method from gray-level histograms", 1979). The paper is what lies around
    the letters, or, where they are so bold that they fill the line, the darker or the lighter half of the colours.
    """
    view = _seen(image, plate)
    level = _principal(view.lab, view.heart)
    around = _median_filtered(level, plate.height)
    values = (level - around)[view.heart].astype(np.float64)
    # Paper, at 0, outweighs ink, so that the ink is the longer tail: the sign of the skewness.
    side = np.float32(1 if ((values - np.median(values)) ** 3).sum() >= 0 else -1)
    dark, light = (np.full_like(level, np.percentile(level[view.heart], share)) for share in (10, 90))
    ways = [(side * level, side * around), (level, dark), (-level, -light), (-side * level, -side * around)]
    inks = [_ink_above(signed, paper, view) for signed, paper in ways]
    return [ink for ink in inks if ink is not None]


def free_columns(image: Image, plate: Plate, ink: Ink, left: float, right: float) -> tuple[float, float]:
    """Columns between which there is only paper and the words that span `left` to `right`, a margin taken off."""
    reach = plate.width
    view = plate.view(image, reach, 0).astype(np.float32)
    colour, paper = np.array(ink.colour, np.float32), np.array(ink.paper, np.float32)
    tolerance = max(24.0, 0.4 * float(np.abs(colour - paper).max()))
    free = (np.abs(view - paper).max(axis=2) < tolerance).mean(axis=0) > 0.9
    taken = np.flatnonzero(~(free & plate.columns_inside(reach, *image.shape[:2]))) - reach
    margin = 0.3 * plate.height
    slack = 0.05 * plate.height
    low = max((float(column) + 1 for column in taken if column < left - slack), default=float(-reach))
    high = min((float(column) for column in taken if column > right + slack), default=float(plate.width + reach))
    return min(low + margin, left), max(high - margin, right)


def _seen(image: Image, plate: Plate) -> _View:
    margin = max(round(_MARGIN * plate.height), 2)
    rgb = plate.view(image, margin, margin)
    core = np.zeros(rgb.shape[:2], np.bool_)
    core[margin:-margin, margin:-margin] = True
    lab = np.asarray(cv2.cvtColor(np.asarray(rgb / np.float32(255), np.float32), cv2.COLOR_RGB2LAB), np.float32)
    return _View(rgb, lab, core, _middle_rows(core, 0.2), margin)


def _ink_above(level: _Level, paper: _Level, view: _View) -> Ink | None:
    """The ink whose level lies above the paper's, which is roughly known; None where there is none to speak of."""
    inked = _inked(level - paper, view.heart)
    paper = _refined(level, ~inked, paper)
    strong = _strong(level - paper, inked & view.heart)
    if strong is None:
        return None
    # A pixel is a mixture of the paper, which shading changes from place to place, and of one ink.
    contrast = float(np.median(level[strong])) - paper
    coverage = (level - paper) / np.maximum(contrast, _CONTRAST / 2)
    marks = (coverage > _HALF) & (coverage < _ALIEN)
    blank = view.heart & ~cv2.dilate(marks.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.bool_)
    if not blank.any() or not 0.02 < float(marks[view.heart].mean()) < 0.8:
        return None
    if float(np.median(contrast[view.heart])) < max(_DISTINCT * _spread((level - paper)[blank]), _CONTRAST):
        return None
    own = _belonging(_alike(_unframed(marks), view.lab, strong), view.core)
    coverage = np.asarray(np.clip(coverage, 0, 1) * own, np.float32)
    return Ink(coverage, view.margin, _median(view.rgb[strong]), _median(view.rgb[blank]))


def _principal(lab: NDArray[np.float32], core: Mask) -> NDArray[np.float32]:
    pixels = lab[core].astype(np.float64)
    centre = pixels.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov((pixels - centre).T) + 1e-9 * np.eye(3))
    return np.asarray((lab - centre) @ vectors[:, -1], np.float32)


def _inked(level: _Level, core: Mask) -> Mask:
    """Where the level, 0 on paper, is beyond Otsu's threshold."""
    top = max(float(np.percentile(level[core], 99.5)), 1e-6)
    bytes_ = np.asarray(np.clip(level / top * 255, 0, 255), np.uint8)
    threshold, _ = cv2.threshold(bytes_[core].reshape(1, -1), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return bytes_ > threshold


def _median_filtered(level: NDArray[np.float32], height: int) -> NDArray[np.float32]:
    """The paper's level everywhere, roughly: around a letter most pixels are paper."""
    low, high = float(level.min()), float(level.max())
    scale = 255 / max(high - low, 1e-6)
    bytes_ = np.asarray((level - low) * scale, np.uint8)
    return np.asarray(cv2.medianBlur(bytes_, 2 * round(0.6 * height) + 1) / np.float32(scale) + low, np.float32)


def _refined(level: NDArray[np.float32], blank: Mask, rough: NDArray[np.float32]) -> NDArray[np.float32]:
    """The paper's level everywhere: what is seen of it nearby, and the rough estimate where nothing is."""
    seen = np.asarray(cv2.erode(blank.astype(np.uint8), np.ones((3, 3), np.uint8)), np.float32)
    sigma = 0.12 * level.shape[0]
    weight = cv2.GaussianBlur(seen, (0, 0), sigma)
    departure = cv2.GaussianBlur((level - rough) * seen, (0, 0), sigma)
    return np.asarray(rough + departure / (weight + 0.02), np.float32)


def _strong(level: NDArray[np.float32], inked: Mask) -> Mask | None:
    """The ink furthest from the paper: the middle of the strokes, which antialiasing and blur left alone."""
    if np.count_nonzero(inked) < 12:
        return None
    return inked & (level >= np.percentile(level[inked], 55))


def _spread(values: NDArray[np.float32]) -> float:
    """A standard deviation that outliers do not reach (1.4826 times the median deviation from the median)."""
    return float(1.4826 * np.median(np.abs(values - np.median(values)))) + 1e-3


def _median(colours: Image) -> RGB:
    red, green, blue = (round(float(channel)) for channel in np.median(colours.reshape(-1, 3), axis=0))
    return red, green, blue


def _unframed(marks: Mask) -> Mask:
    """The marks without rules and frames: rows near an edge that ink fills from end to end, and all beyond."""
    full = np.flatnonzero(marks.mean(axis=1) > 0.9)
    rows = marks.shape[0]
    top = full[full < 0.25 * rows].max(initial=-1) + 1
    bottom = full[full >= 0.75 * rows].min(initial=rows)
    kept = np.zeros_like(marks)
    kept[top:bottom] = marks[top:bottom]
    return kept


def _middle_rows(core: Mask, cut: float) -> Mask:
    """The core without that share of its rows at the top and at the bottom, where frames and other lines intrude."""
    rows = np.flatnonzero(core.any(axis=1))
    middle = core.copy()
    middle[: rows[0] + round(cut * rows.size)] = False
    middle[rows[-1] + 1 - round(cut * rows.size) :] = False
    return middle


def _alike(marks: Mask, lab: NDArray[np.float32], strong: Mask) -> Mask:
    """The connected marks that are of the colour of the ink, not only as far from the paper."""
    count, labels = cv2.connectedComponents(marks.astype(np.uint8), connectivity=8)
    sums = np.stack([np.bincount(labels[strong], lab[..., i][strong], minlength=count) for i in range(3)], axis=1)
    weights = np.bincount(labels[strong], minlength=count)
    colours = sums / np.maximum(weights, 1)[:, None]
    ink, paper = np.median(lab[strong], axis=0), np.median(lab[~marks], axis=0)
    near = np.linalg.norm(colours - ink, axis=1) < _SAME_COLOUR * np.linalg.norm(ink - paper)
    return marks & (near | (weights == 0))[labels]


def _belonging(inked: Mask, core: Mask) -> Alpha:
    """1 on and near the marks that are the line's own, 0 on specks and on the frame or the neighbouring line.

    A mark that runs on beyond the view, such as a leaf that touches a letter, is the line's own only where it crosses
    the middle rows as letters do, and then only within the core.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inked.astype(np.uint8), connectivity=8)
    height = int(np.count_nonzero(core.any(axis=1)))
    top, tall, areas = (stats[:, kind] for kind in (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    inside, central = (np.bincount(labels[zone], minlength=count) for zone in (core, _middle_rows(core, 0.3)))
    crossing = central >= (0.12 * height) ** 2
    runs_on = (top == 0) | (top + tall == inked.shape[0])
    own = (crossing | ((inside >= 0.5 * areas) & ~runs_on)) & (areas >= (0.03 * height) ** 2)
    own[0] = False
    kept = own[labels] & (core | ~runs_on[labels])
    return np.asarray(cv2.dilate(kept.astype(np.uint8), np.ones((7, 7), np.uint8)), np.float32)
