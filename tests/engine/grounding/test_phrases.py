from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.grounding.phrases import parse, singular


@pytest.mark.parametrize(
    ("text", "noun", "plural", "colours"),
    [
        ("red ball", "ball", False, ("red",)),
        ("the red balls", "ball", True, ("red",)),
        ("the gray and white cat", "cat", False, ("grey", "white")),
        ("dark blue car", "car", False, ("dark blue",)),
        ("red", "", False, ("red",)),
        ("the green thing", "", False, ("green",)),
        ("green ones", "", True, ("green",)),
        ("car in front of the red house", "car", False, ()),
        ("golden retriever", "retriever", False, ()),
        ("people", "person", True, ()),
        ("grass", "grass", False, ()),
        ("sunglasses", "sunglasses", False, ()),
        ("", "", False, ()),
    ],
)
def test_a_phrase_is_taken_apart(text: str, noun: str, plural: bool, colours: tuple[str, ...]) -> None:
    phrase = parse(text)

    assert (phrase.noun, phrase.plural, tuple(colour.name for colour in phrase.colours)) == (noun, plural, colours)


def test_a_colour_told_beside_the_phrase_counts() -> None:
    assert [colour.name for colour in parse("ball", "red").colours] == ["red"]
    assert [colour.name for colour in parse("red ball", "red").colours] == ["red"]


@pytest.mark.parametrize("text", ['the word "Hotel Roma"', "the word “Hotel Roma”", "'Hotel Roma'"])
def test_quotation_marks_hold_the_letters(text: str) -> None:
    assert parse(text).quoted == "Hotel Roma"


def test_an_apostrophe_quotes_nothing() -> None:
    assert parse("the dog's collar").quoted is None


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("balls", "ball"),
        ("boxes", "box"),
        ("cherries", "cherry"),
        ("children", "child"),
        ("bus", "bus"),
        ("dress", "dress"),
        ("horses", "horse"),
    ],
)
def test_singular(many: str, one: str) -> None:
    assert singular(many) == one


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=40))
def test_any_text_can_be_taken_apart(text: str) -> None:
    phrase = parse(text)

    assert phrase.noun in {*phrase.words, ""} or phrase.plural
