"""Ways of saying things: patterns with slots, written as data, matched against one clause.

A pattern is words and `<classes>`, `{slots}`, `(optional parts)` and `[this|or that]`. Each becomes one regular
expression over " clause": every part brings its own leading space, so slots end at word boundaries, and no part
repeats, so matching never backtracks exponentially. Patterns are found by the verb a clause opens with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as Entries
from dataclasses import dataclass
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from engine.expressions import regex
from engine.planner.telling import telling_words, words_of
from engine.planner.vocabulary import Vocabulary, lengths_by_first_word, load

TOKEN = regex(r"[()\[\]|]|<\w+>|\{\w+\}|[^\s()\[\]|]+")
OPENING_WORDS = 5
_COMMON = frozenset(
    ["a", "and", "are", "be", "have", "i", "in", "is", "it", "my", "of", "so", "the", "to", "was", "were"]
)
"""Words of most sentences, which tell no saying from another."""
PARTICLES = frozenset([" out", " away"])
"""Behind a verb they make another one of it: "clone out" is no way of cloning."""
CUTTING = frozenset(["crop", "cut", "blur"])
"""Verbs that mean the same with and without them."""

_preference = itemgetter(0, 1)

Part = str | tuple["Sequence", ...]
"""A word, `<class>` or `{slot}`; or alternatives, of which an empty one makes the part optional."""
Sequence = tuple[Part, ...]


class Fit(NamedTuple):
    """A saying that fits a clause, with the words in its slots."""

    saying: Saying
    verb: str
    """The base form of the opening verb; empty where the pattern opens with a slot."""
    slots: dict[str, str]


@dataclass(eq=False)
class Saying:
    """One pattern, compiled on first use; `head` is the verb class or "=word" it opens with, already consumed."""

    order: int
    entry: Mapping[str, Any]
    head: str
    rest: Sequence
    vocabulary: Vocabulary
    telling: Mapping[str, frozenset[str]]
    """Slot -> words of which it has to hold one for the reader to make anything of it."""

    @cached_property
    def reader(self) -> str:
        """The name of the reader that makes operations of it; empty for a hint."""
        return self.entry.get("reader", "")

    @property
    def kind(self) -> str:
        """What the reader is to make of it, where it makes several things."""
        return self.entry.get("kind", "")

    @cached_property
    def degree(self) -> bool:
        """Whether it is matched without words of degree."""
        return self.entry.get("degree", False)

    @cached_property
    def noun_first(self) -> bool:
        """Whether the pattern opens with a slot."""
        return not self.head and isinstance(self.rest[0], str) and self.rest[0].startswith("{")

    @cached_property
    def outdone(self) -> bool:
        """Whether it is not meant where the clause opens with an order, because it opens with a slot."""
        return self.noun_first and self.reader not in self.vocabulary.tables["sayings"]["order_anyway"]

    @cached_property
    def needed(self) -> tuple[frozenset[str], ...]:
        """Sets of words, one each of which must be in the text: looked up before the expression is tried."""
        return tuple(sorted(_needed(self.rest, self.telling), key=len))

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The rest of the pattern, anchored at both ends."""
        return re.compile(f"{_expression(self.rest, self.vocabulary)}$")


class Group:
    """Sayings that open alike, found by the words that they need."""

    def __init__(self) -> None:
        self.sayings: list[Saying] = []

    @cached_property
    def _always(self) -> list[Saying]:
        return [saying for saying in self.sayings if not saying.needed]

    @cached_property
    def _by_word(self) -> dict[str, list[Saying]]:
        """Every saying under each of the words of which it needs one."""
        index: dict[str, list[Saying]] = {}
        for saying in self.sayings:
            for word in saying.needed[0] if saying.needed else ():
                index.setdefault(word, []).append(saying)
        return index

    def told_by(self, words: frozenset[str]) -> Iterator[Saying]:
        """Those whose needed words are all among the words of the text, in no order."""
        yield from self._always
        told = [self._by_word[word] for word in words & self._by_word.keys()]
        for saying in told[0] if len(told) == 1 else {one for group in told for one in group}:
            if len(saying.needed) == 1 or not any(map(words.isdisjoint, saying.needed[1:])):
                yield saying


def _needed(sequence: Sequence, telling: Mapping[str, frozenset[str]]) -> Iterator[frozenset[str]]:
    """Sets of words of which any text that fits the sequence holds one each; classes and most slots need none here."""
    for part in sequence:
        if isinstance(part, tuple):
            firsts = [next(_needed(one[:1], telling), None) if one else None for one in part]
            if all(firsts):
                yield frozenset[str]().union(*(first for first in firsts if first))
        elif part[0] == "{":
            if words := telling.get(part[1:-1]):
                yield words
        elif part[0] != "<":
            yield frozenset([part])


def _parse(tokens: list[str], closing: str = "") -> tuple[Sequence, ...]:
    """Alternatives up to the closing bracket, consuming the tokens."""
    alternatives: list[Sequence] = []
    parts: list[Part] = []
    while tokens:
        token = tokens.pop(0)
        if token == closing:
            break
        if token == "|":
            alternatives.append(tuple(parts))
            parts = []
        elif token == "(":
            parts.append((*_parse(tokens, ")"), ()))
        elif token == "[":
            parts.append(_parse(tokens, "]"))
        else:
            parts.append(token)
    return (*alternatives, tuple(parts))


def _expression(sequence: Sequence, vocabulary: Vocabulary) -> str:
    return "".join(_part(part, vocabulary) for part in sequence)


def _part(part: Part, vocabulary: Vocabulary) -> str:
    if isinstance(part, tuple):
        optional = "?" if () in part else ""
        return f"(?:{'|'.join(_expression(one, vocabulary) for one in part if one)}){optional}"
    if part.startswith("{"):
        return f"(?P<{part[1:-1]}> .+?)"
    if part.startswith("<"):
        words = sorted(vocabulary.classes[part[1:-1]], key=len, reverse=True)
        return f" (?:{'|'.join(map(re.escape, words))})"
    return f" {re.escape(part)}"


def _unfolded(sequence: Sequence) -> Iterator[Sequence]:
    """The sequence with its leading alternatives written out, so that each begins with a word, class or slot."""
    if sequence and isinstance(sequence[0], tuple):
        for alternative in sequence[0]:
            yield from _unfolded((*alternative, *sequence[1:]))
    elif sequence:
        yield sequence


def told_by(patterns: Iterable[str], vocabulary: Vocabulary) -> frozenset[str]:
    """Words of which any text that fits one of the patterns holds one at least."""
    return frozenset[str]().union(*(_told_by(_parse(TOKEN.findall(one))[0], vocabulary) for one in patterns))


def _told_by(sequence: Sequence, vocabulary: Vocabulary) -> frozenset[str]:
    if needed := list(_needed(sequence, {})):
        return min(needed, key=lambda words: (len(words & _COMMON), len(words)))
    heads = (_head(one[0], vocabulary) for one in _unfolded(sequence))
    return frozenset[str]().union(*(_opening_words(head, vocabulary) for head in heads))


def _opening_words(head: str, vocabulary: Vocabulary) -> frozenset[str]:
    """The first words of what a pattern with that head opens with."""
    if head.startswith("="):
        return frozenset([head[1:]])
    return frozenset(phrase.split(" ", 1)[0] for phrase in vocabulary.classes.get(head, ()))


def _head(first: Part, vocabulary: Vocabulary) -> str:
    assert isinstance(first, str)
    if first.startswith("<"):
        return first[1:-1] if first[1:-1] not in vocabulary.tables["words"]["words"] else ""
    return "" if first.startswith("{") else f"={first}"


def _read(entries: Entries[Mapping[str, Any]], vocabulary: Vocabulary) -> Iterator[Saying]:
    """The sayings of the entries, in order of preference."""
    order = 0
    for entry in entries:
        telling = telling_words(entry.get("reader", ""), vocabulary)
        for pattern in entry["patterns"]:
            for sequence in _unfolded(_parse(TOKEN.findall(pattern))[0]):
                head = _head(sequence[0], vocabulary)
                yield Saying(order, entry, head, sequence[1:] if head else sequence, vocabulary, telling)
                order += 1


class Sayings:
    """Patterns of a language, found by how a clause opens."""

    def __init__(self, every: Iterable[Saying], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._groups: dict[tuple[str, bool, bool], Group] = {}
        """By the head, whether they are matched without words of degree, and whether an order outdoes them."""
        self._reach = lengths_by_first_word(vocabulary.openings)
        for saying in every:
            self._groups.setdefault((saying.head, saying.degree, saying.outdone), Group()).sayings.append(saying)

    @classmethod
    def of(cls, entries: Entries[Mapping[str, Any]], vocabulary: Vocabulary) -> Sayings:
        """The sayings of entries as the data lists them."""
        return cls(_read(entries, vocabulary), vocabulary)

    def only(self, readers: frozenset[str]) -> Sayings:
        """Those for some readers alone."""
        return Sayings((saying for saying in self._every() if saying.reader in readers), self._vocabulary)

    def _every(self) -> Iterator[Saying]:
        return (saying for group in self._groups.values() for saying in group.sayings)

    def _heads(self, low: str) -> list[tuple[str, int]]:
        """The heads that a clause opens with, each with the length of the opening that it consumes."""
        words = low.split(" ", OPENING_WORDS)
        heads: list[tuple[str, int]] = [("", 0), (f"={words[0]}", len(words[0]))]
        longest = ""
        for size in range(min(OPENING_WORDS, len(words), self._reach.get(words[0], 0)), 0, -1):
            phrase = " ".join(words[:size])
            if longest and longest[len(phrase) :] in PARTICLES and phrase not in CUTTING:
                continue
            if (names := self._vocabulary.openings.get(phrase)) is not None:
                heads += [(name, len(phrase)) for name in names]
                longest = longest or phrase
        return heads

    def _told(self, low: str, degree: bool | None, ordered: bool) -> list[tuple[int, int, Saying]]:
        """Sayings that may fit a clause as (order, minus the length of the opening consumed, saying), by preference."""
        words = words_of(low)
        told = [
            (saying.order, -length, saying)
            for head, length in self._heads(low)
            for stripped in ((False, True) if degree is None else (degree,))
            for outdone in ((False,) if ordered or head else (False, True))
            if (group := self._groups.get((head, stripped, outdone)))
            for saying in group.told_by(words)
        ]
        told.sort(key=_preference)
        return told

    def fits(self, low: str, original: str, degree: bool | None, *, ordered: bool = False) -> Iterator[tuple[int, Fit]]:
        """Every saying that fits the clause, by preference; `low` is `original` in lower case, of the same length.

        degree: those that are matched without words of degree, or the others; None: all, where there are no such words.
        ordered: the clause opens with a verb that is no noun.
        """
        comma = " , " in low
        for _, consumed, saying in self._told(low, degree, ordered):
            length = -consumed
            rest = f" {low}" if length == 0 else low[length:]
            match = saying.regex.match(rest)
            if match is None or (comma and any(said and said.startswith(" ,") for said in match.groups())):
                continue
            shift = length - (1 if length == 0 else 0)
            slots = {
                name: original[match.start(name) + shift + 1 : match.end(name) + shift]
                for name, words in match.groupdict().items()
                if words
            }
            verb = self._vocabulary.base_forms.get(low[:length], low[:length])
            yield saying.order, Fit(saying, verb, slots)


@cache
def sayings(language: str = "english") -> Sayings:
    """The sayings of a language, built once."""
    vocabulary = load(language)
    return Sayings.of(vocabulary.tables["sayings"]["say"], vocabulary)
