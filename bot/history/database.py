"""The SQLite file under the history: how it is opened, kept up to date, read and written.

Transactions are begun by SQLAlchemy's `begin` event, as its documentation of the SQLite dialect advises: the driver's
own rules leave reads outside, and make a writer of a reader, which fails at once when another process wrote in
between. Every write is `BEGIN IMMEDIATE` instead: it waits for its turn first.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import aiosqlite
from sqlalchemy import URL, Connection, event, inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.history.schema import VERSION, metadata
from engine.errors import BadOption, StorageFailed, TimedOut

P = ParamSpec("P")
T = TypeVar("T")

PRAGMAS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
ATTEMPTS = 6
"""Waits of one busy_timeout before a write gives up."""
VERSION_TABLE = """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""
"""As alembic makes it."""
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One SQLite file, written by one task of this process at a time and by any number of processes."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> Database:
        """The database at `path` at the schema of this release: created, or migrated, where it is not.

        Raises: BadOption for a database of a later release, TimedOut when other processes never let go of it,
        StorageFailed when the disk is full or fails.
        """
        engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(path)))
        event.listen(engine.sync_engine, "connect", _on_connect)
        event.listen(engine.sync_engine, "begin", _on_begin)
        database = cls(engine)
        try:
            await _patiently(database._bring_up_to_date)
        except OperationalError as exc:
            await engine.dispose()
            raise StorageFailed from exc
        except BaseException:
            await engine.dispose()
            raise
        return database

    async def close(self) -> None:
        """Let go of the file."""
        await self._engine.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection that sees one state of the database throughout."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        """A connection that is the only writer; committed at the end, rolled back when the body raises.

        Raises: TimedOut when the other writers never let go, StorageFailed when the disk is full or fails.
        """
        try:
            async with self._turn, self._engine.connect() as connection:
                await connection.execution_options(write=True)
                await _patiently(connection.begin)
                yield connection
                await connection.commit()
        except OperationalError as exc:
            raise StorageFailed from exc

    async def checkpoint(self) -> None:
        """Fold the write-ahead log into the file and empty it, unless someone reads just then."""
        async with self._engine.connect() as connection:
            pooled = await connection.get_raw_connection()
            driver = cast(aiosqlite.Connection, pooled.driver_connection)
            await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _bring_up_to_date(self) -> None:
        async with self.read() as connection:
            if await connection.run_sync(stored_version) == VERSION:
                return
        async with self.write() as connection:
            await connection.run_sync(_create_or_upgrade)


def unbroken(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """The method, run to its end also when whoever awaits it is cancelled, who is told only then.

    SQLAlchemy drops a cancelled connection without closing it: its transaction would keep the file locked.
    """

    @wraps(method)
    async def shielded(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.ensure_future(method(*args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.gather(task, return_exceptions=True)
            raise

    return shielded


def stored_version(connection: Connection) -> str | None:
    """The migration that the database is at; None where it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def upgrade(connection: Connection, scripts: Path = MIGRATIONS) -> None:
    """Apply every migration that the database lacks, in the transaction at hand. Raises: BadOption if it is newer."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as exc:
        found = stored_version(connection)
        raise BadOption("RETOUCH_HOME", found, f"a history of this release (schema {VERSION}) or before") from exc


def _create_or_upgrade(connection: Connection) -> None:
    version = stored_version(connection)
    if version is None:
        metadata.create_all(connection)
        connection.execute(text(VERSION_TABLE))
        connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": VERSION})
    elif version != VERSION:
        upgrade(connection)


def _on_connect(connection: Any, _: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def _patiently(call: Callable[[], Awaitable[object]]) -> None:
    """Await the call until the file is not locked: each try waits for `busy_timeout` inside SQLite already."""
    start = time.monotonic()
    for attempt in range(ATTEMPTS):
        try:
            await call()
        except OperationalError as exc:
            if "locked" not in str(exc.orig):
                raise
            if attempt == ATTEMPTS - 1:
                raise TimedOut("history", time.monotonic() - start) from exc
            await asyncio.sleep(0.01 * 2**attempt * (1 + random.random()))
        else:
            return
