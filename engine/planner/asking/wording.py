"""The words of an instruction, and whether something else is said in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Final, cast

from engine.expressions import regex
from engine.operations import Context
from engine.planner.normalise import MAX_CHARACTERS, normalise
from engine.planner.reading import PERSONS
from engine.planner.vocabulary import load

ENDING: Final = 3
"""Letters that an ending has at most."""
STEM: Final = 5
"""Letters from which on a beginning that two words share is their stem."""
SPELT: Final = range(6, 31)
"""Letters of words in which one slip is forgiven."""
KNOWN_OF_ENGLISH: Final = 0.35
"""A sentence with a smaller share of words that the English planner knows is in another language."""
LETTERS_OF_A_WISH: Final = 5
"""How many letters of a script without spaces a wish takes at least."""
_WORD: Final = regex(r"[^\W_]+")
_SPACELESS: Final = regex(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff]")
"""Kana, Han, Thai and Lao."""
_JOINT: Final = regex(
    r"[,;:!?.\n、，。；！？+&]+|\b(?:and|then|plus|also|but|with|while|so|und|dann|aber|mit|et|puis|mais|avec|y|e|luego|"
    r"pero|con|depois|mas|com|ve|sonra|ama|ile)\b|并|然后|再|和|そして|から"
)
"""What stands between two wishes, in the languages of `bot.words`."""
_SMALL: Final = frozenset(
    re.findall(
        r"\w+",
        "a an the of in on at to by with and or for from as is are be it its them their this that into onto like some "
        "his her my our your out up",
    )
)
"""English words that say nothing by themselves."""


def words_of(text: str) -> list[str]:
    """The words of a text in one case and one spelling of their letters; signs and marks are none."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


class Wording:
    """The words of an instruction, those in quotation marks apart, and what they may refer back to."""

    def __init__(self, instruction: str, context: Context) -> None:
        normal = normalise(instruction, load())
        self.quotes = normal.quotes
        self._outside = [words_of(normal.with_areas(sentence)) for sentence in normal.sentences]
        self._flat = [word for sentence in self._outside for word in sentence]
        self._all = " ".join(words_of(instruction[:MAX_CHARACTERS]))
        self._said = frozenset(self._flat)
        self._forms = _all(_forms, self._said)
        self._slips = _all(_slips, self._said)
        self._quoted = {word for quote in normal.quotes for word in words_of(quote)}
        self._before = frozenset(word for text in _told_before(context) for word in words_of(text))
        self._persons = {PERSONS[word] for word in self._flat if word in PERSONS}
        self._wishes = sum(max(1, len(_JOINT.split(sentence.casefold()))) for sentence in normal.sentences)

    @property
    def wishes(self) -> int:
        """How many things can be asked for in so many words, at most."""
        letters = sum(len(_SPACELESS.findall(word)) for word in self._flat)
        return max(1, self._wishes, letters // LETTERS_OF_A_WISH)

    @property
    def is_english(self) -> bool:
        """Whether the rules' own vocabulary is at home in it."""
        known = sum(map(is_known, self._flat))
        return known >= KNOWN_OF_ENGLISH * len(self._flat)

    def cites(self, said: str) -> bool:
        """Whether these words stand in the instruction as they are, and not inside a quoted string alone."""
        words = words_of(said)
        return bool(words) and " ".join(words) in self._all and any(self._is_said(word) for word in words)

    def share(self, text: str, *, quoted: bool = False) -> float:
        """How many of the words of a text that say something are said, in [0, 1]; what was said before counts.

        quoted: words in quotation marks count too.
        """
        words = [word for word in words_of(text) if word not in _SMALL]
        return sum(self._is_said(word, quoted=quoted) for word in words) / len(words) if words else 1.0

    def matches(self, pattern: re.Pattern[str]) -> bool:
        """Whether the pattern is found outside the quoted strings."""
        return any(pattern.search(" ".join(sentence)) for sentence in self._outside)

    def _is_said(self, word: str, *, quoted: bool = False) -> bool:
        if word in self._said or word in self._before or word in self._persons or (quoted and word in self._quoted):
            return True
        if _SPACELESS.search(word):
            return any(word in said for said in self._said)
        forms = _forms(word)
        stems = (form for form in forms & self._forms if len(form) >= STEM)
        return word in self._forms or bool(forms & self._said) or any(stems) or bool(_slips(word) & self._slips)


def _all(letters: Callable[[str], frozenset[str]], words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in letters(word))


def _forms(word: str) -> frozenset[str]:
    """The word without its ending, whatever that may be: "glasses", "glasse", "glass", "glas"."""
    return frozenset(word[:size] for size in range(max(3, len(word) - ENDING), len(word) + 1))


def _slips(word: str) -> frozenset[str]:
    """The word, and what is left of it without one of its letters; two words with one slip between them share one.

    Short words have none: "house" is no slip for "mouse".
    """
    if len(word) not in SPELT:
        return frozenset()
    return frozenset((word, *(word[:at] + word[at + 1 :] for at in range(len(word)))))


def _told_before(context: Context) -> Iterator[str]:
    """The strings in what was done and offered before."""
    yield from context.candidates
    yield from (text for operation in context.history for text in strings_in(operation.flat()))


def strings_in(fields: dict[str, Any]) -> Iterator[str]:
    """The strings among the fields, those of a target too."""
    for value in fields.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from strings_in(cast("dict[str, Any]", value))


def is_known(word: str) -> bool:
    """Whether the English planner knows the word by what it does: a verb, a small word, a position, a size."""
    return word in _english()


@cache
def _english() -> frozenset[str]:
    vocabulary = load()
    classes = (phrase for phrases in vocabulary.classes.values() for phrase in phrases)
    colours = (phrase for phrases in vocabulary.tables["colours"].values() for phrase in phrases)
    phrases = (*vocabulary.openings, *vocabulary.participles, *classes, *colours)
    return frozenset(word for phrase in phrases for word in words_of(phrase)) | _SMALL
