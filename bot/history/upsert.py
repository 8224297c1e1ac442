"""What SQLite and PostgreSQL say alike, and SQLAlchemy in two dialects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert_or_update(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any], changes: Mapping[str, Any]
) -> postgresql.Insert | sqlite.Insert:
    """Insert the values, or make the changes in the row that has their primary key already."""
    inserted = _insert(connection, table).values(values)
    return inserted.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=dict(changes))


def _insert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name != "postgresql":
        return sqlite.insert(table)
    # Most never need it, and it weighs 2 MB.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
