"""The last edit adjusted in words, through the whole path: planner, engine, history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from bot.chat import Message, Reply
from bot.history import History
from bot.house import House
from bot.turn import turn
from engine.data import Image, Mask, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import NotGrounded
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.operations import Context, Refine
from engine.planner import RulesPlanner
from engine.reporting import Report
from tests.engine.grounding.grounds import mirrored, standing
from tests.engine.grounding.scenes import Drawn, draw

BODY = Drawn("blue", "square", 160, 200, 70)
PATCH = Drawn("yellow", "ball", 160, 200, 24)
TWIN = Drawn("red", "ball", 330, 200, 40)


def scene() -> Image:
    return draw([BODY, PATCH, TWIN], np.random.default_rng(7))


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    editor = Editor(Grounder().locate, FillInpainter())

    async def edit(request: EditRequest, report: Report | None) -> EditResult:
        return editor.edit(request, report)

    async with await History.open(tmp_path) as history:
        yield House(history, RulesPlanner(), edit, tmp_path)


def first(instruction: str, image: Image | None = None) -> Message:
    return Message(instruction, "ann", "test", picture=Picture(scene() if image is None else image), seed=1)


async def follow(house: House, reply: Reply, instruction: str) -> Reply:
    return await turn(Message(instruction, "ann", "test", reply_to=reply.answer.revision.id, seed=2), house)


def changed(reply: Reply) -> Mask:
    assert reply.answer.mask is not None
    assert reply.answer.outside_changed == 0
    return reply.answer.mask


def share(mask: Mask, of: Mask) -> float:
    return float(np.count_nonzero(mask & of) / np.count_nonzero(of))


EDITS = ["remove the red ball", "make the red ball green", "blur the red ball"]


@pytest.mark.parametrize("edit", EDITS)
async def test_bigger_and_smaller_are_bigger_and_smaller(house: House, edit: str) -> None:
    once = await turn(first(edit), house)
    bigger = await follow(house, once, "make the mask a bit bigger")
    assert changed(bigger)[changed(once)].all()
    assert changed(bigger).sum() > changed(once).sum()
    smaller = await follow(house, once, "a smaller mask")
    assert not changed(smaller)[~changed(once)].any()
    assert changed(smaller).sum() < changed(once).sum()
    assert {bigger.answer.revision.parent, smaller.answer.revision.parent} == {once.answer.revision.parent}


async def test_refining_goes_on_from_the_refined(house: House) -> None:
    once = await turn(first("remove the red ball"), house)
    sizes = [changed(once).sum()]
    reply = once
    for _ in range(3):
        reply = await follow(house, reply, "bigger")
        sizes.append(changed(reply).sum())
    assert sizes == sorted(set(sizes))
    plan = reply.answer.revision.plan
    assert plan is not None
    assert [one.kind for one in plan.operations] == ["remove", "refine", "refine", "refine"]
    assert plan.operations[-1] == Refine(change="bigger")


async def test_refined_can_be_undone_retried_and_replayed(house: House) -> None:
    once = await turn(first("remove the red ball"), house)
    bigger = await follow(house, once, "much bigger mask")
    again = await follow(house, bigger, "try again")
    assert (changed(again) == changed(bigger)).all()
    assert (await follow(house, again, "undo")).answer.revision.parent is None
    await turn(Message("redo", "ann", "test"), house)
    other = await turn(first("do the same to this photo", scene()[:, ::-1].copy()), house)
    assert changed(other).any()


async def test_growing_by_px_is_exact(house: House) -> None:
    once = await turn(first("make the blue square green"), house)
    grown = await follow(house, once, "grow the mask by 10 px")
    rows, columns = np.nonzero(changed(once))
    more_rows, more_columns = np.nonzero(changed(grown))
    assert 9 <= rows.min() - more_rows.min() <= 12
    assert 9 <= more_columns.max() - columns.max() <= 12


async def test_things_join_and_leave(house: House) -> None:
    once = await turn(first("blur the blue square"), house)
    filled = await follow(house, once, "include the yellow ball")
    assert share(changed(filled), PATCH.truth()) == 1
    spared = await follow(house, filled, "not the yellow ball")
    assert share(changed(spared), PATCH.truth()) < 0.5
    joined = await follow(house, spared, "also the red ball")
    assert share(changed(joined), TWIN.truth()) > 0.95
    assert share(changed(joined), PATCH.truth()) < 0.5
    assert not (changed(joined) & ~(changed(spared) | grown(TWIN.truth()))).any()
    half = await follow(house, once, "only the left half")
    assert not changed(half)[:, 175:].any()


def grown(mask: Mask) -> Mask:
    rows, columns = np.nonzero(mask)
    box = np.zeros_like(mask)
    box[rows.min() - 12 : rows.max() + 13, columns.min() - 12 : columns.max() + 13] = True
    return box


async def test_what_is_not_found_loses_nothing(house: House) -> None:
    once = await turn(first("remove the red ball"), house)
    with pytest.raises(NotGrounded):
        await follow(house, once, "include the handle")
    latest = await house.history.latest(author="ann")
    assert latest is not None
    assert latest.id == once.answer.revision.id
    assert changed(await follow(house, once, "bigger")).any()


async def test_a_softer_edge_goes_deeper_but_not_further(house: House) -> None:
    once = await turn(first("make the blue square green"), house)
    softer = await follow(house, once, "softer edge")
    assert (changed(softer) == changed(once)).all()
    difference = np.abs(softer.answer.picture.rgb.astype(int) - once.answer.picture.rgb).max(axis=2)
    assert difference[132, 160] > 8
    assert difference[185, 110] == 0
    bigger = await follow(house, softer, "bigger mask")
    hard = await follow(house, once, "bigger mask")
    assert (bigger.answer.picture.rgb != hard.answer.picture.rgb).any()


async def test_a_mask_that_was_drawn_is_obeyed_when_it_is_refined(house: House) -> None:
    drawn = np.zeros((420, 640, 3), np.uint8)
    drawn[180:220, 300:360] = 255
    given = replace(first("make this a lot brighter"), mask=Picture(drawn))
    once = await turn(given, house)
    assert not changed(once)[drawn[:, :, 0] == 0].any()
    bigger = await follow(house, once, "grow the mask by 10 px")
    rows, columns = np.nonzero(changed(bigger))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (170, 229, 290, 369)
    again = await follow(house, bigger, "shrink the mask by 10 px")
    assert not changed(again)[drawn[:, :, 0] == 0].any()


async def test_without_an_edit_there_is_nothing_to_refine(house: House) -> None:
    for words in ("a bit bigger", "not the yellow ball", "softer edge", "just the red ball"):
        plan = house.planner.plan(words, Context())
        assert all(operation.kind != "refine" for operation in plan.operations)


async def test_a_shadow_goes_with_its_thing_and_can_be_kept(house: House) -> None:
    drawn = standing("plain", "box")
    gone = await turn(first("remove the red box", drawn.image), house)
    assert share(changed(gone), drawn.shadow) > 0.75
    assert [note.kind for note in gone.notices] == ["shadow_too"]
    for words in ("remove the red box but keep its shadow", "remove the red box without its shadow"):
        kept = await turn(first(words, drawn.image), house)
        assert share(changed(kept), drawn.shadow) < 0.25
        assert not kept.notices
    later = await follow(house, gone, "without the shadow")
    assert share(changed(later), drawn.shadow) < 0.25
    assert share(changed(later), drawn.thing) > 0.97
    back = await follow(house, later, "also its shadow")
    assert share(changed(back), drawn.shadow) > 0.75


async def test_a_shadow_alone(house: House) -> None:
    drawn = standing("plain", "box")
    alone = await turn(first("remove the red box's shadow", drawn.image), house)
    assert share(changed(alone), drawn.shadow) > 0.75
    assert share(changed(alone), drawn.thing) < 0.2
    with pytest.raises(NotGrounded):
        await turn(first("remove the shadow of the red box", standing("plain", "box", shaded=False).image), house)


async def test_a_reflection_goes_with_its_thing(house: House) -> None:
    drawn = standing("plain", "box", shaded=False, colour=(0.6, 0.02, 0.02))
    image, where = mirrored(drawn, strength=0.25)
    gone = await turn(first("remove the red box", image), house)
    assert share(changed(gone), where) > 0.9
    assert "reflection_too" in [note.kind for note in gone.notices]


async def test_a_mask_that_was_given_brings_no_shadow_along(house: House) -> None:
    drawn = standing("plain", "box")
    picture = Picture(np.repeat(np.where(drawn.thing, 255, 0).astype(np.uint8)[..., None], 3, axis=2))
    gone = await turn(replace(first("remove the red box", drawn.image), mask=picture), house)
    assert share(changed(gone), drawn.shadow) < 0.2
    assert not gone.notices
