"""Reading how the last edit should look instead: "more subtle" after a style, "in yellow" after a hat, "fluffier"."""

from __future__ import annotations

from typing import Final

from engine.expressions import regex
from engine.operations import (
    Add,
    Adjust,
    Alter,
    Blur,
    Duplicate,
    Move,
    Operation,
    Recolor,
    Replace,
    Style,
    Target,
    Text,
)
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.tone import tone_of
from engine.planner.vocabulary import Vocabulary, expression

_STRENGTHS: Final = regex(r"^(?:subtle|strong) ")
_ALIKE: Final = regex(r"(?:more|less) [a-z]{2,}(?:ic|ous|ful|ish|al|ive|ed|ing|y|ent|ant|able|ible)")
"""More or less of a quality: "more dramatic"."""
_LETTERS: Final = regex(
    r"(?: coloured| colored)? (?:letters|lettering|letter|text|font|writing|words|type|ink|characters|caption|title)$"
)
_COLOURED_THING: Final = regex(
    r"(?:(?:and|with(?: an?| the)?|plus|also|maybe|but) )*(?P<thing>(?:[a-z-]+ ){1,3}[a-z-]+)$"
)
_WITH: Final = expression("with_more")
_SOMETHING: Final = regex(r"(?:an?|some|a few|two|three|four|several) ")
BROUGHT: Final = Add | Replace | Duplicate | Move
"""Edits that leave a thing where none was."""


def styled(last: Operation, *, less: bool, more: bool) -> Style | None:
    """The look that takes the place of the last one, which is to be stronger or weaker."""
    if not isinstance(last, Style) or not (less or more):
        return None
    return last.model_copy(update={"prompt": f"{'subtle' if less else 'strong'} {_STRENGTHS.sub('', last.prompt)}"})


def in_colour(last: Operation, small: str, vocabulary: Vocabulary) -> Recolor | None:
    """A bare colour for what was just brought in or made otherwise: "yellow", "in red instead"."""
    lettered = isinstance(last, Text) and last.text is not None
    altered = isinstance(last, Alter) and last.target is not None
    small = _LETTERS.sub("", small) if lettered else small
    colour = colour_instead(small, vocabulary) if lettered or altered or isinstance(last, BROUGHT) else None
    return Recolor(target=Target(previous=True), colour=colour) if colour else None


def colour_instead(small: str, vocabulary: Vocabulary) -> str | None:
    """A bare colour, as an answer to the last edit; a named look is none."""
    core = expression("instead_lead").sub("", small).strip(" ,")
    core = core.removeprefix("make it ").removeprefix("rather ").removeprefix("to ")
    colour = colour_in(core, vocabulary) if core else None
    return None if colour and low(colour) in vocabulary["looks.drains"] else colour


def made_so(last: Operation, small: str, vocabulary: Vocabulary) -> Alter | None:
    """More or less of what a thing is like: "bigger", "fainter", "more dramatic"."""
    known = small in vocabulary["states.adjectives"] and small.endswith(("er", "er it"))
    meant = isinstance(last, BROUGHT | Alter) and tone_of(small) is None
    compared = meant and (_ALIKE.fullmatch(small) or _is_compared(small, vocabulary))
    return Alter(target=Target(previous=True), prompt=small) if known or compared else None


def _is_compared(word: str, vocabulary: Vocabulary) -> bool:
    """Whether a word is an adjective in "-er"."""
    if not word.endswith("er") or " " in word:
        return False
    stems = (word[:-2], word[:-1], word[:-3], f"{word[:-3]}y" if word.endswith("ier") else "")
    return any(stem in vocabulary["states.adjectives"] for stem in stems)


def coloured_too(clause: str, last: Operation | None, vocabulary: Vocabulary) -> Recolor | None:
    """Another thing with its colour before it, after one thing was changed: "pink napkins", "and black wheels"."""
    named = _COLOURED_THING.match(low(clause)) if isinstance(last, Recolor | Adjust | Alter | Blur) else None
    colour = vocabulary["colours.names"].leading(named["thing"]) if named else None
    if not named or not colour:
        return None
    thing = named["thing"].removeprefix(colour).strip()
    noun = thing.split(" ")[-1]
    if not thing or thing in vocabulary["colours.names"] or noun in vocabulary["hints.uncoloured"] or tone_of(thing):
        return None
    if low(clause).startswith("with ") and noun not in vocabulary["hints.coloured_parts"]:
        return None
    return Recolor(target=Target(phrase=thing), colour=colour)


def adorned(clause: str, last: Operation | None) -> Add | Alter | None:
    """What goes with the last edit, where that painted nothing: "with white dots", "with a few birds"."""
    more = _WITH.match(low(clause)) if low(clause).lstrip("andbut, ").startswith("with ") else None
    if more is None or last is None or getattr(last, "prompt", None):
        return None
    said = clause[more.start("more") :].strip(" ,.")
    if isinstance(last, Recolor):
        return Alter(target=Target(previous=True), prompt=said)
    thing = said.partition(" ")[2]
    return Add(prompt=thing) if _SOMETHING.match(low(thing)) else None
