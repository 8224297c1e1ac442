"""Reading what is there already and goes elsewhere, or is there once more."""

from __future__ import annotations

import re
from typing import Any

from engine.expressions import regex
from engine.operations import Alter, Duplicate, Move
from engine.planner.additions import NEARER, existing, split_place
from engine.planner.changes import subject_of
from engine.planner.normalise import low
from engine.planner.poses import posed
from engine.planner.reading import Operations, Reading, decapitalised, definite
from engine.planner.targets import NUMBERS
from engine.planner.vocabulary import expression

_WHERE_IT_WAS = regex(r"(?i) from (?=(?:above|below|behind|beside|under|next to|on|in|near|inside|atop|between) )")
_LOWERED = regex(r"lower (?:the|his|her|its|their|my|a) ")
"""What somebody does, and no place."""
_OUT_OF_GAP = regex(r"from (?:between|among|amongst) (?!.* (?:to|into|onto|behind|beside) )")
"""Where something is taken from that has nowhere to go."""
_LIMB = regex(
    r"^(?:the|his|her|my|their|its|our|both|one)(?: \S+){0,2} "
    r"(?:hands?|arms?|legs?|heads?|feet|foot|paws?|fingers?|elbows?|knees?)$"
)
"""What is held elsewhere rather than moved: a pose."""
_RESTING = regex(r" (?:[a-z]{3,}ing|perched|parked|seated|moored|placed|tied|anchored|stacked|nestled)$")
"""Before a place, what says that the thing is there already: "the boat resting on the shore"."""


def read_duplicate(reading: Reading) -> Operations | None:
    """Copies; "twice more" counts the original in."""
    text = reading["target"]
    if not text or (reading.is_whole(text) and not reading.is_pronoun(text)):
        return None
    if reading.verb in ("double", "triple", "repeat", "multiply", "copy") and not definite(text, reading.vocabulary):
        return None
    if re.search(r"\b(?:size|resolution|exposure|edit|edits|brightness|contrast)\b", low(text)):
        return None
    extra = NUMBERS.get(low(reading["count"]), reading["count"])
    twice = low(reading.clause).endswith(" twice")
    count = int(extra) + 1 if extra.isdigit() and int(extra) < 100 else 3 if reading.verb == "triple" or twice else 2
    if reading["count"] and (reading.kind or "there are" in low(reading.clause)):
        count -= 1
    if reading.kind and reading["count"] and (count < 2 or not extra.isdigit()):
        return None
    thing, place = split_place(reading, text) if not reading["place"] else (text, reading.spoken(reading["place"]))
    text, place = (text, None) if place and not reading["place"] and _RESTING.search(low(thing)) else (thing, place)
    return [Duplicate(target=reading.target(text), count=max(2, count), place=place)]


def read_move(reading: Reading) -> Operations | None:
    """A thing somewhere else; a side, a place, or a nudge."""
    if reading.kind:
        thing = reading["target"]
        return None if low(thing).startswith("on ") else [Move(target=reading.target(thing), place=reading.kind)]
    had = reading.verb in ("have", "get", "let")
    whole = reading.clause.partition(" ")[2] if had else f"{reading['target']} {reading['place']}".strip()
    if had and not definite(whole, reading.vocabulary):
        return None
    told, goals = f" {low(whole)}", expression("goal_of_move")
    match = goals.search(told)
    if match and told[: match.start()].strip() in reading.vocabulary["words.articles"]:
        match = goals.search(told, match.start() + 1)
    if not match or match.start() == 0 or match.group(1).startswith("off "):
        return None
    if match.group(1).startswith("from ") and (reading.verb in ("drop", "pull") or _OUT_OF_GAP.match(match.group(1))):
        return None
    thing, goal = whole[: match.start() - 1].strip(), whole[match.start() :].strip()
    nearer = NEARER.search(low(reading.clause).removesuffix(f" {low(goal)}"))
    if nearer and not NEARER.search(f" {low(whole)}"):
        goal = f"{nearer.group().strip()} {goal}"
    if _LOWERED.match(low(goal)) or (had and " be " in goal) or (reading.does("put") and not existing(reading, whole)):
        return None
    if pose := posed(reading.verb, goal):
        return [Alter(target=reading.target(thing), prompt=reading.spoken(pose))]
    elsewhere = subject_of(reading, thing).attribute in ("colour", "style")
    thing = _WHERE_IT_WAS.sub(" ", thing)
    if not thing or elsewhere or (reading.is_whole(thing) and not reading.is_pronoun(thing)):
        return None
    if (low(goal).startswith(("in a ", "in an ")) and reading.does("put")) or _LIMB.search(low(thing)):
        return [Alter(target=reading.target(thing), prompt=reading.spoken(goal))]
    if relation := re.match(r"(?:from|in|on) .+? (to|onto|into|next to|closer|over to) ", low(goal)):
        thing, goal = f"{thing} {goal[: relation.start(1)]}".strip(), goal[relation.start(1) :]
    return [Move(target=reading.target(thing), place=reading.spoken(goal))]


def read_swapped_places(reading: Reading) -> Operations | None:
    """ "Swap the positions of the vase and the lamp": each where the other stands."""
    one, other = reading["target"], reading["other"]
    if not (definite(one, reading.vocabulary) and definite(other, reading.vocabulary)):
        return None
    return [
        Move(target=reading.target(thing), place=f"where {decapitalised(reading.spoken(there))} is")
        for thing, there in ((one, other), (other, one))
    ]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {"duplicate": read_duplicate, "move": read_move, "swapped_places": read_swapped_places}
