"""Reading what does the last edit to something else as well: "the sea too", "do it for the whole picture"."""

from __future__ import annotations

import re
from typing import Any, Final

from engine.expressions import regex
from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Blur,
    EditOperation,
    Extract,
    Recolor,
    Remove,
    Restore,
    Style,
    Target,
)
from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.openings import begins_request
from engine.planner.reading import PERSONS
from engine.planner.reframing import on_side
from engine.planner.sparing import sparing
from engine.planner.targets import read_target
from engine.planner.tone import tone_of
from engine.planner.vocabulary import Vocabulary, expression

_OPENING: Final = expression("follow_opening")
_LINK: Final = regex(r"\b(?:and|also|now|then|but|same)\b")
_BUT_SO_MUCH: Final = regex(
    r" (?:, )?but (?:a bit |a little |slightly |much |only |just |maybe )*"
    r"(less|more|stronger|weaker|subtler|milder|gentler|half|twice)(?: as (?:much|strong|strongly)| so)?$"
)
_NAMED: Final = regex(r"(?P<thing>(?:the|his|her|my|their|its|that|this|those|these) [^,]{1,80})$")
SHARES: Final = {
    **dict.fromkeys(("less", "weaker", "subtler", "milder", "gentler", "half"), 0.5),
    **dict.fromkeys(("more", "stronger"), 1.5),
    **dict.fromkeys(("twice", "double"), 2.0),
}
"""Of the last amount, for "the same for the sea but less", "half as much for the sand"."""
_TOO: Final = expression("too")
_TO_MATCH: Final = expression("to_match_it")
_SAME: Final = expression("same_for")
_SO_MUCH_FOR: Final = expression("so_much_for")
_PERSON: Final = expression("person_too")
_LINKED: Final = expression("linked_for")
_EVERYWHERE: Final = expression("everywhere")
_EXCEPT: Final = expression("except")
_ALL: Final = regex(r"(?:all|every one|each one|each|both) ?(?:of (?:them|those|these))?|them (?:all|both)")
_PICTURE: Final = regex(r"\b(?:photo|picture|image)\b")
_LISTED: Final = expression("listed_thing")
USUAL: Final[dict[type, float]] = {Blur: 50.0}
"""Percent that is meant where an operation gives none."""
_THERE: Final = regex(r"(?:the|this|that|these|those|my|our|his|her|its|their|all|both|each|every)\b|.* ones?$")
"""How a thing is named that is in the picture already."""
_NEXT: Final = regex(r" next(?: please| pls| then)*$")
_SITED: Final = regex(
    r"(?!(?:the|his|her|my|their|its|our|that|this|these|those) ).* "
    r"(?:behind|on|in|by|near|under|over|above|at|beside|next to) "
)
"""A new thing and where: "birds in the sky"."""
ON_THINGS: Final = Remove | Blur | Recolor | Restore | Extract | Adjust
"""Edits that are done to one thing after the other."""
_ONE_MORE: Final = regex(r"(?P<thing>(?:an?|some|two|three|four|a few) [^,]{2,60}?)(?: (?:too|as well|also|please))+$")
_ANOTHER_THERE: Final = regex(
    r"(?:(?:and|maybe|now|just|ok|add|put|give me|make) )*(?:another(?: one)?|one more|a second one)"
    r"(?: of (?:them|those))?(?: ,)? "
    r"(?P<where>(?:(?:a bit|a little|slightly|much) )?(?:further|farther|closer|nearer|higher|lower|"
    r"on|in|at|next to|behind|beside|under|above|near|over there|to the)\b.{0,60})$"
)
_ON: Final = ("on", "in", "at", "to", "over", "onto", "into", "next", "behind", "above", "under")
WHICH: Final = {"ordinal": None, "position": None, "size": None, "quantity": None, "relation": None}
"""The words of a target that tell one thing from others of its name."""


def carried_over(clause: str, last: Any, vocabulary: Vocabulary) -> EditOperation | None:
    """The last edit on the other thing, or on the whole picture, that a clause names; None where it names none."""
    if more := another_there(clause, last):
        return more
    opening = _OPENING.match(low(clause))
    linked = opening is not None and _LINK.search(opening.group()) is not None
    clause = clause[opening.end() :] if opening else clause
    how = _BUT_SO_MUCH.search(low(clause))
    clause = clause[: how.start()] if how else clause
    small = low(clause)
    if _EVERYWHERE.fullmatch(small):
        return _everywhere(last)
    if (kept := _EXCEPT.search(small)) and _EVERYWHERE.fullmatch(small[: kept.start()].strip(" ,")):
        whole = _everywhere(last)
        return sparing(whole, clause[kept.start(1) : kept.end(1)]) if whole is not None else None
    if person := _PERSON.match(small):
        return _on_person(person, last, vocabulary)
    if side := on_side(small, last, linked=linked):
        return side
    if (matching := _TO_MATCH.fullmatch(small)) and isinstance(last, Recolor | Adjust | Alter):
        return _on_thing((matching["thing"] or matching["also"]).strip(), "on", last, vocabulary)
    scaled = _SO_MUCH_FOR.match(small)
    match = scaled or _SAME.match(small) or _TOO.match(small) or (_LINKED.match(small) if linked else None)
    match = match or (_NAMED.match(small) if how else None)
    amount: float | None = getattr(last, "amount", None) or (USUAL[Blur] if isinstance(last, Blur) else None)
    if match and not _goes_on(match, last):
        return None
    if not match or (scaled and not amount) or _only_tells_how(match["thing"], vocabulary):
        return None
    share = next((SHARES[word] for word in scaled["factor"].split(" ") if word in SHARES), 1.0) if scaled else 1.0
    share = SHARES[how[1]] if how else share
    if amount and share != 1.0:
        last = last.model_copy(update={"amount": round(max(-100.0, min(100.0, amount * share)), 3)})
    return _on_thing(clause[match.start("thing") : match.end("thing")], _place_word(match), last, vocabulary)


def _goes_on(match: re.Match[str], last: Any) -> bool:
    """Whether the last edit can be done to what is named: "can go too" is a removal, "next" is of things."""
    if match.groupdict().get("gone"):
        return isinstance(last, Remove)
    if _NEXT.search(match.group()):
        return isinstance(last, ON_THINGS) and last.target is not None
    return not (isinstance(last, Add) and _SITED.match(match["thing"]))


def so_much_less(clause: str) -> bool:
    """Whether a clause ends in how much stronger or weaker the last edit shall be there: "the ramp, but less"."""
    return " but " in clause and _BUT_SO_MUCH.search(low(clause)) is not None


def _only_tells_how(thing: str, vocabulary: Vocabulary) -> bool:
    """Whether words without an article are no thing but how one should be, or an order: "darker too"."""
    last = thing.split(" ")[-1]
    if _THERE.match(thing):
        return False
    tone = tone_of(thing)
    known = colour_in(thing, vocabulary) or last in vocabulary["states.adjectives"] or last.endswith("ly")
    return bool((tone and tone.comparative) or known or begins_request(thing, vocabulary))


def _place_word(match: re.Match[str]) -> str:
    """The preposition in front of the thing, where it says a place."""
    said = (match.groupdict().get("at") or "").strip()
    return said if said.split(" ")[0] in _ON else "on"


def _everywhere(last: Any) -> EditOperation | None:
    """The edit on the whole picture; None for what can only be done to a thing."""
    match last:
        case Adjust() | Style() | Blur() | Restore() | Alter():
            return last.model_copy(update={"target": None})
        case Recolor():
            return last.model_copy(update={"target": Target(phrase="image")})
        case Background(action="blur"):
            return Blur()
        case _:
            return None


def _on_person(person: re.Match[str], last: Any, vocabulary: Vocabulary) -> EditOperation | None:
    """ "Her too": somebody who was not spoken of; "him too, the one on the right" says which."""
    if getattr(last, "target", None) is None:
        return None
    target = read_target(person["one"], vocabulary) if person["one"] else Target()
    return last.model_copy(
        update={"target": target.model_copy(update={"phrase": PERSONS[person["person"]], "previous": False})}
    )


def _on_thing(thing: str, at: str, last: Any, vocabulary: Vocabulary) -> EditOperation | None:
    small = low(thing)
    if isinstance(last, Adjust) and (tone := tone_of(thing)) and not tone.comparative:
        return last.model_copy(update={"property": tone.property})
    if isinstance(last, Add):
        there = _THERE.match(small) is not None or small in vocabulary["words.pronoun"]
        return last.model_copy(update={"place": f"{at} {thing}"} if there else {"prompt": thing})
    target: Target | None = getattr(last, "target", None)
    if not hasattr(last, "target"):
        return None
    if _ALL.fullmatch(small):
        every = {**WHICH, "quantity": "2" if "both" in small else "all"}
        return last.model_copy(update={"target": target.model_copy(update=every)}) if target else None
    if _PICTURE.search(small) or (small in vocabulary["words.pronoun"] and small not in PERSONS):
        return None
    return last.model_copy(update={"target": _target(thing, target, vocabulary)})


def _target(thing: str, before: Target | None, vocabulary: Vocabulary) -> Target:
    """The target of a noun phrase; a place alone is that of another thing of the same name."""
    if low(thing) in PERSONS:
        return Target(phrase=PERSONS[low(thing)])
    target = read_target(thing, vocabulary)
    alone = target.phrase is None and not target.previous and before is not None and before.phrase
    return target.model_copy(update={"phrase": before.phrase}) if alone and before is not None else target


def another_there(clause: str, last: Any) -> EditOperation | None:
    """What was added once more, elsewhere: "one more, further off"."""
    match = _ANOTHER_THERE.match(low(clause)) if isinstance(last, Add) else None
    return last.model_copy(update={"place": clause[match.start("where") :]}) if match else None


def listed(clause: str, last: Any, vocabulary: Vocabulary) -> EditOperation | None:
    """One more thing for the last edit, named with nothing else around it: "and sunglasses", "plus a scarf"."""
    match = _LISTED.match(low(clause)) or (_ONE_MORE.match(low(clause)) if isinstance(last, Add) else None)
    if match is None:
        return None
    thing = clause[match.start("thing") : match.end("thing")]
    if isinstance(last, Add):
        return last.model_copy(update={"prompt": thing})
    if getattr(last, "target", None) is None:
        return None
    if low(thing) in vocabulary["states.adjectives"]:
        return Alter(target=Target(previous=True), prompt=thing)
    return last.model_copy(update={"target": read_target(thing, vocabulary)})
