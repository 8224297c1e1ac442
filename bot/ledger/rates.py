"""How often somebody may ask: the generic cell rate algorithm, one row for each who is counted.

A row holds the theoretical arrival time: when the next request would come if all came evenly. A request may come early
by as much as a burst of them takes. See ITU-T I.371, annex A; the SQL does its `max` and `+` in one statement.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, case, literal, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.schema import Moment, rates
from bot.ledger.limits import Rate
from bot.ledger.rows import insert_or_update


async def wait_for(connection: AsyncConnection, key: str, rate: Rate, now: datetime) -> float:
    """Count a request; the seconds until it would be allowed, 0 when it is.

    One that is not allowed is not counted, as the caller rolls its transaction back. A row that is further ahead than
    allowed requests can bring it was written by a clock that was set back since, or for a larger burst: it counts anew.
    """
    possible = rates.c.due_at.between(now, now + rate.burst * rate.interval)
    later = type_coerce(case((possible, rates.c.due_at), else_=literal(now, Moment())), BigInteger)
    values = {"key": key, "due_at": now + rate.interval}
    changes = {"due_at": later + rate.interval // timedelta(microseconds=1)}
    counted = insert_or_update(connection, rates, "key", values, changes)
    due: datetime = (await connection.execute(counted.returning(rates.c.due_at))).scalar_one()
    early = due - rate.burst * rate.interval - now
    return max(0.0, early.total_seconds())
