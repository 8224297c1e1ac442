"""Reading what is put in: added, given, copied, moved, or made anew."""

from __future__ import annotations

import re
from typing import Any

from engine.operations import (
    Add,
    Alter,
    Duplicate,
    Generate,
    Move,
)
from engine.planner.changes import becomes, subject_of
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, decapitalised, definite
from engine.planner.targets import NUMBERS
from engine.planner.vocabulary import expression

_PLACE = expression("place_of_addition")


_WHOLE_PLACE = expression("whole_place")


def read_there(reading: Reading) -> Operations | None:
    """ "Let there be X": X is added."""
    prompt = reading["prompt"]
    if low(prompt).startswith(("no ", "nothing", "to be ", "you ", "it ", "more contrast")) or low(prompt) in (
        "light",
        "it",
        "that",
        "this",
    ):
        return None
    if not low(prompt).startswith(("a ", "an ", "some ", "two ", "three ", "more ", "several ", "many ")) and low(
        reading.clause
    ).startswith(("i ", "it needs", "needs", "need")):
        return None
    return [added(reading, prompt)]


def read_add(reading: Reading) -> Operations | None:
    """Something new; "put the cup on the shelf" moves what is there."""
    prompt, place = reading["prompt"], reading["place"]
    if not prompt or low(prompt) in ("it", "that", "this", "them", "to", "in"):
        return None
    if place and not _PLACE.match(low(place)):
        return None
    putting = reading.does("put") and reading.verb not in ("place",) and not reading.does("add")
    if (putting or reading.verb == "place") and existing(reading, prompt):
        return None
    if place:
        return [
            Add(prompt=reading.spoken(prompt), place=None if _WHOLE_PLACE.match(low(place)) else reading.spoken(place))
        ]
    return [added(reading, prompt)]


def existing(reading: Reading, text: str) -> bool:
    """Whether a phrase with a place speaks of a thing already in the picture."""
    return (
        definite(text, reading.vocabulary)
        and not re.match(r"(?:the )?(?:moon|sun|word|words|text)\b", low(text))
        and _PLACE.search(low(text)) is not None
    )


def added(reading: Reading, prompt: str) -> Add:
    what, place = split_place(reading, prompt)
    return Add(prompt=reading.spoken(what), place=place)


def split_place(reading: Reading, text: str) -> tuple[str, str | None]:
    """The thing and the place among things already there: only a definite place is one, "a man in a hat" is a thing."""
    small = low(text)
    start = 0
    while match := _PLACE.search(small, start):
        place = match.group(1)
        if _WHOLE_PLACE.match(place):
            return text[: match.start()].rstrip(" ,"), None
        if match.start() > 0 and _definite_place(reading, place):
            return text[: match.start()].rstrip(" ,"), reading.spoken(text[match.start(1) : match.end(1)])
        start = match.start(1) + 1
    return text, None


def _definite_place(reading: Reading, place: str) -> bool:
    after = expression("place_preposition").sub("", place)
    first = after.split(" ")[0]
    return (
        place.startswith("to the ")
        or first in reading.vocabulary["words.definite"]
        or first in ("top", "it", "them", "him", "one", "front", "each", "two")
        or first in reading.vocabulary["words.position"]
        or "'s" in " ".join(after.split(" ")[:2])
    )


def read_give(reading: Reading) -> Operations | None:
    """ "Give the man a hat" adds; "give him a smile" and "give it a rougher texture" alter."""
    target, prompt, place = reading["target"], reading["prompt"], reading["place"]
    if reading["phrase"]:
        target, prompt = _given(reading, reading["phrase"])
    if place and not target:
        if reading.does("enrich"):
            core = re.sub(r"(?i)^(?:the )?(?:essence|presence|inclusion) of ", "", prompt)
            return (
                None
                if reading.verb in ("cover", "fill") and colour_in(core, reading.vocabulary)
                else [
                    Add(
                        prompt=reading.spoken(core),
                        place=None if reading.is_whole(place) else f"on {reading.spoken(place)}",
                    )
                ]
            )
        return None
    if not target or not prompt:
        return None
    words = low(target).split(" ")
    if (
        "{" not in prompt
        and not reading.slots.get("place")
        and len(words) == 1
        and words[0] in ("a", "an", "some", "the", "me", "us")
    ):
        return None
    if reading.verb == "dress":
        return [
            Alter(
                target=reading.target(target),
                prompt=f"{'dressed as' if ' as ' in low(reading.clause) else 'wearing'} {reading.spoken(prompt)}",
            )
        ]
    if reading.is_whole(target) and not reading.is_pronoun(target):
        return becomes(reading, target, f"have {prompt}", swap=False)
    if low(prompt).split(" ")[0] in reading.vocabulary["states.adjectives"] and not re.search(
        r"\b(?:a|an|some)$", reading.clause[: -len(prompt)].strip()
    ):
        return [Alter(target=reading.target(target), prompt=reading.spoken(prompt))]
    if expression("given_state").search(low(prompt)):
        return [Alter(target=reading.target(target), prompt=reading.spoken(prompt))]
    article = re.search(r"\b(a|an|some|two|three|another|several|a pair of) " + re.escape(prompt) + "$", reading.clause)
    thing = f"{article.group(1)} {prompt}" if article else prompt
    return [Add(prompt=reading.spoken(thing), place=f"on {decapitalised(reading.spoken(target))}")]


def _given(reading: Reading, phrase: str) -> tuple[str, str]:
    """Whom and what of "him sunglasses" and "the man sunglasses": without an article only one noun can be whom."""
    words = phrase.split(" ")
    described = len(words) == 2 or (
        len(words) > 2
        and (
            low(words[1]) in reading.vocabulary["states.adjectives"]
            or low(words[1]) in reading.vocabulary["colours.names"]
        )
    )
    pronoun = (
        low(words[0]) in reading.vocabulary["words.pronoun"] and low(words[0]) not in ("this", "that", "her")
    ) or (low(words[0]) == "her" and described)
    size = 1 if pronoun else 2
    return " ".join(words[:size]), " ".join(words[size:])


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
    count = int(extra) + 1 if extra.isdigit() and int(extra) < 100 else 3 if reading.verb == "triple" else 2
    if reading["count"] and "there are" in low(reading.clause):
        count -= 1
    text, place = split_place(reading, text) if not reading["place"] else (text, reading.spoken(reading["place"]))
    return [Duplicate(target=reading.target(text), count=max(2, count), place=place)]


def read_move(reading: Reading) -> Operations | None:
    """A thing somewhere else; a side, a place, or a nudge."""
    text, place = reading["target"], reading["place"]
    match = expression("goal_of_move").search(f" {low(f'{text} {place}')}")
    whole = f"{text} {place}".strip()
    if not match or match.start() == 0:
        return None
    thing, goal = whole[: match.start() - 1].strip(), whole[match.start() :].strip()
    if (reading.does("put") and not reading.does("move")) or reading.verb in ("put", "bring"):
        if not existing(reading, whole):
            return None
    if (
        not thing
        or (reading.is_whole(thing) and not reading.is_pronoun(thing))
        or subject_of(reading, thing).attribute in ("colour", "style")
    ):
        return None
    if goal.lower().startswith(("in a ", "in an ")) and reading.does("put"):
        return [Alter(target=reading.target(thing), prompt=reading.spoken(goal))]
    relation = re.match(r"(?:from|in|on) .+? (to|onto|into|next to|closer|over to) ", low(goal))
    if relation:
        thing, goal = f"{thing} {goal[: relation.start(1)]}".strip(), goal[relation.start(1) :]
    return [Move(target=reading.target(thing), place=reading.spoken(goal))]


def read_generate(reading: Reading) -> Operations | None:
    """A new picture; "a drawing of a cat" on the wall is none."""
    prompt = reading["prompt"]
    if (
        not prompt
        or reading.is_pronoun(prompt)
        or (definite(prompt, reading.vocabulary) and not re.search(r"\b(?:style|image)\b", low(reading.clause)))
    ):
        return None
    return [Generate(prompt=reading.spoken(reading.clause if not reading.verb else prompt))]


def readers() -> dict[str, Any]:
    """The readers of this module by name."""
    return {
        "there": read_there,
        "add": read_add,
        "give": read_give,
        "duplicate": read_duplicate,
        "move": read_move,
        "generate": read_generate,
    }
