"""Reading one word of a lettering put right: "sorry, it was 1996", "Sundays with an s", "Jane not Jan"."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

from engine.planner.colours import colour_in
from engine.planner.normalise import low
from engine.planner.vocabulary import Vocabulary, expression

_MEANT: Final = expression("word_meant")
ALIKE: Final = 0.7
"""How much of two words has to agree for one to be a slip of the other."""


def respelt(said: str, text: str, vocabulary: Vocabulary) -> str | None:
    """The lettering with the word said in the place of the one most like it; None where none is."""
    match = _MEANT.match(low(said))
    if match is None:
        return None
    word = said[match.start("word") : match.end("word")]
    if colour_in(word, vocabulary) or low(word) in vocabulary["states.adjectives"]:
        return None
    words = text.split(" ")
    likest = max(words, key=lambda one: _likeness(one, word))
    if low(likest) == low(word) or _likeness(likest, word) < ALIKE:
        return None
    return " ".join(_cased(word, one) if one == likest else one for one in words)


def _likeness(old: str, new: str) -> float:
    """From 0 to 1; of numbers, 1 for two of the same length."""
    if old.isdecimal() or new.isdecimal():
        return float(old.isdecimal() and new.isdecimal() and len(old) == len(new) > 1)
    if old[:1].lower() != new[:1].lower() or len(new) < 3:
        return 0.0
    return SequenceMatcher(None, old.lower(), new.lower()).ratio()


def _cased(word: str, old: str) -> str:
    """The word in capitals or with a capital, as the old one was."""
    if old.isupper() and len(old) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if old[:1].isupper() else word
