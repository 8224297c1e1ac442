"""Where a conversation stands after steps through it, and which earlier edit the words of an undo mean."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.operations import Adjust, Context, EditOperation, Operation, Recolor, Target
from engine.planner.course import Course, without
from engine.planner.recall import about, continued, one_of
from tests.engine.planner.reading import PLANNER

EDITS = ("make it warmer", "crop to square", "make the car red", "add a hat", "more contrast and less saturation")
STEPS = ("undo", "redo", "start over", "back to version 1", "try again", "undo the hat", "4 variations", "compare")


def after(*said: str) -> Course:
    course = Course()
    for words in said:
        course = course.after(PLANNER.plan(words, course.context()))
    return course


def kinds(course: Course) -> list[str]:
    return [operation.kind for operation in course.context().history]


def history(*said: str) -> tuple[Operation, ...]:
    return after(*said).context().history


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (("make it warmer", "crop to square", "undo"), ["adjust"]),
        (("make it warmer", "crop to square", "undo", "redo"), ["adjust", "crop"]),
        (("make it warmer", "crop to square", "undo 2 steps"), []),
        (("make it warmer", "undo", "undo", "undo"), []),
        (("make it warmer", "crop to square", "start over", "add a hat"), ["add"]),
        (("make it warmer", "undo", "add a hat", "undo", "redo"), ["add"]),
        (("make it warmer", "add a hat", "back to version 1"), ["adjust"]),
        (("make it warmer", "add a hat", "crop to square", "undo the hat"), ["adjust", "crop"]),
        (("make it warmer and crop to square", "undo"), []),
        (("add a hat", "try again"), ["add"]),
        (("add a hat", "4 variations", "undo"), []),
        (("make it warmer", "crop to square", "add a hat", "undo everything since the crop"), ["adjust", "crop"]),
        (("make it warmer", "crop to square", "add a hat", "back to how it was before the crop"), ["adjust"]),
        (("make it warmer", "crop to square", "undo", "bring it back"), ["adjust", "crop"]),
        (("make it warmer", "I don't like it, try again"), ["adjust"]),
    ],
)
def test_steps_lead_where_the_history_leads(said: tuple[str, ...], left: list[str]):
    assert kinds(after(*said)) == left


def test_pictures_made_side_by_side_are_told_by_their_order():
    takes = after("add a hat", "three versions")
    assert takes.context().takes == ("2", "3", "4")
    for said, number in [
        ("the second one", "3"),
        ("I'll take number 1", "2"),
        ("the last one please", "4"),
        ("3", "4"),
    ]:
        (chosen,) = PLANNER.plan(said, takes.context()).operations
        assert chosen.flat() == {"kind": "goto", "revision": number}
    assert not after("add a hat", "three versions", "crop to square").context().takes
    assert not PLANNER.plan("the fourth one", takes.context()).operations


def test_a_question_waits_for_its_answer():
    course = after("change the colour of the car")
    assert course.context().unanswered == "change the colour of the car"
    assert kinds(course.after(PLANNER.plan("to silver", course.context()))) == ["recolor"]
    assert not after("change the colour of the car", "make it warmer").context().unanswered
    assert not PLANNER.plan("to silver", Context()).operations


def test_what_was_undone_can_come_back():
    assert after("make it warmer", "undo").context().undone
    assert not after("make it warmer", "undo", "add a hat").context().undone


def test_the_last_message_may_have_done_several_things():
    assert after("more contrast and less saturation").context().last == 2
    assert after("more contrast and less saturation", "add a hat").context().last == 1
    assert Course().context() == Context()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(EDITS + STEPS), max_size=12))
def test_any_steps_stay_in_the_tree(said: list[str]):
    course = after(*said)
    line = course.branch()
    assert line[0] == 0
    assert all(course.revisions[child].parent == parent for parent, child in pairwise(line))


@pytest.mark.parametrize(
    ("what", "meant"),
    [
        ("hat", (1, 2)),
        ("the hat", (1, 2)),
        ("warmth", (0,)),
        ("the colour change", (4,)),
        ("car", (4,)),
        ("crop", (3,)),
        ("first edit", (0,)),
        ("last change", (4,)),
        ("dog", ()),
        ("", ()),
    ],
)
def test_an_edit_is_found_by_what_it_was_about(what: str, meant: tuple[int, ...]):
    edits = history("make it warmer", "add a straw hat", "make it bigger", "crop to square", "make the car red")
    assert about(what, edits) == meant


def test_a_branch_without_an_edit():
    warm = Adjust(property="warmth", amount=20)
    dark = Adjust(property="brightness", amount=-20)
    red = Recolor(target=Target(phrase="car"), colour="red")
    runs: list[tuple[EditOperation, ...]] = [(), (dark,), (warm, red), (dark,)]
    kept = without("warmth", runs)
    assert kept is not None
    assert (kept.depth, kept.again, kept.moved) == (1, ((2, (red,)), (3, (dark,))), False)
    assert without("hat", runs) is None


def test_what_moves_things_says_so():
    kept = without("flip", [(), history("flip it"), history("make it warmer")])  # type: ignore[list-item]
    assert kept is not None
    assert kept.moved


@pytest.mark.parametrize(
    ("target", "named"),
    [
        (Target(previous=True, position="left"), Target(phrase="car", position="left")),
        (Target(phrase="red one", colour="red"), Target(phrase="red car", colour="red")),
        (Target(previous=True), Target(previous=True)),
        (Target(phrase="stone"), Target(phrase="stone")),
    ],
)
def test_one_is_told_by_its_name(target: Target, named: Target):
    assert one_of(target, history("make the car blue", "crop to square")) == named


def test_the_rest_of_a_message_stands_on_its_beginning():
    context = after("make it warmer", "crop to square").context()
    steps = PLANNER.plan("undo", context).operations
    assert [one.kind for one in continued(context, steps).history] == ["adjust"]
