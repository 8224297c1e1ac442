"""Another process keeps the database to itself: for a while, which is waited for, or for ever, which is said."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.history import sqlite_file
from engine.errors import StorageFailed, TimedOut
from tests.chaos.local import Post, amiss, blurred, serving

pytestmark = pytest.mark.usefixtures("quickly")
KEEPER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
database.execute("ROLLBACK")
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write gives up after some three seconds instead of a minute."""
    pragmas = ("busy_timeout=300", *sqlite_file.PRAGMAS[1:])
    monkeypatch.setattr(sqlite_file, "PRAGMAS", pragmas)
    monkeypatch.setattr(sqlite_file, "ATTEMPTS", 5)
    monkeypatch.setattr(sqlite_file, "WAIT_S", 1.5)


@asynccontextmanager
async def locked(home: Path) -> AsyncGenerator[None]:
    """Another process holds the write lock of the home's database inside."""
    pipe = asyncio.subprocess.PIPE
    keeper = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KEEPER, str(home / "retouch.db"), stdin=pipe, stdout=pipe
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    await keeper.stdout.readline()
    try:
        yield
    finally:
        keeper.stdin.write(b"\n")
        await keeper.wait()


@pytest.mark.parametrize("seconds", [0.1, 0.9])
async def test_a_lock_that_is_let_go_is_waited_for(tmp_path: Path, seconds: float) -> None:
    async with serving(tmp_path, post := Post()) as local:
        before = [await local.desk.take(blurred(number)) for number in range(4)]
        async with locked(tmp_path):
            takes = [asyncio.create_task(local.desk.take(blurred(10 + number))) for number in range(4)]
            await asyncio.sleep(seconds)
        meanwhile = await asyncio.gather(*takes)
        await local.over()
    assert len({job.id for job in (*before, *meanwhile)}) == 8
    assert amiss(tmp_path, post) == []
    assert all(len(answers) == 1 for answers in post.brought.values())


async def test_a_lock_that_is_kept_is_said_and_what_was_accepted_survives(tmp_path: Path) -> None:
    async with serving(tmp_path, post := Post()) as local:
        accepted = [await local.desk.take(blurred(number)) for number in range(6)]
        async with locked(tmp_path):
            takes = [local.desk.take(blurred(10 + number), key=f"{number}") for number in range(20)]
            async with asyncio.timeout(15):
                refused = await asyncio.gather(*takes, return_exceptions=True)
            # What is there can be read meanwhile.
            assert (await local.desk.current(accepted[0])).id == accepted[0].id
            assert await local.house.history.conversations()
        assert {type(error) for error in refused} <= {TimedOut, StorageFailed}
        await local.desk.take(blurred(10), key="0")
        await local.over(20)
    assert amiss(tmp_path, post, ("TimedOut", "StorageFailed")) == []
    assert set(post.brought) > {job.id for job in accepted}


async def test_the_loop_turns_while_the_lock_is_kept(tmp_path: Path) -> None:
    async with serving(tmp_path) as local, locked(tmp_path):
        take = asyncio.create_task(local.desk.take(blurred(0)))
        turns = 0
        while not take.done():
            await asyncio.sleep(0.02)
            turns += 1
        assert isinstance(take.exception(), TimedOut)
    assert turns > 25


async def test_a_desk_closes_in_a_bounded_time(tmp_path: Path) -> None:
    post = Post()
    async with asyncio.timeout(20):
        async with serving(tmp_path) as local:
            for number in range(6):
                await local.desk.take(blurred(number))
            keeping = locked(tmp_path)
            await keeping.__aenter__()
    await keeping.__aexit__(None, None, None)
    async with serving(tmp_path, post) as local:
        await local.over(20)
    assert amiss(tmp_path, post, ("TimedOut", "StorageFailed")) == []
