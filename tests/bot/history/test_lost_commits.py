"""A connection breaks while the server is told to commit: a write returns if it was, and raises if it was not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal, TypeAlias

import pytest
from sqlalchemy import make_url, text

from bot.history import postgres
from bot.history.database import Database
from engine.errors import OutcomeUnknown, StorageFailed
from tests.bot.history.helpers import count, write
from tests.servers import PostgresProcess, free_port

pytest.importorskip("asyncpg")
pytestmark = pytest.mark.cluster

Cut: TypeAlias = Literal["before", "after", "silent"]
CUTS: list[Cut] = ["before", "after", "silent"]
COMMIT = b"COMMIT;"


class Line:
    """A wire to the server that can be cut around the next commits, one each.

    "before" the server hears of it, "after" it has committed but before its answer arrives, or "silent": it is not
    heard of, and the server is not told that the client is gone either.
    """

    def __init__(self, server_port: int) -> None:
        self.port, self.server_port = free_port(), server_port
        self.cuts: list[Cut] = []
        self._ends: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def to(self, url: str) -> AsyncGenerator[Database]:
        """The database at the other end."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        async with server:
            database = await Database.open(make_url(url).set(port=self.port).render_as_string(hide_password=False))
            yield database
            await database.close()
        for end in self._ends:
            end.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_connection("127.0.0.1", self.server_port)
        self._ends += [writer, downstream]
        answers = asyncio.create_task(self._copy(upstream, writer))
        while data := await reader.read(65536):
            if COMMIT in data and self.cuts:
                answers.cancel()
                await self._cut(self.cuts.pop(0), data, upstream, downstream)
                break
            downstream.write(data)
        else:
            downstream.close()
        writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def _cut(
        self, cut: Cut, data: bytes, upstream: asyncio.StreamReader, downstream: asyncio.StreamWriter
    ) -> None:
        if cut == "after":
            downstream.write(data)
            assert await upstream.read(1)
        if cut != "silent":
            downstream.close()


@pytest.mark.parametrize("cut", CUTS)
async def test_a_commit_whose_answer_is_lost_is_known_by_what_the_server_did(
    postgres_server: PostgresProcess, cut: Cut
):
    line = Line(postgres_server.port)
    async with line.to(postgres_server.new_database()) as database:
        await write(database, "first")
        line.cuts = [cut]
        if cut == "after":
            await write(database, "second")
        else:
            with pytest.raises(StorageFailed):
                await write(database, "second")
        assert not line.cuts
        assert await count(database) == (2 if cut == "after" else 1)
        await write(database, "third")
        assert await count(database) == (3 if cut == "after" else 2)


async def test_all_connections_lost_at_once_find_out_what_became_of_them(
    postgres_server: PostgresProcess, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgres, "CONNECTIONS", 3)
    monkeypatch.setattr(postgres, "WAIT_S", 2)
    line = Line(postgres_server.port)
    async with line.to(postgres_server.new_database()) as database:
        line.cuts.extend(CUTS * 2)
        writes = (write(database, str(number)) for number in range(6))
        outcomes = await asyncio.gather(*writes, return_exceptions=True)
        assert not line.cuts
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] * 2 + ["StorageFailed"] * 4
        kept = {str(number) for number, outcome in enumerate(outcomes) if outcome is None}
        async with database.read() as connection:
            assert set(await connection.scalars(text("SELECT id FROM conversations"))) == kept


async def test_where_the_server_stays_away_nobody_knows(
    postgres_server: PostgresProcess, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgres, "SETTLE_S", 0.3)
    line = Line(postgres_server.port)
    async with line.to(postgres_server.new_database()) as database:
        line.cuts.append("after")
        line.server_port = free_port()
        with pytest.raises(OutcomeUnknown):
            await write(database, "first")
        line.server_port = postgres_server.port
        assert await count(database) == 1
