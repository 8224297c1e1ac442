"""Reading what changes the last crop or expansion: "tighter", "too much on the left", "the top as well"."""

from __future__ import annotations

from typing import Any, Final

from engine.expressions import regex
from engine.operations import Crop, EditOperation, Expand, Undo
from engine.planner.amounts import numerals, side_words
from engine.planner.normalise import only_words
from engine.planner.reading import Operations
from engine.planner.vocabulary import expression

_TIGHTER: Final = expression("tighter")
_TOO_MUCH_AT: Final = expression("too_much_at")
_SIDE: Final = expression("side_word")
_ALSO: Final = regex(r"\b(?:too$|also|same|well|more)\b")
_THERE: Final = regex(r"\b(?:more|less) (?:over |in )?there$|\b(?:that|the same) side$")
_PERCENT: Final = regex(r"(\d+(?:\.\d+)?) ?(?:%|percent)")
_SLIGHTLY: Final = regex(r"\b(?:bit|little|slightly|touch|tad)\b")
USUAL: Final = {"crop": 10.0, "expand": 30.0}
"""Percent of a side that is meant where none is given, as `engine.handlers` takes it."""


def reframed(whole: str, last: Any) -> Operations | None:
    """What follows a crop or an expansion; None where the words say nothing of the kind.

    whole: the clause in lower case without what opens and closes an answer.
    """
    if not isinstance(last, Crop | Expand):
        return None
    if _TOO_MUCH_AT.match(whole):
        return _less_at(last, whole) if last.sides else [Undo()]
    match = _TIGHTER.match(whole) if isinstance(last, Crop) else None
    if match is None or (match["more"] in ("more", "further") and not last.sides):
        return None
    if match["more"]:
        return [Crop(sides=("all",), amount=5.0 if _SLIGHTLY.search(whole) else 10.0)]
    return [Undo(), last.model_copy(update={"amount": last.amount / 2})] if last.amount else [Undo()]


def _less_at(last: Crop | Expand, whole: str) -> Operations | None:
    """The last cut or growth again, by half as much, where it was at that side."""
    if not set(side_words(whole)) <= set(last.sides or ()):
        return None
    return [Undo(), last.model_copy(update={"amount": (last.amount or USUAL[last.kind]) / 2})]


def on_side(small: str, last: Any, *, linked: bool) -> EditOperation | None:
    """ "And the left by the same amount": another side of the frame cut or grown.

    linked: whether the clause opened with "and", "also" or the like.
    """
    if not isinstance(last, Crop | Expand) or not last.sides or not only_words(small, _SIDE):
        return None
    sides, percent = side_words(small) or (last.sides if _THERE.search(small) else ()), _PERCENT.search(numerals(small))
    if not sides or not (linked or percent or _ALSO.search(small)):
        return None
    amount = float(percent[1]) if percent else last.amount
    return last.model_copy(update={"sides": sides, "amount": amount})
