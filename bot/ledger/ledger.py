"""The life of a job: accepted, leased, and done, failed, cancelled or dead; then delivered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.database import Database, unbroken
from bot.history.once import Fenced
from bot.history.rows import now as this_moment
from bot.history.schema import conversations, efforts, jobs
from bot.history.upsert import insert_or_update
from bot.ledger.fairness import LONGEST_PAUSE, account, begin, fairest, place_of, share_for
from bot.ledger.keys import of_guild, of_member
from bot.ledger.limits import QueueLimits, Rate
from bot.ledger.rates import left_of, wait_for
from bot.ledger.records import Allowance, Application, Job, Place, State
from bot.ledger.rows import UNFINISHED_STATE, find, read, values_of
from engine.errors import Busy, NoSuchRevision
from engine.lanes import Lane

LEASE = timedelta(seconds=4)
"""How long a worker may be silent before its jobs are others'; it renews them every second."""
MOST_ATTEMPTS = 20
"""Leases of a job that came to nothing for whatever reason, before it is taken for the cause."""
LEARNING = 0.3
"""How much of what an effort is expected to take comes from the last time."""
UNKNOWN_S: Mapping[Lane, float] = {"quick": 1.0, "heavy": 20.0}
"""Seconds that work is expected to take of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """A job that is still this owner's."""

    id: str
    attempt: int
    stop: bool
    """Whether its author wants it no more."""


class Ledger:
    """Jobs in the database of the history, for any number of processes.

    An accepted job outlives a power cut. What becomes of it outlives the death of any process, but may be forgotten
    where the power goes; then it is worked on again, and finds what the history has of it.
    """

    def __init__(
        self, database: Database, limits: QueueLimits | None = None, now: Callable[[], datetime] = this_moment
    ) -> None:
        self._database, self._now = database, now
        self.limits = limits or QueueLimits()

    @unbroken
    async def known(self, key: str) -> Job | None:
        """The job that the message or click of that key became; None: it is new."""
        async with self._database.read() as connection:
            return await find(connection, jobs.c.key == key)

    @unbroken
    async def job(self, wanted: str) -> Job | None:
        """The job of that id."""
        async with self._database.read() as connection:
            return await find(connection, jobs.c.id == wanted)

    @unbroken
    async def unfinished(self, author: str, surface: str, channel: str) -> Job | None:
        """The job that the author asked for last there, while it is not over."""
        query = select(jobs).where(
            jobs.c.author == author, jobs.c.surface == surface, jobs.c.channel == channel, UNFINISHED_STATE
        )
        async with self._database.read() as connection:
            found = await read(connection, query.order_by(jobs.c.accepted_at.desc(), jobs.c.id.desc()).limit(1))
        return found[0] if found else None

    @unbroken
    async def unfinished_of(self, author: str) -> list[Job]:
        """All jobs of the author that are not over, in the order they came."""
        query = select(jobs).where(jobs.c.author == author, UNFINISHED_STATE).order_by(jobs.c.accepted_at, jobs.c.id)
        async with self._database.read() as connection:
            return await read(connection, query)

    @unbroken
    async def accept(self, application: Application, wanted: str, *, lease_to: str | None = None) -> Job:
        """The job of that id, durable now; or the one that the application's key became before.

        lease_to: who begins it at once, past the queue and its limits.
        Raises: Busy, NoSuchRevision where its conversation was forgotten since, StorageFailed.
        """
        async with self._database.write(application.author) as connection:
            if application.key is not None:
                known = await find(connection, jobs.c.key == application.key)
                if known is not None:
                    return known
            if not await _has_conversation(connection, application.conversation):
                raise NoSuchRevision("latest")
            now = self._now()
            if lease_to is None:
                await self._admit(connection, application, now)
            expected = await _expected(connection, application)
            share = await share_for(connection, application.author, application.lane, expected)
            values = {
                **values_of(application),
                "id": wanted,
                "state": "accepted" if lease_to is None else "leased",
                "owner": lease_to,
                "deadline": None if lease_to is None else now + LEASE,
                "attempt": 0 if lease_to is None else 1,
                "expected_s": expected,
                "share_start": share.start,
                "share_end": share.end,
                "accepted_at": now,
                "ready_at": now,
                "crashes": 0,
                "stop": False,
            }
            await connection.execute(insert(jobs).values(values))
            return await _must_find(connection, jobs.c.id == wanted)

    @unbroken
    async def check_room(self, author: str, guild: str) -> None:
        """Nothing, where one more message would be accepted now, were it not for rates. Raises: Busy."""
        async with self._database.read() as connection:
            await self._check_room(connection, author, guild, "heavy")

    @unbroken
    async def allowance(self, author: str, rate: Rate | None = None) -> Allowance:
        """What the member may ask for now, at that rate or the one that everybody has."""
        most = self.limits.per_member
        async with self._database.read() as connection:
            waiting = await _count(connection, jobs.c.author == author)
            allowed, wait = await left_of(
                connection, of_member(author, rate), rate or self.limits.member_rate, self._now()
            )
            if waiting >= most:
                return Allowance(waiting, most, 0, max(wait, await self._free_in(connection, "heavy")))
        return Allowance(waiting, most, min(allowed, most - waiting), wait)

    @unbroken
    async def lease(self, owner: str, lane: Lane, *, look_first: bool = True) -> Job | None:
        """The job whose turn it is, now the owner's for as long as it is renewed; None: nothing waits.

        look_first: read before writing, where most likely nothing waits.
        """
        if look_first and not await self._waits(lane):
            return None
        async with self._database.write(durable=False) as connection:
            # Read only now: others may have written for longer than a lease lasts.
            now = self._now()
            wanted = await connection.scalar(fairest(lane, now, self.limits.running_each))
            if wanted is None:
                return None
            values = {"state": "leased", "owner": owner, "deadline": now + LEASE, "attempt": jobs.c.attempt + 1}
            await connection.execute(update(jobs).where(jobs.c.id == wanted).values(values))
            job = await _must_find(connection, jobs.c.id == wanted)
            await begin(connection, job)
            return job

    @unbroken
    async def renew(self, owner: str, wanted: Collection[str]) -> list[Renewed]:
        """Those of the jobs that are still the owner's to do, for another while; so are those that it delivers."""
        if not wanted:
            return []
        ours = (jobs.c.owner == owner) & jobs.c.id.in_(wanted)
        async with self._database.write(durable=False) as connection:
            await connection.execute(update(jobs).where(ours).values(deadline=self._now() + LEASE))
            leased = await read(connection, select(jobs).where(ours, jobs.c.state == "leased"))
        return [Renewed(job.id, job.attempt, job.stop) for job in leased]

    @unbroken
    async def finish(self, job: Job, state: State, outcome: Mapping[str, Any], seconds: float | None = None) -> None:
        """The job is over, and its owner has yet to deliver it. seconds: what it took, to be learnt from.

        Raises: Fenced where the lease is somebody else's by now, or the job was over before.
        """
        async with self._database.write(durable=False) as connection:
            now = self._now()
            values = {"state": state, "outcome": dict(outcome), "finished_at": now, "deadline": now + LEASE}
            await self._change(connection, job, values)
            if seconds is not None:
                await _learn(connection, job.effort, seconds)
                await account(connection, job, seconds)

    @unbroken
    async def give_back(self, job: Job, *, crashed: bool, after_s: float = 0.0) -> Literal["accepted", "dead"]:
        """The lease ends without an answer; the job waits again, or is dead where the engine died of it too often.

        Raises: Fenced.
        """
        crashes = job.crashes + crashed
        hopeless = crashes >= self.limits.crashes or job.attempt >= MOST_ATTEMPTS
        state: Literal["accepted", "dead"] = "dead" if hopeless else "accepted"
        waits: dict[str, Any] = {
            "owner": None,
            "deadline": None,
            "ready_at": self._now() + min(timedelta(seconds=after_s), LONGEST_PAUSE),
        }
        over: dict[str, Any] = {"finished_at": self._now(), "outcome": {}}
        async with self._database.write(durable=False) as connection:
            changes = over if state == "dead" else waits
            await self._change(connection, job, {"state": state, "crashes": crashes, **changes})
        return state

    @unbroken
    async def cancel(self, wanted: str, author: str) -> bool:
        """Whether the author's job will not be answered: at once where it waits, at its next step where it runs."""
        own = jobs.c.id == wanted, jobs.c.author == author
        async with self._database.write() as connection:
            waiting: dict[str, Any] = {"state": "cancelled", "finished_at": self._now(), "outcome": {}}
            stopped = await connection.execute(update(jobs).where(*own, jobs.c.state == "accepted").values(waiting))
            told = await connection.execute(update(jobs).where(*own, jobs.c.state == "leased").values(stop=True))
        return stopped.rowcount + told.rowcount > 0

    @unbroken
    async def sweep(self) -> int:
        """Jobs whose workers fell silent wait again, or are dead where that happened too often; how many there were."""
        now = self._now()
        # A deadline this far ahead is of a clock that was set back since, and its owner would have renewed it.
        silent = (jobs.c.state == "leased") & ((jobs.c.deadline < now) | (jobs.c.deadline > now + 2 * LEASE))
        async with self._database.read() as connection:
            if await connection.scalar(select(jobs.c.id).where(silent).limit(1)) is None:
                return 0
        async with self._database.write(durable=False) as connection:
            over: dict[str, Any] = {"state": "dead", "finished_at": now, "outcome": {}}
            hopeless = update(jobs).where(silent, jobs.c.attempt >= MOST_ATTEMPTS).values(over)
            waits: dict[str, Any] = {"state": "accepted", "owner": None, "deadline": None, "ready_at": now}
            dead = await connection.execute(hopeless)
            freed = await connection.execute(update(jobs).where(silent).values(waits))
        return dead.rowcount + freed.rowcount

    @unbroken
    async def undelivered(self, owner: str, surfaces: Collection[str]) -> list[Job]:
        """Jobs of these surfaces that are over and nobody delivers; they are the owner's to deliver from now on."""
        now = self._now()
        lost = (
            ~UNFINISHED_STATE
            & jobs.c.delivered_at.is_(None)
            & jobs.c.surface.in_(surfaces)
            & (jobs.c.deadline.is_(None) | (jobs.c.deadline < now) | (jobs.c.deadline > now + 2 * LEASE))
        )
        async with self._database.read() as connection:
            if await connection.scalar(select(jobs.c.id).where(lost).limit(1)) is None:
                return []
        async with self._database.write(durable=False) as connection:
            found = await read(connection, select(jobs).where(lost).with_for_update(skip_locked=True))
            ids = [job.id for job in found]
            await connection.execute(update(jobs).where(jobs.c.id.in_(ids)).values(owner=owner, deadline=now + LEASE))
        return found

    @unbroken
    async def delivered(self, wanted: str) -> None:
        """The answer is where its author sees it."""
        async with self._database.write(durable=False) as connection:
            undelivered = (jobs.c.id == wanted) & jobs.c.delivered_at.is_(None)
            await connection.execute(update(jobs).where(undelivered).values(delivered_at=self._now()))

    @unbroken
    async def place(self, job: Job) -> Place:
        """Where the job stands in its lane."""
        async with self._database.read() as connection:
            return await place_of(connection, job, self.limits.workers[job.lane])

    @unbroken
    async def counts(self) -> dict[tuple[str, str], int]:
        """How many unfinished jobs there are, by lane and state."""
        query = select(jobs.c.lane, jobs.c.state, func.count()).where(UNFINISHED_STATE)
        async with self._database.read() as connection:
            rows = await connection.execute(query.group_by(jobs.c.lane, jobs.c.state))
            return {(lane, state): count for lane, state, count in rows}

    async def _waits(self, lane: Lane) -> bool:
        waiting = select(jobs.c.id).where(jobs.c.state == "accepted", jobs.c.lane == lane).limit(1)
        async with self._database.read() as connection:
            return await connection.scalar(waiting) is not None

    async def _admit(self, connection: AsyncConnection, application: Application, now: datetime) -> None:
        """Raises: Busy where too much waits already, or its author or guild asks too often."""
        limits = self.limits
        await self._check_room(connection, application.author, application.guild, application.lane)
        member = of_member(application.author, application.rate)
        seconds = await wait_for(connection, member, application.rate or limits.member_rate, now)
        if application.guild:
            guild = await wait_for(connection, of_guild(application.guild), limits.guild_rate, now)
            seconds = max(seconds, guild)
        if seconds:
            raise Busy("rate", seconds)

    async def _check_room(self, connection: AsyncConnection, author: str, guild: str, lane: Lane) -> None:
        """Raises: Busy where too much waits already."""
        limits = self.limits
        if await _count(connection) >= limits.waiting:
            raise Busy("queue", await self._free_in(connection, lane))
        if await _count(connection, jobs.c.author == author) >= limits.per_member:
            raise Busy("member", await self._free_in(connection, lane), limits.per_member)
        if guild and await _count(connection, jobs.c.guild == guild) >= limits.per_guild:
            raise Busy("guild", await self._free_in(connection, lane), limits.per_guild)

    async def _free_in(self, connection: AsyncConnection, lane: Lane) -> float:
        """Seconds until the next job of the lane is over, roughly."""
        mean = select(func.avg(jobs.c.expected_s)).where(UNFINISHED_STATE, jobs.c.lane == lane)
        return (await connection.scalar(mean) or UNKNOWN_S[lane]) / self.limits.workers[lane]

    async def _change(self, connection: AsyncConnection, job: Job, values: Mapping[str, Any]) -> None:
        """Raises: Fenced where the job is not leased as this attempt."""
        ours = jobs.c.id == job.id, jobs.c.attempt == job.attempt, jobs.c.state == "leased"
        changed = await connection.execute(update(jobs).where(*ours).values(dict(values)))
        if not changed.rowcount:
            raise Fenced


async def _count(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> int:
    return await connection.scalar(select(func.count()).select_from(jobs).where(UNFINISHED_STATE, *conditions)) or 0


async def _has_conversation(connection: AsyncConnection, wanted: str) -> bool:
    return await connection.scalar(select(conversations.c.id).where(conversations.c.id == wanted)) is not None


async def _must_find(connection: AsyncConnection, condition: ColumnElement[bool]) -> Job:
    job = await find(connection, condition)
    assert job is not None
    return job


async def _expected(connection: AsyncConnection, application: Application) -> float:
    """Seconds that such work took lately."""
    known = await connection.scalar(select(efforts.c.seconds).where(efforts.c.key == application.effort))
    return UNKNOWN_S[application.lane] if known is None else known


async def _learn(connection: AsyncConnection, effort: str, seconds: float) -> None:
    """What such work takes, from how long it took just now."""
    mean = (1 - LEARNING) * efforts.c.seconds + LEARNING * seconds
    values = {"key": effort, "seconds": seconds}
    await connection.execute(insert_or_update(connection, efforts, values, {"seconds": mean}))
