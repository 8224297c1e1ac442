"""Which edits are quick."""

from __future__ import annotations

import pytest

from engine.lanes import is_quick, lane_of
from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Crop,
    EditOperation,
    Expand,
    Flip,
    Generate,
    Remove,
    Replace,
    Restore,
    Style,
    Target,
    Upscale,
)

BALL = Target(phrase="ball")
WARMER = Adjust(property="warmth", amount=10)
QUICK: list[EditOperation] = [
    WARMER, Crop(aspect="1:1"), Flip(axis="vertical"), Remove(target=BALL), Style(prompt="sepia"),
    Background(action="blur"), Restore(defect="faded"),
]  # fmt: skip
HEAVY: list[EditOperation] = [
    Add(prompt="a cat"), Alter(prompt="snow"), Replace(target=BALL, prompt="a cube"), Generate(prompt="a fox"),
    Expand(aspect="16:9"), Style(prompt="like Monet"), Background(action="replace", prompt="a beach"),
]  # fmt: skip


@pytest.mark.parametrize("operation", QUICK, ids=lambda one: one.kind)
def test_tools_are_quick(operation: EditOperation) -> None:
    assert is_quick([operation], None)
    assert is_quick([operation, WARMER], "exact")
    assert lane_of([operation], None) == "quick"


@pytest.mark.parametrize("operation", HEAVY, ids=lambda one: one.kind)
def test_painting_is_not(operation: EditOperation) -> None:
    assert not is_quick([operation], None)
    assert not is_quick([operation], "exact")
    assert not is_quick([WARMER, operation], None)
    assert lane_of([WARMER, operation], None) == "heavy"


@pytest.mark.parametrize("operation", [Restore(defect="noise"), Upscale(scale=2)], ids=lambda one: one.kind)
def test_what_a_large_model_may_do_is_quick_only_where_none_is_asked(operation: EditOperation) -> None:
    assert not is_quick([operation], None)
    assert is_quick([operation], "exact")


def test_detail_is_never_quick() -> None:
    assert not is_quick([Upscale(scale=2, detail=True)], "exact")


@pytest.mark.parametrize("backend", ["diffusion", "instruct"])
def test_nothing_is_quick_under_a_backend_that_paints(backend: str) -> None:
    assert not is_quick([Remove(target=BALL)], backend)
