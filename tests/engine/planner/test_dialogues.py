"""The table of conversations: every turn is understood from what came before it."""

from __future__ import annotations

import pytest

from engine.planner.course import Course
from tests.engine.planner.dialogues import Turn, compact, dialogues, read_back
from tests.engine.planner.reading import PLANNER

TABLE = dialogues()


def test_the_table_is_as_large_as_it_should_be():
    assert len(TABLE) >= 150
    assert all(len(turns) <= 5 for turns in TABLE)


@pytest.mark.parametrize("turns", TABLE, ids=[" / ".join(turn.said for turn in turns)[:90] for turns in TABLE])
def test_a_conversation_is_followed(turns: list[Turn]):
    course = Course()
    for turn in turns:
        context = course.context().model_copy(update={"candidates": turn.candidates})
        plan = PLANNER.plan(turn.said, context)
        assert compact(plan) == turn.meant, turn.said
        assert read_back(plan)
        assert bool(plan.question) == (turn.asked is not None), plan.question
        assert (turn.asked or "") in (plan.question or "")
        course = course.after(plan)
