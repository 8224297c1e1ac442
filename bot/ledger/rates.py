"""How often somebody may ask: the generic cell rate algorithm, one row for each who is counted.

A row holds the theoretical arrival time: when the next request would come if all came evenly. A request may come early
by as much as a burst of them takes. See ITU-T I.371, annex A; the SQL does its `max` and `+` in one statement.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, case, literal, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.schema import Moment, rates
from bot.history.upsert import insert_or_update
from bot.ledger.limits import Rate


async def wait_for(connection: AsyncConnection, key: str, rate: Rate, now: datetime) -> float:
    """Count a request; the seconds until it would be allowed, 0 when it is.

    One that is not allowed is not counted, as the caller rolls its transaction back. A row that is further ahead than
    allowed requests can bring it was written by a clock that was set back since, or for a larger burst: it counts anew.
    """
    possible = rates.c.due_at.between(now, now + rate.burst * rate.interval)
    later = type_coerce(case((possible, rates.c.due_at), else_=literal(now, Moment())), BigInteger)
    values = {"key": key, "due_at": now + rate.interval}
    changes = {"due_at": later + rate.interval // timedelta(microseconds=1)}
    counted = insert_or_update(connection, rates, values, changes)
    due: datetime = (await connection.execute(counted.returning(rates.c.due_at))).scalar_one()
    early = due - rate.burst * rate.interval - now
    return max(0.0, early.total_seconds())


async def left_of(connection: AsyncConnection, key: str, rate: Rate, now: datetime) -> tuple[int, float]:
    """How many requests would be allowed at once now, and the seconds until the next one is: 0 while there are any."""
    due: datetime | None = await connection.scalar(select(rates.c.due_at).where(rates.c.key == key))
    latest = now + rate.burst * rate.interval
    start = due if due is not None and now <= due <= latest else now
    wait = (start + rate.interval - latest).total_seconds()
    return (latest - start) // rate.interval, max(0.0, wait)
