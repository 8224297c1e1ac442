"""Words that tell at a glance what a text cannot be about: where there are none of tone, no tone is looked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from engine.expressions import regex
from engine.planner.amounts import NUMERALS
from engine.planner.vocabulary import Vocabulary

NUMBER = "#"
"""Stands among the words of a text for any word that has a digit."""
TONES = "tone"
_DIGIT = regex(r"\d")


def words_of(low: str) -> frozenset[str]:
    """The words of a text, those with a hyphen also in their parts; NUMBER too where there is any digit."""
    words = frozenset(low.split(" "))
    if "-" in low:
        words = words.union(low.replace("-", " ").split(" "))
    return words | {NUMBER} if _DIGIT.search(low) else words


@cache
def telling_words(reader: str, vocabulary: Vocabulary) -> Mapping[str, frozenset[str]]:
    """Slot -> words of which it holds one wherever that reader makes anything of it, as the sayings' data tells."""
    slots: Mapping[str, list[str]] = vocabulary.tables["sayings"]["slots"].get(reader, {})
    return {slot: frozenset(_last_words(names, vocabulary)) for slot, names in slots.items()}


@cache
def tone_words(vocabulary: Vocabulary) -> frozenset[str]:
    """The last words of what tones are called."""
    return frozenset(_tones(vocabulary))


def _last_words(names: Iterable[str], vocabulary: Vocabulary) -> Iterator[str]:
    """The last word of every phrase in the lexicons and groups of lexicons named; other names are words themselves."""
    for name in names:
        found = [one for key, one in vocabulary.lexicons.items() if key == name or key.startswith(f"{name}.")]
        yield from (phrase.rsplit(" ", 1)[-1] for lexicon in found for phrase in lexicon.phrases)
        if name == NUMBER:
            yield from (NUMBER, *NUMERALS)
        elif name == TONES:
            yield from _tones(vocabulary)
        elif not found:
            yield name


def _tones(vocabulary: Vocabulary) -> Iterator[str]:
    """The last words of what tones are called, and the families of colours, which a tone may be of."""
    yield from vocabulary.tables["colours"]["families"]
    for entry in vocabulary.tables["tone"].values():
        for field in ("nouns", "negative_nouns", "more", "less"):
            yield from (phrase.rsplit(" ", 1)[-1] for phrase in entry.get(field, ()))
