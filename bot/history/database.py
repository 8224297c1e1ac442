"""The database under the history: how it is opened, brought up to date, read and written, wherever it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history import upgrades
from bot.history.faults import told
from bot.history.sqlite_file import SqliteFile
from engine.errors import StorageFailed

if TYPE_CHECKING:
    from bot.history.postgres import PostgresServer

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """A SQLite file or a PostgreSQL database, shared by any number of tasks and processes.

    Errors of reading and writing: TimedOut when others never let go, StorageFailed when the disk is full or the server
    gone; then nothing of the write happened, and the caller may make it again. OutcomeUnknown when the server went away
    while it was told to commit and stays away: the caller must look first, and make the write again only if it is not
    there; writes that are noted with their job (`bot.history.once`) do so by themselves.
    """

    def __init__(self, place: SqliteFile | PostgresServer) -> None:
        self._place = place
        self._closed = False
        self._inside = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @classmethod
    async def open(cls, where: Path | str) -> Database:
        """The database in the file or at the URL, at the schema of this release: created, or migrated, where it is not.

        Raises: BadOption for a URL that leads nowhere or a database of a later release, BackendMissing without the
        driver, TimedOut, StorageFailed.
        """
        place = SqliteFile(where) if isinstance(where, Path) else _server(where)
        database = cls(place)
        try:
            with told():
                await place.patiently(database._bring_up_to_date)
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Let go of the file or the server; who reads or writes from now on is told StorageFailed."""
        self._closed = True
        # Nobody would close a connection that is in use when the engine goes.
        await self._idle.wait()
        await self._place.engine.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """A connection that sees one state of the database throughout. Raises: TimedOut, StorageFailed."""
        with self._open():
            async with self._place.read() as connection:
                yield connection

    @asynccontextmanager
    async def write(
        self, on: str | None = None, *, alone: bool = False, durable: bool = True
    ) -> AsyncGenerator[AsyncConnection]:
        """A connection that is the only writer on something; committed at the end, rolled back when the body raises.

        `on`: what the write is about, such as a conversation or a key: others on the same wait. `alone`: all others
        wait, which is for short work only. In SQLite all writes are alone anyway. `durable`: whether it is still there
        after a power cut; the death of any process it survives in any case, and it is never half there.
        Raises: TimedOut, StorageFailed, OutcomeUnknown.
        """
        with self._open():
            async with self._place.write(on, alone=alone, durable=durable) as connection:
                yield connection

    async def erase(self) -> None:
        """What was deleted is soon nowhere in the database's files either."""
        with told():
            await self._place.erase()

    @contextmanager
    def _open(self) -> Generator[None]:
        # SQLAlchemy would connect anew, and nobody would ever close that connection.
        if self._closed:
            raise StorageFailed
        self._inside += 1
        self._idle.clear()
        try:
            with told():
                yield
        finally:
            self._inside -= 1
            if not self._inside:
                self._idle.set()

    async def _bring_up_to_date(self) -> None:
        async with self._place.read() as connection:
            if await connection.run_sync(upgrades.stored_version) == upgrades.VERSION:
                return
        async with self._place.write(None, alone=True, durable=True) as connection:
            await connection.run_sync(upgrades.create_or_upgrade)


def _server(url: str) -> PostgresServer:
    """The database behind the URL; whoever has a file does not load what this takes. Raises: as Database.open."""
    from bot.history.postgres import PostgresServer

    return PostgresServer(url)


def unbroken(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """The method, run to its end however often whoever awaits it is cancelled, who is told only then.

    SQLAlchemy drops a cancelled connection without closing it: its transaction would keep the file locked.
    """

    @wraps(method)
    async def shielded(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.ensure_future(method(*args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            while not task.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait((task,))
            if not task.cancelled():
                task.exception()
            raise

    return shielded
