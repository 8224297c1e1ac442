"""Reading sizes: resize and upscale."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import (
    EditOperation,
    HistoryOperation,
    Resize,
    Upscale,
)
from engine.planner.amounts import number, numerals
from engine.planner.normalise import low, only_words
from engine.planner.reading import Operations, Reading
from engine.planner.vocabulary import expression

_BY = regex(r"(\d{2,6}) ?(?:px|pixels?)? ?(?:x|by|×|\*) ?(\d{2,6})")


_WIDE = expression("wide")


_TALL = expression("tall")


_PERCENT = regex(r"(\d+(?:\.\d+)?) ?(?:%|percent)")


_TIMES = regex(r"(\d+(?:\.\d+)?) ?(?:x|×|times)\b|\bx ?(\d+(?:\.\d+)?)\b|factor of (\d+(?:\.\d+)?)")


_SIZED = expression("size_word")
_TO_PIXELS = regex(r"\bto (?:about )?(\d{3,5}) ?(?:px|pixels?)\b(?! (?:tall|high))")
_OF_SIZE = regex(r"\d ?(?:px|pixels?)|\d ?x ?\d|size|width|height|dimensions")
_OF_EDGE = regex(r"px|pixels?|wide|the|width|longest|longer|side|edge|long|to|max|maximum")
_EDGE = regex(r"\blong(?:er|est)? (?:edge|side)\b.*?\d{3,5}|\d{3,5}.*\blong(?:er|est)? (?:edge|side)\b")


_DETAIL = expression("detail_wish")


NAMED_HEIGHTS = {"2160p": 2160, "1440p": 1440, "1080p": 1080, "720p": 720, "480p": 480}
"""A "p" counts lines."""
NAMED_WIDTHS = {
    "4k": 3840,
    "uhd": 3840,
    "full hd": 1920,
    "fullhd": 1920,
    "hd": 1280,
    "8k": 7680,
}


def _whole(reading: Reading, text: str) -> bool:
    """The words mean the picture, or nothing was said."""
    return not text or reading.is_whole(text) or reading.is_pronoun(text)


def read_resize(reading: Reading) -> Operations | None:
    """Pixels or a factor; both from the same words."""
    if reading["thing"] and not _whole(reading, reading["thing"]):
        return None
    small = numerals(low(reading.clause))
    said = numerals(low(reading["dimensions"])) if reading["dimensions"] else small
    said = numerals(low(reading["phrase"])) if reading["phrase"] else said
    if reading.verb in ("bring", "take", "get", "knock") and not _OF_SIZE.search(said):
        return None
    phrase = reading["phrase"].partition(" for ")[0]
    if reading["phrase"] and not only_words(numerals(low(phrase)), _SIZED):
        return None
    if both := _BY.search(said):
        return [Resize(width=int(both.group(1)), height=int(both.group(2)))]
    wide, tall = _WIDE.search(small), _TALL.search(small)
    if wide or tall:
        return [Resize(width=_side(wide), height=_side(tall))]
    if (
        not reading.verb
        and not re.search(
            r"\d ?(?:px|pixels?)|\d ?(?:%|percent) .|half size|(?:half|double|twice) (?:the |its )?size", said
        )
        and not _EDGE.search(said)
    ):
        return None
    if reading.verb and reading.does("make") and low(said) in ("it bigger", "it smaller", "it larger"):
        return None
    if (scale := _factor(reading, said, small)) is not None:
        return [Resize(scale=scale)] if 0 < scale < 64 else None
    for name, height in NAMED_HEIGHTS.items():
        if re.search(rf"\b{name}\b", said) and reading.verb:
            return [Resize(height=height)]
    for name, width in NAMED_WIDTHS.items():
        if re.search(rf"\b{name}\b", said) and reading.verb:
            return [Resize(width=width)]
    pixels = re.search(r"(\d{2,6}) ?(?:px|pixels?)\b", said) or (
        re.search(r"(\d{3,5})", said)
        if _EDGE.search(said)
        else re.fullmatch(r"(?:to |at )*(\d{3,5})", said)
        if reading.does("resize")
        else None
    )
    return (
        [Resize(width=int(pixels.group(1)))] if pixels and not re.search(r"[a-z]{3,}", _OF_EDGE.sub("", said)) else None
    )


def _side(match: re.Match[str] | None) -> int | None:
    return int(match.group(1) or match.group(2)) if match else None


def _factor(reading: Reading, said: str, small: str) -> float | None:
    if match := _PERCENT.search(said):
        value = float(match.group(1)) / 100
        down = reading.verb in ("shrink", "reduce", "downsize", "downscale", "compress") or "smaller" in small
        up = reading.does("increase")
        down = down or (reading.does("decrease") and not up)
        relative = re.search(r"\bby\b", small)
        compared = re.search(r"\b(?:smaller|bigger|larger)\b", small)
        if "smaller" in small or (relative and down):
            return 1 - value
        return 1 + value if compared or (relative and up) else value
    if match := _TIMES.search(said):
        value = float(next(group for group in match.groups() if group))
        return 1 / value if "smaller" in small and value else value
    if re.search(r"\bhalf\b|\bhalve\b|\bby two\b|\bby 2\b", small) and expression("half").search(small):
        return 0.5
    if re.search(r"\b(?:double|twice)\b", small) and (re.search(r"size|big|large|dimension", small)):
        return 2.0
    if re.search(r"\bquarter\b", small):
        return 0.25
    return 1 / 3 if re.search(r"\bthird\b", small) else None


def read_upscale(reading: Reading) -> Operations | None:
    """More pixels; twice as many a side unless a factor is given."""
    if pixels := _TO_PIXELS.search(numerals(low(reading.clause))):
        return [Resize(width=int(pixels.group(1)))]
    thing = reading["thing"].partition(" for ")[0] if reading["thing"] else ""
    thing = expression("upscale_tail").sub("", _DETAIL.sub("", numerals(thing)).strip()).strip()
    if thing and (not _whole(reading, thing) or low(thing) in reading.vocabulary["hints.canvas"]):
        return None
    small = numerals(low(reading.clause))
    match = _TIMES.search(small)
    scale = float(next(group for group in match.groups() if group)) if match else None
    if scale is None and re.search(r"\b(?:triple|three times)\b", small):
        scale = 3.0
    if scale is None and (percent := _PERCENT.search(small)):
        scale = float(percent.group(1)) / 100 + (1 if " by " in small else 0)
    if scale is None:
        named = number(re.sub(r"\b[48]k\b", "", small))
        scale = named if named and 1 < named <= 16 else 2.0
    detail = True if wants_detail(reading.clause) else None
    return [Upscale(scale=scale, detail=detail)] if 1 <= scale <= 16 else None


def wants_detail(clause: str) -> bool:
    """Whether the words want detail that the picture has not: "with more detail", "add details"."""
    return _DETAIL.search(clause) is not None


def with_detail(operation: EditOperation | HistoryOperation, clause: str) -> Upscale | None:
    """The enlarging before the clause, with the detail that the clause asks for; None: it is a wish of its own."""
    if not isinstance(operation, Upscale) or not _DETAIL.fullmatch(clause.removesuffix(" too").removesuffix(" to it")):
        return None
    return operation.model_copy(update={"detail": True})


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"resize": read_resize, "upscale": read_upscale}
