"""A PostgreSQL server as the database: many writers at once, as safe as SQLite's single one.

Every write begins with locks that end with its transaction: a shared one on the whole database, which collecting blobs,
deleting and migrating take for themselves alone, and its own on what it is about, such as a conversation. So numbers
are given and heads moved by one writer at a time, and no blob is removed while somebody is about to name it.

A connection that breaks while the server is told to commit leaves open whether it did. The transaction's id was asked
for in time, and the server knows what became of it (`pg_xact_status`, made for this): a write that returns is
committed, one that raises is not, and only where the server stays away is nobody the wiser, which is OutcomeUnknown.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import blake2b
from typing import Any

from sqlalchemy import URL, BigInteger, Function, Text, cast, func, literal, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.history.faults import FOREIGN, failure, sqlstate
from engine.errors import BackendMissing, BadOption, OutcomeUnknown

DRIVERS = ("postgresql+asyncpg", "postgresql", "postgres")
WANTED = "the URL of a PostgreSQL database in which Retouch may make tables: postgresql://user:password@host/name"
CONNECTIONS = 8
"""Kept open; as many again come and go under load."""
WAIT_S = 30
"""Seconds that a free connection or a lock is waited for."""
HUNG_S = 60
"""Seconds after which a statement that is not answered has hung, and an idle transaction has lost its client."""
SETTLE_S = 30.0
"""Seconds that the server is asked what became of a commit."""
SESSION = {
    "application_name": "retouch",
    "lock_timeout": f"{WAIT_S}s",
    "idle_in_transaction_session_timeout": f"{HUNG_S}s",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "jit": "off",
}
EVERYTHING = literal(0x52_65_74_6F_75_63_68, BigInteger)
"""The lock on the whole database: "Retouch" in ASCII."""
NOT_OURS = ("28", "3D", "42501")
"""How the codes begin of a wrong name or password, a database that is not there, and missing rights."""
STARTING = "57P03"

XID = "CAST(CAST(:transaction AS text) AS xid8)"
STATUS = text(f"SELECT pg_xact_status({XID})")
END = text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = CAST({XID} AS xid)")


class PostgresServer:
    """One database of a server, 13 or later, written by any number of tasks and processes."""

    def __init__(self, where: str) -> None:
        """Raises: BadOption for what is no URL of PostgreSQL, BackendMissing without the driver."""
        url = _url_of(where)
        self._shown = url.render_as_string(hide_password=True)
        try:
            self.engine = create_async_engine(
                url,
                pool_size=CONNECTIONS,
                max_overflow=CONNECTIONS,
                pool_timeout=WAIT_S,
                pool_pre_ping=True,
                pool_recycle=1800,
                connect_args={"timeout": 10, "command_timeout": HUNG_S, "server_settings": SESSION},
            )
        except ModuleNotFoundError as exc:
            raise BackendMissing("a PostgreSQL database", "the extra “cluster” (asyncpg)") from exc
        self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection that sees one state throughout."""
        async with self._reading.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self, on: str | None, *, alone: bool, durable: bool) -> AsyncGenerator[AsyncConnection]:
        """A connection that is the only writer on what it is about, or `alone` in the whole database.

        Committed when the body ends, also where the answer to it was lost. Raises: OutcomeUnknown.
        """
        async with self.engine.connect() as connection:
            transaction = await _begin(connection, on, alone=alone, durable=durable)
            yield connection
            lost = await _commit(connection)
        # Only now that its place in the pool is free: all of them may be lost at once.
        if lost is not None and not await self._committed(transaction):
            raise lost

    async def patiently(self, call: Callable[[], Awaitable[None]]) -> None:
        """Await the first call on the server, which may just be starting. Raises: BadOption when it lets nobody in."""
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                return await call()
            except (DBAPIError, TypeError) as exc:
                if _is_wrong(exc):
                    raise BadOption("storage.database", self._shown, WANTED) from exc
                if sqlstate(exc) != STARTING or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.5)

    async def erase(self) -> None:
        """Nothing: the server vacuums away what was deleted by itself."""

    async def _committed(self, transaction: str) -> bool:
        """Whether a transaction that is over for us was committed. Raises: OutcomeUnknown."""
        deadline, pause = time.monotonic() + SETTLE_S, 0.02
        while time.monotonic() < deadline:
            try:
                status = await self._status(transaction)
            except FOREIGN as exc:
                if failure(exc, 0.0) is None:
                    raise OutcomeUnknown("history") from exc
            else:
                if status in ("committed", "aborted"):
                    return status == "committed"
            await asyncio.sleep(pause)
            pause = min(2 * pause, 1.0)
        raise OutcomeUnknown("history")

    async def _status(self, transaction: str) -> str | None:
        """What the server knows of it; one still in progress is ended, its connection being ours and gone."""
        async with self.engine.connect() as connection:
            status = await connection.scalar(STATUS, {"transaction": transaction})
            if status == "in progress":
                await connection.execute(END, {"transaction": transaction})
            return status


def _url_of(where: str) -> URL:
    """The URL, as libpq or as SQLAlchemy writes it, with the driver that we use. Raises: BadOption."""
    try:
        url = make_url(where)
    except (ArgumentError, ValueError) as exc:
        # It is not shown: who knows where in it the password is.
        raise BadOption("storage.database", "this", WANTED) from exc
    if url.drivername not in DRIVERS:
        raise BadOption("storage.database", url.render_as_string(hide_password=True), WANTED)
    query = {"ssl" if key == "sslmode" else key: value for key, value in url.query.items()}
    return url.set(drivername=DRIVERS[0], query=query)


def _is_wrong(error: Exception) -> bool:
    """Whether a first call failed because of the URL: a parameter, a name or a password, or missing rights."""
    unknown = isinstance(error, TypeError) and "unexpected keyword" in str(error)
    return unknown or isinstance(error, InterfaceError) or sqlstate(error).startswith(NOT_OURS)


async def _begin(connection: AsyncConnection, on: str | None, *, alone: bool, durable: bool) -> str:
    """Begin, once the locks are given; answers with the id of the transaction."""
    everything = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    calls: list[Function[Any]] = [everything(EVERYTHING)]
    if on is not None:
        calls.append(func.pg_advisory_xact_lock(literal(_number_of(on), BigInteger)))
    if not durable:
        calls.append(func.set_config("synchronous_commit", "off", True))
    begun = await connection.execute(select(cast(func.pg_current_xact_id(), Text), *calls))
    return str(begun.scalars().one())


async def _commit(connection: AsyncConnection) -> DBAPIError | OSError | None:
    """Commit; answers with what came in the way, and then the connection is of no use any more."""
    try:
        await connection.commit()
    except (DBAPIError, OSError) as exc:
        with suppress(DBAPIError, OSError):
            await connection.invalidate()
        return exc
    return None


def _number_of(on: str) -> int:
    """The number of a lock; two things that share one would only wait for each other now and then."""
    return int.from_bytes(blake2b(on.encode(), digest_size=8).digest(), signed=True)
