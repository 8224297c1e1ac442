"""Reading the colour of the whole picture, and colours told by pointing: "in the same colour as the apple"."""

from __future__ import annotations

import re
from typing import Any, Final

from engine.operations import Context, Recolor, Style, Target
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.vocabulary import Vocabulary, expression

_PICTURES_COLOUR: Final = expression("pictures_colour")
_PICTURE: Final = expression("picture_itself")
_IT: Final = expression("it_or_nothing")
_LIKE: Final = expression("colour_like")
_POINTING: Final = expression("pointing_at_colour")
_SPOKEN_OF: Final = expression("colour_of_picture")
_CHANGED: Final = expression("changed_colour")
_COLOUR: Final = re.compile(r"\b(?:colou?r|shade|tint|hue)(?:s|ed)?\b")
_POINTED: Final = re.compile(r"\b(?:same|similar|match(?:es|ing)?|(?:the|with|to|in) colou?r of|colou?r$)")
MAX_COLOUR: Final = 160
"""Characters of the words for a colour."""


def read_whole_colour(reading: Reading) -> Operations | None:
    """The picture in another colour, or what was coloured last; things and tones are left to other readers."""
    rest = reading["rest"]
    small = low(rest)
    painted, last = reading.does("recolor"), _last(reading)
    signed = painted or _COLOUR.search(small) is not None
    if not (signed or isinstance(last, Recolor)):
        return None
    target = Target(phrase="image")
    match = _PICTURES_COLOUR.match(small)
    if (
        match is None
        and (match := _PICTURE.match(small))
        and not _is_coloured(small[match.end() :], reading.vocabulary)
    ):
        return None
    if match is None and isinstance(last, Recolor) and (match := _IT.match(small)):
        target = Target(previous=True)
    said = rest[match.end() :].strip(" ,.")[:MAX_COLOUR] if match else ""
    joint = _LIKE.match(low(said))
    if joint and low(look := said[joint.end() :]) in reading.vocabulary["looks.bare"]:
        return [Style(prompt=look)]
    colour = _colour(said, reading.vocabulary) if joint else None
    if colour is None or not (colour_in(colour, reading.vocabulary) or (signed and joint and joint.end())):
        return None
    return [Recolor(target=target, colour=reading.spoken(colour))]


def _is_coloured(words: str, vocabulary: Vocabulary) -> bool:
    """Whether what a picture becomes is a colour, or told by one; "soft colours of watercolour" is a look."""
    return _POINTED.search(words) is not None or colour_in(_LIKE.sub("", words), vocabulary) is not None


def colour_spoken_of(clause: str, context: Context, vocabulary: Vocabulary) -> Recolor | None:
    """The picture's colour where a rambling sentence names it, or that of what was coloured last."""
    small = low(clause)
    if not _COLOUR.search(small):
        return None
    last = context.history[-1] if context.history else None
    match = _SPOKEN_OF.search(small) or (_CHANGED.search(small) if isinstance(last, Recolor) else None)
    if match is None:
        return None
    target = Target(phrase="image") if match.re is _SPOKEN_OF else Target(previous=True)
    colour = _colour(clause[match.end() :].strip(" ,.")[:MAX_COLOUR], vocabulary)
    return Recolor(target=target, colour=colour) if colour else None


def _colour(said: str, vocabulary: Vocabulary) -> str | None:
    """The colour named, or the words that point at one."""
    words = said[match.end() :] if (match := _LIKE.match(low(said))) else said
    pointed = _POINTING.sub("", words).strip(" ,.")
    if colour := colour_in(pointed, vocabulary):
        return colour
    if not pointed or low(pointed).startswith(("be ", "look ")):
        return None
    return pointed if _COLOUR.search(low(pointed)) else f"the colour of {pointed}"


def _last(reading: Reading) -> Any:
    return reading.context.history[-1] if reading.context.history else None


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"whole_colour": read_whole_colour}
