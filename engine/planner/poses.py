"""Reading poses: what somebody does with what is theirs, and how a thing stands or lies on itself."""

from __future__ import annotations

from typing import Any

from engine.expressions import regex
from engine.operations import Alter
from engine.planner.inflection import gerund, participle
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading
from engine.planner.tone import tones_of

_OWNED = regex(r"^(?:his|her|its|their|my|our|both (?:his|her|its|their)) |'s (?=\S)| of (?:the|that|this|his|her|my) ")
_EXTENT = regex(
    r"(?<=\w) (?:wide|apart|high|up|down|back|out|forward|together|tight|behind (?:his|her|its|their) \w+)$"
    r"|(?: ,)? (?:as if|as though|like) .+$"
)
_GOING_ON = frozenset(
    ["wag", "wave", "flap", "swing", "shake", "clap", "kick", "wiggle", "bow", "nod", "wink", "blink"]
)
"""Deeds that are seen while they go on: a tail is wagging, but arms are crossed."""
_ON_OWN_PART = regex(
    r"(?:up |down |back |over |right )*(?:on|onto|upon) (?:its|his|her|their) "
    r"(?:(?:left|right|hind|back|front|two|own) )*(?:sides?|backs?|heads?|belly|stomach|haunches|legs|feet|knees|"
    r"tiptoes?|toes|hands and knees|edge|end)"
)
_POSED = {"stand": "standing ", "lay": "lying ", "lie": "lying ", "sit": "sitting "}


def posed(verb: str, goal: str) -> str | None:
    """The pose that a goal tells which is no place: "on its hind legs"; None of any other."""
    return f"{_POSED.get(verb, '')}{goal}" if _ON_OWN_PART.fullmatch(low(goal)) else None


def read_deed(reading: Reading) -> Operations | None:
    """ "Spread the parrot's wings", "cross his arms": what somebody does with what is theirs, told as an order."""
    verb = low(reading["verb"]) or low(reading.clause[: -len(reading["target"])]).strip().rpartition(" ")[0]
    target = reading.clause[len(verb) :].strip()
    deed, _, particle = verb.partition(" ")
    known = deed in reading.vocabulary["hints.deeds"] and particle in ("", "out", "up")
    if not (known and _OWNED.search(low(target))) or reading.is_whole(target) or tones_of(target):
        return None
    target, extent = (target[: far.start()], far.group()) if (far := _EXTENT.search(target)) else (target, "")
    prompt = f"{_done(deed, reading)}{verb[len(deed) :]}{extent}"
    return [Alter(target=one, prompt=reading.spoken(prompt)) for one in reading.targets(target)]


def _done(deed: str, reading: Reading) -> str:
    """The deed as it is seen: "crossed", "wagging"."""
    irregular = reading.vocabulary.tables["words"]["participles"].get(deed)
    return gerund(deed) if deed in _GOING_ON else irregular or participle(deed)


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"deed": read_deed}
