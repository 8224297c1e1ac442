"""What administrators of a guild did, and when: ids and values, no words of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select

from bot.history.database import Database, unbroken
from bot.history.rows import now
from bot.history.schema import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did."""

    actor: str
    action: str
    detail: Mapping[str, Any]
    noted_at: datetime
    """UTC."""


class Audit:
    """The record, in the database of the history; what is older than its surface keeps it is trimmed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @unbroken
    async def note(self, guild: str, actor: str, action: str, **detail: Any) -> None:
        """Put it on record, durably; the details are what JSON can hold. Raises: TimedOut, StorageFailed."""
        values = {"guild": guild, "actor": actor, "action": action, "detail": detail, "noted_at": now()}
        async with self._database.write() as connection:
            await connection.execute(insert(audit).values(values))

    @unbroken
    async def latest(self, guild: str, count: int = 20) -> list[Entry]:
        """What was done last in the guild, newest first."""
        query = select(audit).where(audit.c.guild == guild).order_by(audit.c.id.desc()).limit(count)
        async with self._database.read() as connection:
            found = await connection.execute(query)
            return [Entry(row.actor, row.action, row.detail, row.noted_at) for row in found]

    @unbroken
    async def trim(self, keep: timedelta) -> int:
        """Take away what was done longer ago; how many entries that were. Raises: TimedOut, StorageFailed."""
        old = audit.c.noted_at < now() - keep
        async with self._database.write(durable=False) as connection:
            return (await connection.execute(delete(audit).where(old))).rowcount
