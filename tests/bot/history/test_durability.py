"""What survives: several writers at once, and processes killed in the middle of a write."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from contextlib import suppress

from bot.history import History
from engine.data import Picture
from tests.bot.history.conftest import Place
from tests.bot.history.helpers import begin, commit, edited, same

WRITER = """
import asyncio, sys
from pathlib import Path
import numpy as np
from bot.history import Draft, History
from engine.data import Picture
from tests.bot.history.helpers import begin, commit

async def main(home, database, blobs, conversation, count):
    async with await History.open(Path(home), database=database, blobs=blobs) as history:
        print("ready", flush=True)
        for step in range(int(count)):
            if conversation == "new" and step % 3 == 0:
                pixels = np.random.default_rng(step).integers(0, 256, (200, 200, 3), np.uint8)
                made = await begin(history, Picture(pixels))
            elif conversation == "new":
                made = await commit(history, made, step)
            else:
                made = await commit(history, await history.head(conversation), step)
            print(made.id, made.picture.pixels, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def writer(place: Place, conversation: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(place.home), place.database, place.blobs, conversation, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


async def test_processes_that_write_at_once_wait_for_each_other(place: Place, photo: Picture):
    count = 12
    async with await place.open() as history:
        talk = (await begin(history, photo)).conversation
        writers = [writer(place, talk, count) for _ in range(2)]
        for process in writers:
            said, complaint = process.communicate(timeout=120)
            assert (process.returncode, complaint) == (0, "")
            assert len(said.splitlines()) == 1 + count
        tree = await history.tree(talk)
        assert [revision.number for revision in tree] == list(range(2 * count + 1))
        assert len(await history.branch((await history.head(talk)).id)) > count
        assert same(await history.picture(tree[1].id), edited(photo, 0))


async def test_a_cancelled_commit_happened_or_did_not_and_the_next_one_works(history: History, photo: Picture):
    root = await begin(history, photo)
    outcomes: set[bool] = set()
    for step in range(30):
        before = await history.tree(root.conversation)
        task = asyncio.create_task(commit(history, root, step))
        await asyncio.wait([task], timeout=step * 0.001 if step < 29 else None)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        after = await history.tree(root.conversation)
        head = await history.head(root.conversation)
        assert after[: len(before)] == before
        assert head == (after[-1] if len(after) > len(before) else before[-1])
        outcomes.add(len(after) > len(before))
    assert outcomes == {True, False}
    assert same(await history.picture((await commit(history, root, 77)).id), edited(photo, 77))


async def test_what_was_answered_survives_kill_9_and_what_was_not_is_there_whole_or_not_at_all(place: Place):
    acknowledged: list[list[str]] = []
    chance = random.Random(5)
    for _ in range(3):
        process = writer(place, "new", 10_000)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        acknowledged += [process.stdout.readline().split() for _ in range(chance.randint(1, 12))]
        process.kill()
        rest, _ = process.communicate()
        acknowledged += [line.split() for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    async with await place.open(budget=0) as history:
        for revision, pixels in acknowledged:
            assert (await history.revision(revision)).picture.pixels == pixels
        used = 0
        for summary in await history.conversations(10_000):
            tree = await history.tree(summary.conversation)
            assert tree[0].number == 0
            assert (await history.head(summary.conversation)).id == tree[-1].id == summary.head
            for revision in tree:
                used += 1
                assert (await history.picture(revision.id)).height == 200
        assert used >= len(acknowledged) > 3
        await history.collect(grace_s=-60)
        for revision, _ in acknowledged:
            assert (await history.picture(revision)).width == 200
    assert place.blobs or not list((place.home / "blobs" / "incoming").iterdir())
