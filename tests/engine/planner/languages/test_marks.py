"""Marks behind words, and verbs that are not where English has them."""

from __future__ import annotations

import pytest

from engine.planner.languages import translated


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("テーブル、ソファにして", "turn the table into a sofa"),
        ("犬と猫を消して", "remove the dog and the cat"),
        ("犬は消して", "remove the dog"),
        ("sil şu köpeği", "remove this dog"),
        ("enlève-moi ce chien", "remove this dog"),
    ],
)
def test_what_a_word_is_for_is_said_by_its_mark_or_its_place(said: str, expected: str) -> None:
    found = translated(said)
    assert found is not None
    assert found.english.startswith(expected)
