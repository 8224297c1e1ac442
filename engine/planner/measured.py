"""Reading an adjustment said in any order, as people do who speak: "ten down in brightness, the sidewalk"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

from engine.operations import Adjust, Context, EditOperation, Property, Target
from engine.planner.colours import colour_in
from engine.planner.measures import Mark, marks_of, may_measure
from engine.planner.normalise import low, quotes_in
from engine.planner.openings import strip_openers
from engine.planner.reading import Operations
from engine.planner.targets import read_target
from engine.planner.tone import AREAS, DARK, Tone, tone_of
from engine.planner.vocabulary import Vocabulary

PLAIN = 20.0
LEAST_OF_GAMMA = 4
"""Below it a number is gamma itself, and no percent."""
MAX_RUN = 7
"""Words of the longest name of a thing."""
HALF_TURN = 180.0
"""Degrees of hue that are 100 percent."""
_MEASURING = frozenset(["amount", "step", "share", "same", "reversing"])
_COMPLAINING = frozenset(["too", "still", "so", "way", "far", "a bit", "still a bit"])
"""How a remark begins that leaves out what it is about."""
_DONE = frozenset(["increased", "raised", "boosted", "lifted", "bumped", "cranked", "reduced", "decreased", "lowered"])
"""What is or was done to a tone, and no order."""
_EXACTLY = _MEASURING - {"step"}
_LOOSELY = _MEASURING | {"tone", "way", "noun"}
_BREAKING = frozenset(["never", "telling", "order"])


@dataclass
class _Heard:
    """What the parts of a saying tell, each once."""

    tones: list[Tone] = field(default_factory=list[Tone])
    nouns: list[Tone] = field(default_factory=list[Tone])
    amounts: list[tuple[float, int, str]] = field(default_factory=list[tuple[float, int, str]])
    steps: list[float] = field(default_factory=list[float])
    ways: list[int] = field(default_factory=list[int])
    compared: bool = False
    """Whether the way is only told by "more" or "less"."""
    sorts: frozenset[str] = frozenset()
    share: float = 1.0
    counts: bool = False
    """Whether a number stands right before a thing, as in "three dogs"."""
    thing: str = ""
    """The words for where, as they were said."""
    subject: str = ""
    """What a remark before it was about."""
    look: str = ""
    """The tone that the remark complained of."""


def measured(clause: str, context: Context, vocabulary: Vocabulary, *, loose: bool = False) -> Operations | None:
    """The adjustment that explains every word of a clause; None where any word says something else.

    loose: by how much need not be told in numbers.
    """
    for told in _hearings(clause, vocabulary, loose=loose):
        if found := _meant(told, context, vocabulary):
            return [found]
    return None


@lru_cache(maxsize=256)
def _hearings(clause: str, vocabulary: Vocabulary, *, loose: bool) -> tuple[_Heard, ...]:
    """The ways to hear a clause, whatever was said before it."""
    if " , " in clause or quotes_in(clause) or not (loose or may_measure(clause)):
        return ()
    marks = marks_of(strip_openers(clause, vocabulary), vocabulary)
    sorts = frozenset(mark.sort for mark in marks)
    if sorts.isdisjoint(_LOOSELY if loose else _EXACTLY) and not _is_stepped(sorts, clause, vocabulary):
        return ()
    if "amount" not in sorts and _tells_defect(clause, vocabulary):
        return ()
    return tuple(_told(marks, vocabulary, loose=loose))


def _is_stepped(sorts: frozenset[str], clause: str, vocabulary: Vocabulary) -> bool:
    """Whether a word of degree measures a tone or its way, and no remark tells a defect, which is another wish."""
    if "step" not in sorts or sorts.isdisjoint({"noun", "way"}):
        return False
    return not _tells_defect(clause, vocabulary)


def _tells_defect(clause: str, vocabulary: Vocabulary) -> bool:
    return any(vocabulary[f"defects.{name}"].find(low(clause)) is not None for name in ("faded", "noise", "haze"))


def _told(marks: Sequence[Mark], vocabulary: Vocabulary, *, loose: bool) -> Iterator[_Heard]:
    """The ways to hear a saying: whole, without the reason behind it, without the remark before it."""
    for end in (len(marks), *_reasons(marks, vocabulary)):
        said = marks[:end]
        if heard := _heard(said, strict=False):
            if not heard.sorts.isdisjoint(_MEASURING) or (loose and _asks(heard)):
                yield heard
            continue
        yield from _behind_remark(said, vocabulary)


def _reasons(marks: Sequence[Mark], vocabulary: Vocabulary) -> Iterator[int]:
    """Where a reason may begin behind which nothing is measured."""
    reasons = vocabulary.tables["measures"]["reasons"]
    for index in range(2, len(marks)):
        behind = low(" ".join(mark.text for mark in marks[index : index + 4]))
        reason = any(behind == one or behind.startswith(f"{one} ") for one in reasons)
        if reason and not any(mark.sort in ("amount", "noun") for mark in marks[index:]):
            yield index


def _behind_remark(marks: Sequence[Mark], vocabulary: Vocabulary) -> Iterator[_Heard]:
    """ "The carpet is gloomy, fourteen brighter": what the remark is about is what is meant."""
    tell = next((index for index, mark in enumerate(marks) if mark.sort == "telling"), -1)
    if tell < 1 and not (marks and low(marks[0].text) in _COMPLAINING):
        return
    subject = _subject(marks[: max(tell, 0)])
    for start in range(max(tell, 0) + 1, len(marks)):
        if marks[start - 1].sort in ("order", "amount"):
            return
        if marks[start].sort == "before_thing":
            continue
        if marks[start].text in _DONE:
            return
        heard = _heard(marks[start:], strict=True, known=subject)
        if heard and _asks(heard):
            if not heard.nouns and not heard.tones:
                heard.nouns = [mark.value for mark in marks[:start] if mark.sort == "noun"][-1:]
            yield replace(heard, subject=subject, look=_look(marks[max(tell, 0) : start], vocabulary))
            return


def _asks(heard: _Heard) -> bool:
    """Whether words behind a remark are an order of their own."""
    told = bool(heard.nouns or heard.tones) or "pronoun" in heard.sorts
    return not heard.sorts.isdisjoint(_MEASURING) or (told and bool(heard.ways or heard.tones))


def _look(marks: Sequence[Mark], vocabulary: Vocabulary) -> str:
    """The tone of how something looks by a remark."""
    remarked = {low(mark.text) for mark in marks}
    looks: dict[str, list[str]] = vocabulary.tables["measures"]["looks"]
    compared = next((mark.value.property for mark in marks if mark.sort == "tone"), "")
    return compared or next((name for name, words in looks.items() if not remarked.isdisjoint(words)), "")


def _subject(marks: Sequence[Mark]) -> str:
    """The thing that stands last among the parts."""
    start = len(marks)
    while start and marks[start - 1].sort in ("word", "determiner", "before_thing"):
        start -= 1
    words = [mark.text for mark in marks[start:]]
    return " ".join(words) if any(mark.sort == "word" for mark in marks[start:]) else ""


def _heard(marks: Sequence[Mark], *, strict: bool, known: str = "") -> _Heard | None:
    """The parts put together; None where one says something else, or two say the same differently.

    strict: a thing has to be told as one, by an article or a preposition, or to be the one known.
    """
    heard = _Heard()
    runs: list[tuple[int, int]] = []
    for index, mark in enumerate(marks):
        if mark.sort in _BREAKING:
            return None
        match mark.sort:
            case "tone":
                heard.tones.append(mark.value)
            case "noun":
                heard.nouns.append(mark.value)
            case "amount":
                heard.amounts.append(mark.value)
            case "step":
                heard.steps.append(mark.value)
            case "way":
                heard.compared = not heard.ways and mark.text in ("more", "less")
                heard.ways.append(mark.value)
            case "share":
                heard.share *= mark.value
            case "word" | "determiner":
                _extend(runs, index, marks)
            case _:
                pass
    things = [_name(marks[start:end]) for start, end in runs if _names(marks[start:end])]
    heard.sorts = frozenset(mark.sort for mark in marks)
    heard.counts = any(one.sort == "amount" and two.sort == "word" for one, two in pairwise(marks))
    return _settled(heard, things, runs, marks, strict=strict, known=known)


def _extend(runs: list[tuple[int, int]], index: int, marks: Sequence[Mark]) -> None:
    """Let the run of words that name a thing go on, over a preposition too, or begin another."""
    if runs:
        start, end = runs[-1]
        over = marks[end:index]
        joined = all(mark.sort == "before_thing" for mark in over) and len(over) < 3
        anew = not over and marks[index].sort == "determiner" and _names(marks[start:end])
        if joined and not anew and (not over or _names(marks[start:end])):
            runs[-1] = (start, index + 1)
            return
    runs.append((index, index + 1))


def _names(marks: Sequence[Mark]) -> bool:
    return any(mark.sort == "word" for mark in marks)


def _name(marks: Sequence[Mark]) -> str:
    return " ".join(mark.text for mark in marks).removesuffix("'s")


def _settled(
    heard: _Heard, things: list[str], runs: list[tuple[int, int]], marks: Sequence[Mark], *, strict: bool, known: str
) -> _Heard | None:
    """What was heard where it fits together: one thing, one tone, one amount."""
    longest = max(things, key=len, default="")
    bare = {_bare(one) for one in things}
    if longest and not all(one in f" {_bare(longest)} " for one in (f" {name} " for name in bare)):
        return None
    as_thing = _told_as_thing(runs, marks)
    if longest.count(" ") >= MAX_RUN or ("pronoun" in heard.sorts and longest and (strict or not as_thing)):
        return None
    if any(end < len(marks) and marks[end].sort == "determiner" and _names(marks[start:end]) for start, end in runs):
        return None
    if strict and longest and not as_thing and f" {_bare(longest)} " not in f" {known} ":
        return None
    if len({one[:2] for one in heard.amounts}) > 1 or len({tone.property for tone in heard.nouns}) > 1:
        return None
    return replace(heard, thing=longest)


def _bare(thing: str) -> str:
    words = low(thing).split(" ")
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "this", "that", "my", "these") else words)


def _told_as_thing(runs: Sequence[tuple[int, int]], marks: Sequence[Mark]) -> bool:
    """Whether the last run of words opens with an article or stands behind a preposition."""
    start = next((start for start, end in reversed(runs) if _names(marks[start:end])), 0)
    return marks[start].sort == "determiner" or (start > 0 and marks[start - 1].sort == "before_thing")


def _meant(heard: _Heard, context: Context, vocabulary: Vocabulary) -> EditOperation | None:
    """The adjustment; None where the words do not tell which, or by how much."""
    thing = heard.thing or heard.subject
    if thing and not _is_thing(thing, vocabulary):
        return None
    named = _tone(heard)
    if named is None and (heard.tones or heard.nouns):
        return None
    target = read_target(thing, vocabulary) if thing else None
    last = _before(context, target)
    if named is None and heard.look and not (isinstance(last, Adjust) and last.property == heard.look):
        named = Tone(cast(Property, heard.look), 0, False)
    if named is None:
        return _as_before(heard, target, last, context)
    return _of_tone(heard, named, target, last, context, vocabulary)


def _is_thing(thing: str, vocabulary: Vocabulary) -> bool:
    """Whether words can name a thing: they end in no word for how it is."""
    end = low(thing).rsplit(" ", 1)[-1]
    alone = end in vocabulary["states.adjectives"] or end in vocabulary["words.size"] or end.isdigit()
    alone = alone or colour_in(end, vocabulary) is not None
    return not alone and end.replace("-", "").replace("'", "").isalpha() and tone_of(end) is None


def _tone(heard: _Heard) -> Tone | None:
    """The only tone that is named, with its way as far as its own words tell; None where there are none or several."""
    noun = heard.nouns[0] if heard.nouns else None
    ways = {tone.direction for tone in heard.tones if noun is None or _fits(tone, noun)}
    others = [tone for tone in heard.tones if noun is not None and not _fits(tone, noun)]
    if others or len(ways) > 1 or (noun is None and len({tone.property for tone in heard.tones}) != 1):
        return None
    way = next(iter(ways), 0)
    return noun._replace(direction=way) if noun else heard.tones[0]._replace(direction=way)


def _fits(tone: Tone, noun: Tone) -> bool:
    """Whether an adjective tells the way of a noun: "shadows darker"."""
    return tone.property == noun.property or (noun.property in AREAS and tone.property == "brightness")


def _before(context: Context, target: Target | None) -> Any:
    """The adjustment that the words go on from: the last one of that thing, else the last edit."""
    if not context.history:
        return None
    if target is not None:
        for one in reversed(context.history):
            if isinstance(one, Adjust) and one.target is not None and one.target.phrase == target.phrase:
                return one
    return context.history[-1]


def _way(heard: _Heard) -> int:
    """1 up, -1 down, as the words tell; 0 where they do not."""
    signed = next((sign for _, sign, _ in heard.amounts if sign), 0)
    return signed or min(heard.ways, default=0)


def _amount(heard: _Heard, last: float | None, property_: str) -> float | None:
    """By how much, without a sign; None where nothing says it."""
    if heard.amounts:
        value, _, unit = heard.amounts[-1]
        return value / HALF_TURN * 100 if unit and property_ == "hue" else None if unit else value
    if heard.share != 1.0:
        return abs(last) * heard.share if last is not None else None
    if "same" in heard.sorts or "reversing" in heard.sorts:
        return abs(last) if last is not None else None
    return heard.steps[-1] if heard.steps else PLAIN


def _of_tone(
    heard: _Heard, tone: Tone, target: Target | None, last: Any, context: Context, vocabulary: Vocabulary
) -> Adjust | None:
    before: float | None = last.amount if isinstance(last, Adjust) else None
    amount = _amount(heard, before, tone.property)
    if amount is None or (tone.property == "gamma" and amount < LEAST_OF_GAMMA):
        return None
    repeated = isinstance(last, Adjust) and ("same" in heard.sorts or "reversing" in heard.sorts)
    turned = (-1 if "reversing" in heard.sorts else 1) * (1 if (before or 1) > 0 else -1) if repeated else 0
    deep = (-1 if tone.property in DARK else 1) if "deepening" in heard.sorts else 0
    way = tone.direction or deep or _way(heard) or turned or (-1 if "back" in heard.sorts else 1)
    place = target or _pointed(heard, tone, context, vocabulary)
    return Adjust(target=place, property=tone.property, amount=_limited(way * amount))


def _pointed(heard: _Heard, tone: Tone, context: Context, vocabulary: Vocabulary) -> Target | None:
    """ "It", where something was edited or selected that it can be."""
    if "pronoun" not in heard.sorts:
        return None
    last = context.history[-1] if context.history else None
    if not context.mask and (getattr(last, "target", None) is None or tone.property in vocabulary["scope.whole"]):
        return None
    return Target(previous=True)


def _as_before(heard: _Heard, target: Target | None, last: Any, context: Context) -> EditOperation | None:
    """The last edit on another thing, or the last adjustment by so much further, back or the other way."""
    moves = "moving" in heard.sorts and not heard.amounts
    if last is None or (heard.thing and (moves or "whole" in heard.sorts)):
        return None
    if not isinstance(last, Adjust):
        same = heard.sorts <= {"same", "word", "determiner", "filler", "before_thing"} and "same" in heard.sorts
        movable = same and target is not None and getattr(last, "target", None) is not None
        return last.model_copy(update={"target": target}) if movable else None
    amount = _amount(heard, last.amount, last.property)
    if amount is None or heard.counts or (heard.sorts.isdisjoint(_MEASURING) and not heard.ways):
        return None
    along = 1 if last.amount >= 0 else -1
    way = _way_on(heard, along, other=target is not None and target != last.target)
    place = None if "whole" in heard.sorts else target or last.target
    return last.model_copy(update={"target": place, "amount": _limited(way * amount)})


def _way_on(heard: _Heard, along: int, *, other: bool) -> int:
    """The way of an adjustment that goes on from another.

    other: it is of another thing, of which "less" is always down.
    """
    if "reversing" in heard.sorts or ("back" in heard.sorts and not heard.ways):
        return -along
    way = _way(heard) or 1
    return way * along if heard.compared and not (other and way < 0) else _way(heard) or along


def _limited(amount: float) -> float:
    return round(max(-100.0, min(100.0, amount)), 3)
