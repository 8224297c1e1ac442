"""Messages that were seen and not dealt with yet, by name: what a killed process had in hand, the next one asks for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, or_, select, update

from bot.history.database import Database, unbroken
from bot.history.rows import now
from bot.history.schema import inbox
from bot.history.upsert import insert_or_update
from engine.errors import EditError

HOLD: Final = timedelta(seconds=4)
"""How long a process may be silent before what it had in hand is others'; it renews that every second."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message, by the surface's own names."""

    surface: str
    message: str
    channel: str
    guild: str = ""


class Inbox:
    """The letters that one process has in hand, and those that others left.

    A letter outlives a power cut once it is noted. Those that come at the same time are written together: a crowd waits
    for the disk once.
    """

    def __init__(self, database: Database, holder: str) -> None:
        """holder: the process, by a name that no other has."""
        self._database, self._holder = database, holder
        self._coming: list[Letter] = []
        self._writing: asyncio.Task[None] | None = None
        self._in_hand: set[Letter] = set()
        self._over: set[Letter] = set()

    async def note(self, letter: Letter) -> None:
        """The letter is durable when this returns. Raises: TimedOut, StorageFailed; then it is not."""
        self._coming.append(letter)
        while letter in self._coming:
            if self._writing is None or self._writing.done():
                self._writing = asyncio.create_task(self._write())
            try:
                await asyncio.shield(self._writing)
            except EditError:
                # Perhaps it came too late for that one.
                if letter not in self._coming:
                    raise
        self._in_hand.add(letter)
        self._over.discard(letter)

    @unbroken
    async def done(self, letter: Letter) -> None:
        """The letter is dealt with; where the power goes it may come back.

        Raises: TimedOut, StorageFailed; then it goes with the next one, or when it is asked what is left.
        """
        self._in_hand.discard(letter)
        self._over.add(letter)
        await self._clear()

    @unbroken
    async def left(self, surface: str) -> list[Letter]:
        """Letters of the surface that nobody has in hand any more: they are in ours now, and so stay those we had.

        Raises: TimedOut, StorageFailed.
        """
        await self._clear()
        moment = now()
        lost = or_(inbox.c.held_until < moment, inbox.c.held_until > moment + 2 * HOLD)
        theirs = (inbox.c.surface == surface) & (inbox.c.holder != self._holder) & lost
        async with self._database.read() as connection:
            waits = await connection.scalar(select(inbox.c.message).where(theirs).limit(1)) is not None
        if not waits and not self._in_hand:
            return []
        values = {"holder": self._holder, "held_until": moment + HOLD}
        async with self._database.write(durable=False) as connection:
            await connection.execute(update(inbox).where(inbox.c.holder == self._holder).values(values))
            query = select(inbox).where(theirs).order_by(inbox.c.noted_at).with_for_update(skip_locked=True)
            found = [
                Letter(row.surface, row.message, row.channel, row.guild) for row in await connection.execute(query)
            ]
            for letter in found:
                await connection.execute(update(inbox).where(_is(letter)).values(values))
        self._in_hand.update(found)
        return found

    async def _clear(self) -> None:
        """Those that are dealt with go, also where that failed before."""
        over = tuple(self._over)
        if not over:
            return
        async with self._database.write(durable=False) as connection:
            for letter in over:
                await connection.execute(delete(inbox).where(_is(letter)))
        self._over.difference_update(over)

    @unbroken
    async def _write(self) -> None:
        """All that came until now, in one transaction; who waits for it hears of its failure."""
        batch = list(self._coming)
        try:
            moment = now()
            held = {"holder": self._holder, "held_until": moment + HOLD}
            async with self._database.write() as connection:
                for letter in batch:
                    values = {**_named(letter), **held, "channel": letter.channel, "guild": letter.guild}
                    row = {**values, "noted_at": moment}
                    await connection.execute(insert_or_update(connection, inbox, row, held))
        finally:
            del self._coming[: len(batch)]


def _named(letter: Letter) -> dict[str, str]:
    return {"surface": letter.surface, "message": letter.message}


def _is(letter: Letter) -> ColumnElement[bool]:
    return (inbox.c.surface == letter.surface) & (inbox.c.message == letter.message)
