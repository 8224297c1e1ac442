"""Ways of saying things in another language: patterns with slots over the tokens of a clause, and their English.

A pattern is words, `<classes of verbs>` and `{slots}`; `(x)` may be left out, `[x|y]` is one of several. A slot takes
any tokens, as few as possible, unless its name is in `TYPED`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from engine.expressions import regex
from engine.planner.languages.dictionary import UNKNOWN, Dictionary, is_whole
from engine.planner.languages.words import Token

NUANCE: Final = "nuance"
"""The slot of a colour that another word tells more exactly, where describing words follow: "verde salvia"."""
TYPED: Final[Mapping[str, str]] = {
    "colour": "CSJW",
    "other": "CSJW",
    NUANCE: "CSJW",
    "tone": "TJ",
    "state": "A",
    "which": "LOACSX",
    "where": "X",
    "side": "XL",
    "number": "Q",
    "text": "UK",
    "said": "UK",
    "old": "K",
    "property": "B",
    "these": "D",
    "spot": "NU",
    "doing": "E",
}
"""Slots that take only words of these kinds."""
NAMED: Final[Mapping[str, str]] = {"colour": "C", "other": "C", NUANCE: "C", "tone": "T"}
"""What one of their words must be at least."""
MAX_TOKENS: Final = 40
_TOKEN = regex(r"[()\[\]|]|<\w+>|\{\w+\}|[^()\[\]|{}<]+")
_SYMBOL = regex(r"[()\[\]|{<]")
_ANY = r"<(?!V )[^<>]*>"
_NO_ENDING = r"(?!<M  \+)"
"""What a slot does not begin with: an ending, which belongs to the word before it."""
_ENDED = r"<[A-Z]*E[A-Z]* [^<>]*>"
"""A word whose ending tells that a thing ends there."""
_NOUN = r"<(?!V )[A-Z]*[NUKR][A-Z]* [^<>]*>"
_LISTED = r"<[A-Z]*N[A-Z]* [^<>]*>"
_LAST: Final[Mapping[str, str]] = {"object": _ENDED, "subject": _NOUN, "kind": _LISTED}
"""What these slots end with, where that of others may be any word but an article."""
_CONTENT = r"<(?!V )[A-Z]*[^DPJM ][A-Z]* [^<>]*>"
"""What a slot may end with: no article and no preposition, which belong to what follows."""


@dataclass(eq=False)
class Pattern:
    """One way of saying what `english` says."""

    order: int
    english: str
    source: tuple[str, ...]
    dictionary: Dictionary

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern over coded tokens."""
        return re.compile("".join(self._part(part) for part in self.source))

    def _part(self, part: str) -> str:
        if part in "()[]|":
            return {"(": "(?:", ")": ")?", "[": "(?:", "]": ")", "|": "|"}[part]
        if part.startswith("{"):
            return f"(?P<{part[1:-1]}>{self._slot(part[1:-1])})"
        if part.startswith("<"):
            return rf"<[A-Z]* (?:[\w ]+ )?{part[1:-1]} [^<>]*>"
        return rf"<[A-Z]* (?:[\w ]* )?{re.escape(part)}>"

    def _slot(self, name: str) -> str:
        kinds, must = TYPED.get(name), NAMED.get(name)
        if not kinds:
            return f"{_NO_ENDING}(?:{_ANY})*?{_LAST.get(name, _CONTENT)}"
        token = rf"<[A-Z]*[{kinds}][A-Z]* [^<>]*>"
        named = rf"(?=(?:{token})*?<[A-Z]*{must})" if must else ""
        nuance = rf"<[A-Z]*[N{UNKNOWN}][A-Z]* [^<>]*>" if name == NUANCE else ""
        return f"{named}(?:{token})+?{nuance}"

    @property
    def anchors(self) -> list[str]:
        """What a clause must have one of for this to fit: a verb where there is one, else a word."""
        must: list[str] = []
        either: list[list[str]] = []
        inside = ""
        for part in self.source:
            if part in "([":
                inside += part
                either += [[]] if inside == "[" else []
            elif part in ")]":
                inside = inside[:-1]
            elif part != "|" and not part.startswith("{") and inside in ("", "["):
                (either[-1] if inside else must).append(part)
        verbs = [part for part in must if part.startswith("<")]
        groups = [[max(verbs or must, key=len)]] if must else sorted(either, key=lambda group: "<" not in group[0][:1])
        return groups[0] if groups else [""]

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """Words, verbs and kinds of words: a clause needs one of each set for this to fit."""
        found: list[frozenset[str]] = []
        inside = ""
        options: list[list[str]] = []
        for part in self.source:
            if part in "([":
                inside += part
                options = [list[str]()] if inside == "[" else options
            elif part in ")]":
                if inside == "[" and all(options):
                    found.append(frozenset[str]().union(*options))
                inside = inside[:-1]
            elif part == "|" and inside == "[":
                options.append([])
            elif part != "|" and (needed := _needed(part)):
                if inside == "[":
                    options[-1] = options[-1] or needed
                elif not inside:
                    found.append(frozenset(needed))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern that fits, with the tokens in its slots."""

    english: str
    slots: Mapping[str, list[Token]]
    source: tuple[str, ...]
    """The parts of the pattern."""


class Patterns:
    """The patterns of a language, found by a verb or a word that they need."""

    def __init__(self, written: Mapping[str, Iterable[str]], dictionary: Dictionary) -> None:
        sources = [(english, source) for english, sources in written.items() for source in sources]
        self.patterns = [
            Pattern(order, english, _divided(source, dictionary), dictionary)
            for order, (english, source) in enumerate(sources)
            if not is_whole(source)
        ]
        """By preference."""
        self._by_anchor: dict[str, list[Pattern]] = {}
        for pattern in self.patterns:
            for anchor in pattern.anchors:
                self._by_anchor.setdefault(anchor, []).append(pattern)

    def match(self, tokens: Sequence[Token]) -> Match | None:
        """The first pattern that fits all the tokens."""
        if not 1 < len(tokens) <= MAX_TOKENS:
            return None
        coded = [token.coded for token in tokens]
        text = "".join(coded)
        says = {f"<{verb}>" for token in tokens for verb in token.verbs}.union([token.text for token in tokens], ("",))
        has = says | _ends_and_kinds(tokens)
        for pattern in self._candidates(says):
            if not any(map(has.isdisjoint, pattern.needs)) and (fit := pattern.regex.fullmatch(text)):
                return Match(pattern.english, dict(_slots(fit, coded, tokens)), pattern.source)
        return None

    def _candidates(self, says: Iterable[str]) -> list[Pattern]:
        found = {pattern.order: pattern for anchor in says for pattern in self._by_anchor.get(anchor, ())}
        return [found[order] for order in sorted(found)]


def _ends_and_kinds(tokens: Sequence[Token]) -> set[str]:
    """What else patterns may need of a clause: how its words with spaces end, and its kinds of words."""
    has = {f"{{{kind}" for token in tokens for kind in token.senses}
    if any(token.ended for token in tokens):
        has.add("{E")
    spaced = (token.text.split(" ") for token in tokens if " " in token.text)
    has.update(" ".join(words[start:]) for words in spaced for start in range(1, len(words)))
    return has


def _needed(part: str) -> list[str]:
    """What a part of a pattern needs: a word or a verb itself; of a slot for some kinds of words, one of these."""
    if not part.startswith("{"):
        return [part]
    name = part[1:-1]
    return [f"{{{kind}" for kind in NAMED.get(name, TYPED.get(name, ""))]


def _divided(source: str, dictionary: Dictionary) -> tuple[str, ...]:
    """The parts of a pattern, its words divided as those of clauses are."""
    parts = _TOKEN.findall(source if dictionary.spaced else source.replace(" ", ""))
    return tuple(piece for part in parts for piece in ([part] if _SYMBOL.match(part) else dictionary.pieces(part)))


def _slots(fit: re.Match[str], coded: list[str], tokens: Sequence[Token]) -> Iterator[tuple[str, list[Token]]]:
    starts: dict[int, int] = {}
    offset = 0
    for index, code in enumerate(coded):
        starts[offset] = index
        offset += len(code)
    starts[offset] = len(coded)
    for name in fit.groupdict():
        if fit.start(name) >= 0:
            yield name, list(tokens[starts[fit.start(name)] : starts[fit.end(name)]])
