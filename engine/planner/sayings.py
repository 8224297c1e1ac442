"""Ways of saying things: patterns with slots, written as data, matched against one clause.

A pattern is words and `<classes>`, `{slots}`, `(optional parts)` and `[this|or that]`. Each becomes one regular
expression over " clause": every part brings its own leading space, so slots end at word boundaries, and no part
repeats, so matching never backtracks exponentially. Patterns are found by the verb a clause opens with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

from engine.planner.vocabulary import Vocabulary, lengths_by_first_word, load

TOKEN = re.compile(r"[()\[\]|]|<\w+>|\{\w+\}|[^\s()\[\]|]+")
OPENING_WORDS = 5
MAX_CACHED = 2000

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
    reader: str
    kind: str
    degree: bool
    head: str
    rest: Sequence
    vocabulary: Vocabulary

    @property
    def noun_first(self) -> bool:
        """Whether the pattern opens with a slot."""
        return not self.head and isinstance(self.rest[0], str) and self.rest[0].startswith("{")

    @cached_property
    def needed(self) -> tuple[frozenset[str], ...]:
        """Sets of words, one each of which must be in the text: looked up before the expression is tried."""
        return tuple(sorted(_needed(self.rest), key=len))

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The rest of the pattern, anchored at both ends."""
        return re.compile(f"{_expression(self.rest, self.vocabulary)}$")


def _needed(sequence: Sequence) -> Iterator[frozenset[str]]:
    """Sets of words of which any text that fits the sequence holds one each; classes and slots need none here."""
    for part in sequence:
        if isinstance(part, tuple):
            firsts = [next(_needed(one[:1]), None) if one else None for one in part]
            if all(firsts):
                yield frozenset[str]().union(*(first for first in firsts if first))
        elif part[0] not in "<{":
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


def _head(first: Part, vocabulary: Vocabulary) -> str:
    assert isinstance(first, str)
    if first.startswith("<"):
        return first[1:-1] if first[1:-1] not in vocabulary.tables["words"]["words"] else ""
    return "" if first.startswith("{") else f"={first}"


class Sayings:
    """The patterns of a language, in order of preference."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._by_head: dict[str, list[Saying]] = {}
        self._cache: dict[tuple[bool, tuple[tuple[str, int], ...]], list[tuple[Saying, int]]] = {}
        self._reach = lengths_by_first_word(vocabulary.openings)
        order = 0
        for entry in vocabulary.tables["sayings"]["say"]:
            for pattern in entry["patterns"]:
                for sequence in _unfolded(_parse(TOKEN.findall(pattern))[0]):
                    self._add(order, entry, sequence)
                order += 1

    def _add(self, order: int, entry: Mapping[str, Any], sequence: Sequence) -> None:
        head = _head(sequence[0], self._vocabulary)
        saying = Saying(
            order,
            entry["reader"],
            entry.get("kind", ""),
            entry.get("degree", False),
            head,
            sequence[1:] if head else sequence,
            self._vocabulary,
        )
        self._by_head.setdefault(head, []).append(saying)

    def _candidates(self, low: str, degree: bool) -> list[tuple[Saying, int]]:
        """Sayings that may fit, each with the length of the opening it consumed."""
        words = low.split(" ", OPENING_WORDS)
        heads: list[tuple[str, int]] = [("", 0), (f"={words[0]}", len(words[0]))]
        for size in range(min(OPENING_WORDS, len(words), self._reach.get(words[0], 0)), 0, -1):
            phrase = " ".join(words[:size])
            heads += [(name, len(phrase)) for name in self._vocabulary.openings.get(phrase, ())]
        known = degree, tuple(one for one in heads if one[0] in self._by_head)
        found = self._cache.get(known)
        if found is None:
            every = [(saying, length) for head, length in known[1] for saying in self._by_head[head]]
            found = sorted((one for one in every if one[0].degree == degree), key=lambda one: (one[0].order, -one[1]))
            if len(self._cache) < MAX_CACHED:
                self._cache[known] = found
        return found

    def fits(self, low: str, original: str, degree: bool) -> Iterator[tuple[int, Fit]]:
        """Every saying that fits the clause, by preference; `low` is `original` in lower case, of the same length."""
        words = frozenset(low.split(" "))
        for saying, length in self._candidates(low, degree):
            if any(map(words.isdisjoint, saying.needed)):
                continue
            rest = f" {low}" if length == 0 else low[length:]
            match = saying.regex.match(rest)
            if match is None:
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
    return Sayings(load(language))
