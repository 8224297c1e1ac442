"""Reading what turns the picture further than the last turn did: "20 more", "the other way", "half of that"."""

from __future__ import annotations

import math
import re
from typing import Final

from engine.expressions import regex
from engine.operations import Rotate
from engine.planner.amounts import number, numerals
from engine.planner.normalise import only_words
from engine.planner.reading import Operations
from engine.planner.vocabulary import expression

_WORD: Final = expression("turn_word")
_TELLING: Final = expression("turn_telling")
_SLIGHTLY: Final = regex(
    r"\b(?:bit|little|slightly|touch|hair|tad|smidge|tiny|teeny|notch|fraction|whisker|shade|nudge)\b"
)
_ONE_MORE: Final = regex(r"(?:(?:and|just|maybe|ok) )*one more(?: degree|(?P<again> time))?(?: please)?")
QUARTER: Final = 90.0
"""Of a turn by whole quarters "one more" is another of these, of any other a degree."""
_LEFT: Final = regex(r"\b(?:anti|counter|left|anticlock\w*|counterclock\w*)")
_RIGHT: Final = regex(r"\bclock\w*|\bright\b")
_BACK: Final = regex(r"\b(?:back|other|opposite|reduce|decrease|less|too much|wrong)\b")


def turned_more(last: Rotate, clause: str) -> Operations | None:
    """Further, back, or the other way round; None where the clause speaks of anything else, or of no turn at all."""
    said = re.sub(r"[,°]", " ", numerals(clause)).strip()
    if one := _ONE_MORE.fullmatch(clause):
        whole = one["again"] or not last.degrees % QUARTER
        return [Rotate(degrees=last.degrees if whole else math.copysign(1.0, last.degrees))]
    if not only_words(said, _WORD) or not _TELLING.search(said):
        return None
    named = number(said)
    little = min(10.0, abs(last.degrees) / (2 if _BACK.search(said) else 1)) or 1.0
    degrees = abs(named) if named is not None else little if _SLIGHTLY.search(said) else abs(last.degrees)
    return [Rotate(degrees=degrees * way_of(said, 1.0 if last.degrees >= 0 else -1.0))]


def way_of(said: str, way: float) -> float:
    """1 for clockwise, -1 for the other way; `way` or its opposite where only the last turn tells."""
    if _LEFT.search(said):
        return -1.0
    if _RIGHT.search(said):
        return 1.0
    return -way if _BACK.search(said) else way
