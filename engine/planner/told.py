"""Reading wishes that tell the end and leave the verb out: "lights off", "eyes open", "some birds in the sky"."""

from __future__ import annotations

from typing import Any

from engine.expressions import regex
from engine.operations import Adjust, Alter
from engine.planner.additions import added
from engine.planner.amounts import number
from engine.planner.colours import colour_in
from engine.planner.cuts import clause_becomes
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, definite

MAX_WORDS = 5
_WANTED = regex(r"(?:a|an|some|several|two|three|four|five|many|more|another|a few|a couple of|lots of) ")
_BECOMING = regex(r"(\S+(?: \S+){0,3}?) ((?:more|less) [a-z-]+|made (?:out )?of .+|made from .+)$")
_OF_WHOM = regex(r"(\S+) (?:on|for|of) (me|him|her|the \S+|my \S+)$")
_WHOSE = {"me": "my", "him": "his"}
_HALF_TURN = 180.0
"""Degrees of hue that are 100 percent."""


def read_switched(reading: Reading) -> Operations | None:
    """ "Turn the lights off", "lights off": on and off are states of what can be switched."""
    target = reading["target"]
    thing = low(target).split(" ")[-1]
    if reading.is_whole(target) or not (reading.verb or thing in reading.vocabulary["hints.switchable"]):
        return None
    return [Alter(target=one, prompt=f"turned {low(reading.clause).split(' ')[-1]}") for one in reading.targets(target)]


def read_aged(reading: Reading) -> Operations | None:
    """ "Age her by 20 years", "make him 20 years younger"."""
    years = number(reading["years"])
    if years is None or reading.is_whole(reading["target"]):
        return None
    way = "younger" if low(reading.clause).endswith("younger") else "older"
    return [Alter(target=reading.target(reading["target"]), prompt=f"{years:g} years {way}")]


def read_hue(reading: Reading) -> Operations | None:
    """A turn of the colour wheel in degrees, the short way round."""
    degrees = number(reading["degrees"])
    if degrees is None or "%" in reading.clause or "percent" in reading.clause:
        return None
    turn = (degrees + _HALF_TURN) % (2 * _HALF_TURN) - _HALF_TURN
    return [Adjust(property="hue", amount=turn / _HALF_TURN * 100)]


def read_strength(reading: Reading) -> Operations | None:
    """ "Deepen the blue of the sea": a colour that is there already, more or less of it."""
    target = reading["target"]
    if not colour_in(reading["colour"], reading.vocabulary) or not definite(target, reading.vocabulary):
        return None
    if reading.is_whole(target):
        return None
    amount = reading.degree.of(reading.vocabulary.tables["tone"]["degrees"]["plain"])
    way = 1 if reading.does("increase") else -1
    return [Adjust(target=reading.target(target), property="saturation", amount=way * amount)]


def read_stated(reading: Reading) -> Operations | None:
    """ "Eyes open", "hair longer": a thing and a state that can only be wished for."""
    if compared := _compared(reading, reading["phrase"]):
        return compared
    words = reading["phrase"].split(" ")
    state, before = low(words[-1]), low(words[0])
    if not 1 < len(words) <= MAX_WORDS or state not in reading.vocabulary["hints.stated"]:
        return None
    if before in reading.vocabulary.base_forms or before in ("i", "a", "an", "is", "too"):
        return None
    if low(words[-2]) in reading.vocabulary["hints.linking"]:
        return None
    thing = " ".join(words[:-1])
    return None if reading.is_whole(thing) else [Alter(target=reading.target(thing), prompt=state)]


def _compared(reading: Reading, phrase: str) -> Operations | None:
    """ "Sky more dramatic", "the table made of glass", "longer hair on me": a thing and how it should be."""
    if match := _BECOMING.match(low(phrase)):
        thing, state = phrase[: match.end(1)], phrase[match.start(2) :]
        first = low(thing).split(" ")[0]
        plain = not any(first in reading.vocabulary[f"hints.{name}"] for name in ("no_thing_first", "linking"))
        return clause_becomes(reading, f"{thing} {state}") if plain and not reading.is_whole(thing) else None
    first, _, rest = phrase.partition(" ")
    parted = _OF_WHOM.match(rest)
    comparative = low(first) in reading.vocabulary["hints.stated"] and low(first).endswith("er")
    if not rest or not (comparative or low(first) in reading.vocabulary.tables["colours"]["comparatives"]):
        return None
    thing = f"{_WHOSE.get(low(parted.group(2)), parted.group(2))} {parted.group(1)}" if parted else rest
    if thing.count(" ") > 2 or reading.is_whole(thing) or thing in ("please", "instead"):
        return None
    return clause_becomes(reading, f"{thing if definite(thing, reading.vocabulary) else f'the {thing}'} {first}")


def read_shown(reading: Reading) -> Operations | None:
    """ "A couple of birds in the sky": something new at a place that is there."""
    if not _WANTED.match(low(reading["prompt"])):
        return None
    addition = added(reading, reading["prompt"])
    return [addition] if addition.place else None


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "switched": read_switched,
        "aged": read_aged,
        "hue": read_hue,
        "strength": read_strength,
        "stated": read_stated,
        "shown": read_shown,
    }
