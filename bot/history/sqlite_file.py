"""A SQLite file as the database: one writer at a time, every commit on disk.

Transactions are begun by SQLAlchemy's `begin` event, as its documentation of the SQLite dialect advises: the driver's
own rules leave reads outside, and make a writer of a reader, which fails at once when another process wrote in
between. Every write is `BEGIN IMMEDIATE` instead: it waits for its turn first.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiosqlite
from sqlalchemy import URL, Connection, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from engine.errors import TimedOut

PRAGMAS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
ATTEMPTS = 6
"""Waits of one busy_timeout for other processes before a write gives up."""
WAIT_S = 30.0
"""How long a write waits for those of this process: as long as one of them waits for other processes."""


class SqliteFile:
    """One file, written by one task of this process at a time and by any number of processes."""

    def __init__(self, path: Path) -> None:
        self.engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(path)))
        event.listen(self.engine.sync_engine, "connect", _on_connect)
        event.listen(self.engine.sync_engine, "begin", _on_begin)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection that sees one state throughout."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self, on: str | None, *, alone: bool, durable: bool) -> AsyncGenerator[AsyncConnection]:
        """A connection that is the only writer of the file, whatever it is about.

        One that need not be durable waits for no disk; the next durable one brings it there too.
        """
        async with self._in_turn(), self.engine.connect() as connection:
            await connection.execution_options(write=True, durable=durable)
            await self.patiently(connection.begin)
            yield connection
            try:
                await connection.commit()
            except BaseException:
                # Its transaction may be open still, which SQLAlchemy takes for closed: it would lock the file for ever.
                await connection.invalidate()
                raise

    @asynccontextmanager
    async def _in_turn(self) -> AsyncGenerator[None]:
        """Nobody else of this process writes inside. Raises: TimeoutError."""
        async with asyncio.timeout(WAIT_S):
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()

    async def patiently(self, call: Callable[[], Awaitable[object]]) -> None:
        """Await the call until the file is not locked: each try waits for `busy_timeout` inside SQLite already.

        Raises: TimedOut.
        """
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

    async def erase(self) -> None:
        """Fold the write-ahead log into the file and empty it, unless someone reads just then."""
        async with self.engine.connect() as connection:
            pooled = await connection.get_raw_connection()
            driver = cast(aiosqlite.Connection, pooled.driver_connection)
            await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")


def _on_connect(connection: Any, _: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException:
        # SQLAlchemy would drop it as it is, and its thread would stay.
        connection.close()
        raise


def _on_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("write", False):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options['durable'] else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
