"""Pronouns where English has them: behind their verbs, and none that only say who asks.

Only for languages whose file names them: `proclitics`, pronouns before a verb and what each is behind it; `ethic`,
pronouns of who asks, which are left out where the verb has another object; `affected`, those of whom a thing belongs to
that is told behind them; `subjects`, who is asked to do something; `many`, articles that only plurals follow.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Final

from engine.planner.languages.dictionary import Dictionary, english, pluralised
from engine.planner.languages.lexing import tokens
from engine.planner.languages.topics import taken_up
from engine.planner.languages.words import Token

OBJECT: Final = "DRQK"
"""What a verb's object begins with."""
OWN: Final = ("the", "his", "your")
"""What stands before a thing that belongs to whom the pronoun before it means."""
SAME: Final = ("s", "x", "z")
"""How nouns end whose plural is no other."""


def with_clitics_read(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens with their pronouns behind the verbs, and the thing that one takes up in its place."""
    if "proclitics" not in dictionary.grammar:
        return read
    read = _behind_verbs(_many(read, dictionary), dictionary)
    behind = {token.text for token in _pronouns(dictionary).values()} - {*dictionary.grammar["ethic"].split()}
    return _without_ethic(taken_up(read, behind, dictionary), dictionary)


def _many(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens with those nouns plural that look the same in the singular: "dans ses bras"."""
    articles = dictionary.grammar.get("many", "").split()
    return [
        replace(token, senses={**token.senses, "N": pluralised(token.senses["N"])})
        if before and before.text in articles and token.text[-1:] in SAME and _is_one(token, dictionary)
        else token
        for before, token in zip([None, *read], read, strict=False)
    ]


def _is_one(token: Token, dictionary: Dictionary) -> bool:
    noun = token.senses.get("N", "s")
    known = noun[-1] == "s" or token.text[:-1] in dictionary.words
    return not known and noun not in english()["pairs"]["nouns"].split()


def _behind_verbs(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens with objects behind the verbs that they stand before, without subjects: "tu la mets" as "mets -la"."""
    moved, subjects = list(read), dictionary.grammar.get("subjects", "").split()
    for index in range(len(moved) - 2, -1, -1):
        pronoun = _pronouns(dictionary).get(moved[index].text)
        if pronoun and moved[index + 1].only_commands:
            moved[index : index + 2] = [moved[index + 1], replace(pronoun, own=moved[index].own)]
        elif moved[index].text in subjects and moved[index + 1].only_commands:
            del moved[index]
    return moved


@cache
def _pronouns(dictionary: Dictionary) -> dict[str, Token]:
    """A pronoun before a verb -> the token that it is behind one."""
    pairs = (pair.partition(">") for pair in dictionary.grammar["proclitics"].split())
    return {before: token for before, _, behind in pairs for token in tokens(behind, dictionary)}


def _without_ethic(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens without pronouns that only say who asks: "enlève-moi ce type", but not "rends-moi plus mince"."""
    around = zip([None, *read], read, [*read[1:], None], strict=False)
    return [token for before, token, after in around if not _is_idle(before, token, after, dictionary)]


def _is_idle(before: Token | None, token: Token, after: Token | None, dictionary: Dictionary) -> bool:
    if token.text in dictionary.grammar.get("affected", "").split():
        return bool(after and after.senses.get("D") in OWN)
    if token.text not in dictionary.grammar.get("ethic", "").split() or (before and before.is_a("P")):
        return False
    return not (before and before.verbs) or bool(after and after.is_a(OBJECT))
