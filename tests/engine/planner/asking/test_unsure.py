"""When the rules should ask somebody."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.language import cases, first_kind
from engine.operations import Context, Plan, Remove, Target
from engine.planner import RulesPlanner
from engine.planner.asking.unsure import is_step, is_unsure

RULES = RulesPlanner()
BEFORE = Context(history=(Remove(target=Target(phrase="dog")),))


@pytest.mark.parametrize("said", ["remove the red car", "make it a bit warmer", "crop to square", "blur the faces"])
def test_what_is_plain_is_not_asked_about(said: str) -> None:
    assert not is_unsure(RULES.plan(said, Context()))


@pytest.mark.parametrize(
    "said", ["", "frobnicate the wug", "заберите собаку", "remove the car, then frobnicate the wug wildly"]
)
def test_what_is_not_understood_is(said: str) -> None:
    assert is_unsure(RULES.plan(said, Context()))


@pytest.mark.parametrize(("said", "step"), [("undo", True), ("back to the original", True), ("make it warmer", False)])
def test_steps_through_the_history(said: str, step: bool) -> None:
    assert is_step(RULES.plan(said, BEFORE)) is step


def test_few_are_asked_about_and_those_are_worth_it(real_data: Path) -> None:
    plans = [
        (RULES.plan(case.instruction, Context()), case.kinds) for case in list(cases(real_data / "instructions"))[::3]
    ]
    asked = [(plan, kinds) for plan, kinds in plans if is_unsure(plan)]
    assert 0 < len(asked) <= 0.05 * len(plans)
    assert misread(asked) > 3 * misread(plans)


def misread(plans: list[tuple[Plan, set[str]]]) -> float:
    """The share of plans whose first kind answers no label."""
    return sum(first_kind(plan) not in kinds for plan, kinds in plans) / len(plans)
