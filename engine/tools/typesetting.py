"""Words to coverage: wrap a text, find the size at which it fits, draw it antialiased.

Coverage is an Alpha, 1 where a pixel is all ink, so that any colour, shadow or warp can be made of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from engine.data import Alpha
from engine.tools.fonts import Face, Run, runs

Alignment = Literal["left", "centre", "right"]

LEADING: Final = 1.22
"""Distance between baselines, in em heights."""
_REFERENCE: Final = 128.0
"""Em height in px at which widths are measured; they scale with it but for hinting."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text, one face, one size."""

    lines: tuple[str, ...]
    face: Face
    height: float
    """Em height, px."""
    stroke: float = 0.0
    """Ink added around every glyph, px, for a weight that no face has."""
    tracking: float = 0.0
    """Space added between glyphs, em heights."""

    @property
    def leading(self) -> float:
        """Distance between baselines, px."""
        return LEADING * self.height


@dataclass(frozen=True, eq=False, slots=True)
class Setting:
    """A block drawn: its coverage, cut to the ink, and where the first baseline lies in it."""

    coverage: Alpha
    baseline: float
    """Rows from the top of the coverage down to the first baseline, px."""

    @property
    def height(self) -> int:
        """Rows of ink."""
        return self.coverage.shape[0]

    @property
    def width(self) -> int:
        """Columns of ink."""
        return self.coverage.shape[1]


def fit(text: str, face: Face, width: float, height: float, *, largest: float = 1e4, stroke: float = 0.0) -> Block:
    """The text at the largest size, up to `largest`, at which it fits in width x height px, wrapped where that helps.

    `stroke`: added ink in em heights. Hinting may make small text a few percent wider than measured.
    """
    best: Block | None = None
    for lines in _wrappings(text, face):
        widest = max(_advance(line, face) for line in lines) + 2 * stroke
        tall = _rise(lines[0], face) + _drop(lines[-1], face) + 2 * stroke + LEADING * (len(lines) - 1)
        size = min(largest, 0.97 * width / max(widest, 1e-6), 0.97 * height / max(tall, 1e-6))
        # Fewer lines win unless more of them are clearly larger: a caption reads best on one.
        if best is None or size > 1.1 * best.height:
            best = Block(tuple(lines), face, size, stroke * size)
    assert best is not None  # there is always the wrapping of the text as it came
    return best


def wrap(text: str, face: Face, height: float, width: float) -> list[str]:
    """The text in as few lines as the width allows, evenly filled; only a single word may be wider."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        words = _words(paragraph)
        needed = next(
            (k for k in range(1, len(words) + 1) if _widest(_balanced(words, face, k), face) * height <= width),
            len(words),
        )
        lines += _balanced(words, face, needed) if words else [""]
    return lines


def draw(block: Block, align: Alignment = "centre", *, strict: bool = True) -> Setting:
    """The block as coverage, cut to its ink; a text without ink gives 1 x 1 px of nothing.

    Raises: BadOption when no font has a character (with `strict` off it is drawn as a question mark).
    """
    gap = block.tracking * block.height
    rows = [_spaced(runs(line, block.face, strict=strict), gap) for line in block.lines]
    widths = [_length(row, block.height) + gap * max(len(row) - 1, 0) for row in rows]
    pad = int(np.ceil(block.height + block.stroke)) + 2
    extent = (int(np.ceil(max(widths))) + 2 * pad, int(np.ceil(block.leading * len(rows))) + 2 * pad)
    canvas = Pillow.new("L", extent)
    pen = ImageDraw.Draw(canvas)
    free = {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
    for i, (row, length) in enumerate(zip(rows, widths, strict=True)):
        x = pad + free * (max(widths) - length)
        for run in row:
            font = run.face.at(block.height)
            pen.text(
                (x, pad + block.height + i * block.leading), run.text, 255, font, anchor="ls", stroke_width=block.stroke
            )
            x += font.getlength(run.text) + gap
    return _cut(np.asarray(canvas), pad + block.height)


def _spaced(row: tuple[Run, ...], gap: float) -> tuple[Run, ...]:
    """One run a character where glyphs are spaced out: the layout engine has no letter spacing of its own."""
    return tuple(Run(character, run.face) for run in row for character in run.text) if gap else row


def _cut(drawn: np.typing.NDArray[np.uint8], baseline: float) -> Setting:
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if rows.size == 0:
        return Setting(np.zeros((1, 1), np.float32), 0.0)
    tight = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Setting(np.asarray(tight / np.float32(255), np.float32), baseline - float(rows[0]))


def _wrappings(text: str, face: Face) -> list[list[str]]:
    """Every sensible number of lines; line breaks that the text has are kept, and then they alone count."""
    paragraphs = [line.strip() for line in text.strip().splitlines()]
    if len(paragraphs) > 1:
        return [paragraphs]
    words = _words(paragraphs[0])
    return [_balanced(words, face, count) for count in range(1, min(len(words), 24) + 1)]


def _words(paragraph: str) -> list[str]:
    """The pieces between which a line may break: words with the space before them, or single ideographs."""
    pieces = re.findall(r"\s*\S+", paragraph.strip())
    return [part for piece in pieces for part in (list(piece) if _is_ideographic(piece) else [piece])]


def _is_ideographic(word: str) -> bool:
    return any(unicodedata.east_asian_width(character) in "WF" and character.isalpha() for character in word)


def _balanced(words: Sequence[str], face: Face, count: int) -> list[str]:
    """The words in at most `count` lines whose widest is as narrow as can be (binary search over that width)."""
    widths = [_advance(word, face) for word in words]
    low, high = max(widths, default=0.0), sum(widths)
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_filled(words, widths, middle)) <= count else (middle, high)
    return ["".join(line).strip() for line in _filled(words, widths, high)]


def _filled(words: Sequence[str], widths: Sequence[float], limit: float) -> list[list[str]]:
    lines: list[list[str]] = []
    used = 0.0
    for word, width in zip(words, widths, strict=True):
        if not lines or used + width > limit + 1e-6:
            lines.append([])
            used = 0.0
        lines[-1].append(word)
        used += width
    return lines


def _widest(lines: Sequence[str], face: Face) -> float:
    return max((_advance(line, face) for line in lines), default=0.0)


def _advance(text: str, face: Face) -> float:
    """Width in em heights."""
    return _length(runs(text, face, strict=False), _REFERENCE) / _REFERENCE


def _rise(line: str, face: Face) -> float:
    """Ink above the baseline, em heights."""
    return -min((box[1] for box in _ink_boxes(line, face)), default=0.0) / _REFERENCE


def _drop(line: str, face: Face) -> float:
    """Ink below the baseline, em heights; negative where a line such as a dash hangs above it."""
    return max((box[3] for box in _ink_boxes(line, face)), default=0.0) / _REFERENCE


def _ink_boxes(line: str, face: Face) -> list[tuple[float, float, float, float]]:
    return [run.face.at(_REFERENCE).getbbox(run.text, anchor="ls") for run in runs(line, face, strict=False)]


def _length(row: Sequence[Run], height: float) -> float:
    fonts: list[tuple[ImageFont.FreeTypeFont, str]] = [(run.face.at(height), run.text) for run in row]
    return sum(font.getlength(text) for font, text in fonts)
