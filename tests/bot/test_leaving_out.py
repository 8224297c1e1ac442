"""One edit taken out of the middle of a conversation: what came after it is made again, through the whole path."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from bot.chat import Message, Reply
from bot.history import History, Revision
from bot.house import House
from bot.turn import turn
from engine.data import Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import Ambiguous, NotGrounded, NotUnderstood
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.operations import Adjust, Recolor
from engine.planner import RulesPlanner
from engine.reporting import Report

BROKEN: list[str] = []
"""Kinds of edits that fail while they are named here."""


def balls() -> Picture:
    """A noisy ground with a red ball left and right, 96 x 160."""
    image = np.random.default_rng(7).integers(100, 150, (96, 160, 3), np.uint8)
    y, x = np.mgrid[:96, :160]
    for column in (30, 130):
        image[(y - 48) ** 2 + (x - column) ** 2 < 15**2] = (200, 30, 40)
    return Picture(image)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    editor = Editor(Grounder().locate, FillInpainter())

    async def edit(request: EditRequest, report: Report | None) -> EditResult:
        if any(operation.kind in BROKEN for operation in request.operations):
            raise NotGrounded("the ball", 0.0, ())
        return await asyncio.to_thread(editor.edit, request, report)

    async with await History.open(tmp_path) as history:
        yield House(history, RulesPlanner(), edit, tmp_path)
    BROKEN.clear()


async def begun(house: House, *instructions: str) -> Reply:
    """A conversation in which all this was said."""
    reply = await turn(Message(instructions[0], "ann", "test", "general", picture=balls(), seed=1), house)
    for instruction in instructions[1:]:
        reply = await said(house, instruction)
    return reply


async def said(house: House, instruction: str) -> Reply:
    return await turn(Message(instruction, "ann", "test", "general", seed=1), house)


async def pixels(house: House, revision: Revision) -> list[list[list[int]]]:
    return (await house.history.picture(revision)).rgb.tolist()


async def kinds(house: House, revision: Revision) -> list[list[str]]:
    branch = await house.history.branch(revision.id)
    return [[operation.kind for operation in one.plan.operations] if one.plan else [] for one in branch]


async def test_the_picture_is_as_if_it_had_never_been_done(house: House):
    wanted = (await begun(house, "increase the contrast")).answer
    made = (await begun(house, "make it warmer", "increase the contrast")).answer
    without = (await said(house, "undo the warmth")).answer
    assert await pixels(house, without.revision) == await pixels(house, wanted.revision)
    assert await pixels(house, made.revision) != await pixels(house, without.revision)
    assert await kinds(house, without.revision) == [[], ["adjust"]]
    assert (await house.history.head(made.revision.conversation)) == without.revision


async def test_what_was_undone_can_be_had_again(house: House):
    made = (await begun(house, "make it warmer", "increase the contrast")).answer
    await said(house, "undo the warmth")
    assert (await said(house, "go back to version 2")).answer.revision == made.revision


async def test_one_edit_of_a_message_goes_and_the_other_stays(house: House):
    await begun(house, "make it warmer and more saturated", "crop to square")
    answer = (await said(house, "undo the saturation")).answer
    assert await kinds(house, answer.revision) == [[], ["adjust"], ["crop"]]
    first = (await house.history.branch(answer.revision.id))[1].plan
    assert first is not None
    assert [one.property for one in first.operations if isinstance(one, Adjust)] == ["warmth"]


async def test_a_question_once_answered_is_not_asked_again(house: House):
    await begun(house, "make it warmer")
    with pytest.raises(Ambiguous):
        await said(house, "make the red ball green")
    await said(house, "the left one")
    answer = (await said(house, "undo the warmth")).answer
    left, right = answer.picture.rgb[48, 30], answer.picture.rgb[48, 130]
    assert left[1] > left[0]
    assert right.tolist() == [200, 30, 40]
    assert np.array_equal(answer.picture.rgb[:, 60:], balls().rgb[:, 60:])


async def test_things_are_looked_for_again_where_they_lie_elsewhere_now(house: House):
    await begun(house, "flip it horizontally", "make the left red ball green")
    answer = (await said(house, "undo the flip")).answer
    assert answer.picture.rgb[48, 30, 1] > answer.picture.rgb[48, 30, 0]
    assert answer.picture.rgb[48, 130].tolist() == [200, 30, 40]


async def test_the_last_edit_is_only_stepped_back_from(house: House):
    made = (await begun(house, "make it warmer", "make the left ball blue")).answer
    answer = (await said(house, "undo the ball")).answer
    assert answer.revision.id == made.revision.parent


async def test_where_the_rest_cannot_be_made_again_nothing_moves(house: House):
    made = (await begun(house, "make it warmer", "increase the contrast", "make the left ball blue")).answer
    BROKEN.append(Recolor.model_fields["kind"].default)
    with pytest.raises(NotGrounded):
        await said(house, "undo the warmth")
    assert await house.history.head(made.revision.conversation) == made.revision


async def test_an_edit_that_was_never_made_is_asked_about(house: House):
    await begun(house, "make it warmer")
    with pytest.raises(NotUnderstood, match="hat"):
        await said(house, "undo the hat")


async def test_more_is_more_of_all_that_the_last_message_did(house: House):
    await begun(house, "make it brighter and warmer")
    plan = (await said(house, "a bit more")).answer.revision.plan
    assert plan is not None
    changes = [(one.property, one.amount) for one in plan.operations if isinstance(one, Adjust)]
    assert changes == [("brightness", 10), ("warmth", 10)]


async def test_like_before_but_warmer_begins_at_the_picture_before(house: House):
    wanted = (await begun(house, "make it warmer")).answer
    await begun(house, "make it much darker")
    answer = (await said(house, "like before but warmer")).answer
    assert await pixels(house, answer.revision) == await pixels(house, wanted.revision)
