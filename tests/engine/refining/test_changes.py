"""Words that change where an edit is made, read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.refining.changes import Change, changes_in, softness_of, stride


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("bigger", [Change("grow")]),
        ("a bit bigger", [Change("grow", share=0.5)]),
        ("much bigger mask", [Change("grow", share=3.0)]),
        ("make the mask a bit bigger, please", [Change("grow", share=0.5)]),
        ("grow the mask by 10 px", [Change("grow", px=10)]),
        ("10 pixels bigger", [Change("grow", px=10)]),
        ("grow it by 20%", [Change("grow", share=0.2, percent=True)]),
        ("the mask is too small", [Change("grow")]),
        ("smaller", [Change("shrink")]),
        ("a little tighter", [Change("shrink", share=0.5)]),
        ("way too big", [Change("shrink", share=3.0)]),
        ("invert the mask", [Change("invert")]),
        ("softer edge", [Change("soften")]),
        ("feather more", [Change("soften")]),
        ("feather by 12 px", [Change("soften", px=12)]),
        ("less feather", [Change("harden")]),
        ("a bit bigger and softer", [Change("grow", share=0.5), Change("soften")]),
        ("include the handle", [Change("include", "the handle")]),
        ("also the hat", [Change("include", "the hat")]),
        ("Also the hat and the scarf", [Change("include", "the hat"), Change("include", "the scarf")]),
        ("also the black and white dog", [Change("include", "the black and white dog")]),
        ("and the hat too", [Change("include", "the hat")]),
        ("add the left one", [Change("include", "the left one")]),
        ("you missed the tail", [Change("include", "the tail")]),
        ("not the arm", [Change("exclude", "the arm")]),
        ("but not the arm", [Change("exclude", "the arm")]),
        ("leave out the tail", [Change("exclude", "the tail")]),
        ("leave the tail out", [Change("exclude", "the tail")]),
        ("don't include the arm", [Change("exclude", "the arm")]),
        ("keep the shadow", [Change("exclude", "the shadow")]),
        ("without its shadow", [Change("exclude", "its shadow")]),
        ("include the handle but not the arm", [Change("include", "the handle"), Change("exclude", "the arm")]),
        ("just the roof", [Change("only", "the roof")]),
        ("only the left part", [Change("only", "the left part")]),
        ("wrong one", [Change("instead")]),
        ("not that one", [Change("instead")]),
        ("no, the left one", [Change("instead", "the left one")]),
        ("i meant the cat", [Change("instead", "the cat")]),
        ("sing a song", []),
        ("", []),
    ],
)
def test_words_are_read(words: str, expected: list[Change]) -> None:
    assert list(changes_in(words)) == expected


@given(st.text(max_size=80))
def test_any_words_are_read(words: str) -> None:
    assert all(change.share >= 0 for change in changes_in(words))


@given(st.floats(1, 5000))
def test_more_words_mean_more(extent: float) -> None:
    bit, plain, much = (stride(changes_in(words)[0], extent) for words in ("a bit bigger", "bigger", "much bigger"))
    assert 1 <= bit <= plain <= much
    assert stride(changes_in("grow it by 10 px")[0], extent) == 10


def test_softness_adds_up_and_is_taken_back() -> None:
    once, twice = softness_of(("softer edge",), 100), softness_of(("softer edge", "bigger", "softer edge"), 100)
    assert 0 < once < twice
    assert softness_of(("feather by 9 px",), 100) == 9
    assert softness_of(("softer edge", "harder edge"), 100) == 0
    assert softness_of(("feather by 900 px",), 100) == 64
