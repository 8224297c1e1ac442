"""Clauses that tell of a noun and ask for nothing: "un mec qui passe", "the picture that he drew".

`[grammar.relatives]` of a language's file lists the words that one `begins` with, or how its verb `ends` before its
noun. Where it lists verbs of `standing` too, what is between the two is where the noun is: "the dog, which on the sofa
sits".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from engine.planner.languages.dictionary import UNKNOWN, Dictionary, any_of, forms
from engine.planner.languages.files import load
from engine.planner.languages.glossing import NOUN
from engine.planner.languages.words import Token

TOLD_OF: Final = "NDCS" + UNKNOWN
"""What begins a thing that is told of by a verb before it."""
_PLACE: Final = r"(?P<place>[^,.!?;:\n]{1,60}?)"


def with_places(text: str, dictionary: Dictionary) -> str:
    """The text with a place for each clause that says where the noun before it is."""
    return _standing(dictionary.code).sub(r" \g<place> ", text) if "standing" in _listed(dictionary) else text


@cache
def _standing(code: str) -> re.Pattern[str]:
    begins, verbs = (any_of(forms(_listed(load(code))[key])) for key in ("begins", "standing"))
    return re.compile(rf"(?i), *(?:{begins}) {_PLACE} (?:{verbs})(?:,|(?=$|[.!?;:\n]))")


def without_commands(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens, each verb that tells of a thing no longer one that commands."""
    listed = _listed(dictionary)
    if not listed or "standing" in listed:
        return read
    begins, ends = listed.get("begins", "").split(), tuple(listed.get("ends", "").split())
    return [
        _telling(token)
        if token.verbs
        and (_follows(before, token, begins) if begins else token.own.endswith(ends) and after and after.is_a(TOLD_OF))
        else token
        for before, token, after in zip([None, *read], read, [*read[1:], None], strict=False)
    ]


def _follows(before: Token | None, token: Token, begins: list[str]) -> bool:
    """Whether the verb stands behind such a word, or describes the noun before it: "les yeux fermés"."""
    return before is not None and (before.text in begins or (before.is_a(NOUN) and token.is_a("A")))


def _telling(token: Token) -> Token:
    return replace(token, senses={"A": token.senses["A"]} if token.is_a("A") else {UNKNOWN: token.own}, verbs=())


def _listed(dictionary: Dictionary) -> Mapping[str, str]:
    return dictionary.grammar.get("relatives", {})
