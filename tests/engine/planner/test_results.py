"""Remarks on how the last edit turned out: praise asks for nothing, a complaint for the same once more."""

from __future__ import annotations

import pytest

from engine.operations import Context
from engine.planner.course import Course
from tests.engine.planner.dialogues import compact
from tests.engine.planner.reading import PLANNER

PRAISE = (
    "Good image", "Perfect image", "cute image", "Yes please", "wow, love it", "nice picture!", "that's beautiful",
    "looks great now", "leave it like that", "that's the one", "exactly what I wanted", "save it", "thanks",
    "let's call this the old car",
)  # fmt: skip


@pytest.mark.parametrize("said", PRAISE)
@pytest.mark.parametrize("before", ["", "make the car red", "make it warmer"])
def test_praise_is_no_request(said: str, before: str) -> None:
    course = Course().after(PLANNER.plan(before, Context())) if before else Course()
    plan = PLANNER.plan(said, course.context())
    assert not plan.operations
    assert plan.question


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("great, now make it sharper", "adjust sharpness +20"),
        ("cute image, crop it to a square", "crop 1:1"),
        ("nice, make it warm", "adjust warmth +20"),
        ("I love it but make it darker", "adjust brightness -20"),
    ],
)
def test_praise_around_a_request_leaves_it(said: str, meant: str) -> None:
    assert compact(PLANNER.plan(said, Context())) == meant


@pytest.mark.parametrize(
    ("before", "said", "meant"),
    [
        ("remove the dog", "it's still there", "retry"),
        ("remove the dog", "the dog is still visible", "retry"),
        ("remove the dog", "his leash is still visible", "remove @ leash"),
        ("remove the dog", "I can still see the tail", "remove @ tail"),
        ("remove the dog", "that didn't work", "retry"),
        ("remove the dog", "no, keep it", "undo"),
        ("remove the dog", "there's still some left", "retry"),
        ("add a hat", "it's a bit too small", "alter bigger @ it"),
    ],
)
def test_a_remark_is_taken_for_what_it_asks(before: str, said: str, meant: str) -> None:
    context = Course().after(PLANNER.plan(before, Context())).context()
    assert compact(PLANNER.plan(said, context)) == meant
