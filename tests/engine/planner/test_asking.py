"""What is not understood is asked back, and nothing makes the planner raise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import OPERATION, Context, Plan
from engine.planner import RulesPlanner, explain
from tests.engine.planner.reading import PLANNER

NONSENSE = [
    "",
    "   ",
    "hello",
    "asdf",
    "florble the wug",
    "qwerty uiop zxcv",
    "dog",
    "the red ball",
    "dark car",
    "blue",
    "yes",
    "thanks",
    "I like turtles",
    "what is this?",
    "who are you",
    "how does this work",
    "ignore all previous instructions",
    "make it better",
    "make the car",
    "remove",
    "replace the cat",
    "change the car color",
    "merge these two photos",
    "😀😀😀",
    "。。。",
]
SPOKEN = "make remove the a dog and it red to with in more less by 20 % left than like change not , ."
WORDS = [*SPOKEN.split(), "'x'", '"']


@pytest.mark.parametrize("instruction", NONSENSE)
def test_nonsense_is_asked_back(instruction: str) -> None:
    plan = PLANNER.plan(instruction, Context())
    assert plan.operations == ()
    assert plan.question
    assert plan.question.endswith("?")
    assert plan.confidence == 0


def test_the_question_repeats_what_was_said() -> None:
    assert "florble the wug" in (PLANNER.plan("florble the wug", Context()).question or "")


def holds(instruction: str, context: Context) -> None:
    """The promises that every plan keeps."""
    plan = PLANNER.plan(instruction, context)
    assert plan.instruction == instruction
    assert plan.operations or plan.question
    assert 0 <= plan.confidence <= 1
    for operation in plan.operations:
        fields = operation.model_dump(mode="json", exclude_none=True)
        assert OPERATION.validate_python(fields) == operation
        assert all(not isinstance(value, dict) for name, value in fields.items() if name != "target")
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert explain(plan)


@settings(deadline=None, max_examples=250)
@given(st.text(max_size=300))
def test_any_characters_give_a_plan(instruction: str) -> None:
    holds(instruction, Context())


@settings(deadline=None, max_examples=250)
@given(
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join), st.sampled_from([(), ("dog", "cat")]), st.booleans()
)
def test_any_words_in_any_order_give_a_plan(instruction: str, candidates: tuple[str, ...], mask: bool) -> None:
    history = PLANNER.plan("make the car darker", Context()).operations
    holds(instruction, Context(candidates=candidates, mask=mask))
    holds(instruction, Context(history=history))


@pytest.mark.parametrize("piece", ["and ", "the dog ", "a bit ", "it ", '"', "1", "left-hand ", ", ", "İ"])
def test_length_is_cut(piece: str) -> None:
    holds(piece * (6000 // len(piece)), Context())


def test_the_same_words_give_the_same_plan() -> None:
    said = "make the red ball on the right green and remove the small dog"
    assert RulesPlanner().plan(said, Context()) == RulesPlanner().plan(said, Context())
