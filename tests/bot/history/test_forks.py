"""A conversation of somebody's own that begins where another one stands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.history import Draft, History, Question, Revision
from bot.ledger.ledger import Ledger
from bot.ledger.records import Application
from engine.data import Box, Notice, Offset, Picture, Region
from engine.errors import NoSuchRevision
from engine.operations import Crop, Plan
from tests.bot.conftest import Place
from tests.bot.history.helpers import begin, commit, edited, same

PLAN = Plan(instruction="crop", operations=(Crop(aspect="1:1"),), confidence=1.0)


async def fork(history: History, revision: Revision, author: str = "bob") -> Revision:
    return await history.fork(revision, author=author, surface="other", channel="d")


async def talk_of(history: History, photo: Picture) -> list[Revision]:
    """The original, a crop with all that a revision may have, a local edit, and another branch of it."""
    root = await begin(history, photo)
    mask = np.zeros((60, 90), np.bool_)
    mask[10:20, 30:50] = True
    cropped = Draft(
        picture=Picture(photo.rgb[5:65, 4:94]),
        instruction="crop",
        author="ada",
        plan=PLAN,
        seed=7,
        backend="exact",
        models={"m": "1"},
        timings_ms={"edit": 1.5},
        mask=mask,
        target=~mask,
        offset=Offset(-4, -5),
        warnings=(Notice("drawn"),),
    )
    second = await history.commit(root, cropped)
    third = await commit(history, second, 2)
    return [root, second, third, await commit(history, second, 3, "guest")]


async def test_a_fork_has_all_that_led_to_the_revision(history: History, photo: Picture):
    root, second, third, other = await talk_of(history, photo)
    copy = await fork(history, third)
    line = await history.branch(copy.id)
    assert await history.tree(copy.conversation) == line
    assert await history.head(copy.conversation) == copy == line[-1]
    for original, copied in zip((root, second, third), line, strict=True):
        known = {"id": copied.id, "parent": copied.parent, "conversation": copy.conversation}
        assert copied == replace(original, **known)
        assert same(await history.picture(copied.id), await history.picture(original.id))
        for mask in (history.mask, history.target_mask):
            one, another = await mask(original.id), await mask(copied.id)
            assert (one is None, one is None or one.tolist()) == (another is None, another is None or another.tolist())
    assert {revision.id for revision in line}.isdisjoint({root.id, second.id, third.id, other.id})
    assert await history.latest(author="bob", surface="other", channel="d") == copy
    assert await history.name(copy.conversation) == "photo.png"
    assert await history.belongs(copy.conversation, "bob")
    assert not await history.belongs(root.conversation, "bob")


async def test_its_pixels_are_drawn_from_its_own_rows(history: History, photo: Picture, place: Place):
    third = (await talk_of(history, photo))[2]
    before = place.digests()
    copy = await fork(history, third)
    assert place.digests() == before
    assert copy.picture.based
    wanted = await history.picture(third.id)
    await history.forget("ada")
    async with await place.open(budget=0) as cold:
        assert same(await cold.picture(copy.id), wanted)
        assert same(await cold.picture((await cold.undo(copy.conversation, 2)).id), photo)


async def test_steps_and_edits_in_a_fork_leave_the_other_alone(history: History, photo: Picture):
    root, _, third, other = await talk_of(history, photo)
    copy = await fork(history, third)
    first = await history.undo(copy.conversation, 2)
    assert (first.number, first.parent) == (0, None)
    assert await history.redo(copy.conversation, 2) == copy
    made = await commit(history, copy, 9, "bob")
    assert (made.number, made.parent, made.conversation) == (third.number + 1, copy.id, copy.conversation)
    assert await history.goto(copy.conversation, 2) == copy
    assert await history.head(root.conversation) == other
    assert [revision.number for revision in await history.tree(root.conversation)] == [0, 1, 2, 3]


@pytest.mark.parametrize("leaves", ["ada", "bob"])
async def test_whoever_is_forgotten_the_other_s_is_whole(history: History, photo: Picture, place: Place, leaves: str):
    third = (await talk_of(history, photo))[2]
    pixels = await history.picture(third.id)
    copy = await fork(history, third)
    stays = {"ada": copy, "bob": third}[leaves]
    await history.forget(leaves)
    assert await history.collect(grace_s=-60) == 0
    async with await place.open(budget=0) as cold:
        line = await cold.branch(stays.id)
        assert [revision.number for revision in line] == [0, 1, 2]
        assert same(await cold.picture(line[0].id), photo)
        assert same(await cold.picture(line[-1].id), pixels)
        assert (line[1].instruction == "") is (leaves == "ada")
        assert (await cold.mask(line[1].id)) is not None
        await commit(cold, line[-1], 5, stays.author)


async def test_variations_of_the_revision_come_along_but_do_not_stand_in_the_way(history: History, photo: Picture):
    root = await begin(history, photo)
    await commit(history, root, 9)
    for step in (1, 2, 3):
        draft = Draft(picture=edited(photo, step), instruction="make it pop", author="ada")
        last = await history.commit(root, draft)
    copy = await fork(history, last)
    assert [revision.number for revision in await history.tree(copy.conversation)] == [0, 2, 3, 4]
    assert await history.undo(copy.conversation) == (await history.tree(copy.conversation))[0]
    assert await history.redo(copy.conversation) == copy


async def test_an_original_is_forked_alone(history: History, photo: Picture):
    root, *_ = await talk_of(history, photo)
    await begin(history, edited(photo, 1))
    copy = await fork(history, root)
    assert await history.tree(copy.conversation) == [copy]


async def test_an_open_question_is_open_in_the_copy_too(history: History, photo: Picture):
    root, second, third, _ = await talk_of(history, photo)
    mask = np.eye(6, 4, dtype=np.bool_)
    region = Region(Box(4, 3, 8, 9), 0.5, "ball", "classic", mask)
    await history.ask(root.conversation, Question(third.id, "make it blue", PLAN, 0, 3, (region,)))
    copy, before = await fork(history, third), await fork(history, second)
    found = await history.open_question(copy.conversation)
    assert found is not None
    assert (found.revision, found.instruction, found.plan) == (copy.id, "make it blue", PLAN)
    assert found.candidates[0].mask is not None
    assert np.array_equal(found.candidates[0].mask, mask)
    assert await history.open_question(before.conversation) is None
    await commit(history, copy, 4, "bob")
    assert await history.open_question(copy.conversation) is None
    assert await history.open_question(root.conversation) is not None


async def test_another_attempt_at_a_job_finds_the_fork_of_the_first(history: History, photo: Picture):
    root = await begin(history, photo)
    ledger = Ledger(history.database)
    application = Application(
        surface="other", author="bob", conversation=root.conversation, lane="quick", request={}, effort=""
    )
    job = await ledger.accept(application, "job", lease_to="one")
    made = await fork(history.within(job.id, job.attempt), root)
    await ledger.give_back(job, crashed=True)
    again = await ledger.lease("two", "quick")
    assert again is not None
    assert await fork(history.within(again.id, again.attempt), root) == made
    assert len(await history.conversations()) == 2


async def test_what_is_not_there_cannot_be_forked(history: History, photo: Picture):
    root = await begin(history, photo)
    await history.forget("ada")
    with pytest.raises(NoSuchRevision):
        await fork(history, root)
    assert await history.conversations() == []
