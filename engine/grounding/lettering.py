"""Words in the picture: where they are and what they say, read by rapidocr's bundled models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Region
from engine.geometry import clip
from engine.grounding.phrases import Phrase, parse, vocabulary
from engine.grounding.regions import ranked, region_of

TEXT_NOUNS: Final = vocabulary(
    """text word letter lettering caption sign signage writing inscription title heading headline watermark logo date
    timestamp subtitle label number digit slogan name stamp handwriting brand copyright signature"""
)
_TITLES: Final = vocabulary("title heading headline")
_NUMERIC: Final = vocabulary("date timestamp number digit")
_MARKS: Final = vocabulary("watermark copyright signature stamp")
_OWNER: Final = re.compile(
    r"©|\(c\)|@|www\.|\.(com|net|org|io)\b|stock|getty|alamy|copyright|all rights|sample|preview|watermark", re.I
)
_ALIKE: Final = 0.7
"""Similarity from which a reading counts as the words that were quoted."""
_LEAST: Final = 0.5
"""Readings less certain than this are dropped; texture reads as letters too."""


@dataclass(frozen=True, eq=False, slots=True)
class TextLine:
    """One line of lettering."""

    box: Box
    quad: NDArray[np.float32]
    """(4, 2) corners in px, clockwise from the text's own top left: lettering may lean."""
    text: str
    score: float
    """The reader's certainty, in [0, 1]."""


class TextFinder:
    """Finds lettering, or the lettering that says what the phrase quotes."""

    def serves(self, phrase: Phrase) -> bool:
        """Whether the phrase means lettering or quotes some."""
        return phrase.quoted is not None or phrase.noun in TEXT_NOUNS

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """One region a line: those that read as quoted; digits for a date; for a title, the largest."""
        wanted = parse(phrase)
        lines = read_text(image)
        if wanted.quoted:
            lines = matching(lines, wanted.quoted)
        elif wanted.noun in _MARKS:
            lines = _marks(lines, *image.shape[:2])
        elif wanted.noun in _NUMERIC:
            lines = [line for line in lines if re.search(r"\d", line.text)]
        elif wanted.noun in _TITLES:
            lines = sorted(lines, key=lambda line: -line.box.height)[:1]
        return ranked(_region(line, image) for line in lines)


def read_text(image: Image) -> list[TextLine]:
    """Lines of lettering in reading order, words beside each other joined; empty where there is none.

    The models come with the package; nothing is downloaded. The last picture read is remembered: reading takes
    seconds, and finding words and editing them ask one after the other. image: (H, W, 3) uint8.
    """
    return list(_read(_Pixels(np.ascontiguousarray(image))))


@dataclass(frozen=True)
class _Pixels:
    """An image that is equal to another with the same pixels."""

    image: Image

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pixels) and np.array_equal(self.image, other.image)

    def __hash__(self) -> int:
        return hash((self.image.shape, self.image[::16, ::16].tobytes()))


@lru_cache(maxsize=1)
def _read(pixels: _Pixels) -> tuple[TextLine, ...]:
    image = pixels.image
    height, width = image.shape[:2]
    found = _reader()(np.ascontiguousarray(image[..., ::-1]))
    if found.boxes is None or not found.txts:
        return ()
    pieces = zip(np.asarray(found.boxes, np.float32), found.txts, found.scores, strict=True)
    lines = [_line(quad, str(text), float(score), height, width) for quad, text, score in pieces if score >= _LEAST]
    return tuple(_joined([line for line in lines if line.box.area > 0], height, width))


def _marks(lines: list[TextLine], height: int, width: int) -> list[TextLine]:
    """Lines put over the picture, not found in it: those that name an owner or a site, or else those at its rim."""
    owned = [line for line in lines if _OWNER.search(line.text)]
    if owned:
        return owned
    rim = 0.12
    return [line for line in lines if line.box.y0 > (1 - rim) * height or line.box.y1 < rim * height]


def matching(lines: Sequence[TextLine], words: str) -> list[TextLine]:
    """The lines that read like the words, or contain them, whatever the case and spacing."""
    wanted = _plain(words)
    scored = [(likeness(line.text, wanted), line) for line in lines]
    return [line for score, line in sorted(scored, key=lambda pair: -pair[0]) if wanted and score >= _ALIKE]


def likeness(read: str, wanted: str) -> float:
    """How alike two strings read, in [0, 1]; 1 where the first contains the second."""
    read, wanted = _plain(read), _plain(wanted)
    return 1.0 if wanted and wanted in read else SequenceMatcher(None, read, wanted).ratio()


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


@lru_cache(maxsize=1)
def _reader() -> Any:
    """rapidocr, loaded once: about a second, most of it onnxruntime."""
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical"})


def _line(quad: NDArray[np.float32], text: str, score: float, height: int, width: int) -> TextLine:
    low, high = np.floor(quad.min(0)).astype(int), np.ceil(quad.max(0)).astype(int)
    box = clip(Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])), height, width)
    return TextLine(box, quad, text.strip(), score)


def _joined(lines: list[TextLine], height: int, width: int) -> list[TextLine]:
    """Words side by side at one height, with no more than a wide space between them, made one line."""
    done: list[TextLine] = []
    for line in sorted(lines, key=lambda line: (line.box.x0, line.box.y0)):
        home = next((index for index, other in enumerate(done) if _continues(other, line)), None)
        if home is None:
            done.append(line)
            continue
        before = done[home]
        corners = np.stack((before.quad[0], line.quad[1], line.quad[2], before.quad[3]))
        score = min(before.score, line.score)
        done[home] = _line(corners, f"{before.text} {line.text}", score, height, width)
    return sorted(done, key=lambda line: (line.box.y0, line.box.x0))


def _continues(before: TextLine, line: TextLine) -> bool:
    tall = min(before.box.height, line.box.height)
    shared = min(before.box.y1, line.box.y1) - max(before.box.y0, line.box.y0)
    gap = line.box.x0 - before.box.x1
    similar = max(before.box.height, line.box.height) < 1.6 * tall
    return similar and shared > 0.6 * tall and -0.5 * tall < gap < 0.8 * tall


def _region(line: TextLine, image: Image) -> Region | None:
    window = np.zeros((line.box.height, line.box.width), np.uint8)
    corners = np.round(line.quad - np.array((line.box.x0, line.box.y0), np.float32)).astype(np.int32)
    cv2.fillPoly(window, [cast(Any, corners)], (1,))
    return region_of(window.astype(np.bool_), line.score, line.text, "text", origin=line.box)
