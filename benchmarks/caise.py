"""CAISE: spoken commands in dialogue, against what the annotators' tool was told to do.

Everything that the person said in a session is given to the planner in order, with what came of the messages before
it, as `retouch plan - --dialogue` does. The messages that the tool acted on are scored; searches for pictures are
among them, but no editor answers those: not counted. A second run is given the scored messages alone.
What the assistant said is not in the data, so some labels hang on words that nobody here can read: the amount or the
side it asked for, an offer that "yes" takes up. `undecided` says which, by the words and the label alone and whatever
the planner makes of them. Those rows stay in the first figure and are left out of the second.

The labels' "rotate" counts anticlockwise. Colouring everything is `recolor` (a tool without it would shift its hue:
`adjust`); cutting out is `extract`, or taking the background away; a crop to a thing keeps only that thing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from engine.operations import Plan
from engine.planner import RulesPlanner
from engine.planner.amounts import numerals
from engine.planner.course import Course

TONES = {"adjust_attr_brightness": "brightness", "adjust_attr_contrast": "contrast"}
ASSENT = frozenset(
    re.findall(
        r"\w+",
        "yes yeah yep sure ok okay fine good nice thanks thank you please go ahead do it that may can try give a an "
        "should work for me well increase only percent left right side clockwise clock wise make anti tilt just with "
        "complete whole entire image no problem worries then",
    )
)
"""Words of a message that adds at most one word to what was talked of before."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"[a-z]+")
_LEFT = re.compile(r"\bleft|anti|counter")
_RIGHT = re.compile(r"\bright|(?<!anti)(?<!anti[- ])(?<!counter)(?<!counter[- ])\bclock")
_ON = re.compile(r"\b(?:further|more|again|same|other|opposite|back|reduce|wrong)\b")
_AS_BEFORE = re.compile(r"\b(?:same|other|opposite|upside)\b")
_UP = re.compile(r"\b(?:increas|incease|brighte|rais|add|more|higher)")
_DOWN = re.compile(r"\b(?:decreas|reduc|lower|less|darke)")
_COLOUR = re.compile(r"colou?r|pink|purple|green|yellow|orange|opacity|shade|\bit\b|\bthat\b")


class Score(NamedTuple):
    """How many commands were read exactly, of all and of those that the words decide, and what was misread."""

    exact: int
    total: int
    exact_of_decided: int
    decided: int
    causes: Counter[str]
    """Why the others were not, by cause."""
    misread: list[str]


def spoken(rows: Iterable[Mapping[str, Any]], planner: RulesPlanner, *, commands_alone: bool = False) -> Score:
    """Kind, property, amount and turn of every command, exactly.

    commands_alone: leave out what was said between commands.
    """
    hits: Counter[bool] = Counter()
    decided: Counter[bool] = Counter()
    causes: Counter[str] = Counter()
    misread: list[str] = []
    course, session, before = Course(), None, ""
    for row in rows:
        if row["session"] != session:
            course, session, before = Course(), row["session"], ""
        plan = Plan(instruction="")
        for words in [row["instruction"]] if commands_alone else row["user_utterances_since_last_command"]:
            plan = planner.plan(words, course.context())
            course = course.after(plan)
        wanted, api = command(row), before
        before = row["api"]
        if wanted is None:
            continue
        said, cause = outcome(plan), undecided(row, api)
        hits[said in wanted] += 1
        if cause is None:
            decided[said in wanted] += 1
        if said not in wanted:
            causes[cause or "misread"] += 1
        if said not in wanted and cause is None:
            misread.append(f"{row['instruction']!r}: wanted {' or '.join(sorted(wanted))}, read {said}")
    return Score(hits[True], hits.total(), decided[True], decided.total(), causes, misread)


def command(row: Mapping[str, Any]) -> set[str] | None:
    """What a command asks for; None for image searches, which no editor answers."""
    label, values = row["label"], row["api"].split()
    if label in TONES:
        return {f"adjust {TONES[label]} {float(values[-1]):g}"}
    if label == "rotate":
        anticlockwise = float(values[-1])
        return {f"rotate {value:g}" for value in (-anticlockwise, 360 - anticlockwise)}
    return {
        "image_cutout": {"background", "extract"},
        "crop": {"crop", "extract"},
        "undo": {"undo"},
        "adjust_color": {"recolor", "adjust"},
    }.get(label)


def outcome(plan: Plan) -> str:
    """A plan as the labels tell it: its first operation."""
    if not plan.operations:
        return "(asks)"
    operation = plan.operations[0]
    if operation.kind == "adjust" and operation.property in TONES.values():
        return f"adjust {operation.property} {operation.amount:g}"
    return f"rotate {operation.degrees:g}" if operation.kind == "rotate" else operation.kind


def undecided(row: Mapping[str, Any], before: str) -> str | None:
    """Why the words of a command cannot give its label; None where they can.

    before: what the tool was told by the command before it in the session, empty for none.
    """
    text = numerals(row["instruction"].lower())
    said = {float(number) for number in _NUMBER.findall(text)}
    words = set(_WORD.findall(text))
    label, value = row["label"], row["api"].split()[-1] if row["api"].split() else ""
    if words <= ASSENT and not (label == "undo" or (said and label in TONES and before.startswith("adjust_attr"))):
        return "assent: what is asked for stands in another message"
    if label in TONES:
        return _tone(label, float(value), text, said, before)
    if label == "rotate":
        return _turn(float(value), text, said, before)
    if label == "adjust_color" and not _COLOUR.search(text):
        return "assent: what is asked for stands in another message"
    told = {"image_cutout": "background|cut", "undo": "undo|back|before|revert", "crop": "crop|zoom|only"}.get(label)
    return "the label says otherwise" if told and not re.search(told, text) else None


def _tone(label: str, amount: float, text: str, said: set[float], before: str) -> str | None:
    name = TONES[label]
    other = next(one for one in TONES.values() if one != name)
    if other in text and name not in text:
        return "the label says otherwise"
    if abs(amount) not in said and not ("same" in text and before.endswith(f"{amount:g}")):
        return "the label says otherwise" if said else "amount: told by the assistant, or \u201ca little\u201d"
    if (amount > 0 and _DOWN.search(text) and not _UP.search(text)) or (
        amount < 0 and _UP.search(text) and not _DOWN.search(text)
    ):
        return "the label says otherwise"
    named = name in text or re.search("brighte|darke|bright|dark" if name == "brightness" else "contrast", text)
    if not named and not before.startswith(f"adjust_attr {name}"):
        return "which tone: told in another message"
    return None


def _turn(label: float, text: str, said: set[float], before: str) -> str | None:
    degrees = min(label, 360 - label)
    left, right = bool(_LEFT.search(text)), bool(_RIGHT.search(text))
    if degrees not in said and not _AS_BEFORE.search(text):
        return "the label says otherwise" if said else "amount: told by the assistant, or \u201ca little\u201d"
    if degrees != 180 and ((left and not right and label > 180) or (right and not left and label < 180)):
        return "the label says otherwise"
    if left or right or degrees == 180:
        return None
    if not before.startswith("rotate") or not _ON.search(text):
        return "way: told by the assistant"
    same = (float(before.split()[-1]) > 180) == (label > 180)
    back = bool(re.search(r"\b(?:other|opposite|back|reduce|wrong)\b", text))
    return None if same != back else "the label says otherwise"
