"""A clause as tokens: each the longest entry of the dictionary that stands there, endings taken off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from engine.expressions import regex
from engine.planner.languages.dictionary import QUOTED, UNKNOWN, Dictionary, forms
from engine.planner.languages.words import (
    MAX_ENDINGS,
    VERBAL,
    Token,
    compound,
    guessed,
    known,
    prefixed,
    unlisted,
    without_endings,
)

NAMING: Final = "NCSALOQBWDE" + UNKNOWN + QUOTED
"""What an article can stand before."""
_SPACED = regex(r"[,:]|[^\s,:]+(?:[,:]\d[^\s,:]*)*")
_LATIN = regex(r"[+-]?%?[a-z0-9#][a-z0-9#.:/×*°%'-]*", re.IGNORECASE)
_KATAKANA = regex(r"[ァ-ヺー]")
_SMALL_KANA = regex("[ゃゅょぁぃぅぇぉ]")
"""What belongs to the letter before it."""
_HAN = regex("[\u3400-\u9fff]")
WHOLE: Final = {"N", "V", "A", "C", "S", "T"}
"""What a word of one character can only be where it stands apart from words that are not listed."""


def tokens(text: str, dictionary: Dictionary) -> list[Token]:
    """The tokens of a clause, without words of politeness."""
    found = list(_spaced(text, dictionary) if dictionary.spaced else _unspaced(text, dictionary))
    address = dictionary.grammar.get("address", "").split()
    kept: list[Token] = []
    parted = False
    for before, token in zip([None, *found], found, strict=False):
        if token.text in dictionary.polite or (before and token.text in address and _is_formal(before)):
            parted = bool(kept) and kept[-1].text == ","
        elif not (parted and token.text == ","):
            kept.append(token)
            parted = False
        elif len(kept) == 2 and kept[0].verbs:
            del kept[-1]
    return _pointing(_without_particle(kept, dictionary), dictionary)


def _without_particle(found: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens without what stands before infinitives: "durch eine Katze zu ersetzen"."""
    particle = dictionary.grammar.get("infinitive")
    if particle is None:
        return found
    return [
        token
        for token, after in zip_longest(found, found[1:])
        if not (token.text == particle and after and after.verbs and after.text.endswith(VERBAL))
    ]


def _pointing(found: list[Token], dictionary: Dictionary) -> list[Token]:
    """The tokens with articles as pronouns where no noun follows: "dreh das um 90 Grad"."""
    points = forms(dictionary.grammar.get("pointing", ""))
    if not points:
        return found
    return [
        replace(token, senses={"R": "it"})
        if token.text in points and not _names(found[index + 1 : index + 3])
        else token
        for index, token in enumerate(found)
    ]


def _names(behind: list[Token]) -> bool:
    """Whether a noun or what describes it follows, with a word of degree before it or without."""
    after = next((token for token in behind if not token.is_a("G")), None)
    return after is not None and after.is_a(NAMING)


def _is_formal(before: Token) -> bool:
    """Whether the word before it makes an address a politeness, which as well is a pronoun: "Entfernen Sie"."""
    return bool(before.verbs) and before.own.endswith("en")


def lists(word: str, dictionary: Dictionary) -> bool:
    """Whether the dictionary has the lower-case word, in any form."""
    return all(
        part in dictionary.polite or dictionary.find(part) or without_endings(part, dictionary, MAX_ENDINGS)
        for part in dictionary.parts(word)
    )


def _spaced(text: str, dictionary: Dictionary) -> Iterator[Token]:
    words = [part for word in _SPACED.findall(text) for part in _divided(word, dictionary)]
    small = [word.replace("İ", "i").lower() for word in words]
    start = 0
    while start < len(words):
        size, found = _entry(small, start, dictionary)
        own = " ".join(words[start : start + size])
        yield from (replace(token, own="" if index else own) for index, token in enumerate(found))
        if not found:
            yield from guessed(own, dictionary)
        start += size


def _divided(word: str, dictionary: Dictionary) -> list[str]:
    """The word as the language divides it, its own capitals kept."""
    parts = dictionary.parts(word)
    if len(parts) == 1:
        return [word]
    divided: list[str] = []
    for part in parts:
        divided.append(word[: len(part)])
        word = word[len(part) :]
    return divided


def _entry(small: list[str], start: int, dictionary: Dictionary) -> tuple[int, list[Token]]:
    """The longest entry at `start` and the words it takes; no token where there is none."""
    most = min(max(dictionary.longest.get(small[start], 1), 1), len(small) - start)
    for size in range(most, 0, -1):
        form = " ".join(small[start : start + size])
        if form in dictionary.polite:
            return size, [Token(form, {"M": ""})]
        if senses := dictionary.find(form):
            return size, [known(form, senses, dictionary, form)]
        if (dictionary.endings or dictionary.endings_of_verbs) and (
            stemmed := without_endings(form, dictionary, MAX_ENDINGS)
        ):
            return size, stemmed
    return 1, prefixed(small[start], dictionary) or compound(small[start], dictionary)


def _unspaced(text: str, dictionary: Dictionary) -> Iterator[Token]:
    small = text.lower()
    if len(small) != len(text):
        small = "".join(one if len(one := letter.lower()) == 1 else letter for letter in text)
    start, unknown = 0, 0
    while start < len(text):
        found = "" if _inside_name(text, unknown, start) else _longest(small, start, dictionary)
        if found and _inside_word(small, start, unknown < start, found, dictionary):
            found = ""
        latin = None if found else _LATIN.match(text, start)
        if not (found or latin or text[start].isspace()):
            start += 1
            continue
        if unknown < start:
            yield unlisted(text[unknown:start])
        if found:
            senses = dictionary.words.get(found, {"M": ""})
            yield known(found, senses, dictionary, text[start : start + len(found)])
        elif latin:
            yield unlisted(latin.group())
        start += len(found) if found else len(latin.group()) if latin else 1
        unknown = start
    if unknown < start:
        yield unlisted(text[unknown:start])


def _inside_name(text: str, unknown: int, start: int) -> bool:
    """Whether a word in katakana that is not listed goes on here."""
    return unknown < start and all(_KATAKANA.match(letter) for letter in text[start - 1 : start + 1])


def _inside_word(small: str, start: int, unknown: bool, found: str, dictionary: Dictionary) -> bool:
    """Whether a word of one character is but part of a word that is not listed: the sea in "sea gull"."""
    bound = found in dictionary.bound or dictionary.words.get(found, {}).keys() & WHOLE
    if not bound or not _HAN.fullmatch(found):
        return False
    after = small[start + 1 : start + 2]
    if unknown:
        return True
    return bool(_HAN.match(after)) and not _longest(small, start + 1, dictionary)


def _longest(small: str, start: int, dictionary: Dictionary) -> str:
    """The longest entry at `start`, not the beginning of a longer word in kana; empty where there is none."""
    for size in range(min(dictionary.longest.get(small[start], 0), len(small) - start), 0, -1):
        form = small[start : start + size]
        if form in dictionary.words or form in dictionary.polite:
            behind = small[start + size : start + size + 1]
            if not (_SMALL_KANA.match(behind) or (_KATAKANA.match(form[-1]) and _KATAKANA.match(behind))):
                return form
    return ""
