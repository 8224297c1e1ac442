"""Writes that happen once, however often a job is tried: each is noted as a step of the job, in its own transaction."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history import rows
from bot.history.records import Revision
from bot.history.schema import jobs, revisions, steps

LEASED = "leased"


class Fenced(Exception):
    """The job is somebody else's by now, or over: its lease ran out while it was worked on."""


class Once:
    """The steps of one attempt at a job; the n-th write of every attempt is the same write.

    `attempt`: that of the lease, the fencing token. Whoever has another is told `Fenced` before it writes.
    """

    def __init__(self, job: str, attempt: int) -> None:
        self.job, self.attempt = job, attempt
        self._step = 0

    async def earlier(self, connection: AsyncConnection) -> Revision | None:
        """What the next step led to in an earlier attempt; None: it has not been made. Raises: Fenced."""
        leased = jobs.c.id == self.job, jobs.c.attempt == self.attempt, jobs.c.state == LEASED
        if await connection.scalar(select(jobs.c.id).where(*leased).with_for_update()) is None:
            raise Fenced
        found = await self._noted(connection, 1)
        if found:
            self._step += 1
        return found[0] if found else None

    async def note(self, connection: AsyncConnection, revision: Revision) -> None:
        """The step is made, if this transaction is committed, and led to the revision."""
        await connection.execute(insert(steps).values(job=self.job, step=self._step, revision=revision.id))
        self._step += 1

    async def recalled(self, connection: AsyncConnection, count: int) -> list[Revision]:
        """What the next `count` steps led to in an earlier attempt, and pass them over; none unless all were made."""
        found = await self._noted(connection, count)
        if len(found) < count:
            return []
        self._step += count
        return found

    async def _noted(self, connection: AsyncConnection, count: int) -> list[Revision]:
        among = steps.c.job == self.job, steps.c.step >= self._step, steps.c.step < self._step + count
        query = select(revisions).join(steps, steps.c.revision == revisions.c.id).where(*among).order_by(steps.c.step)
        return await rows.read(connection, query)
