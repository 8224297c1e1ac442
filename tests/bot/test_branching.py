"""Whoever replies to somebody else's picture goes on in a conversation of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.chat import Message, Reply
from bot.desk import Desk
from bot.history import History, Revision
from bot.house import House
from bot.ledger.ledger import Ledger
from bot.ledger.limits import QueueLimits
from bot.turn import turn
from bot.workbench import Tools
from engine.data import Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import Ambiguous, Busy, NotUnderstood
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.planner import RulesPlanner
from engine.reporting import Report


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
        return await asyncio.to_thread(editor.edit, request, report)

    async with await History.open(tmp_path) as history:
        yield House(history, RulesPlanner(), edit, tmp_path)


def first(instruction: str) -> Message:
    return Message(instruction, "ann", "test", "general", picture=balls(), name="balls.png", seed=1)


def reply_of_bob(to: Revision, instruction: str) -> Message:
    return Message(instruction, "bob", "test", "general", reply_to=to.id, seed=2)


async def anns(house: House) -> Reply:
    """Two edits of ann's."""
    await turn(first("make it warmer"), house)
    return await turn(Message("make it a bit darker", "ann", "test", "general", seed=1), house)


async def state_of(house: House, conversation: str) -> tuple[Revision, list[Revision]]:
    return await house.history.head(conversation), await house.history.tree(conversation)


@pytest.mark.parametrize(
    ("instruction", "number"), [("increase the contrast", 3), ("undo", 1), ("try again", 3), ("start over", 0)]
)
async def test_another_s_conversation_stays_as_it_is(house: House, instruction: str, number: int):
    made = (await anns(house)).answer.revision
    before = await state_of(house, made.conversation)
    answer = (await turn(reply_of_bob(made, instruction), house)).answer
    assert answer.revision.number == number
    assert answer.revision.conversation != made.conversation
    assert await state_of(house, made.conversation) == before
    assert await house.history.latest(author="bob", surface="test", channel="general") == answer.revision
    branch = await house.history.branch(answer.revision.id)
    assert (await house.history.picture(branch[0])).rgb.tolist() == balls().rgb.tolist()


async def test_one_s_own_conversation_is_gone_on_with(house: House):
    made = (await anns(house)).answer.revision
    answer = (await turn(replace(reply_of_bob(made, "undo"), author="ann"), house)).answer
    assert (answer.revision.conversation, answer.revision.number) == (made.conversation, 1)
    assert len(await house.history.conversations()) == 1


@pytest.mark.parametrize("instruction", ["compare", "florble the wug"])
async def test_what_moves_nothing_begins_nothing(house: House, instruction: str):
    made = (await anns(house)).answer.revision
    if instruction == "compare":
        assert (await turn(reply_of_bob(made, instruction), house)).answer.compared
    else:
        with pytest.raises(NotUnderstood):
            await turn(reply_of_bob(made, instruction), house)
    assert len(await house.history.conversations()) == 1


async def test_a_step_back_is_taken_from_the_revision_replied_to(house: House):
    made = (await anns(house)).answer.revision
    branch = await house.history.branch(made.id)
    answer = (await turn(replace(reply_of_bob(branch[1], "undo"), author="ann"), house)).answer
    assert answer.revision == branch[0]
    forward = (await turn(replace(reply_of_bob(branch[1], "redo"), author="ann"), house)).answer
    assert forward.revision == made


async def test_anybody_may_answer_a_question_for_themselves(house: House):
    with pytest.raises(Ambiguous):
        await turn(first("make the red ball green"), house)
    original = await house.history.latest(author="ann")
    assert original is not None
    answer = (await turn(reply_of_bob(original, "the left one"), house)).answer
    assert answer.picture.rgb[48, 30, 1] > 100
    assert answer.picture.rgb[48, 130, 1] < 100
    assert await house.history.open_question(original.conversation) is not None
    again = (await turn(Message("the right one", "ann", "test", "general", seed=1), house)).answer
    assert again.picture.rgb[48, 130, 1] > 100
    assert again.revision.conversation == original.conversation


async def test_more_like_one_of_another_s_variations(house: House):
    several = await turn(replace(first("remove the red ball on the left"), count=3), house)
    last = several.answers[-1].revision
    reply = await turn(reply_of_bob(last, "more like 2"), house)
    parents = {answer.revision.parent for answer in reply.answers}
    tree = await house.history.tree(reply.answer.revision.conversation)
    assert [revision.number for revision in tree[:4]] == [0, 1, 2, 3]
    assert parents == {tree[0].id}
    assert tree[2].seed == several.answers[1].revision.seed


async def test_who_may_not_ask_now_begins_nothing(house: House):
    made = (await anns(house)).answer.revision
    ledger = Ledger(house.history.database, QueueLimits(per_member=1))
    async with Desk(Tools(house=house, ledger=ledger, hold=lambda: True)) as desk:
        await desk.take(reply_of_bob(made, "make it warmer"))
        kept = await house.history.conversations()
        with pytest.raises(Busy):
            await desk.take(reply_of_bob(made, "make it darker"))
        assert await house.history.conversations() == kept
        undone = await desk.answer(await desk.take(reply_of_bob(made, "undo")))
        assert undone.answer.revision.number == 1


async def test_a_desk_answers_from_the_copy(house: House):
    made = (await anns(house)).answer.revision
    before = await state_of(house, made.conversation)
    async with Desk(Tools(house=house, ledger=Ledger(house.history.database))) as desk:
        message = reply_of_bob(made, "increase the contrast")
        reply = await desk.answer(await desk.take(message, key="k"))
        assert (await desk.take(message, key="k")).conversation == reply.answer.revision.conversation
        undone = await desk.answer(await desk.take(reply_of_bob(made, "undo")))
    assert (reply.answer.revision.number, undone.answer.revision.number) == (3, 1)
    assert await state_of(house, made.conversation) == before
    assert len(await house.history.conversations()) == 3
