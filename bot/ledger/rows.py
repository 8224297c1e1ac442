"""Jobs as rows: written and read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.schema import jobs
from bot.ledger.records import UNFINISHED, Application, Job

UNFINISHED_STATE = jobs.c.state.in_(UNFINISHED)
KEPT = tuple(name for name in Job.__dataclass_fields__ if name in jobs.c)


def values_of(application: Application) -> dict[str, Any]:
    """The columns that an application fills."""
    return {name: getattr(application, name) for name in Application.__dataclass_fields__ if name in jobs.c}


def job_of(row: Row[Any]) -> Job:
    """The job that a whole row of `jobs` tells."""
    return Job(**{name: getattr(row, name) for name in KEPT})


async def read(connection: AsyncConnection, query: Select[Any]) -> list[Job]:
    """The jobs that a query of whole rows selects."""
    return [job_of(row) for row in await connection.execute(query)]


async def find(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> Job | None:
    """The only job that meets the conditions."""
    found = await read(connection, select(jobs).where(and_(*conditions)).limit(1))
    return found[0] if found else None
