"""Clauses that tell of a noun and ask for nothing: "un mec qui passe", "the picture that he drew".

`[grammar.relatives]` of a language's file lists the words that one `begins` with, or how its verb `ends` before its
noun. Where it lists verbs of `standing` too, what is between the two is where the noun is: "the dog, which on the sofa
sits".

Or it lists what `links` one to the noun behind it: "replace the cat with a hat wearing 的 dog". A request has begun
there with a verb that is not `causing` what follows, or with a word `leading` what a verb at its end is done to;
`listing` is what parts nothing inside of one.
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
TELLING: Final = {"V", "A", "E"}
"""What a verb that tells of a thing can be, and nothing else."""
REACH: Final = 24
"""Tokens behind a verb that are looked at for the noun that it tells of."""
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
    if "links" in listed:
        return _without_linked(read, listed)
    begins, ends = listed.get("begins", "").split(), tuple(listed.get("ends", "").split())
    return [
        _telling(token)
        if token.verbs
        and (_follows(before, token, begins) if begins else token.own.endswith(ends) and after and after.is_a(TOLD_OF))
        else token
        for before, token, after in zip([None, *read], read, [*read[1:], None], strict=False)
    ]


def _without_linked(read: list[Token], listed: Mapping[str, str]) -> list[Token]:
    """The tokens, each verb inside of a request that a link ties to a noun behind it no longer one that commands."""
    if listed["links"] not in {token.text for token in read}:
        return read
    words = {key: said.split() for key, said in listed.items()}
    told: list[Token] = []
    commanded = led = False
    for index, token in enumerate(read):
        if token.is_a("J") and token.text not in words["listing"]:
            commanded = led = False
        elif token.text in words["leading"]:
            led = True
        elif token.verbs and token.senses.keys() <= TELLING and token.text not in words["causing"]:
            behind = _linked_to(read[index + 1 : index + REACH], words) if commanded or led else []
            if behind and (commanded or any(one.verbs for one in behind)):
                token = _telling(token)
            else:
                commanded = True
        told.append(token)
    return told


def _linked_to(behind: list[Token], words: Mapping[str, list[str]]) -> list[Token]:
    """What a link ties the verb before these tokens to: the noun and all behind it in the same request."""
    end = next((at for at, one in enumerate(behind) if one.is_a("J") and one.text not in words["listing"]), len(behind))
    link = next((at for at, token in enumerate(behind[:end]) if token.text in words["links"]), end)
    after = behind[link + 1 : end]
    return after if after and after[0].is_a(TOLD_OF) and not after[0].verbs else []


def _follows(before: Token | None, token: Token, begins: list[str]) -> bool:
    """Whether the verb stands behind such a word, or describes the noun before it: "les yeux fermés"."""
    return before is not None and (before.text in begins or (before.is_a(NOUN) and token.is_a("A")))


def _telling(token: Token) -> Token:
    return replace(token, senses={"A": token.senses["A"]} if token.is_a("A") else {UNKNOWN: token.own}, verbs=())


def _listed(dictionary: Dictionary) -> Mapping[str, str]:
    return dictionary.grammar.get("relatives", {})
