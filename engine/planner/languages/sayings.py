"""Whole clauses as a language's file lists them: said just so, or with slots in them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from engine.planner.languages.dictionary import Dictionary
from engine.planner.languages.files import load
from engine.planner.languages.patterns import Patterns
from engine.planner.languages.words import Token

MAX_CLAUSE: Final = 80
"""Tokens of one request that are read, as the rules read 320 characters of it."""
MAX_SAYING: Final = 8
"""Tokens of a saying without slots."""


@cache
def sayings(code: str) -> Patterns:
    """The patterns of a language's clauses."""
    dictionary = load(code)
    return Patterns(dictionary.sayings, dictionary)


def says(part: list[Token], dictionary: Dictionary, word: str = "") -> bool:
    """Whether a saying fits, with slots or without, that asks for something; word: one that its file has in it."""
    if is_saying(part, dictionary):
        return True
    match = sayings(dictionary.code).match([token for token in part if not token.is_a("GJ")])
    return match is not None and match.english != "" and (not word or word in match.source)


def is_saying(part: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether it is a saying without slots."""
    return len(part) <= MAX_SAYING and fixed(joined(part, dictionary), dictionary) is not None


def fixed(words: str, dictionary: Dictionary) -> str | None:
    """The English of a saying without slots."""
    return dictionary.whole_sayings.get(dictionary.key(words))


def joined(part: Sequence[Token], dictionary: Dictionary) -> str:
    """The tokens as their author wrote them."""
    between = " " if dictionary.spaced else ""
    return between.join(token.own for token in part if token.own).replace(" ,", ",").strip(" ,")
