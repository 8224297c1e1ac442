"""What each word of an adjustment said in any order is there for: the tone, how much, which way, of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from engine.expressions import regex
from engine.planner.amounts import numerals
from engine.planner.normalise import low
from engine.planner.tone import tone_of, verb_tone
from engine.planner.vocabulary import Vocabulary, load

LONGEST = 6
"""Words of the longest phrase that is one part."""
MAX_WORDS = 40
_NUMBER = regex(r"([+-]?\d{1,3}(?:\.\d+)?)(%?)")
_CONTRACTED = regex(r"(\S{2,})'s")
_ADVERBS = frozenset(
    ["too", "so", "way", "very", "really", "all", "barely", "kind", "kinda", "far", "looking", "still"]
)
_NO_STEPS = frozenset(
    (
        *("plain", "some", "twice", "double", "way", "far", "so much", "subtly", "gently", "completely", "totally"),
        *("all the way", "twice as", "two times", "half as"),
    )
)
"""Words of degree that are said of much else."""
_SIGNS = {"plus": 1, "minus": -1, "negative": -1}
_PERCENT = frozenset(["percent", "%", "pct", "points", "percents"])
_DEGREES = frozenset(["degrees", "deg"])
_AFTER_AMOUNT = frozenset(["amount", "step", "way", "further", "share"])
_OWNING = frozenset(["its", "their", "his", "her"])
_THERE = frozenset(["the", "that", "this", "my", "his", "her", "their", "our", "its"])
_WAYS_AND_THINGS = frozenset(["ramp", "lift", "drop", "pump", "jack", "trim", "cut", "amp"])
_DETERMINING = frozenset(["that", "this", "those", "these", "her", "his", "their"])


class Mark(NamedTuple):
    """One part of a saying: a word or a phrase, and what it is there for."""

    sort: str
    text: str
    value: Any = None


@cache
def _phrases() -> Mapping[str, tuple[str, Any]]:
    """Phrase -> its sort and value; what is listed first outdoes what follows."""
    vocabulary = load()
    listed: Mapping[str, Any] = vocabulary.tables["measures"]
    table: dict[str, tuple[str, Any]] = {}
    for sort, names in (("noun", listed["properties"]), ("noun_of_amount", listed["properties_of_amount"])):
        for name in names:
            table.setdefault(name, (sort, tone_of(name)))
    for phrase, factor in listed["shares"].items():
        table.setdefault(phrase, ("share", factor))
    for phrase, percent in (*listed["steps"].items(), *vocabulary.tables["tone"]["degrees"].items()):
        if phrase not in _NO_STEPS:
            table.setdefault(phrase, ("step", float(percent)))
    for sort, way in (("raising", 1), ("lowering", -1)):
        table |= dict.fromkeys(listed[sort], ("way", way))
    for sort in (
        "deepening",
        "reversing",
        "back",
        "further",
        "same",
        "wholes",
        "pronouns",
        "determiners",
        "before_thing",
    ):
        for phrase in listed[sort]:
            table.setdefault(phrase, (sort.removesuffix("s"), None))
    for sort in ("telling", "moving", "fillers", "never"):
        for phrase in listed[sort]:
            table.setdefault(phrase, (sort.removesuffix("s"), None))
    return table


@cache
def _measuring() -> tuple[Mapping[str, Sequence[str]], frozenset[str]]:
    """The longest word of every phrase that tells how much or which way -> those phrases; and the words of tones.

    A word of degree ("very") measures nothing without a tone or a way.
    """
    table: dict[str, list[str]] = {}
    told: set[str] = set()
    for phrase, (sort, _) in _phrases().items():
        if sort in ("share", "same", "reversing", "step"):
            table.setdefault(max(phrase.split(" "), key=len), []).append(phrase)
        elif sort in ("noun", "noun_of_amount", "way"):
            told.update(phrase.split(" "))
    return table, frozenset(told)


@lru_cache(maxsize=512)
def may_measure(clause: str) -> bool:
    """Whether a clause has a number or a phrase that measures: a look before its parts are told."""
    said = numerals(low(clause))
    if any(map(str.isdigit, said)):
        return True
    phrases, told = _measuring()
    words = said.split(" ")
    there = [phrase for word in words if word in phrases for phrase in phrases[word] if f" {phrase} " in f" {said} "]
    stepped = not told.isdisjoint(words)
    return any(stepped or _phrases()[phrase][0] != "step" for phrase in there)


def marks_of(clause: str, vocabulary: Vocabulary) -> list[Mark]:
    """The parts of a clause in order; none where it is too long to be an adjustment."""
    words = list(_apart(numerals(clause).split(" "), vocabulary))
    if len(words) > MAX_WORDS:
        return []
    small = [low(word) for word in words]
    marks: list[Mark] = []
    at = 0
    while at < len(words):
        sort, value, size = _part(small, at, marks, vocabulary)
        marks.append(Mark(sort, " ".join(words[at : at + size]), value))
        at += size
    return marks


def _apart(words: Sequence[str], vocabulary: Vocabulary) -> Iterator[str]:
    """The words with "carpet's gloomy" as "carpet is gloomy", and without sounds."""
    dingy = vocabulary.tables["measures"]["dingy"]
    for word, following in zip(words, (*words[1:], ""), strict=True):
        owner = _CONTRACTED.fullmatch(word)
        after = low(following)
        stated = after in dingy or after in vocabulary["states.adjectives"] or after in _ADVERBS
        stated = stated or (after.endswith("er") and tone_of(after) is not None)
        if owner and (stated or low(owner[1]) in ("it", "that", "there")):
            yield from (owner[1], "is")
        elif low(word) in ("they're", "these're", "those're"):
            yield from (word[:-3], "are")
        elif low(word) not in vocabulary["words.hesitation"]:
            yield word


def _part(small: Sequence[str], at: int, before: Sequence[Mark], vocabulary: Vocabulary) -> tuple[str, Any, int]:
    """The sort and value of the part that begins at a word, and its length in words."""
    word, following = small[at], small[at + 1] if at + 1 < len(small) else ""
    if word == ",":
        return "filler", None, 1
    if measured := _amount(small, at):
        return measured
    if tone := _tone(word, following):
        return tone
    table = _phrases()
    for size in range(min(LONGEST, len(small) - at), 0, -1):
        found = table.get(" ".join(small[at : at + size]))
        named = size == 1 and before and before[-1].sort == "word" and (not following or _opens_name(following))
        if found and found[0] == "step" and named:
            return "word", None, 1
        if found and found[0] == "way" and size == 1 and _is_named(word, following, before):
            return "word", None, 1
        if found is None or (found[0] == "noun_of_amount" and not _behind_amount(before)):
            continue
        sort = "noun" if found[0] == "noun_of_amount" else found[0]
        if sort == "pronoun" and size == 1 and word in _DETERMINING and _opens_name(following):
            sort = "determiner"
        if sort == "determiner" and word in _OWNING and not _opens_name(following):
            sort = "pronoun"
        return sort, found[1], size
    if word in vocabulary.base_forms and word not in vocabulary["noun_verbs.words"]:
        noun = (before and before[-1].sort == "determiner") or word in vocabulary["states.nouns_in_ing"]
        return _verb(word, following) or (("word" if noun else "order"), None, 1)
    return _verb(word, following) or ("word", None, 1)


def _is_named(word: str, following: str, before: Sequence[Mark]) -> bool:
    """Whether a word that tells a way is a thing there: "the ramp"; "the cut of 10" and "the lower shelf" are not."""
    named = bool(before) and before[-1].text in _THERE and word in _WAYS_AND_THINGS
    return named and following not in ("of", "in", "by")


def _opens_name(word: str) -> bool:
    """Whether a word may begin the name of a thing, behind "that" or "her"."""
    return bool(word) and word not in _phrases() and not word[:1].isdigit() and tone_of(word) is None


def _behind_amount(before: Sequence[Mark]) -> bool:
    return bool(before) and (before[-1].sort in _AFTER_AMOUNT or before[-1].text == "of")


def _amount(small: Sequence[str], at: int) -> tuple[str, Any, int] | None:
    """A number with its sign before it and its unit behind it."""
    sign = _SIGNS.get(small[at])
    size = 1 if sign else 0
    number = _NUMBER.fullmatch(small[at + size]) if at + size < len(small) else None
    if number is None:
        return None
    value = float(number[1])
    unit = small[at + size + 1] if at + size + 1 < len(small) else ""
    size += 2 if unit in _PERCENT or unit in _DEGREES else 1
    signed = -1 if value < 0 else 1 if number[1][0] == "+" else sign or 0
    return "amount", (abs(value), signed, "degrees" if unit in _DEGREES else ""), size


def _tone(word: str, following: str) -> tuple[str, Any, int] | None:
    """A comparative: "darker", "more saturated"."""
    if word in load().tables["colours"]["comparatives"]:
        return None
    if word in ("more", "less") and following:
        tone = tone_of(f"{word} {following}")
        named = tone_of(following)
        return ("tone", tone, 2) if tone and tone.direction and (named is None or named.direction) else None
    tone = tone_of(word) if word.endswith("er") else None
    return ("tone", tone, 1) if tone and tone.direction and tone.comparative else None


@cache
def _base(word: str) -> str:
    return load().base_forms.get(word, word)


def _verb(word: str, following: str) -> tuple[str, Any, int] | None:
    """A verb of a tone: "brighten", "warm up"."""
    if (tone := verb_tone(f"{_base(word)} {following}")) is not None:
        return "tone", tone, 2
    behind = following in load().tables["measures"]["determiners"] or following in ("", "it", "them", "by")
    tone = verb_tone(_base(word)) or (verb_tone(f"{_base(word)} up") if behind and following else None)
    sure = tone_of(word) is None and word not in ("fade", "light", "mute", "dodge")
    return ("tone", tone, 1) if tone and (sure or behind or following[:1].isdigit()) else None
