"""Reading wishes that tell the end and leave the verb out: "lights off", "eyes open", "some birds in the sky"."""

from __future__ import annotations

from typing import Any

from engine.expressions import regex
from engine.operations import Adjust, Alter
from engine.planner.additions import added
from engine.planner.amounts import number, numerals
from engine.planner.colours import colour_in
from engine.planner.cuts import clause_becomes
from engine.planner.inflection import gerund, participle
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, definite
from engine.planner.tone import tones_of

MAX_WORDS = 5
_WANTED = regex(r"(?:a|an|some|several|two|three|four|five|many|more|another|a few|a couple of|lots of) ")
_ARRANGED = regex(
    r"(?!(?:the|this|that|my|his|her|its|our|your|their|these|those|all|no|i|me|it|it's|we|they|you) )"
    r"(?:[a-z-]+ ){0,2}(?!was |is |are )[a-z-]+ "
    r"(?:strung|hung|placed|scattered|draped|arranged|spread|dotted|laid|lined up|stacked|piled|planted|mounted|"
    r"pinned|tied|wrapped|suspended) "
    r"(?:across|along|over|above|on|onto|in|around|between|from|under|below|behind|beside|against|through|to) "
)
"""Things named with where they are to be, and no article: "lanterns hung between the trees"."""
_BECOMING = regex(r"(\S+(?: \S+){0,3}?) ((?:more|less) [a-z-]+|made (?:out )?of .+|made from .+)$")
_OF_WHOM = regex(r"(\S+) (?:on|for|of) (me|him|her|the \S+|my \S+)$")
_WHOSE = {"me": "my", "him": "his"}
_DONE = {"cut": "cut", "split": "split", "tear": "torn", "break": "broken", "chop": "chopped", "rip": "ripped"}
_ACTS = regex(r"(?i)((?:the|this|that|my|his|her|our) (?:[^ ,]+ ){0,7}?[^ ,]+) ([a-z]{3,}s) ((?:its|his|her|their) .+)")
_LAID = frozenset(["put", "set", "lay"])
"""Verbs that only say that a thing is left so: "put the lid down"."""
_DRAWN = frozenset(["roll", "pull", "fold", "tuck", "tilt"])
_POSED = {"sit": "sitting", "stand": "standing"}
_DECADE = 10
_ABOUT = frozenset(["by", "about", "around", "approximately", "roughly", "some", "another", "at", "least", "nearly"])
_SEEMING = frozenset(["look", "appear", "seem", "be"])
_HALF_TURN = 180.0
"""Degrees of hue that are 100 percent."""


def read_switched(reading: Reading) -> Operations | None:
    """ "Turn the lights off", "lights off": on and off are states of what can be switched."""
    target = reading["target"]
    thing = low(target).split(" ")[-1]
    if reading.is_whole(target) or not (reading.verb or thing in reading.vocabulary["hints.switchable"]):
        return None
    return [Alter(target=one, prompt=f"turned {low(reading.clause).split(' ')[-1]}") for one in reading.targets(target)]


def read_opened(reading: Reading) -> Operations | None:
    """ "Cut the melon open", "break the bar in half": how the thing is left behind."""
    target = reading["target"]
    if reading.is_whole(target) or not definite(target, reading.vocabulary):
        return None
    end = low(reading.clause.partition(f"{target} ")[2])
    done = _DONE.get(reading.verb) or participle(reading.verb)
    return [Alter(target=one, prompt=f"{done} {end}") for one in reading.targets(target)]


def read_acting(reading: Reading) -> Operations | None:
    """ "The elephant lifts its trunk": told as if it were so, by somebody who wants to see it."""
    acts = _ACTS.fullmatch(reading["told"])
    if acts is None:
        return None
    verb = next((acts[2].removesuffix(end) for end in ("s", "es") if _is_deed(reading, acts[2].removesuffix(end))), "")
    return [Alter(target=reading.target(acts[1]), prompt=reading.spoken(f"{verb} {acts[3]}"))] if verb else None


def _is_deed(reading: Reading, verb: str) -> bool:
    """Whether somebody who tells it wants to see it done: "raise", not "wear"."""
    return low(verb) in reading.vocabulary["hints.deeds"]


def read_aged(reading: Reading) -> Operations | None:
    """ "Age her by 20 years", "make him 20 years younger"."""
    *behind, said = numerals(reading["years"]).split(" ")
    while behind and (behind[-1] in _ABOUT or behind[-1] in _SEEMING):
        behind.pop()
    years, target = number(said), " ".join((reading["target"], *behind))
    if years is None or reading.is_whole(target):
        return None
    clause = low(reading.clause)
    years *= _DECADE if " decade" in clause else 1
    way = "younger" if clause.endswith("younger") or " off " in clause else "older"
    return [Alter(target=reading.target(target), prompt=f"{years:g} years {way}")]


def read_left(reading: Reading) -> Operations | None:
    """ "Snap the lid shut", "pull the blind halfway up": how a thing is left."""
    target = reading["target"]
    if not definite(target, reading.vocabulary) or reading.is_whole(target) or tones_of(target):
        return None
    state = reading.clause.partition(target)[2].strip()
    verb = low(reading.clause).split(" ")[0]
    told = state.endswith(("shut", "open", "closed", "ajar")) or verb in _LAID or verb in _POSED
    if not told and " " not in state and verb not in _DRAWN:
        return None
    prompt = f"{_POSED[verb]} {state}" if verb in _POSED else state if told else f"{participle(verb)} {state}"
    return [Alter(target=one, prompt=prompt) for one in reading.targets(target)]


def read_faced(reading: Reading) -> Operations | None:
    """ "Turn the chair to face the window": which way a thing looks, which the picture does not."""
    target, turned = reading["target"], low(reading.clause)
    if not definite(target, reading.vocabulary) or reading.is_whole(target):
        return None
    facing = next(word for word in ("face", "look", "point") if f" to {word} " in turned)
    return [
        Alter(target=one, prompt=f"{gerund(facing)} {reading.spoken(reading['how'])}")
        for one in reading.targets(target)
    ]


def read_arranged(reading: Reading) -> Operations | None:
    """ "Style her hair in two braids": what is worn or grown, another way."""
    target, vocabulary = reading["target"], reading.vocabulary
    if vocabulary["hints.arranged"].trailing(low(target)) is None or not definite(target, vocabulary):
        return None
    return [Alter(target=reading.target(target), prompt=f"in {reading.spoken(reading['how'])}")]


def read_rebuilt(reading: Reading) -> Operations | None:
    """ "Rebuild the bridge out of toy bricks": the same thing of other stuff."""
    target = reading["target"]
    if not definite(target, reading.vocabulary) or reading.is_whole(target):
        return None
    return [Alter(target=reading.target(target), prompt=f"made of {reading.spoken(reading['how'])}")]


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
        plain = plain and thing not in reading.vocabulary.classes["count"]
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


def read_slipped_in(reading: Reading) -> Operations | None:
    """ "Sneak a raccoon into the bin": whatever the verb is, something new and a place that is there."""
    verb, vocabulary = low(reading["verb"]), reading.vocabulary
    known = verb in vocabulary.openings or verb in vocabulary["hints.not_placing"] or verb.endswith(("ing", "ed"))
    if " " in verb or known or verb in vocabulary["states.adjectives"]:
        return None
    prompt = reading.clause.partition(" ")[2]
    return [addition] if (addition := added(reading, prompt)).place else None


def read_shown(reading: Reading) -> Operations | None:
    """ "A couple of birds in the sky": something new at a place that is there."""
    if not (_WANTED.match(low(reading["prompt"])) or _ARRANGED.match(low(reading["prompt"]))):
        return None
    addition = added(reading, reading["prompt"])
    return [addition] if addition.place else None


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "switched": read_switched,
        "opened": read_opened,
        "acting": read_acting,
        "aged": read_aged,
        "left": read_left,
        "faced": read_faced,
        "arranged": read_arranged,
        "rebuilt": read_rebuilt,
        "hue": read_hue,
        "strength": read_strength,
        "stated": read_stated,
        "slipped_in": read_slipped_in,
        "shown": read_shown,
    }
