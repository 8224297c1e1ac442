"""Anything at all may be typed: no text makes the planner raise, and none makes it work out of proportion."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understood import understood
from engine.operations import Add, Context, Goto, Plan, Redo, Remove, Target
from engine.planner import explain
from engine.planner.course import Course
from engine.planner.languages import translated
from engine.planner.vocabulary import load
from tests.engine.planner.reading import PLANNER

FOLLOWING = Context(
    history=(Remove(target=Target(phrase="dog")), Add(prompt="a hat")), candidates=("the dog on the left", "the dog")
)
WORDS = sorted(load().words)
ODD = [
    '"', "«", "「", "(", ")", "'", ",", "-", ":", ".", "!", "\n", "1", "²", "1.", "+1", "50%", "0", "0x", "1:0", "#ff",
    "9" * 20, "x=1", "(1,2)", "😀", "é", "\u0301", "\u200f", "ﷺ", "İ", "ß", "ǅ", "שלום", "\ud800", "\ue000",
    "\U000f0000", "\x00",
    "删除", "把狗", "的", "あ", "エ", "y", "und", "ve", "de", "quita", "mach", "smaller",
]  # fmt: skip
TYPED = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(ODD), st.text(max_size=12)), max_size=40)
MOST_CALLS = 200_000
"""Calls of functions that a text may cost, about 50 ms: half as many again as the worst of those below."""


@given(words=TYPED, again=st.integers(1, 40), context=st.sampled_from((Context(), FOLLOWING)))
@settings(deadline=None, max_examples=120)
def test_nothing_typed_raises(words: list[str], again: int, context: Context) -> None:
    text = " ".join(words * again)
    plan = PLANNER.plan(text, context)
    assert plan.operations or plan.question
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert explain(plan)
    assert understood(plan)
    Course().after(plan).context()
    translated(text, anyhow=True)


def test_an_instruction_that_no_encoding_can_write_is_answered_with_one_that_can() -> None:
    plan = PLANNER.plan("remove the dog at 10, 20 \ud800", Context())
    assert plan.operations[0].kind == "remove"
    assert plan.instruction == "remove the dog at 10, 20 \ufffd"


@pytest.mark.parametrize(
    "text", ["make it 0 times smaller", "make the image 0x smaller", "crop to 1:0", "extend to 0x0"]
)
def test_nothing_is_made_no_times_as_large(text: str) -> None:
    read = PLANNER.plan(text, Context()).operations
    assert all(getattr(operation, name, None) is None for operation in read for name in ("aspect", "scale"))


@pytest.mark.parametrize(
    "text", ["rotate by {} degrees", "expand the left by {}%", "brightness +{}", "move it {} px left"]
)
def test_numbers_beyond_all_measure_are_finite(text: str) -> None:
    plan = PLANNER.plan(text.format("9" * 400), Context())
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_steps_that_lead_nowhere_are_not_counted_one_by_one() -> None:
    assert calls(lambda: Course().after(Plan(instruction="", operations=(Redo(count=10**9), Goto(revision="²"))))) < 200


@pytest.mark.parametrize(
    "unit",
    [
        "no , ", "x ", "y ", "ve ", "删", "狗", "please ", "can you ", "make it appear ,", "a, ", "undo and ", '"', "(",
        "« ", "remove the dog and ", "of the ", "the dog's ", "twenty-", "10% ", "1,2 ", "😀 ", "\u0301", "not ",
        "before after ", "in the ", "from view and ", "do me a favor and x=1 ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("length", [2000, 100_000])
def test_work_is_bounded_whatever_is_repeated(unit: str, length: int) -> None:
    text = (unit * length)[:length]
    PLANNER.plan(text[:200], Context())
    assert calls(lambda: PLANNER.plan(text, FOLLOWING)) < MOST_CALLS


def test_twice_the_words_are_about_twice_the_work() -> None:
    for unit in ("y ", "no , ", "please "):
        half, whole = (calls(lambda text=unit * count: translated(text, anyhow=True)) for count in (150, 300))
        assert whole < 2.6 * half + 500


def calls(work: Callable[[], object]) -> int:
    """How many Python functions are called while it works."""
    count = 0

    def seen(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
