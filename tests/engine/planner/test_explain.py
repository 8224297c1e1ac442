"""One plain sentence of what was understood."""

from __future__ import annotations

import pytest

from engine.operations import Context
from engine.planner import explain
from tests.engine.planner.reading import PLANNER
from tests.engine.planner.test_kinds import ALL

SENTENCES = [
    (
        "make the red ball on the right green, then crop to square",
        "Recolour the red ball on the right green, then crop to a square.",
    ),
    ("remove both chairs", "Remove the 2 chairs."),
    ("a bit warmer", "Make the picture warmer by 10 %."),
    ("rotate left 90", "Turn the picture 90 degrees anticlockwise."),
    ("write SOLD on the sign", "Write \u201cSOLD\u201d on the sign."),
    ("make the background white", "Make the background white."),
    ("undo", "Undo the last step."),
    ("the man's hat should be red", "Recolour the hat of the man red."),
]


@pytest.mark.parametrize(("instruction", "sentence"), SENTENCES)
def test_what_was_understood(instruction: str, sentence: str) -> None:
    assert explain(PLANNER.plan(instruction, Context())) == sentence


@pytest.mark.parametrize("instruction", [case[0] for case in ALL])
def test_every_plan_has_a_sentence(instruction: str) -> None:
    sentence = explain(PLANNER.plan(instruction, Context()))
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "None" not in sentence


def test_a_plan_without_operations_asks() -> None:
    plan = PLANNER.plan("florble the wug", Context())
    assert explain(plan) == plan.question
