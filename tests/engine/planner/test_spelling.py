"""Slips of the finger: mended where they can only be slips."""

from __future__ import annotations

import pytest

from engine.planner.spelling import mend_verb, mend_words, slips
from engine.planner.vocabulary import load


@pytest.mark.parametrize(
    ("typed", "word"),
    [("poeple", "people"), ("backgrond", "background"), ("sqaure", "square"), ("removee", "remove"), ("teh", "the")],
)
def test_a_slip_is_told(typed: str, word: str) -> None:
    assert slips()[typed] == word


def test_no_word_of_the_language_is_a_slip() -> None:
    listed = load().tables["words"]["spelling"]
    assert not (set(slips()) - set(listed)) & load().words


@pytest.mark.parametrize("word", ["window", "widow", "nose", "boat", "back", "lager", "bow", "coat", "form"])
def test_names_of_things_stay(word: str) -> None:
    assert word not in slips()


@pytest.mark.parametrize(
    ("clause", "mended"),
    [
        ("remeve the dog", "remove the dog"),
        ("ad a hat", "add a hat"),
        ("the dog", None),
        ("lamp off", None),
        ("red car", None),
    ],
)
def test_the_first_word_is_taken_for_the_order_it_nearly_is(clause: str, mended: str | None) -> None:
    assert mend_verb(clause, load()) == mended


@pytest.mark.parametrize(
    ("clause", "mended"), [("more contrest", "more contrast"), ("more custard", None), ("a bit softer", None)]
)
def test_wanted_words_within_a_letter(clause: str, mended: str | None) -> None:
    assert mend_words(clause, load()) == mended
