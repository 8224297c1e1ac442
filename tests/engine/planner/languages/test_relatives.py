"""Verbs that tell of a noun ask for nothing."""

from __future__ import annotations

import pytest

from engine.planner.languages import translated


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("entferne den Hund, der auf dem Sofa sitzt", "remove the dog on the sofa"),
        ("enlève l'homme qui passe", "remove the man"),
        ("走る犬を消して", "remove"),
    ],
)
def test_what_tells_of_a_noun_is_no_order(said: str, expected: str) -> None:
    found = translated(said)
    assert found is not None
    assert found.english.startswith(expected)
    assert len(found.clauses) == 1
