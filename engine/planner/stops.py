"""Stops of light in sentences, told as percents of exposure: "by half a stop" is by 25 percent."""

from __future__ import annotations

import re
from typing import Final

from engine.expressions import regex

PERCENT_OF_STOP: Final = 50
"""An exposure of 100 percent is two stops of light."""
_PARTS: Final = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "two thirds": 2 / 3, "2 thirds": 2 / 3}
_COUNTS: Final = {"a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0}
_STOPS: Final = regex(
    r"(?<![\w./])(?P<sign>[+-]?)(?:(?P<whole>\d{1,2} )?(?P<above>\d{1,2})/(?P<below>[1-9])|(?P<count>\d{0,2}\.?\d{1,3}|"
    r"a|an|one|two|three|four)(?P<half> and a half)?|(?:a |one )?(?P<part>half|third|quarter|two thirds|2 thirds)"
    r"(?: of)?(?: an?)?)[ -]?(?:f-?)?(?:stops?|evs?)\b(?! (?:sign|light|watch|button|lamp|bar))",
    re.IGNORECASE,
)
_OF_LIGHT: Final = regex(
    r"(?i)\b(?:(?:und|ov)er-?expos|expos|bright|dark|light|shadow|highlight|whites|blacks|dim|push|pull|drop|lift|raise|lower|bring|take|knock|open|ev\b)"
)
_THING: Final = (
    r"(?=(?:the|his|her|my|their|our|its|that|this|only|just) "
    r"(?!photo|image|picture|exposure|overall|whole|entire|shot|frame)\w+)"
)
_LIFTED: Final = {
    "brighten": regex(rf"(?i)^(?:lift|raise|push|bump|boost|open up|bring up|pull up) {_THING}"),
    "darken": regex(rf"(?i)^(?:drop|lower|bring down|pull down|knock down|take down|hold back) {_THING}"),
}
"""What is done to a thing that is lifted or held back by stops."""
_EXPOSED: Final = regex(r"(?i)expos|bright|dark|light|shadow|whites|blacks|dim")


def in_percents(sentence: str) -> str:
    """The sentence with its stops of light as percents, of exposure where it names nothing else; others as they are."""
    small = sentence.lower()
    if not ("stop" in small or "ev" in small) or _OF_LIGHT.search(small) is None:
        return sentence
    for verb, lifted in _LIFTED.items():
        sentence = lifted.sub(f"{verb} ", sentence)
    behind = "" if _EXPOSED.search(sentence) else " exposure"
    return _STOPS.sub(lambda match: f"{match['sign']}{_stops(match) * PERCENT_OF_STOP:.3g}%{behind}", sentence)


def _stops(match: re.Match[str]) -> float:
    """Stops of light, without their sign."""
    if match["part"]:
        return _PARTS[match["part"].lower()]
    if match["above"]:
        return int(match["whole"] or 0) + int(match["above"]) / int(match["below"])
    said = match["count"].lower()
    return (_COUNTS[said] if said in _COUNTS else float(said)) + (0.5 if match["half"] else 0)
