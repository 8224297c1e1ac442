"""Tokens into English words in English order: describing words before their nouns, owners and places where they go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import Final

from engine.expressions import regex
from engine.planner.amounts import numerals
from engine.planner.languages.dictionary import QUOTED, UNKNOWN, Dictionary, english, pluralised
from engine.planner.languages.files import load
from engine.planner.languages.patterns import Match, Patterns
from engine.planner.languages.words import Token

NOUN: Final = "N" + UNKNOWN + QUOTED
PHRASE: Final = "DQOACSL" + NOUN
"""What a noun phrase is made of."""
DESCRIBED: Final = "OACSL"
DEPTH: Final = 5
_SLOT = regex(r"\{(\w+)\}")
_INSIDE = regex(r"^(?:on|in) the ")
_BEFORE_VOWEL = regex(r"\ba (?=[aeio]|u(?!ni))")
_LEADING = ("of", "to", "of the", "to the")
"""What stands before an object in some languages: "borra al perro", "ajoute du vent"."""


class Article(Enum):
    """What stands before a noun that came without one."""

    THE = "the"
    A = "a"
    MANY = "all"
    """"the", and a plural."""
    NONE = ""


SLOTS: Final = {
    "thing": Article.THE,
    "object": Article.THE,
    "subject": Article.THE,
    "things": Article.MANY,
    "owner": Article.THE,
    "place": Article.THE,
    "spot": Article.THE,
    "new": Article.A,
    "kind": Article.A,
}
"""Slots whose nouns need an article in English; those of other slots stand bare."""


@cache
def phrases(code: str) -> Patterns:
    """The patterns of a language's noun phrases."""
    dictionary = load(code)
    return Patterns(dictionary.phrases, dictionary)


@cache
def _nouns(table: str) -> frozenset[str]:
    return frozenset(english()[table]["nouns"].split())


def filled(match: Match, dictionary: Dictionary, article: Article = Article.NONE, depth: int = DEPTH) -> str:
    """The English of a match, its slots put into English too; `article` is that of its {thing}.

    An owner of something new is new too: "add an angel's wing".
    """

    def slot(found: re.Match[str]) -> str:
        name = found.group(1)
        own = name == "thing" or (name == "owner" and article is Article.A)
        of_slot = article if own and article is not Article.NONE else SLOTS.get(name, Article.NONE)
        text = gloss(match.slots.get(name, []), dictionary, of_slot, depth - 1)
        if name == "side":
            return text.replace("on the ", "to the ", 1)
        if name == "which":
            return _INSIDE.sub("", text)
        return numerals(text) if name == "number" else text

    text = re.sub(r" {2,}", " ", _SLOT.sub(slot, match.english)).strip()
    return _BEFORE_VOWEL.sub("an ", text)


def gloss(tokens: Sequence[Token], dictionary: Dictionary, article: Article = Article.NONE, depth: int = DEPTH) -> str:
    """The tokens in English; what is not in the dictionary stays as it is."""
    if depth > 0 and (match := phrases(dictionary.code).match(tokens)):
        return filled(match, dictionary, article, depth)
    if article is not Article.NONE:
        tokens = _object(tokens, article)
    if inner := dictionary.grammar.get("inner_article"):
        tokens = _article_first(tokens, inner)
    pieces: list[str] = []
    phrase: list[Token] = []
    for token in tokens:
        if token.is_a(PHRASE) and not (phrase and token.is_a("D") and _has_noun(phrase)):
            phrase.append(token)
            continue
        pieces.append(_phrase(phrase, pieces, dictionary, article))
        owner = token.is_a("D") and _is_owner(token, dictionary)
        phrase = [token] if token.is_a(PHRASE) and not (owner and token.is_a("P")) else []
        if owner:
            pieces.append(token.senses.get("P", "of"))
        elif not phrase:
            pieces.append(token.english("X" if token is tokens[-1] else ""))
    pieces.append(_phrase(phrase, pieces, dictionary, article))
    return " ".join(piece for piece in pieces if piece)


def _article_first(tokens: Sequence[Token], inner: str) -> list[Token]:
    """The tokens with an article that stands next to its noun before what describes that: "büyük bir ev"."""
    found: list[Token] = []
    start = 0
    for token in tokens:
        found.insert(start if token.text == inner else len(found), token)
        start = start if token.is_a(PHRASE) else len(found)
    return found


def _object(tokens: Sequence[Token], article: Article) -> Sequence[Token]:
    """The tokens without a preposition that English does not have before its objects."""
    if len(tokens) < 2 or not tokens[0].is_a("P") or tokens[0].english("P") not in _LEADING:
        return tokens
    return tokens[2:] if article is Article.A and tokens[1].is_a("D") and len(tokens) > 2 else tokens[1:]


def _has_noun(tokens: Sequence[Token]) -> bool:
    return any(token.is_a(NOUN) for token in tokens)


def _is_owner(token: Token, dictionary: Dictionary) -> bool:
    """Whether an article behind a noun makes an owner of the next one: "der Hut des Mannes"."""
    return token.text in dictionary.grammar.get("owner", "").split()


def _phrase(tokens: list[Token], before: list[str], dictionary: Dictionary, article: Article) -> str:
    """A noun phrase in English order, with an article where the language has none."""
    if not tokens:
        return ""
    if dictionary.describes_after:
        tokens = _reordered(tokens)
    alone = article is not Article.NONE and sum(token.is_a(DESCRIBED + NOUN) for token in tokens) == 1
    words = [token.english("N" + PHRASE if alone else PHRASE) for token in tokens]
    text = " ".join(word for word in words if word)
    leads = before[-1] if before else ""
    if not _has_noun(tokens):
        return _without_noun(tokens, text, leads, dictionary)
    if tokens[0].is_a("DQ"):
        if words[0] == "a" and words[-1] in _nouns("pairs"):
            return " ".join(words[1:])
        several = words[0] in ("all the", "both", "some") or (tokens[0].is_a("Q") and words[0] not in ("one", "1"))
        return _many(text) if several and not dictionary.articles and tokens[-1].is_a("N") else text
    if leads.endswith(("the", "my", "his", "her")) or not any(token.is_a("N") for token in tokens):
        return text
    return _with_article(text, words[-1], article, dictionary)


def _without_noun(tokens: list[Token], text: str, leads: str, dictionary: Dictionary) -> str:
    """A phrase whose noun was left out: "das rote" is the red one; "das" alone is it."""
    if not any(token.is_a(DESCRIBED) for token in tokens):
        return "it" if text in ("the", "this", "that") and not leads.endswith("except") else text
    definite = tokens[0].is_a("D") and tokens[0].english("D") in ("the", "this")
    if definite or leads.endswith("the"):
        return f"{text} one"
    return f"the {text} one" if leads.endswith("except") and not dictionary.articles else text


def _many(text: str) -> str:
    head, space, last = text.rpartition(" ")
    return text if last in _nouns("uncounted") or last.endswith("s") else f"{head}{space}{pluralised(last)}"


def _with_article(text: str, noun: str, article: Article, dictionary: Dictionary) -> str:
    last = text.split(" ")[-1]
    if text in _nouns("bare"):
        return text
    if article in (Article.THE, Article.MANY):
        return f"the {_many(text) if article is Article.MANY else text}"
    plural = last.endswith("s") and not last.endswith("ss")
    if article is Article.NONE or dictionary.articles or noun in _nouns("uncounted") or plural:
        return text
    return f"a {text}"


def _reordered(tokens: list[Token]) -> list[Token]:
    """Describing words from behind the noun to before it, the nearest last: "voiture bleu foncé" -> dark blue car."""
    first = next((index for index, token in enumerate(tokens) if token.is_a(NOUN)), None)
    described = next((index for index, token in enumerate(tokens) if token.is_a(DESCRIBED)), len(tokens))
    if first is None or _is_nuance(tokens, first):
        return [*tokens[:described], *reversed(tokens[described:])]
    end = first + 1
    while end < len(tokens) and tokens[end].is_a(NOUN) and not tokens[end].is_a(DESCRIBED):
        end += 1
    return [*tokens[:first], *reversed(tokens[end:]), *tokens[first:end]]


def _is_nuance(tokens: Sequence[Token], first: int) -> bool:
    """Whether the word at `first` only tells which colour is meant: "verde salvia" is salvia green."""
    return 0 < first == len(tokens) - 1 and tokens[first].is_a("N" + UNKNOWN) and tokens[0].is_a("C")
