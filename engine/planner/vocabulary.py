"""A language's words as data: lists of words by what they do, read once from the language's folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

import tomli

from engine.expressions import regex
from engine.planner.inflection import gerund, participle


def lengths_by_first_word(phrases: Iterable[str]) -> dict[str, int]:
    """Words of the longest phrase that begins with each word."""
    return _lengths((phrase.split(" ", 1)[0], phrase) for phrase in phrases)


def _lengths(phrases: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Words of the longest phrase, for each word that phrases are found by."""
    lengths: dict[str, int] = {}
    for word, phrase in phrases:
        lengths[word] = max(lengths.get(word, 0), phrase.count(" ") + 1)
    return lengths


class Lexicon:
    """A set of words and phrases that finds its members in lower-case text, the longest first."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self.phrases = frozenset(phrases)

    @cached_property
    def _opening(self) -> Mapping[str, int]:
        return lengths_by_first_word(self.phrases)

    @cached_property
    def _closing(self) -> Mapping[str, int]:
        return _lengths((phrase.rsplit(" ", 1)[-1], phrase) for phrase in self.phrases)

    def __contains__(self, phrase: str) -> bool:
        return phrase in self.phrases

    def openings(self, text: str) -> Iterator[str]:
        """The members that `text` begins with, the longest first."""
        longest = self._opening.get(text.split(" ", 1)[0], 0)
        if not longest:
            return
        words = text.split(" ", longest)
        for size in range(min(longest, len(words)), 0, -1):
            phrase = " ".join(words[:size])
            if phrase in self.phrases:
                yield phrase

    def opens(self, word: str) -> bool:
        """Whether any member begins with that word."""
        return word in self._opening

    def leading(self, text: str) -> str | None:
        """The longest member that `text` begins with."""
        return next(self.openings(text), None)

    def trailing(self, text: str) -> str | None:
        """The longest member that `text` ends with."""
        longest = self._closing.get(text.rsplit(" ", 1)[-1], 0)
        words = text.rsplit(" ", longest)
        for size in range(min(longest, len(words)), 0, -1):
            phrase = " ".join(words[-size:])
            if phrase in self.phrases:
                return phrase
        return None

    def find(self, text: str) -> tuple[int, str] | None:
        """The first member in `text`, as (index of its first word, member); punctuation is no part of words."""
        words = [word.strip(",.:'") for word in text.split(" ")]
        for start, word in enumerate(words):
            for size in range(min(self._opening.get(word, 0), len(words) - start), 0, -1):
                phrase = " ".join(words[start : start + size])
                if phrase in self.phrases:
                    return start, phrase
        return None


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """All the words of one language."""

    openings: Mapping[str, tuple[str, ...]]
    """Verb phrase in any form -> the classes it belongs to."""
    base_forms: Mapping[str, str]
    participles: Mapping[str, str]
    """"painted" -> "paint"."""
    classes: Mapping[str, tuple[str, ...]]
    """Class name -> its words, for the middle of a pattern."""
    lexicons: Mapping[str, Lexicon]
    """"words.pronoun", "looks.heads", "defects.rain", ... -> its members."""
    tables: Mapping[str, Mapping[str, Any]]
    """The data as written, file by file."""
    words: frozenset[str]
    """Every single word that any of them knows."""

    def __getitem__(self, name: str) -> Lexicon:
        return self.lexicons[name]


def _verbs(
    words: Mapping[str, Any], tones: Iterable[str]
) -> tuple[dict[str, set[str]], dict[str, str], dict[str, str]]:
    openings: dict[str, set[str]] = {}
    base: dict[str, str] = {}
    participles: dict[str, str] = {}
    for name, verbs in {**words["verbs"], "tone": list(tones)}.items():
        for verb in verbs:
            for form in (verb, words["gerunds"].get(verb) or gerund(verb)):
                openings.setdefault(form, set()).add(name)
                base.setdefault(form, verb)
            participles.setdefault(words["participles"].get(verb) or participle(verb), verb)
    for name, phrases in words["classes"].items():
        for phrase in phrases:
            openings.setdefault(phrase, set()).add(name)
    return openings, base, participles


@cache
def expression(name: str, language: str = "english") -> re.Pattern[str]:
    """A regular expression of the language, compiled when it is first used."""
    return regex(_expressions(language)[name].replace("\n", ""))


@cache
def _expressions(language: str) -> dict[str, str]:
    return tomli.loads((Path(__file__).parent / language / "expressions.toml").read_text("utf-8"))


def load(language: str = "english") -> Vocabulary:
    """The vocabulary in the folder of that name beside this module, read once."""
    return _load(language)


@cache
def _load(language: str) -> Vocabulary:
    folder = Path(__file__).parent / language
    tables = {
        path.stem: tomli.loads(path.read_text("utf-8"))
        for path in sorted(folder.glob("*.toml"))
        if path.stem != "expressions"
    }
    words, tone = tables["words"], tables["tone"]
    properties = {name: entry for name, entry in tone.items() if name not in ("degrees", "scope")}
    toning = [verb for entry in properties.values() for verb in (*entry.get("raise", ()), *entry.get("lower", ()))]
    openings, base, participles = _verbs(words, toning)
    groups: dict[str, dict[str, Any]] = {**words, "colours": tables["colours"], "scope": tone["scope"]}
    lexicons = {
        f"{table}.{name}": Lexicon(cast("list[str]", members))
        for table, entries in groups.items()
        for name, members in entries.items()
        if isinstance(members, list)
    }
    classes = {name: tuple(form for form, of in openings.items() if name in of) for name in {*words["verbs"], "tone"}}
    listed = (lexicon.phrases for lexicon in lexicons.values())
    classes |= {name: tuple(phrases) for name, phrases in (words["words"] | words["classes"]).items()}
    return Vocabulary(
        openings={form: tuple(sorted(names)) for form, names in openings.items()},
        base_forms=base,
        participles=participles,
        classes=classes,
        lexicons=lexicons,
        tables=tables,
        words=frozenset(
            word for phrases in (openings, *classes.values(), *listed) for one in phrases for word in one.split(" ")
        ),
    )
