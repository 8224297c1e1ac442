"""Reading the colour of the whole picture, and colours told by pointing: "in the same colour as the apple"."""

from __future__ import annotations

from typing import Any, Final

from engine.expressions import regex
from engine.operations import Context, Recolor, Style, Target
from engine.planner.amounts import Degree, take_degree
from engine.planner.colours import colour_in
from engine.planner.normalise import low, only_words
from engine.planner.reading import Operations, Reading
from engine.planner.vocabulary import Vocabulary, expression

_PICTURES_COLOUR: Final = expression("pictures_colour")
_PICTURE: Final = expression("picture_itself")
_IT: Final = expression("it_or_nothing")
_LIKE: Final = expression("colour_like")
_POINTING: Final = expression("pointing_at_colour")
_SPOKEN_OF: Final = expression("colour_of_picture")
_CHANGED: Final = expression("changed_colour")
_COLOUR: Final = regex(r"\b(?:colou?r|shade|tint|hue)(?:s|ed)?\b")
_POINTED: Final = regex(r"\b(?:same|similar|match(?:es|ing)?|(?:the|with|to|in) colou?r of|colou?r$)")
_DIGIT: Final = regex(r"\d")
_WITH_ANOTHERS: Final = regex(r" with (?!an? )")
_ANOTHERS: Final = expression("colour_of_another")
_MEANT: Final = regex(r"^(?:no (?:, )?)?i (?:mean|meant|said) ((?:the|that|this|his|her|my) .{1,60})$")
_FANCIED: Final = regex(r"\b(\w{3,}) colou?r (?:is|was|would be|would have been|looks?) (?:better|nicer|best|good)\b")
_OPINION: Final = expression("colour_opinion_word")
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
        target = last.target if _is_picture(last.target) else Target(previous=True)
    words, degree = take_degree(rest[match.end() :].strip(" ,.")[:MAX_COLOUR] if match else "", reading.vocabulary)
    said = words.strip(" ,.")
    joint = _LIKE.match(low(said))
    if joint and low(look := said[joint.end() :]) in reading.vocabulary["looks.bare"]:
        return [Style(prompt=look)]
    colour = _colour(said, reading.vocabulary) if joint else None
    if colour is None or not (
        colour_in(colour, reading.vocabulary) or (signed and joint and (joint.end() or _POINTING.match(low(said))))
    ):
        return None
    return [Recolor(target=target, colour=reading.spoken(colour), amount=_strength(degree))]


def _strength(degree: Degree) -> float | None:
    """Percent of the way to a colour: in figures as said; a word of degree means twice as much as for a tone."""
    if degree.percent is None:
        return None
    return min(100.0, abs(degree.percent) * (1 if _DIGIT.search(degree.words) else 2))


def _is_coloured(words: str, vocabulary: Vocabulary) -> bool:
    """Whether what a picture becomes is a colour, or told by one; "soft colours of watercolour" is a look."""
    return _POINTED.search(words) is not None or colour_in(_LIKE.sub("", words), vocabulary) is not None


def colour_spoken_of(clause: str, context: Context, vocabulary: Vocabulary) -> Recolor | None:
    """The picture's colour where a rambling sentence names it, or that of what was coloured last."""
    small = low(clause)
    last = context.history[-1] if context.history else None
    match = _SPOKEN_OF.search(small) or (_CHANGED.search(small) if isinstance(last, Recolor) else None)
    if match is None or not (_COLOUR.search(small) or _WITH_ANOTHERS.match(small, match.end())):
        return None
    of_picture = match.re.pattern == _SPOKEN_OF.pattern or (isinstance(last, Recolor) and _is_picture(last.target))
    target = Target(phrase="image") if of_picture else Target(previous=True)
    colour = _colour(clause[match.end() :].strip(" ,.")[:MAX_COLOUR], vocabulary)
    return Recolor(target=target, colour=colour) if colour else None


def colour_meant(said: str, last: Recolor) -> str | None:
    """The colour that a correction points at, after one that was told by pointing: "I mean the blazer"."""
    meant = _MEANT.search(low(said)) if _POINTED.search(low(last.colour)) else None
    return f"the colour of {said[meant.start(1) : meant.end(1)]}" if meant else None


def colour_wished(said: str, vocabulary: Vocabulary) -> str | None:
    """The colour that an opinion on the last one names: "pink would have been better", "how about that of the sky".

    "Make the grass green" is about the grass, though there is a grass green.
    """
    small = low(said)
    if pointed := _ANOTHERS.match(small):
        return _colour(said[pointed.start(1) : pointed.end(1)][:MAX_COLOUR], vocabulary)
    if guess := _FANCIED.search(small):
        return guess[1]
    if vocabulary["colours.names"].find(small) is None:
        return None
    words = said.split(" ")
    spans = ((start, size) for size in (3, 2, 1) for start in range(len(words) - size + 1))
    for start, size in spans:
        about = low(words[start]), low(words[start - 1]) if start else ""
        if size > 1 and any(word in vocabulary["words.definite"] for word in about):
            continue
        colour = colour_in(" ".join(words[start : start + size]), vocabulary)
        drained = colour and low(colour) in vocabulary["looks.drains"]
        if colour and not drained and only_words(low(" ".join(words[:start] + words[start + size :])), _OPINION):
            return colour
    return None


def _colour(said: str, vocabulary: Vocabulary) -> str | None:
    """The colour named, or the words that point at one."""
    words = said[match.end() :] if (match := _LIKE.match(low(said))) else said
    pointed = _POINTING.sub("", words).strip(" ,.")
    if colour := colour_in(pointed, vocabulary):
        return colour
    if not pointed or low(pointed).startswith(("be ", "look ")):
        return None
    return pointed if _COLOUR.search(low(pointed)) else f"the colour of {pointed}"


def _is_picture(target: Target) -> bool:
    """Whether the colour was laid over the whole picture."""
    return target == Target(phrase="image")


def _last(reading: Reading) -> Any:
    return reading.context.history[-1] if reading.context.history else None


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"whole_colour": read_whole_colour}
