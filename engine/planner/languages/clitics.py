"""Pronouns where English has them, and things said first that a pronoun takes up: "la table, tu peux la décaler ?".

Only for languages whose file names them: `proclitics`, pronouns before a verb and what each is behind it; `ethic`,
pronouns of who asks, which are left out where the verb has another object; `affected`, those of whom a
thing belongs to that is told behind them; `relatives`, behind which a verb commands nothing; `subjects`, who is asked
to do something; `presenting`, what says that something is there; `states`, what goes on to say how it is; `dative`,
before whom something is given to; `mending`, verbs of making right what is wrong; `openers`, what begins a request,
not behind the words `opened`; `many`, articles that only plurals follow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from engine.planner.languages.dictionary import UNKNOWN, Dictionary, english, forms, pluralised
from engine.planner.languages.glossing import NOUN
from engine.planner.languages.lexing import Token, tokens

OBJECT: Final = "DRQK"
"""What a verb's object begins with."""
OWN: Final = ("the", "his", "your")
"""What stands before a thing that belongs to whom the pronoun before it means."""
SAME: Final = ("s", "x", "z")
"""How nouns end whose plural is no other."""
MAX_TOPIC: Final = 16
"""Tokens of a thing that is said first."""


def with_openers_apart(text: str, dictionary: Dictionary) -> str:
    """The text with a comma before what opens a request: "j'ai une tache, tu peux l'enlever"."""
    openers = dictionary.grammar.get("openers")
    return _before_openers(openers, dictionary.grammar.get("opened", "")).sub(", ", text) if openers else text


@cache
def _before_openers(openers: str, opened: str) -> re.Pattern[str]:
    """The space before any of the openers, unless a word before it goes with it: "si tu peux"."""
    behind = "".join(rf"(?<!\b{re.escape(word)})" for word in opened.split())
    return re.compile(rf"(?i)(?<=\w){behind} +(?=(?:{'|'.join(map(re.escape, forms(openers)))})\b)")


def with_clitics_read(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens with their pronouns behind the verbs, and the thing that one takes up in its place."""
    if "proclitics" not in dictionary.grammar:
        return read
    read = _behind_verbs(_many(_without_commands(read, dictionary), dictionary), dictionary)
    return _without_ethic(_taken_up(read, dictionary), dictionary)


def _without_commands(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens, a verb that tells of a thing no longer one that commands: "un mec qui passe", "les yeux fermés"."""
    relatives = dictionary.grammar.get("relatives", "").split()
    return [
        _telling(token) if before and token.verbs and _tells(before, token, relatives) else token
        for before, token in zip([None, *read], read, strict=False)
    ]


def _tells(before: Token, token: Token, relatives: Sequence[str]) -> bool:
    return before.text in relatives or (before.is_a(NOUN) and token.is_a("A"))


def _telling(token: Token) -> Token:
    return replace(token, senses={"A": token.senses["A"]} if token.is_a("A") else {UNKNOWN: token.own}, verbs=())


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
        if pronoun and _only_commands(moved[index + 1]):
            moved[index : index + 2] = [moved[index + 1], replace(pronoun, own=moved[index].own)]
        elif moved[index].text in subjects and _only_commands(moved[index + 1]):
            del moved[index]
    return moved


def _only_commands(token: Token) -> bool:
    return bool(token.verbs) and next(iter(token.senses)) == "V" and not token.is_a(NOUN)


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


def _taken_up(read: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens with the thing said before the comma where a pronoun behind the next verb takes it up."""
    comma = next((index for index, token in enumerate(read) if token.text == ","), 0)
    topic = _topic(read[:comma], dictionary)
    verb = next((index for index in range(comma, len(read) - 1) if read[index].verbs), None)
    if not topic or verb is None or (_is_mended(read[verb], dictionary) and _tells_how(read[:comma], dictionary)):
        return read
    pronoun = read[verb + 1]
    behind = {token.text for token in _pronouns(dictionary).values()} - set(dictionary.grammar["ethic"].split())
    if pronoun.text not in behind:
        return read
    if pronoun.english("R") in ("it", "them"):
        return [*read[comma + 1 : verb + 1], *topic, *read[verb + 2 :]]
    end = next((index for index in range(verb + 2, len(read)) if read[index].is_a("J")), len(read))
    to = tokens(dictionary.grammar["dative"], dictionary)
    return [*read[comma + 1 : verb + 1], *read[verb + 2 : end], *to, *topic, *read[end:]]


def _is_mended(verb: Token, dictionary: Dictionary) -> bool:
    """Whether the verb only says that what is wrong be made right: it needs to be known what that is."""
    return any(one in dictionary.grammar.get("mending", "").split() for one in verb.verbs)


def _tells_how(part: Sequence[Token], dictionary: Dictionary) -> bool:
    return any(token.text in dictionary.grammar.get("states", "").split() for token in part)


def _topic(part: Sequence[Token], dictionary: Dictionary) -> list[Token]:
    """The thing that a statement or a mere mention is about; nothing where it asks for something."""
    presenting = {dictionary.key(form) for form in forms(dictionary.grammar.get("presenting", ""))}
    part = part[1:] if part and part[0].text in presenting else part
    states = dictionary.grammar.get("states", "").split()
    end = next((index for index, token in enumerate(part) if token.text in states), len(part))
    named = part[:end]
    if not 1 < len(named) <= MAX_TOPIC or not named[0].is_a("DNR") or not any(token.is_a(NOUN) for token in named):
        return []
    return [] if any(_only_commands(token) for token in named) else list(named)
