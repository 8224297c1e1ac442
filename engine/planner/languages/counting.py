"""Numbers of several words as one: "on beş" is 15, "yüzde on beş" is 15%."""

from __future__ import annotations

from typing import Final

from engine.planner.amounts import NUMERALS
from engine.planner.languages.dictionary import Dictionary
from engine.planner.languages.lexing import Token

TENS: Final = range(10, 100, 10)


def counted(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens, tens and ones together; `percent` in the grammar names the word before a percentage."""
    percent = dictionary.grammar.get("percent")
    if not percent:
        return read
    found: list[Token] = []
    for token in read:
        if found and _value(found[-1]) in TENS and 0 < _value(token) < min(TENS):
            before = found.pop()
            token = _number(f"{_value(before) + _value(token)}", before, token)
        found.append(token)
    counted: list[Token] = []
    for token in found:
        if counted and counted[-1].text == percent and token.is_a("Q"):
            token = _number(f"{_value(token) or token.english('Q')}%", counted.pop(), token)
        counted.append(token)
    return counted


def _value(token: Token) -> int:
    """What a numeral is worth; 0 for anything else."""
    return NUMERALS.get(token.english("Q"), 0) if "Q" in token.senses else 0


def _number(english: str, *written: Token) -> Token:
    return Token(english, {"Q": english}, (), " ".join(token.own for token in written))
