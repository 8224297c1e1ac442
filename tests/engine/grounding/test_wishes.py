"""What words say of where a thing is."""

from __future__ import annotations

import pytest

from engine.grounding.wishes import wish_of
from engine.operations import Target


@pytest.mark.parametrize(
    ("words", "bond", "anchor"),
    [
        ("to the man", "on", "the man"),
        ("onto the table", "on", "the table"),
        ("to the left of the dog", "left", "the dog"),
        ("to the right side of her", "right", "her"),
        ("next to the lamp", "near", "the lamp"),
    ],
)
def test_a_relation_names_its_anchor(words: str, bond: str, anchor: str) -> None:
    relation = wish_of(Target(relation=words)).relation
    assert relation is not None
    assert (relation.bond, relation.anchors) == (bond, (anchor,))


def test_a_side_is_no_anchor() -> None:
    assert wish_of(Target(relation="to the left")).relation is None
