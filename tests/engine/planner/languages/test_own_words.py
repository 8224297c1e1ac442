"""What was read in English is told in the words of its author."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import Context, Plan
from engine.planner.languages.own_words import in_own_words, retold
from tests.engine.planner.reading import PLANNER, flat, thing


@pytest.mark.parametrize(
    ("said", "language", "english", "own"),
    [
        ("Entferne bitte das rote Auto links", "de", "car", "Auto"),
        ("Entferne bitte das rote Auto links", "de", "red car", "rote Auto"),
        ("verpixel alle Gesichter", "de", "faces", "Gesichter"),
        ("Setz dem Mann einen Hut auf", "de", "on the man", "Mann"),
        ("stell ein Glas auf den Tisch", "de", "on the table", "auf den Tisch"),
        ("enlève le chapeau de l'homme", "fr", "hat", "chapeau"),
        ("pon una corona en lugar del sombrero", "es", "a crown", "corona"),
        ("tira as pessoas do fundo", "pt", "people", "pessoas"),
        ("arabayı kırmızı yap", "tr", "car", "arabayı"),
        ("把左边的人去掉", "zh", "person", "人"),
        ("車を赤くして", "ja", "car", "車"),
        ("Entferne den Hund", "de", "cat", "cat"),
        ("remove the dog", None, "dog", "dog"),
        ("quux", "xx", "dog", "dog"),
        ("", "de", "", ""),
    ],
)
def test_the_words_that_say_it_are_found(said: str, language: str | None, english: str, own: str) -> None:
    assert in_own_words(english, said, language) == own


def test_a_plan_is_retold() -> None:
    plan = retold(PLANNER.plan("Färb das Auto rot und setz dem Mann einen Hut auf", Context()))
    assert [flat(operation) for operation in plan.operations] == [
        {"kind": "recolor", "target": thing("Auto"), "colour": "rot"},
        {"kind": "add", "prompt": "Hut", "place": "Mann"},
    ]


def test_an_english_plan_stays_as_it_is() -> None:
    plan = PLANNER.plan("remove the dog", Context())
    assert retold(plan) is plan


@settings(deadline=None, max_examples=60)
@given(
    said=st.text(max_size=120), english=st.text(max_size=40), language=st.sampled_from(["de", "fr", "tr", "zh", "ja"])
)
def test_any_words_can_be_looked_for(said: str, english: str, language: str) -> None:
    assert in_own_words(english, said, language) is not None
    assert retold(Plan(instruction=said, language=language)).operations == ()
