"""Which language a sentence is in, told by its script and by the small words that hold it together."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from engine.planner.languages.dictionary import FOLDER, folded, load, verb_forms
from engine.planner.languages.lexing import lists
from engine.planner.vocabulary import load as load_english

ENGLISH: Final = "en"
JAPANESE: Final = "ja"
CHINESE: Final = "zh"
SPACED: Final = ("de", "es", "fr", "pt", "tr")
SHORTEST: Final = 4
"""Letters of a verb that tells its language; shorter ones are too often words of another."""
ENGLISH_ENDINGS: Final = (
    ("ies", "y"),
    ("ier", "y"),
    ("es", ""),
    ("s", ""),
    ("er", ""),
    ("r", ""),
    ("d", ""),
    ("ed", ""),
)
"""What English words end in -> what they end in otherwise."""
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
    english = frozenset(data[ENGLISH].split())
    for code in SPACED:
        commands = {verb for verb in verb_forms(code) if len(verb) >= SHORTEST and " " not in verb}
        for word in (*data[code].split(), *(verb for verb in commands if not _may_be_english(verb))):
            for spelt in (word,) if word.isascii() else {word, folded(word)}:
                told.setdefault(spelt, set()).add(code)
    languages = {word: frozenset(codes) for word, codes in told.items() if word not in english}
    letters = {letter: code for code, written in data["letters"].items() for letter in written.split()}
    return Signs(
        languages, english - told.keys(), letters, frozenset(data[JAPANESE].split()), frozenset(data[CHINESE].split())
    )


def _may_be_english(word: str) -> bool:
    """Whether English has the word too, in any of its forms: "places"."""
    known = load_english().words
    return word in known or any(
        word.endswith(ending) and f"{word[: -len(ending)]}{instead}" in known for ending, instead in ENGLISH_ENDINGS
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
        small = text.strip(" .!?").lower()
        said = next((code for code in SPACED if _is_expression(small, code)), None)
        return said or _by_every_word(words)
    if not counts:
        return None
    best = max(counts.values())
    if anyhow and best <= plain:
        return _by_every_word(words)
    leading = [code for code in SPACED if counts[code] >= max(1, best - 1)]
    if best <= plain:
        return None
    if len(leading) > 1:
        return max(leading, key=lambda code: (_listed(words, code), counts[code]))
    if _listed(words, leading[0]) * 3 >= 2 * len(words):
        return leading[0]
    return max(SPACED, key=lambda code: _listed(words, code) + counts[code])


def _is_expression(text: str, code: str) -> bool:
    """Whether the language has the whole text as a saying, or as one entry of several words."""
    dictionary = load(code)
    return text in dictionary.whole_sayings or (" " in text and dictionary.find(text) is not None)


def _by_every_word(words: Sequence[str]) -> str | None:
    """The language that lists most of the words, and half of them at least; those that English has do not count."""
    english = _english_words()
    foreign = [word for word in words if word not in english and not _is_shared(word)]
    found = {code: _listed(foreign, code) for code in SPACED}
    best = max(SPACED, key=lambda code: found[code])
    return best if found[best] * 2 >= max(1, len(words)) else None


def _listed(words: Iterable[str], code: str) -> int:
    """How many of the words the language's dictionary has, in any form."""
    dictionary = load(code)
    return sum(1 for word in words if lists(word, dictionary))


def _is_shared(word: str) -> bool:
    """Whether some language writes the word as English does: "sofa"."""
    return any(word in (load(code).find(word) or {}).values() for code in SPACED)


def is_mostly_english(text: str) -> bool:
    """Whether half of the words at least are English ones."""
    words = _WORD.findall(text.lower())
    return 2 * sum(1 for word in words if word in _english_words()) >= len(words)


@cache
def _english_words() -> frozenset[str]:
    """Every word that the English rules know."""
    return signs().english | load_english().words
