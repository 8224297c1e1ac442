"""Slips of the finger in the words that plans hang on; names of things are left as they were typed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from engine.planner.inflection import gerund
from engine.planner.vocabulary import Vocabulary, load

LEAST_SWAPPED, LEAST_MISSING, LEAST_DOUBLED = 5, 6, 4
"""Letters a word must have before a swap, a gap or a doubling in it is taken for a slip: shorter ones are words too."""
MAX_MENDED = 12
"""Words of a clause that are compared with the language's, one by one, where nothing else made sense of it."""


@cache
def slips(language: str = "english") -> dict[str, str]:
    """What fingers make of the language's most wanted words -> those words, and the misspellings it lists.

    What things do is heard without its last letter too: "sittin".
    Two letters swapped, one inside left out, one doubled; never what is a word of its own.
    """
    vocabulary = load(language)
    words = vocabulary.tables["words"]
    real = vocabulary.words | set(words["slips"]["real"])
    table = {slip: word for word in words["slips"]["wanted"] for slip in _slips_of(word) if slip not in real}
    gerunds = (gerund(verb) for verb in vocabulary["states.verbs"].phrases if " " not in verb)
    dropped = {form[:-1]: form for form in gerunds if form[:-1] not in real}
    return dropped | table | words["spelling"]


def _slips_of(word: str) -> Iterator[str]:
    for i in range(len(word)):
        if len(word) >= LEAST_SWAPPED and i:
            yield f"{word[:i]}{word[i + 1 : i + 2]}{word[i]}{word[i + 2 :]}"
        if len(word) >= LEAST_MISSING and 0 < i < len(word) - 1:
            yield f"{word[:i]}{word[i + 1 :]}"
        if len(word) >= LEAST_DOUBLED:
            yield f"{word[:i]}{word[i] * 2}{word[i + 1 :]}"


def mend_verb(clause: str, vocabulary: Vocabulary) -> str | None:
    """The clause with its first word taken for the command it nearly is; None where none is near."""
    word, space, rest = clause.partition(" ")
    small = word.lower()
    if listed := vocabulary.tables["words"]["first_words"].get(small):
        return f"{listed}{space}{rest}"
    if (
        len(word) < 4
        or "'" in word
        or small in vocabulary.openings
        or small in vocabulary["words.determiner"]
        or small in vocabulary["words.liking"]
        or small in vocabulary["words.opener"]
        or rest.lower().split(" ", 1)[0] in vocabulary["hints.linking"]
        or small in vocabulary["colours.names"]
    ):
        return None
    meant = _command_near(small, vocabulary)
    return f"{meant}{space}{rest}" if meant else None


@lru_cache(maxsize=4096)
def _command_near(word: str, vocabulary: Vocabulary) -> str | None:
    alike = (*_verbs(vocabulary).get(word[0], ()), *_verbs(vocabulary).get(word[1], ()))
    near = [verb for verb in alike if _near(word, verb)]
    return _nearest(word, near) if near else None


@cache
def _verbs(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """The commands of one word by their first letter: a slip keeps it, or swaps it with the second."""
    single = [verb for verb in vocabulary.base_forms if " " not in verb and len(verb) > 3]
    return {letter: tuple(verb for verb in single if verb[0] == letter) for letter in {verb[0] for verb in single}}


def mend_words(clause: str, vocabulary: Vocabulary) -> str | None:
    """The clause with words that are within a letter of a wanted one taken for it; None where none is."""
    wanted: list[str] = vocabulary.tables["words"]["slips"]["wanted"]
    words = clause.split(" ")
    for index, word in enumerate(words[:MAX_MENDED]):
        small = word.lower()
        if len(word) < LEAST_MISSING or small in vocabulary.words:
            continue
        if near := [one for one in wanted if _near(small, one, allowed=1)]:
            words[index] = _nearest(small, near)
    mended = " ".join(words)
    return mended if mended != clause else None


def _nearest(word: str, near: list[str]) -> str:
    """A slip of two letters or a missing one is likelier than another first letter; ties go to the alphabet."""
    return min(near, key=lambda one: (one[0] != word[0], sorted(one) != sorted(word), abs(len(one) - len(word)), one))


def _near(word: str, other: str, allowed: int | None = None) -> bool:
    """Within one slip (a letter more, less, other, or two swapped); within two for words of eight letters or more.

    The first letter is right, or is one too many.
    """
    if word[1:] == other:
        return True
    most = allowed or (1 if len(other) < 8 else 2)
    if abs(len(word) - len(other)) > most or (word[0] != other[0] and word[:2] != other[1::-1]):
        return False
    return _distance(word, other, most) <= most


def _distance(left: str, right: str, allowed: int) -> int:
    """Optimal string alignment distance, given up once it must exceed `allowed`."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        current = [i]
        for j, b in enumerate(right, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > allowed:
            return allowed + 1
        before, row = row, current
    return row[-1]
