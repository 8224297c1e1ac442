"""Jobs as rows: written and read, and what the two dialects say differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.schema import jobs
from bot.ledger.records import UNFINISHED, Application, Job

UNFINISHED_STATE = jobs.c.state.in_(UNFINISHED)
_PLAIN = tuple(Job.__dataclass_fields__)


def values_of(application: Application) -> dict[str, Any]:
    """The columns that an application fills."""
    names = (name for name in Application.__dataclass_fields__)
    return {name: getattr(application, name) for name in names}


def job_of(row: Row[Any]) -> Job:
    """The job that a whole row of `jobs` tells."""
    return Job(**{name: getattr(row, name) for name in _PLAIN})


async def read(connection: AsyncConnection, query: Select[Any]) -> list[Job]:
    """The jobs that a query of whole rows selects."""
    return [job_of(row) for row in await connection.execute(query)]


async def find(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> Job | None:
    """The only job that meets the conditions."""
    found = await read(connection, select(jobs).where(and_(*conditions)).limit(1))
    return found[0] if found else None


def insert_or_update(
    connection: AsyncConnection, table: Table, key: str, values: Mapping[str, Any], changes: Mapping[str, Any]
) -> postgresql.Insert | sqlite.Insert:
    """Insert the values, or make the changes in the row that has that key already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).values(values).on_conflict_do_update(index_elements=[table.c[key]], set_=dict(changes))
