"""Which language a sentence is in, told by its script and by the small words that hold it together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import tomli

from engine.expressions import regex
from engine.lasting import lasting
from engine.planner.languages.beginnings import beginnings
from engine.planner.languages.dictionary import FOLDER, folded
from engine.planner.languages.files import load, verb_forms
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
_ENDINGS = tuple({ending[-1] for ending, _ in ENGLISH_ENDINGS})
_WORD = regex(r"[^\W\d_]+")
_KANA = regex("[\u3041-\u3096\u30a1-\u30fa]")
_HAN = regex("[\u3400-\u9fff]")


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
    with lasting():
        return _signs()


def _signs() -> Signs:
    data: dict[str, Any] = tomli.loads((FOLDER / "recognition.toml").read_text("utf-8"))
    told: dict[str, frozenset[str]] = {}
    english, known = frozenset(data[ENGLISH].split()), load_english().words
    for code in SPACED:
        alone, commands = (
            frozenset([code]),
            {verb for verb in verb_forms(code) if len(verb) >= SHORTEST and " " not in verb},
        )
        for word in (*data[code].split(), *(verb for verb in commands if not _may_be_english(verb, known))):
            for spelt in (word,) if word.isascii() else {word, folded(word)}:
                told[spelt] = told[spelt] | alone if spelt in told else alone
    languages = {word: codes for word, codes in told.items() if word not in english}
    letters = {letter: code for code, written in data["letters"].items() for letter in written.split()}
    return Signs(
        languages, english - told.keys(), letters, frozenset(data[JAPANESE].split()), frozenset(data[CHINESE].split())
    )


def _may_be_english(word: str, known: Collection[str]) -> bool:
    """Whether English has the word too, in any of its forms: "places"."""
    if word in known:
        return True
    if not word.endswith(_ENDINGS):
        return False
    for ending, instead in ENGLISH_ENDINGS:
        if word.endswith(ending) and f"{word[: -len(ending)]}{instead}" in known:
            return True
    return False


def tells(text: str) -> bool:
    """Whether any word or letter is another language's: the one question that English sentences are asked.

    Where the rules know every word as English, nothing of the other languages is read.
    """
    if not text.isascii():
        return True
    words = _WORD.findall(text.lower())
    return not (load_english().words.issuperset(words) or signs().languages.keys().isdisjoint(words))


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
        return _by_every_word(words, text.strip(" .!?").lower())
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


def _by_every_word(words: Sequence[str], text: str = "") -> str | None:
    """The language that has the whole text as an expression, or lists most of the words, half of them at least.

    Words that English has do not count, nor do those that a language writes as English does: "sofa".
    """
    known = _english_words().union(*(beginnings(code).english for code in SPACED))
    foreign = [word for word in words if not _may_be_english(word, known)]
    if not foreign or 2 * len(foreign) < len(words):
        return None
    likely = {code: [word for word in foreign if beginnings(code).may_list(word)] for code in SPACED}
    best, most = None, max(0, (len(words) - 1) // 2)
    for code in sorted(SPACED, key=lambda code: -len(likely[code])):
        if likely[code] and text and len(likely[code]) == len(foreign) and _is_expression(text, code):
            return code
        if len(likely[code]) > most and (found := _listed(likely[code], code)) > most:
            best, most = code, found
    return best


def _listed(words: Iterable[str], code: str) -> int:
    """How many of the words the language's dictionary has, in any form."""
    dictionary = load(code)
    return sum(1 for word in words if lists(word, dictionary))


def is_mostly_english(text: str) -> bool:
    """Whether half of the words at least are English ones."""
    words = _WORD.findall(text.lower())
    return 2 * sum(1 for word in words if word in _english_words()) >= len(words)


@cache
def _english_words() -> frozenset[str]:
    """Every word that the English rules know."""
    return signs().english | load_english().words
