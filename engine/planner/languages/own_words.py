"""What was read in English, in the words of its author again: an answer says "Hund" to whoever said "Hund"."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, Final, cast

from engine.operations import OPERATION, Plan
from engine.planner.languages.dictionary import Dictionary, pluralised
from engine.planner.languages.files import load
from engine.planner.languages.glossing import NOUN
from engine.planner.languages.lexing import tokens
from engine.planner.languages.recognition import CHINESE, JAPANESE, SPACED
from engine.planner.languages.words import Token
from engine.planner.normalise import MAX_CHARACTERS

MAX_TOKENS: Final = 160
"""Of an instruction that are looked through."""
MAX_WINDOW: Final = 10
"""Tokens that one thing is told in."""
TOLD: Final = frozenset(
    ["phrase", "prompt", "colour", "size", "ordinal", "relation", "part_of", "place", "change", "what"]
)
"""Fields of operations and targets that hold the author's words."""
_PLACING: Final = frozenset(["on", "in", "at", "to", "of", "by", "into", "under", "over", "behind", "with"])
"""What a place may begin with that its author's language said in another way, as by the case of a noun."""
_SMALL: Final = frozenset(["a", "an", "the", "some"])


def in_own_words(english: str, instruction: str, language: str | None) -> str:
    """The part of the instruction that says what `english` says; `english` itself where no part does.

    language: that of the plan; None: English.
    """
    if language not in (*SPACED, CHINESE, JAPANESE):
        return english
    dictionary = load(language)
    said = tokens(unicodedata.normalize("NFKC", instruction)[:MAX_CHARACTERS], dictionary)[:MAX_TOKENS]
    means = [_meanings(token) for token in said]
    wanted = [word for word in english.lower().split() if word not in _SMALL]
    found = _found(wanted, said, means, dictionary)
    if not found and wanted and wanted[0] in _PLACING:
        found = _found(wanted[1:], said, means, dictionary)
    return found or english


def retold(plan: Plan) -> Plan:
    """The plan with its things and descriptions in its author's words; as it is where those are English."""
    if plan.language is None:
        return plan
    flat = [operation.model_dump(mode="json") for operation in plan.operations]
    told = tuple(OPERATION.validate_python(_retold(one, plan)) for one in flat)
    return plan.model_copy(update={"operations": told})


def _retold(fields: dict[str, Any], plan: Plan) -> dict[str, Any]:
    return {name: _value(name, value, plan) for name, value in fields.items()}


def _value(name: str, value: Any, plan: Plan) -> Any:
    if isinstance(value, dict):
        return _retold(cast("dict[str, Any]", value), plan)
    if name in TOLD and isinstance(value, str):
        return in_own_words(value, plan.instruction, plan.language)
    return value


def _found(words: Sequence[str], said: Sequence[Token], means: Sequence[set[str]], dictionary: Dictionary) -> str:
    """The fewest tokens in a row that have all these words among their meanings, and tell of nothing else."""
    wanted = set(words)
    for size in range(1, min(MAX_WINDOW, len(said)) + 1 if wanted else 0):
        for start in range(len(said) - size + 1):
            window = range(start, start + size)
            if wanted <= set[str]().union(*(means[index] for index in window)) and all(
                wanted & means[index] or not said[index].is_a(NOUN) for index in window
            ):
                between = " " if dictionary.spaced else ""
                return between.join(said[index].own for index in window if said[index].own)
    return ""


def _meanings(token: Token) -> set[str]:
    """Every word of English that the token can stand for."""
    whole = [meaning.lower() for meaning in token.senses.values() if meaning]
    many = [pluralised(meaning) for meaning in whole if "N" in token.senses]
    return {word for meaning in (*whole, *many) for word in meaning.split()}
