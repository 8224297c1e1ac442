from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from bot.history import Draft, History, Question, Revision
from bot.history.records import new_id
from engine.data import Box, Notice, Offset, Picture, Region
from engine.errors import DamagedImage, NoSuchRevision
from engine.operations import Plan, Recolor, Remove, Target
from tests.bot.history.conftest import Place
from tests.bot.history.helpers import begin, commit, edited, same

PLAN = Plan(
    instruction="make the left car blue, then remove it",
    operations=(
        Recolor(target=Target(phrase="car", position="left"), colour="blue"),
        Remove(target=Target(previous=True)),
    ),
    confidence=0.9,
)


async def test_an_original_is_number_0_and_the_head(history: History, photo: Picture):
    root = await begin(history, photo)
    assert (root.number, root.parent, root.plan, root.offset, root.mask) == (0, None, None, None, None)
    assert (root.height, root.width, root.author) == (80, 100, "ada")
    assert await history.head(root.conversation) == root
    assert await history.revision(root.id) == root
    assert same(await history.picture(root.id), photo)


async def test_a_revision_keeps_every_fact_across_a_restart(place: Place, photo: Picture):
    mask, target = np.zeros((80, 100), np.bool_), np.zeros((80, 100), np.bool_)
    mask[7:20, 13:30], target[8:15, 14:20] = True, True
    async with await place.open() as history:
        root = await begin(history, photo)
        draft = Draft(
            picture=edited(photo, 1),
            instruction="make the left car blue, then remove it",
            author="bob",
            plan=PLAN,
            seed=2**31,
            backend="exact",
            models={"lama": "abc"},
            timings_ms={"edit": 1.5},
            mask=mask,
            target=target,
            warnings=(Notice("lossy", "JPEG"), Notice("grown")),
        )
        made = await history.commit(root.id, draft)
    async with await place.open() as again:
        kept = await again.revision(made.id)
        assert kept == made
        assert kept.plan == PLAN
        assert (kept.seed, kept.backend, kept.models, kept.timings_ms) == (
            2**31,
            "exact",
            {"lama": "abc"},
            {"edit": 1.5},
        )
        assert (kept.number, kept.parent, kept.author, kept.offset) == (1, root.id, "bob", Offset(0, 0))
        assert kept.warnings == draft.warnings
        assert kept.created_at.tzinfo is not None
        for found, wanted in ((await again.mask(made.id), mask), (await again.target_mask(made.id), target)):
            assert found is not None
            assert np.array_equal(found, wanted)
        assert same(await again.picture(made.id), draft.picture)
        assert await again.mask(root.id) is None
        assert await again.mask_file(root.id) is None


async def test_the_mask_is_a_file_that_others_can_read(history: History, photo: Picture):
    mask = np.eye(80, 100, dtype=np.bool_)
    root = await begin(history, photo)
    made = await history.commit(root, Draft(picture=photo, instruction="", author="ada", mask=mask))
    data = await history.mask_file(made.id)
    assert data is not None
    with PillowImage.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        assert np.array_equal(np.asarray(image), np.where(mask, 255, 0))


async def test_opacity_and_the_colour_beneath_it_survive(place: Place, photo: Picture):
    opacity = np.zeros((80, 100), np.uint8)
    opacity[20:60] = 130
    steps = [photo, Picture(photo.rgb, opacity), edited(Picture(photo.rgb, opacity), 3), edited(photo, 4)]
    async with await place.open() as history:
        last = await begin(history, steps[0])
        ids = [last.id]
        for picture in steps[1:]:
            last = await history.commit(last, Draft(picture=picture, instruction="", author="ada"))
            ids.append(last.id)
    async with await place.open() as again:
        for revision, picture in zip(reversed(ids), reversed(steps), strict=True):
            assert same(await again.picture(revision), picture)


async def test_the_start_of_an_id_is_enough_while_it_is_the_only_one(history: History, photo: Picture):
    root = await begin(history, photo)
    child = await commit(history, root)
    assert await history.revision(f" {child.id.upper()} ") == child
    apart = next(index for index in range(12) if root.id[index] != child.id[index]) + 1
    assert await history.revision(child.id[:apart]) == child
    for wanted in (child.id[: apart - 1], "", "zz", "%", child.id + "0"):
        with pytest.raises(NoSuchRevision) as missing:
            await history.revision(wanted)
        assert missing.value.wanted == wanted


async def test_no_such_revision_wherever_one_is_named(history: History, photo: Picture):
    draft = Draft(picture=photo, instruction="", author="ada")
    calls = (history.picture, history.mask, history.mask_file, history.target_mask, history.branch, history.head)
    for call in (*calls, history.undo, history.redo, history.restart):
        with pytest.raises(NoSuchRevision):
            await call("nowhere")
    with pytest.raises(NoSuchRevision):
        await history.commit("nowhere", draft)
    assert await history.tree("nowhere") == []
    assert await history.latest() is None
    assert await history.open_question("nowhere") is None


def test_ids_are_unique_and_sort_as_they_were_made():
    ids = [new_id() for _ in range(2000)]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch("[0-9a-hjkmnp-tv-z]{12}", each) for each in ids)


async def test_the_latest_is_where_somebody_last_was(history: History, photo: Picture):
    first = await begin(history, photo, "ada", "one")
    second = await begin(history, photo, "bob", "two")
    assert await history.latest() == second
    assert await history.latest(author="ada") == first
    child = await commit(history, first)
    assert await history.latest() == child
    assert await history.latest(author="ada", surface="test", channel="one") == child
    assert await history.latest(channel="two") == second
    assert await history.latest(author="ada", channel="two") is None
    assert await history.latest(surface="discord") is None
    await history.undo(first.conversation)
    assert await history.latest(author="ada") == first


async def test_what_somebody_said_is_told_newest_first(history: History, photo: Picture):
    root = await begin(history, photo)
    for words in ("make it warmer", "flip it", "crop it"):
        plan = Plan(instruction=words, confidence=1.0)
        await history.commit(root, Draft(picture=photo, instruction="retry", author="ada", plan=plan))
    await commit(history, root)
    assert await history.said("ada", 2) == ["crop it", "flip it"]
    assert await history.said("bob", 2) == []


async def test_the_conversation_before_this_one(history: History, photo: Picture):
    other = await begin(history, photo, "bob")
    first = await begin(history, photo)
    edit = await commit(history, first)
    second = await begin(history, photo)
    await commit(history, second, 2)
    assert await history.latest_before(second.conversation, author="ada") == edit
    assert await history.latest_before(first.conversation, author="ada") is None
    assert await history.latest_before(first.conversation) == other


async def test_conversations_in_one_line_each_newest_use_first(history: History, photo: Picture):
    first, second = await begin(history, photo), await begin(history, photo, "bob", "d")
    child = await commit(history, first)
    await history.undo(first.conversation)
    summaries = await history.conversations(10)
    assert [summary.conversation for summary in summaries] == [first.conversation, second.conversation]
    summary = summaries[0]
    assert (summary.surface, summary.channel, summary.author, summary.name) == ("test", "c", "ada", "photo.png")
    assert (summary.head, summary.edits) == (first.id, 1)
    assert summary.created_at <= child.created_at <= summary.used_at
    assert len(await history.conversations(1)) == 1


async def test_the_conversations_that_a_picture_is_part_of(history: History, photo: Picture):
    first = await begin(history, photo)
    child = await commit(history, first)
    second = await begin(history, await history.picture(child.id))
    assert await history.conversations_of(photo) == [first.conversation]
    assert await history.conversations_of(edited(photo, 1)) == [second.conversation, first.conversation]
    await history.restart(first.conversation)
    assert (await history.conversations_of(edited(photo, 1)))[0] == first.conversation
    assert await history.conversations_of(edited(photo, 9)) == []


async def test_the_same_original_twice_is_stored_once(history: History, photo: Picture, place: Place):
    await begin(history, photo)
    before = place.digests()
    again = await begin(history, photo)
    assert place.digests() == before
    assert same(await history.picture(again.id), photo)


async def test_a_damaged_original_does_not_spoil_its_next_conversation(tmp_path: Path, photo: Picture):
    async with await History.open(tmp_path) as history:
        first = await begin(history, photo)
        (blob,) = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
        blob.write_bytes(blob.read_bytes()[:-20])
    async with await History.open(tmp_path) as history:
        with pytest.raises(DamagedImage):
            await history.picture(first.id)
        blob.unlink()
        with pytest.raises(DamagedImage):
            await history.picture(first.id)
        second = await begin(history, photo)
    async with await History.open(tmp_path) as history:
        assert same(await history.picture(second.id), photo)


def question_about(revision: Revision) -> Question:
    regions = (
        Region(Box(1, 2, 5, 9), 0.8, "car", "colour", np.arange(28).reshape(7, 4) % 3 == 0),
        Region(Box(50, 20, 70, 30), 0.25, "red car", "subject"),
    )
    return Question(revision.id, PLAN.instruction, PLAN, 1, 77, regions)


async def test_a_question_waits_with_its_candidates(place: Place, photo: Picture):
    async with await place.open() as history:
        root = await begin(history, photo)
        asked = question_about(root)
        await history.ask(root.conversation, asked)
    async with await place.open() as history:
        found = await history.open_question(root.conversation)
        assert found is not None
        told = (found.revision, found.instruction, found.plan, found.operation, found.seed)
        assert told == (root.id, PLAN.instruction, PLAN, 1, 77)
        for one, other in zip(found.candidates, asked.candidates, strict=True):
            assert (one.box, one.score, one.label, one.source) == (other.box, other.score, other.label, other.source)
        assert np.array_equal(found.candidates[0].on(80, 100), asked.candidates[0].on(80, 100))
        assert found.candidates[1].mask is None
        assert await history.head(root.conversation) == root
        await history.answered(root.conversation)
        assert await history.open_question(root.conversation) is None


@pytest.mark.parametrize("move", ["commit", "undo", "goto", "restart"])
async def test_any_move_closes_a_question(history: History, photo: Picture, move: str):
    root = await begin(history, photo)
    child = await commit(history, root)
    await history.ask(root.conversation, question_about(child))
    if move == "commit":
        await commit(history, child, 2)
    elif move == "goto":
        await history.goto(root.conversation, 0)
    else:
        await (history.undo if move == "undo" else history.restart)(root.conversation)
    assert await history.open_question(root.conversation) is None


async def test_a_later_question_takes_the_place_of_an_earlier(history: History, photo: Picture):
    root = await begin(history, photo)
    await history.ask(root.conversation, question_about(root))
    await history.ask(root.conversation, Question(root.id, "which?", PLAN, 0, 1, ()))
    found = await history.open_question(root.conversation)
    assert found is not None
    assert (found.instruction, found.candidates) == ("which?", ())


async def test_forgetting_takes_rows_and_blobs_and_leaves_other_people_theirs(
    history: History, photo: Picture, place: Place
):
    shared = Picture(photo.rgb[::-1].copy())
    bobs = await begin(history, shared, "bob")
    before = place.digests()
    mine = await begin(history, photo)
    await history.ask(mine.conversation, question_about(await commit(history, mine)))
    await begin(history, shared)
    guest = await history.commit(
        bobs, Draft(picture=edited(shared, 1), instruction="SECRETWORDS", author="ada", plan=PLAN)
    )
    assert await history.forget("ada") == 2
    assert await history.latest(author="ada") is None
    assert await history.tree(mine.conversation) == []
    assert await history.conversations_of(photo) == []
    left = await history.revision(guest.id)
    assert (left.author, left.instruction, left.plan) == ("", "", None)
    assert same(await history.picture(guest.id), edited(shared, 1))
    assert len(place.digests() - before) == 1
    stored = b"".join(path.read_bytes() for path in place.home.glob("retouch.db*"))
    assert b"SECRETWORDS" not in stored
    assert (b"bob" in stored) is not bool(place.database)


async def test_orphans_are_collected_and_what_is_used_stays(history: History, photo: Picture, place: Place):
    root = await begin(history, photo)
    await history.ask(root.conversation, question_about(await commit(history, root)))
    used = place.digests()
    place.store().put(b"?")
    assert await history.collect() == 0
    assert await history.collect(grace_s=-60) == 1
    assert place.digests() == used


async def test_what_was_put_again_while_orphans_were_listed_stays(
    history: History, place: Place, monkeypatch: pytest.MonkeyPatch
):
    orphan = place.store().put(b"put again")

    def listed_before(keep: set[str], *, grace_s: float) -> list[str]:
        return [orphan]

    blobs = history._storage.blobs  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(blobs, "stale", listed_before)
    await history.collect(grace_s=60)
    assert place.digests() == {orphan}
    await history.collect(grace_s=-60)
    assert place.digests() == set()


async def test_blobs_collected_while_a_commit_was_under_way_are_put_again(
    history: History, photo: Picture, place: Place, monkeypatch: pytest.MonkeyPatch
):
    root = await begin(history, photo)
    other = await place.open()
    keep = history._keep  # pyright: ignore[reportPrivateUsage]

    async def keep_and_lose(draft: Draft, above: Revision):
        kept = await keep(draft, above)
        assert await other.collect(grace_s=-60) == 1
        return kept

    monkeypatch.setattr(history, "_keep", keep_and_lose)
    made = await commit(history, root)
    assert same(await other.picture(made.id), edited(photo, 1))
    await other.close()


async def test_what_a_message_may_contain_and_a_database_may_not(history: History, photo: Picture):
    root = await begin(history, photo, author="a\0da")
    made = await history.commit(root, Draft(picture=photo, instruction="make it\0 blue 🟦", author="a\0da"))
    assert (await history.revision(made.id)).instruction == "make it blue 🟦"
    assert await history.latest(author="a\0da") is not None
