"""The messages that a surface posted: which job, revision and conversation each of them shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Column, Select, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.database import Database, unbroken
from bot.history.rows import now
from bot.history.schema import conversations, jobs, posts, revisions
from bot.history.upsert import insert_or_update

SHOWN: Final = {"job": jobs, "revision": revisions, "conversation": conversations}
"""What a post may show, and the table that it is in."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message of the bot, by the surface's own names for messages and channels."""

    surface: str
    message: str
    channel: str
    job: str | None = None
    revision: str | None = None
    conversation: str | None = None


class Posts:
    """Which message shows what, in the database of the history.

    A post is kept for as long as all that it shows. What was noted outlives the death of any process; where the power
    goes, the last moments may be missing.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @unbroken
    async def note(self, post: Post) -> None:
        """Keep the post, in place of what was known of that message; not one about something forgotten since.

        Raises: TimedOut, StorageFailed.
        """
        async with self._database.write(durable=False) as connection:
            if not await _is_there(connection, post):
                return
            values = {**asdict(post), "noted_at": now()}
            await connection.execute(insert_or_update(connection, posts, values, values))

    @unbroken
    async def of_message(self, surface: str, message: str) -> Post | None:
        """What is known of a message; None for one that the bot did not post, or that was forgotten."""
        return await self._first(select(posts).where(posts.c.surface == surface, posts.c.message == message))

    @unbroken
    async def of_job(self, job: str) -> Post | None:
        """The post noted last that shows the job."""
        return await self._first(select(posts).where(posts.c.job == job).order_by(posts.c.noted_at.desc()))

    async def _first(self, query: Select[tuple[object, ...]]) -> Post | None:
        async with self._database.read() as connection:
            row = (await connection.execute(query.limit(1))).first()
        return None if row is None else Post(*(getattr(row, name) for name in Post.__dataclass_fields__))


async def _is_there(connection: AsyncConnection, post: Post) -> bool:
    """Whether all that the post shows is still kept."""
    shown = ((table, getattr(post, name)) for name, table in SHOWN.items())
    return all([await _has(connection, table, wanted) for table, wanted in shown if wanted is not None])


async def _has(connection: AsyncConnection, table: Table, wanted: str) -> bool:
    column: Column[str] = table.c.id
    return await connection.scalar(select(column).where(column == wanted)) is not None
