"""What members and guilds chose: small JSON values, by name, under a key that says whose they are."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.database import Database, unbroken
from bot.history.schema import preferences
from bot.history.upsert import insert_or_update

MEMBER: Final = "member"


def of_member(surface: str, author: str) -> str:
    """The key of a member; a surface's name has no space in it."""
    return f"{MEMBER} {surface} {author}"


def of_guild(surface: str, guild: str) -> str:
    """The key of a guild."""
    return f"guild {surface} {guild}"


class Preferences:
    """Preferences in the database of the history; a member's go when the member is forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @unbroken
    async def get(self, key: str) -> dict[str, Any]:
        """Everything chosen under the key; empty where nothing was. Raises: TimedOut, StorageFailed."""
        async with self._database.read() as connection:
            return await _chosen(connection, key)

    @unbroken
    async def change(self, key: str, **values: Any) -> dict[str, Any]:
        """Choose the values, which JSON can hold, and drop those that are None; answers with everything chosen now.

        What others change at the same time stays. Raises: TimedOut, StorageFailed.
        """
        async with self._database.write(key) as connection:
            chosen = {**await _chosen(connection, key), **values}
            chosen = {name: value for name, value in chosen.items() if value is not None}
            if chosen:
                row = {"key": key, "author": _author_of(key), "chosen": chosen}
                await connection.execute(insert_or_update(connection, preferences, row, {"chosen": chosen}))
            else:
                await connection.execute(delete(preferences).where(preferences.c.key == key))
        return chosen


async def _chosen(connection: AsyncConnection, key: str) -> dict[str, Any]:
    query = select(preferences.c.chosen).where(preferences.c.key == key)
    return dict(await connection.scalar(query) or {})


def _author_of(key: str) -> str | None:
    kind, _, whose = key.split(" ", 2)
    return whose if kind == MEMBER else None
