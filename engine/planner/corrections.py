"""Reading what puts the last edit right: "no, the other way", "I meant 20", "a fox instead", "the red one"."""

from __future__ import annotations

import re
from typing import Any, Final

from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Context,
    Crop,
    EditOperation,
    Expand,
    Extract,
    Flip,
    Operation,
    Recolor,
    Refine,
    Remove,
    Replace,
    Rotate,
    Style,
    Text,
    Undo,
)
from engine.planner.amounts import aspect, number, numerals, side_words, take_degree
from engine.planner.colours import colour_in
from engine.planner.normalise import is_quote, low, only_words, quotes_in
from engine.planner.reading import Operations, without_article
from engine.planner.tone import tone_of
from engine.planner.turning import way_of
from engine.planner.vocabulary import Vocabulary, expression

_CORRECTION: Final = expression("correction")
_INSTEAD: Final = re.compile(r"^(.+?) (?:instead|rather)$")
_REVERSAL_WORD: Final = expression("reversal_word")
_REVERSAL: Final = expression("reversal")
_ONLY_AMOUNT: Final = re.compile(r"(?:by |to )?[-+]?\d+(?:\.\d+)? ?(?:%|percent|degrees?|°)?")
_INDEFINITE: Final = ("a ", "an ", "some ", "two ", "three ", "another ")
_THE_ONE: Final = expression("the_one")
_RATHER: Final = expression("not_but")
PLACED: Final = Remove | Replace | Recolor | Alter | Extract | Adjust | Text
MAX_SPACES: Final = 24
"""In a correction: whatever is longer says what it is about."""
_MEANT: Final = re.compile(r"\b(?:meant?|said|wanted|make that|instead)\b")
"""Of a turn: "no, right by 20" turns on from where it is."""
OPPOSITES: Final = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}


def corrected(clause: str, context: Context, vocabulary: Vocabulary, quotes: tuple[str, ...] = ()) -> Operations | None:
    """The last edit taken back and made as it was meant; None where the clause corrects nothing."""
    if not context.history or clause.count(" ") > MAX_SPACES:
        return None
    last, said = context.history[-1], clause.strip(" ,.!")
    small = low(said)
    if only_words(small, _REVERSAL_WORD) and _REVERSAL.search(small):
        wrong = "wrong" in small or not isinstance(last, Rotate)
        meant = _reversed(last) if wrong else None
        return [Undo(), meant] if meant else None
    if (told := _RATHER.match(small)) and _has_place(last):
        return [Refine(change=f"I meant {said[told.start(1) : told.end(1)]}")]
    match = _CORRECTION.match(small) or _INSTEAD.match(small)
    if match and isinstance(last, Rotate) and not _MEANT.search(small):
        return None
    words = said[match.start(1) : match.end(1)] if match else ""
    if isinstance(last, Text) and last.action == "add" and is_quote(words):
        return [Undo(), last.model_copy(update={"text": quotes[quotes_in(words)[0]]})]
    meant = _meant(words, last, vocabulary) if words else None
    return [Undo(), meant] if meant else None


def _reversed(last: Any) -> EditOperation | None:
    """The same edit the other way round."""
    if isinstance(last, Adjust):
        return last.model_copy(update={"amount": -last.amount})
    if isinstance(last, Rotate):
        return Rotate(degrees=-last.degrees)
    if isinstance(last, Flip):
        return Flip(axis="vertical" if last.axis == "horizontal" else "horizontal")
    if isinstance(last, Crop | Expand) and last.sides and set(last.sides) <= set(OPPOSITES):
        return last.model_copy(update={"sides": tuple(OPPOSITES[side] for side in last.sides)})
    return None


def _meant(words: str, last: Any, vocabulary: Vocabulary) -> EditOperation | None:
    """The last edit with what the words put in the place of what was done."""
    small = low(words)
    if isinstance(last, Adjust | Rotate) and _ONLY_AMOUNT.fullmatch(numerals(small)):
        return _by(last, number(small) or 0.0)
    match last:
        case Adjust():
            return _toned(small, last, vocabulary)
        case Rotate() if re.search(r"\b(?:left|right|(?:anti|counter)?-?clockwise)\b", small):
            degrees = number(small)
            return Rotate(degrees=abs(last.degrees if degrees is None else degrees) * way_of(small, 1.0))
        case Flip() if re.search(r"vertical|horizontal|upside down", small):
            return Flip(axis="horizontal" if "horizontal" in small else "vertical")
        case Crop() | Expand() if ratio := aspect(small):
            return last.model_copy(update={"aspect": ratio, "sides": None, "amount": None})
        case Crop() | Expand() if last.sides and (sides := side_words(small)):
            return last.model_copy(update={"sides": sides})
        case Style() if low(without_article(words)) in vocabulary["looks.words"]:
            return last.model_copy(update={"prompt": without_article(words)})
        case Background(action="colour") if colour := colour_in(words, vocabulary):
            return last.model_copy(update={"colour": colour})
        case Add() | Replace() | Background(action="replace") | Alter() if small.startswith(_INDEFINITE):
            return last.model_copy(update={"prompt": words})
        case _:
            return None


def _by(last: Adjust | Rotate, value: float) -> EditOperation:
    """The last edit by another amount, the same way."""
    way = -1.0 if (last.degrees if isinstance(last, Rotate) else last.amount) < 0 else 1.0
    if isinstance(last, Rotate):
        return Rotate(degrees=way * abs(value))
    return last.model_copy(update={"amount": way * min(100.0, abs(value))})


def _toned(small: str, last: Adjust, vocabulary: Vocabulary) -> EditOperation | None:
    """Another tone than the one that was changed: "I meant brighter", "no, contrast"."""
    text, degree = take_degree(re.sub(r"^(?:make it|a bit of|the) ", "", small), vocabulary)
    tone = tone_of(text)
    if tone is None:
        return None
    way = float(tone.direction) or (1.0 if last.amount >= 0 else -1.0)
    amount = degree.of(abs(last.amount))
    return last.model_copy(update={"property": tone.property, "amount": way * amount})


def refined_one(whole: str, last: Operation) -> Operations | None:
    """Another thing than the one that was edited: "the red one".

    whole: the clause in lower case without what opens and closes an answer.
    """
    if not isinstance(last, PLACED) or not _has_place(last) or not _THE_ONE.fullmatch(whole):
        return None
    return [Refine(change=f"I meant {whole}")]


def _has_place(last: Any) -> bool:
    return getattr(last, "target", None) is not None
