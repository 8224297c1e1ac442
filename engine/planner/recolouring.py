"""Reading changes of colour alone: "the car blue", "navy for the walls"."""

from __future__ import annotations

from typing import Any

from engine.expressions import regex
from engine.operations import (
    Alter,
    Background,
    Recolor,
    Style,
)
from engine.planner.additions import tinted
from engine.planner.changes import PATTERN, becomes, subject_of
from engine.planner.colours import colour_in, coloured_list, trailing_colour
from engine.planner.cuts import unlinked
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, definite

MAX_WORDS_OF_THING = 8
_WISHING = regex(r" (?:shall|should|must|will|is|adorn|cover|please|instead)\b")
_COLOUR_WORD = regex(r"\b(?:colou?r|hue|shade|tint|tone)")
_ORDERS = {"remove", "replace", "add", "put", "change", "make", "write", "give", "generate"}


def read_recolor(reading: Reading) -> Operations | None:
    """The colour of things; of lettering and backgrounds too."""
    phrase = reading["phrase"]
    if phrase and len(each := coloured_list(phrase, reading.vocabulary)) > 1:
        return [Recolor(target=reading.target(one.thing), colour=one.colour) for one in each]
    text, said = reading["target"], reading["colour"]
    if phrase:
        parted = trailing_colour(phrase, reading.vocabulary)
        text, said = (unlinked(parted.thing), parted.colour) if parted else ("", "")
    colour = said if phrase else colour_in(said, reading.vocabulary)
    is_thing = low(reading.clause).endswith((f" be a {said}", f" be an {said}"))
    if colour and is_thing and low(colour) in reading.vocabulary["colours.things"]:
        return None
    if not colour or not text or not _plausible(reading, text, colour) or _is_colour_of(reading, said, text):
        return None
    if reading.does("add") and (laid := tinted(reading, said, text)):
        return [laid]
    if low(colour) in reading.vocabulary["looks.drains"]:
        return [Style(prompt=colour, target=reading.scoped(text))]
    subject = subject_of(reading, text)
    owner = subject.owner if subject.attribute == "colour" and subject.owner else text
    if reading.is_clear_background(text) or reading.is_clear_background(owner):
        return [Background(action="colour", colour=colour)]
    if reading.is_whole(owner):
        return becomes(reading, owner, colour, swap=False)
    return [Recolor(target=target, colour=reading.spoken(colour)) for target in reading.targets(owner)]


def _is_colour_of(reading: Reading, said: str, text: str) -> bool:
    """Whether what seems to get the colour is none: in "the colour of the car, red" and "a bit less, yellow"."""
    if low(text).split(" ")[-1] in ("less", "more", "too", "so"):
        return True
    return " of the " in f" {low(said)} " and colour_in(text, reading.vocabulary) is not None


def _said_as_wish(reading: Reading, text: str) -> bool:
    """ "car blue" is a wish; "blue car" alone and "a red and" are not, nor are whole sentences about something else."""
    if reading["colour"] and reading.clause.startswith(reading["colour"]):
        meant = f"{reading['colour']} for {text}" in reading.clause and definite(text, reading.vocabulary)
        return meant or _WISHING.search(low(reading.clause)) is not None
    words = low(text).split(" ")
    if colour_in(text, reading.vocabulary) or low(text) in reading.vocabulary["hints.no_thing"]:
        return False
    return len(words) <= MAX_WORDS_OF_THING and words[-1] not in reading.vocabulary["hints.cut_short"]


def _plausible(reading: Reading, text: str, colour: str) -> bool:
    """Whether the words before the colour can be a thing: "add a dog" and "brown" cannot."""
    first = low(text).split(" ")[0]
    if " be " in low(text) or _orders_state(reading, low(text)):
        return False
    if first in ("there", "what", "who", "how", "if", "why", "let") or reading["colour"].startswith("of "):
        return False
    if not reading.verb and not _said_as_wish(reading, text):
        return False
    if reading.does("add", "apply", "put") and not (reading.verb == "put" and definite(text, reading.vocabulary)):
        return _COLOUR_WORD.search(low(reading.clause)) is not None
    if " with " in low(text) and "enrich" in reading.vocabulary.openings.get(first, ()):
        return False
    if reading.verb or first in reading.vocabulary["words.determiner"]:
        lone = low(colour) in reading.vocabulary["colours.things"] and low(reading["colour"]).startswith(("a ", "an "))
        return not lone or _COLOUR_WORD.search(low(reading["colour"])) is not None
    return _ORDERS.isdisjoint(reading.vocabulary.openings.get(first, ()))


def _orders_state(reading: Reading, small: str) -> bool:
    """Whether what stands before a colour's name is an order: "melt the ice" before "cream"."""
    verb, _, rest = small.partition(" ")
    return rest.split(" ")[0] in ("the", "a", "an") and verb in reading.vocabulary.tables["words"]["state_verbs"]


def read_paint(reading: Reading) -> Operations | None:
    """Painted with something that is no colour: a pattern, autumn colours."""
    text = reading["target"]
    if not definite(text, reading.vocabulary) or reading.is_whole(text):
        return None
    if definite(reading["prompt"], reading.vocabulary) and f"{text} in {reading['prompt']}" in reading.clause:
        return None
    if reading.does("enrich") and not PATTERN.search(low(reading["prompt"])):
        return None
    return [Alter(target=target, prompt=reading.spoken(reading["prompt"])) for target in reading.targets(text)]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"recolor": read_recolor, "paint": read_paint}
