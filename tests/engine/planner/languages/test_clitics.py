"""French pronouns, put where English has them."""

from __future__ import annotations

import pytest

from engine.planner.languages import translated


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("tu peux la supprimer ?", "remove it"),
        ("supprime-moi ce chien", "remove this dog"),
        ("le chien, tu peux l'enlever ?", "remove the dog"),
        ("ajoute un chapeau dans ses bras", "in his arms"),
    ],
)
def test_pronouns_are_read_where_their_verbs_want_them(said: str, expected: str) -> None:
    found = translated(said)
    assert found is not None
    assert expected in found.english
