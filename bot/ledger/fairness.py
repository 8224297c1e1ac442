"""Whose turn it is: the member who was served least lately goes first; start-time fair queueing over members.

Each lane has a virtual time, in seconds of work that every member with something to wait for was given. A job starts
in it where the member's last one ended, or now, whichever is later, and ends later by what it is expected to take; the
job that ends first is begun first. So members get equal shares of the workers however much one asks for, cheap edits
pass dear ones, and who comes back after a while has nothing saved up and nothing held against them. Nobody waits
longer than with an equal share at every moment, but for the one job that each worker is busy with.
See Goyal, Vin and Cheng, "Start-time Fair Queueing" (1997), and Demers, Keshav and Shenker, "Analysis and Simulation of
a Fair Queueing Algorithm" (1989), whose order by the end this is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.schema import jobs, shares
from bot.history.upsert import insert_or_update
from bot.ledger.keys import of_lane, of_share
from bot.ledger.records import Job, Place
from engine.lanes import Lane

LONGEST_PAUSE = timedelta(minutes=1)
"""Until a job that was given back is tried again, at most."""


class Share(NamedTuple):
    """When a job starts and ends in the virtual time of its lane, s."""

    start: float
    end: float


async def share_for(connection: AsyncConnection, author: str, lane: Lane, expected_s: float) -> Share:
    """The share of the author's next job, which is now the author's last one."""
    now = select(shares.c.virtual_s).where(shares.c.key.in_((of_lane(lane), of_share(author, lane))))
    start = max(await connection.scalars(now), default=0.0)
    await _set(connection, of_share(author, lane), start + expected_s)
    return Share(start, start + expected_s)


def fairest(lane: Lane, now: datetime, running_each: int) -> Select[str]:
    """The id of the job to be begun next, locked against other processes, which pass over it."""
    other = jobs.alias()
    running = select(func.count()).where(
        other.c.author == jobs.c.author, other.c.state == "leased", other.c.lane == lane
    )
    return (
        select(jobs.c.id)
        .where(_waits(lane), _is_ready(now), ~_follows_unfinished(), running.scalar_subquery() < running_each)
        .order_by(jobs.c.share_end, jobs.c.accepted_at, jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def begin(connection: AsyncConnection, job: Job) -> None:
    """The lane's virtual time has come to the start of a job that is begun."""
    await _set(connection, of_lane(job.lane), job.share_start)


async def account(connection: AsyncConnection, job: Job, seconds: float) -> None:
    """The job took so long: what that is more or less than was expected counts for its author's next one."""
    member = shares.c.key == of_share(job.author, job.lane)
    more = shares.c.virtual_s + (seconds - job.expected_s)
    await connection.execute(update(shares).where(member).values(virtual_s=more))


async def place_of(connection: AsyncConnection, job: Job, workers: int) -> Place:
    """Where the job stands among those that wait in its lane; a job that does not wait has nothing ahead."""
    if job.state != "accepted":
        return Place(0, 0.0)
    earlier = (jobs.c.share_end < job.share_end) | (
        (jobs.c.share_end == job.share_end) & (jobs.c.accepted_at < job.accepted_at)
    )
    seconds = func.coalesce(func.sum(jobs.c.expected_s), 0.0)
    ahead, work = (await connection.execute(select(func.count(), seconds).where(_waits(job.lane), earlier))).one()
    running = select(func.count(), seconds).where(jobs.c.state == "leased", jobs.c.lane == job.lane)
    busy, begun = (await connection.execute(running)).one()
    # Of what runs half is done, on the average.
    return Place(ahead, (work + begun / 2) / workers if ahead + busy >= workers else 0.0)


async def _set(connection: AsyncConnection, key: str, virtual_s: float) -> None:
    """Virtual time never goes back."""
    later = case((shares.c.virtual_s < virtual_s, virtual_s), else_=shares.c.virtual_s)
    values = {"key": key, "virtual_s": virtual_s}
    await connection.execute(insert_or_update(connection, shares, values, {"virtual_s": later}))


def _waits(lane: Lane) -> ColumnElement[bool]:
    return (jobs.c.state == "accepted") & (jobs.c.lane == lane)


def _is_ready(now: datetime) -> ColumnElement[bool]:
    """What is to wait for longer than anything does was written by a clock that was set back since."""
    return (jobs.c.ready_at <= now) | (jobs.c.ready_at > now + LONGEST_PAUSE)


def _follows_unfinished() -> ColumnElement[bool]:
    """Whether it builds on the answer to a job that is not over."""
    first = jobs.alias()
    return exists(select(first.c.id).where(first.c.id == jobs.c.after, first.c.state.in_(("accepted", "leased"))))
