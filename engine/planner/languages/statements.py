"""Sentences beside a request that only tell something: why it is asked for, or what is wrong with the picture.

Only for languages whose file lists, as `telling` in its grammar, how the verbs end that tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from engine.planner.languages.dictionary import Dictionary, folded
from engine.planner.languages.lexing import Token

Part = list[Token]
PLACING: Final = ("+in", "+to", "+from", "+placed")
"""Endings that say where."""


def tells(token: Token, dictionary: Dictionary) -> bool:
    """Whether the token is a verb that tells something, and so ends its clause."""
    listed = dictionary.grammar.get("telling")
    return bool(listed) and not token.verbs and token.is_a("UWM") and _ends(token.text, listed)


def _ends(word: str, listed: str) -> bool:
    return folded(word).endswith(_endings(listed))


@cache
def _endings(listed: str) -> tuple[str, ...]:
    return tuple(folded(listed).split())


def is_statement(part: Sequence[Token], dictionary: Dictionary) -> bool:
    """Whether the clause asks for nothing by itself: it tells something, or how a thing is."""
    words = [token for token in part if token.text != ","]
    if not words or any(token.verbs for token in words):
        return False
    return tells(words[-1], dictionary) or (_describes(words[-1], dictionary) and bool(_topic(words[:-1])))


def _describes(token: Token, dictionary: Dictionary) -> bool:
    """Whether a clause that ends with the token says how something is."""
    listed = dictionary.grammar.get("describing_endings")
    return bool(listed) and (token.is_a("A") or (token.is_a("U") and _ends(token.text, listed)))


def without_statements(parts: Sequence[Part], dictionary: Dictionary, says: Callable[[Part], bool]) -> list[Part]:
    """The parts that ask for something, with what a statement was about where they name nothing themselves.

    Of a complaint that the language's file lists and a verb without an object, the complaint: "it is too dark, fix it".
    """
    found: list[Part] = []
    told: Part = []
    for part, after in pairwise([*parts, []]):
        if not is_statement(part, dictionary):
            found.append([*told, *(token for token in part if not token.is_a("R"))] if told else part)
            told = []
        elif after and _is_bare(after) and says(part):
            found.append(part)
            after.clear()
        else:
            told = _topic(part) if after and _is_bare(after) else []
    found = [part for part in found if part]
    return found or [part for part in parts if part]


def _topic(part: Part) -> Part:
    """The thing that a statement is about: its words up to the last thing that is named."""
    named = [index for index, token in enumerate(part) if token.ended or token.is_a("N")]
    return part[: named[-1] + 1] if named else []


def with_verb_last(part: Part, dictionary: Dictionary) -> Part:
    """The clause with its verb at the end, where what was added behind it goes to the front; empty where it is there.

    What stands behind the verb and is neither its object nor a place is left out: a remark.
    """
    verb = next((index for index, token in enumerate(part) if token.verbs), len(part))
    if dictionary.grammar.get("verb") != "last" or verb >= len(part) - 1:
        return []
    before, behind = part[:verb], part[verb + 1 :]
    belongs = not before or any(token.ended or token.is_a("DX") or token.text in PLACING for token in behind)
    return [*(behind if belongs else ()), *before, part[verb]]


def _is_bare(part: Part) -> bool:
    """Whether a verb stands alone, or but with how much, or with a pronoun."""
    return all(token.verbs or token.is_a("GJR") for token in part)
