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
from engine.planner.amounts import aspect
from engine.planner.changes import becomes, subject_of
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.reading import Operations, Reading, decapitalised, definite
from engine.planner.targets import NUMBERS
from engine.planner.vocabulary import expression

_SIZE_AT_END = re.compile(r"(.+?)(?:,| at| in| of)* (\d{2,5}) ?(?:px)? ?[x×] ?(\d{2,5})(?: ?px| pixels)?")
_SHAPE_AT_END = re.compile(
    r"(?i)(.+?)(?:,| in| at| as)* (?:an? )?"
    r"(\d+(?:\.\d+)?:\d+|\w+ (?:format|aspect|orientation))(?: format| aspect| ratio)*"
)
_PLACE = expression("place_of_addition")
_WORN = re.compile(r"\b(?:outfit|costume|uniform|attire|clothes|clothing)\b")
_IT = ("it", "them", "him", "her")
_OBJECTS = {"he": "him", "she": "her", "they": "them", "i": "me", "we": "us"}


_INDEFINITE = ("a ", "an ", "some ", "two ", "three ", "more ", "several ", "many ")
_WHOLE_PLACE = expression("whole_place")


def read_there(reading: Reading) -> Operations | None:
    """ "Let there be X": X is added."""
    prompt = low(reading["prompt"])
    if prompt in ("light", "it", "that", "this") or prompt.startswith(("no ", "nothing", "to be ", "you ", "it ")):
        return None
    needed = low(reading.clause).startswith(("i ", "it needs", "need"))
    if needed and not prompt.startswith(_INDEFINITE):
        return None
    return [added(reading, reading["prompt"])]


def read_add(reading: Reading) -> Operations | None:
    """Something new; "put the cup on the shelf" moves what is there."""
    prompt, place = reading["prompt"], reading["place"]
    if not prompt or low(prompt) in ("it", "that", "this", "them", "to", "in", "everything", "everything else"):
        return None
    if place and not _PLACE.match(low(place)):
        return None
    moved = existing(reading, prompt) or low(prompt).split(" ")[0] in _IT
    if reading.does("put") and not reading.does("add") and moved:
        return None
    if not place:
        return [added(reading, prompt)]
    whole = _WHOLE_PLACE.match(low(place))
    return [Add(prompt=reading.spoken(prompt), place=None if whole else decapitalised(reading.spoken(place)))]


def existing(reading: Reading, text: str) -> bool:
    """Whether a phrase with a place speaks of a thing already in the picture."""
    return (
        (definite(text, reading.vocabulary) or low(text).split(" ")[0] in _IT)
        and not re.match(r"(?:the )?(?:moon|sun|word|words|text)\b", low(text))
        and _PLACE.search(low(text)) is not None
    )


def added(reading: Reading, prompt: str) -> Add:
    """The addition of what a prompt describes, at the place it names."""
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
    target, prompt = reading["target"], reading["prompt"]
    if reading["place"] and not target:
        return _enriched(reading, prompt, reading["place"])
    if reading["phrase"]:
        target, prompt = _given(reading, reading["phrase"])
    if not target or not prompt or low(target) in ("a", "an", "some", "the", "me", "us"):
        return None
    if reading.verb == "dress":
        dressed = "dressed as" if " as " in low(reading.clause) else "wearing"
        return [Alter(target=reading.target(target), prompt=f"{dressed} {reading.spoken(prompt)}")]
    if reading.is_whole(target) and not reading.is_pronoun(target):
        return becomes(reading, target, f"have {prompt}", swap=False)
    article = re.search(rf"\b(a|an|some|two|three|another|several|a pair of) {re.escape(prompt)}$", reading.clause)
    described = not article and low(prompt).split(" ")[0] in reading.vocabulary["states.adjectives"]
    if described or expression("given_state").search(low(prompt)):
        return [Alter(target=reading.target(target), prompt=reading.spoken(prompt))]
    thing = f"{article.group(1)} {prompt}" if article else prompt
    if _WORN.search(low(prompt)):
        return [Alter(target=reading.target(target), prompt=f"wearing {reading.spoken(thing)}")]
    return [Add(prompt=reading.spoken(thing), place=on_owner(reading, target))]


def on_owner(reading: Reading, owner: str, preposition: str = "on") -> str:
    """Where something for somebody goes: "on the man", "on her"."""
    return f"{preposition} {_OBJECTS.get(low(owner)) or decapitalised(reading.spoken(owner))}"


def _enriched(reading: Reading, prompt: str, place: str) -> Operations | None:
    """ "Fill the bowl with cherries"; with a colour it is painted instead."""
    core = re.sub(r"(?i)^(?:the )?(?:essence|presence|inclusion) of ", "", prompt)
    if reading.verb in ("cover", "fill") and colour_in(core, reading.vocabulary):
        return None
    inside = "in" if reading.verb == "fill" else "on"
    return [
        Add(prompt=reading.spoken(core), place=None if reading.is_whole(place) else on_owner(reading, place, inside))
    ]


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
    twice = low(reading.clause).endswith(" twice")
    count = int(extra) + 1 if extra.isdigit() and int(extra) < 100 else 3 if reading.verb == "triple" or twice else 2
    if reading["count"] and "there are" in low(reading.clause):
        count -= 1
    text, place = split_place(reading, text) if not reading["place"] else (text, reading.spoken(reading["place"]))
    return [Duplicate(target=reading.target(text), count=max(2, count), place=place)]


def read_move(reading: Reading) -> Operations | None:
    """A thing somewhere else; a side, a place, or a nudge."""
    whole = f"{reading['target']} {reading['place']}".strip()
    match = expression("goal_of_move").search(f" {low(whole)}")
    if not match or match.start() == 0:
        return None
    thing, goal = whole[: match.start() - 1].strip(), whole[match.start() :].strip()
    if reading.does("put") and not existing(reading, whole):
        return None
    elsewhere = subject_of(reading, thing).attribute in ("colour", "style")
    if not thing or elsewhere or (reading.is_whole(thing) and not reading.is_pronoun(thing)):
        return None
    if low(goal).startswith(("in a ", "in an ")) and reading.does("put"):
        return [Alter(target=reading.target(thing), prompt=reading.spoken(goal))]
    if relation := re.match(r"(?:from|in|on) .+? (to|onto|into|next to|closer|over to) ", low(goal)):
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
    shape = aspect(reading["shape"])
    if reading["shape"] and not shape:
        return None
    if not reading.verb:
        return [Generate(prompt=reading.spoken(reading.clause))]
    words, width, height, ratio = _framed(reading.spoken(prompt))
    return [Generate(prompt=words, width=width, height=height, aspect=shape or ratio)]


def _framed(words: str) -> tuple[str, int | None, int | None, str | None]:
    """The prompt without the size or the aspect at its end: width and height in px, or the aspect."""
    if sized := _SIZE_AT_END.fullmatch(words):
        return sized[1], int(sized[2]), int(sized[3]), None
    shaped = _SHAPE_AT_END.fullmatch(words)
    ratio = aspect(shaped[2]) if shaped else None
    return (shaped[1], None, None, ratio) if shaped and ratio else (words, None, None, None)


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
