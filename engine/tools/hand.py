"""The hand a line is written in: face, size, spacing, weight and softness, measured by writing the same words again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import cv2
import numpy as np

from engine.data import Alpha, Box, Image, Mask
from engine.geometry import bounding_box
from engine.masks import connected_parts
from engine.tools.fonts import Face, choose
from engine.tools.ink import Ink, separate
from engine.tools.plate import Plate
from engine.tools.typesetting import Block, Setting, draw

_TRIAL: Final = 64.0
"""Em height in px at which faces are compared."""
_ROWS: Final = 40
"""Rows of ink that the comparison looks at."""
_CONDENSED: Final = 0.75
"""How far a face is condensed before its words are made smaller."""
_LEAST_SHARE: Final = 0.35
"""Share of the height and of the width of its line that lettering fills at least."""
_CERTAIN: Final = 0.35
"""Likeness from which no other way to tell ink from paper is tried."""
_COST_OF_BOLD: Final = 0.015
"""How much better than a regular face a bold one must fit."""
_ITALIC: Final = 0.1
"""Slant, columns a row, from which lettering is taken for italic; most italics have 0.15 to 0.3."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How to write so that it looks like the line it was taken from; px are the plate's."""

    face: Face
    height: float
    """Em height, px."""
    stretch: float
    """Width over the face's own."""
    tracking: float
    """Space between glyphs, em heights."""
    stroke: float
    """Ink added around glyphs, em heights."""
    softness: float
    """Sigma of the blur, px."""
    baseline: float
    """Row of the baseline."""
    left: float
    right: float
    """Columns between which the old words lie."""

    def write(self, text: str) -> Setting:
        """The text in this hand, before its blur; stretched, as high as the old words. Raises: BadOption."""
        face = choose(text, bold=self.face.bold, italic=self.face.italic, serif=self.face.serif)
        face = self.face if self.face.covers(text) else face
        return stretched(
            draw(Block((text,), face, self.height, self.stroke * self.height, self.tracking)), self.stretch
        )

    def squeezed(self, text: str, available: float) -> Hand:
        """The hand in which the text is at most `available` px wide: condensed by up to a quarter, then smaller."""
        width = self.write(text).width
        if width <= available:
            return self
        condensed = max(available / width, _CONDENSED)
        shrunk = min(available / (width * condensed), 1.0)
        # Smaller words stay in the middle of the old ones' height.
        rise = 0.36 * self.height * (1 - shrunk)
        return replace(
            self, stretch=self.stretch * condensed, height=self.height * shrunk, baseline=self.baseline - rise
        )

    def start(self, width: float, low: float, high: float) -> float:
        """The column where words of that width begin, within low and high.

        They are flush with the old words on a side that those are set to, else on their middle.
        """
        before, after = self.left - low, high - self.right
        start = (self.left + self.right - width) / 2
        if abs(before - after) > 0.4 * max(before, after) + self.height:
            start = self.left if before < after else self.right - width
        return max(min(start, high - width), low)


def stretched(setting: Setting, factor: float) -> Setting:
    """The setting, `factor` times as wide."""
    width = max(round(setting.width * factor), 1)
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return Setting(
        np.asarray(cv2.resize(setting.coverage, (width, setting.height), interpolation=kind), np.float32),
        setting.baseline,
    )


def read_hand(image: Image, plate: Plate, text: str) -> tuple[Ink, Hand] | None:
    """The ink of a line that reads `text`, and the hand that wrote it; None where no marks look like these words."""
    best: tuple[float, Ink, Hand] | None = None
    for ink in separate(image, plate):
        likeness, hand = hand_of(ink, text)
        if hand is not None and likeness > (best[0] if best else 0.0):
            best = (likeness, ink, hand)
        if likeness > _CERTAIN:
            break
    return best and best[1:]


def hand_of(ink: Ink, text: str) -> tuple[float, Hand | None]:
    """How much the ink looks like the text, -1 to 1, and the hand in which it does most; None without letters."""
    text = " ".join(text.split())
    box = _letter_box(ink.coverage > 0.5, text)
    height, width = (side - 2 * ink.margin for side in ink.coverage.shape)
    if not text or box is None or box.height < _LEAST_SHARE * height or box.width < _LEAST_SHARE * width:
        return -1.0, None
    trials = _trials(text, box, italic=_slant(ink.coverage) > _ITALIC)
    scores = [_likeness(block, ink, box) - _COST_OF_BOLD * block.face.bold for block in trials]
    best = int(np.argmax(scores))
    return scores[best], _measured(ink, box, trials[best])


def _letter_box(marks: Mask, text: str) -> Box | None:
    """The box of the letters; of capitals its rows are the median letter's, whatever touches one or bends the line."""
    box = bounding_box(marks)
    if box is None or text != text.upper() or text == text.lower():
        return box
    parts = connected_parts(marks)[1][1:]
    parts = parts[parts[:, 3] > 0.5 * box.height]
    if len(parts) < 3:
        return box
    top, bottom = np.median(parts[:, 1]), np.median(parts[:, 1] + parts[:, 3])
    return Box(box.x0, round(float(top)), box.x1, max(round(float(bottom)), round(float(top)) + 1))


def _slant(coverage: Alpha) -> float:
    """The shear, columns a row, that makes most strokes upright: the one that gathers the ink in the fewest columns."""
    rows, columns = coverage.shape
    slants = np.arange(-0.1, 0.41, 0.05)

    def gathered(slant: float) -> float:
        shear = np.array([[1, slant, -slant * rows / 2], [0, 1, 0]], np.float32)
        return float(np.square(cv2.warpAffine(coverage, shear, (columns, rows)).sum(axis=0)).sum())

    return float(slants[np.argmax([gathered(float(slant)) for slant in slants])])


def _trials(text: str, box: Box, *, italic: bool) -> list[Block]:
    """The words in every likely face, spaced as the face has it, spaced out to fill the width, and half way."""
    wishes = product((False, True), repeat=2)
    styles = dict.fromkeys(choose(text, bold=bold, italic=italic, serif=serif) for serif, bold in wishes)
    trials: list[Block] = []
    for face in styles:
        plain = Block((text,), face, _TRIAL)
        setting = draw(plain, strict=False)
        missing = setting.height * box.width / box.height - setting.width
        gaps = max(len(text) - 1, 1)
        spacings = {0.0} if missing <= 0 or len(text) < 3 else {0.0, 0.5 * missing / gaps, missing / gaps}
        trials += [replace(plain, tracking=spacing / _TRIAL) for spacing in sorted(spacings)]
    return trials


def _likeness(block: Block, ink: Ink, box: Box) -> float:
    """Correlation of the ink with the words in a hand, both brought to one box and softened a little."""
    columns = int(np.clip(round(_ROWS * box.width / box.height), 8, 1600))
    seen, written = (
        cv2.GaussianBlur(cv2.resize(coverage, (columns, _ROWS), interpolation=cv2.INTER_AREA), (0, 0), 1.2)
        for coverage in (ink.coverage[box.slices], draw(block, strict=False).coverage)
    )
    return float(np.corrcoef(seen.ravel(), written.ravel())[0, 1]) if written.std() > 0 and seen.std() > 0 else 0.0


def _measured(ink: Ink, box: Box, block: Block) -> Hand:
    """The hand that puts the block's words exactly where the ink is."""
    setting = draw(block, strict=False)
    scale = box.height / setting.height
    block = replace(block, height=block.height * scale)
    setting = draw(block, strict=False)
    stretch = box.width / setting.width
    again = stretched(setting, stretch)
    stroke = max((_stroke(ink.coverage[box.slices]) - _stroke(again.coverage)) / 2, 0.0)
    soft = _softness(ink.coverage, again.coverage)
    return Hand(
        block.face,
        block.height,
        stretch,
        block.tracking,
        min(stroke / block.height, 0.06),
        soft,
        box.y0 - ink.margin + setting.baseline,
        float(box.x0 - ink.margin),
        float(box.x1 - ink.margin),
    )


def _stroke(coverage: Alpha) -> float:
    """Mean stroke width, px: area over half the perimeter, whose length is the total variation of the marks."""
    coverage = np.asarray(coverage > 0.5, np.float32)
    along = np.abs(np.diff(coverage, axis=1, prepend=0, append=0)).sum()
    down = np.abs(np.diff(coverage, axis=0, prepend=0, append=0)).sum()
    # Sums of |dx| and |dy| overstate the length of slanted edges by 4 / pi on average (Cauchy-Crofton).
    return float(2 * coverage.sum() / max((along + down) * np.pi / 4, 1e-6))


def _softness(seen: Alpha, crisp: Alpha) -> float:
    """The sigma at which the crisp lettering has edges as gentle as the seen one."""
    target = _steepness(seen)
    low, high = 0.0, 0.12 * crisp.shape[0]
    for _ in range(8):
        middle = (low + high) / 2
        low, high = (middle, high) if _steepness(_blurred(crisp, middle)) > target else (low, middle)
    return (low + high) / 2


def _blurred(coverage: Alpha, sigma: float) -> Alpha:
    return np.asarray(cv2.GaussianBlur(np.pad(coverage, 3), (0, 0), max(sigma, 1e-3)), np.float32)


def _steepness(coverage: Alpha) -> float:
    """The gradient that the steeper edges have, per px."""
    dx, dy = cv2.Sobel(coverage, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(coverage, cv2.CV_32F, 0, 1, scale=1 / 8)
    edge = (coverage > 0.25) & (coverage < 0.75)
    return float(np.percentile(np.hypot(dx, dy)[edge], 75)) if edge.any() else 1.0
