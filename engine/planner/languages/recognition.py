"""Which language a sentence is in, told by its script and by the small words that hold it together."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from engine.planner.languages.dictionary import FOLDER, folded, load
from engine.planner.vocabulary import load as load_english

ENGLISH: Final = "en"
JAPANESE: Final = "ja"
CHINESE: Final = "zh"
SPACED: Final = ("de", "es", "fr", "pt", "tr")
_WORD = re.compile(r"[^\W\d_]+")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HAN = re.compile("[\u3400-\u9fff]")


class Signs(NamedTuple):
    """The words that tell a language."""

    languages: Mapping[str, frozenset[str]]
    """Word -> the languages it tells."""
    english: frozenset[str]
    """Words that no other language has."""
    letters: Mapping[str, str]
    japanese: frozenset[str]
    """What only Japanese writes without kana."""
    chinese: frozenset[str]


@cache
def signs() -> Signs:
    """The telling words of every language, read once."""
    data: dict[str, Any] = tomllib.loads((FOLDER / "recognition.toml").read_text("utf-8"))
    told: dict[str, set[str]] = {}
    for code in SPACED:
        for word in data[code].split():
            for spelt in {word, folded(word)}:
                told.setdefault(spelt, set()).add(code)
    english = frozenset(data[ENGLISH].split())
    languages = {word: frozenset(codes) for word, codes in told.items() if word not in english}
    letters = {letter: code for code, written in data["letters"].items() for letter in written.split()}
    return Signs(
        languages, english - told.keys(), letters, frozenset(data[JAPANESE].split()), frozenset(data[CHINESE].split())
    )


def tells(text: str) -> bool:
    """Whether any word or letter is another language's: the one question that English sentences are asked."""
    return not (text.isascii() and signs().languages.keys().isdisjoint(_WORD.findall(text.lower())))


def language_of(text: str, *, anyhow: bool = False) -> str | None:
    """The language of a text in which nothing is quoted; None for English and for any other."""
    if text.isascii() or not (_KANA.search(text) or _HAN.search(text)):
        return _by_words(text, anyhow)
    return _by_script(text)


def _by_script(text: str) -> str | None:
    """Japanese or Chinese, unless most of the text is in another script."""
    kana, han, latin = len(_KANA.findall(text)), len(_HAN.findall(text)), 0
    latin = sum(1 for word in _WORD.findall(text) if word.isascii())
    if kana + han <= latin:
        return None
    if kana:
        return JAPANESE
    table = signs()
    mine, other = (sum(sign in text for sign in some) for some in (table.japanese, table.chinese))
    return JAPANESE if mine > other else CHINESE


def _by_words(text: str, anyhow: bool) -> str | None:
    words = _WORD.findall(text.lower())
    table = signs()
    counts: Counter[str] = Counter()
    for word in words:
        counts.update(table.languages.get(word, ()))
    counts.update(table.letters[letter] for letter in text.lower() if letter in table.letters)
    plain = sum(1 for word in words if word in table.english)
    if anyhow and not counts:
        said = next((code for code in SPACED if text.strip(" .!?").lower() in load(code).whole_sayings), None)
        return said or _by_every_word(words)
    if not counts:
        return None
    best = max(counts.values())
    leading = [code for code in SPACED if counts[code] >= max(1, best - 1)]
    if best <= plain:
        return None
    return leading[0] if len(leading) == 1 else max(leading, key=lambda code: (_listed(words, code), counts[code]))


def _by_every_word(words: Sequence[str]) -> str | None:
    """The language that lists most of the words, and half of them at least; those that English lists do not count."""
    english = _english_words()
    foreign = [word for word in words if word not in english]
    found = {code: _listed(foreign, code) for code in SPACED}
    best = max(SPACED, key=lambda code: found[code])
    return best if found[best] * 2 >= max(1, len(words)) else None


def _listed(words: Iterable[str], code: str) -> int:
    """How many of the words the language's dictionary has."""
    dictionary = load(code)
    return sum(1 for word in words if dictionary.find(word) is not None)


@cache
def _english_words() -> frozenset[str]:
    """Every word that the English rules know."""
    vocabulary = load_english()
    lists = (*vocabulary.classes.values(), vocabulary.openings, vocabulary.participles)
    return signs().english | frozenset(word for phrases in lists for phrase in phrases for word in phrase.split())
