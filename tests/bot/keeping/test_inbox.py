"""Letters: noted before they are acknowledged, gone when dealt with, and left to the next process by a kill."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.history.database import Database
from bot.history.rows import now
from bot.history.schema import inbox
from bot.keeping.inbox import HOLD, Inbox, Letter
from engine.errors import StorageFailed
from tests.bot.conftest import Place

LETTER = Letter("discord", "1", "7", "9")


@pytest.fixture
async def database(place: Place) -> AsyncGenerator[Database]:
    async with await place.open() as history:
        yield history.database


async def count(database: Database) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(inbox)) or 0


async def fall_silent(database: Database) -> None:
    """Nothing was renewed for a while."""
    async with database.write() as connection:
        await connection.execute(update(inbox).values(held_until=now() - timedelta(seconds=1)))


async def test_what_a_killed_process_had_in_hand_is_the_next_ones(database: Database) -> None:
    before, after = Inbox(database, "a"), Inbox(database, "b")
    await before.note(LETTER)
    assert await after.left("discord") == []
    await fall_silent(database)
    assert await after.left("web") == []
    assert await after.left("discord") == [LETTER]
    assert await after.left("discord") == []
    await after.done(LETTER)
    assert await count(database) == 0


async def test_a_process_that_works_long_keeps_what_it_has(database: Database) -> None:
    busy, other = Inbox(database, "a"), Inbox(database, "b")
    await busy.note(LETTER)
    await fall_silent(database)
    assert await busy.left("discord") == []
    assert await other.left("discord") == []


async def test_a_deadline_of_a_clock_that_was_set_back_holds_nothing(database: Database) -> None:
    await Inbox(database, "a").note(LETTER)
    async with database.write() as connection:
        await connection.execute(update(inbox).values(held_until=now() + 3 * HOLD))
    assert await Inbox(database, "b").left("discord") == [LETTER]


async def test_two_processes_do_not_take_up_the_same(database: Database) -> None:
    letters = [Letter("discord", str(number), "7") for number in range(20)]
    before = Inbox(database, "a")
    await asyncio.gather(*(before.note(letter) for letter in letters))
    await fall_silent(database)
    takers = [Inbox(database, name) for name in "bcd"]
    found = await asyncio.gather(*(taker.left("discord") for taker in takers))
    assert sorted((letter for each in found for letter in each), key=lambda one: int(one.message)) == letters


async def test_a_crowd_waits_for_the_disk_together(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    writes, write = 0, database.write

    def counted(*of: str | None, **options: bool):
        nonlocal writes
        writes += 1
        return write(*of, **options)

    monkeypatch.setattr(database, "write", counted)
    crowd = Inbox(database, "a")
    await asyncio.gather(*(crowd.note(Letter("discord", str(number), "7")) for number in range(100)))
    assert await count(database) == 100
    assert writes <= 3


async def test_whoever_was_not_noted_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*of: str | None, **options: bool) -> None:
        raise StorageFailed

    notes = Inbox(database, "a")
    with monkeypatch.context() as patch:
        patch.setattr(database, "write", full)
        told = await asyncio.gather(*(notes.note(Letter("discord", n, "7")) for n in "12"), return_exceptions=True)
    assert [type(error) for error in told] == [StorageFailed, StorageFailed]
    await notes.note(Letter("discord", "3", "7"))
    assert await count(database) == 1


async def test_a_letter_noted_twice_is_one(database: Database) -> None:
    notes = Inbox(database, "a")
    await notes.note(LETTER)
    await notes.note(LETTER)
    assert await count(database) == 1


async def test_what_is_dealt_with_goes_later_where_it_cannot_go_now(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*of: str | None, **options: bool) -> None:
        raise StorageFailed

    notes = Inbox(database, "a")
    await notes.note(LETTER)
    with monkeypatch.context() as patch:
        patch.setattr(database, "write", full)
        with pytest.raises(StorageFailed):
            await notes.done(LETTER)
    assert await count(database) == 1
    assert await notes.left("discord") == []
    assert await count(database) == 0
