"""Sixty jobs over PostgreSQL, S3 and Ray Serve, replicas and chat processes killed at random: all done, each once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from bot.history.database import Database
from engine.blobs import open_blobs
from tests.bot.engine_requests import until
from tests.chaos.driver import QUERIES, Life, Tale, audited
from tests.cluster.ray_serve import RayServe, ray_serve
from tests.servers import PostgresProcess

pytestmark = pytest.mark.cluster
JOBS, KILLS, SIDE = 60, 15, 768
REPLICAS, CHATS = 2, 2
SENT_S: Final = 60.0
"""Until a chat process is up again and takes messages, on a busy machine."""
LEFT_S: Final = 120.0
"""Within which everything is done after the last kill."""


@pytest.fixture
def cluster(s3_url: str, tmp_path: Path) -> Generator[RayServe]:
    args = {"exchange": f"{s3_url}/exchange", "models_at": str(tmp_path / "models")}
    with ray_serve(tmp_path, REPLICAS, args) as serving:
        yield serving


@pytest.fixture
def database(cluster: RayServe, postgres_server: PostgresProcess, s3_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of the ledger; the environment tells the chat processes of it, of the bucket and of the engines."""
    told = {
        "RETOUCH_STORAGE__DATABASE": postgres_server.new_database(),
        "RETOUCH_STORAGE__BLOBS": f"{s3_url}/blobs",
        "RETOUCH_ENGINE__URL": cluster.url,
        "RETOUCH_ENGINE__EXCHANGE": f"{s3_url}/exchange",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return told["RETOUCH_STORAGE__DATABASE"]


async def test_nothing_is_lost_or_doubled(cluster: RayServe, database: str, s3_url: str, tmp_path: Path) -> None:
    tale, homes = Tale(wanted=0, side=SIDE), [tmp_path / f"chat{index}" for index in range(CHATS)]
    lives = {home: await Life.begin(home, tale) for home in homes}
    try:
        await asyncio.gather(*(life.work(0) for life in lives.values()))
        killing_s = await _kill(cluster, lives, tale, random.Random(7))
        began = time.monotonic()
        codes = await asyncio.gather(*(life.end(LEFT_S) for life in lives.values()))
        left_s = time.monotonic() - began
    finally:
        await asyncio.gather(*(life.die() for life in lives.values()))
    found = await _found(database)
    wrong = audited(found, open_blobs(f"{s3_url}/blobs"), tale)
    ((again,),) = found["again"]
    sys.stdout.write(
        f"\n{len(tale.acknowledged)} jobs acknowledged by {CHATS} chat processes for {REPLICAS} replicas; killed -9: "
        f"{tale.kills['replica']} replicas and {tale.kills['chat']} chat processes in {killing_s:.0f} s; the rest was "
        f"done {left_s:.1f} s later; {again} times a job was begun again; {len(tale.delivered)} delivered, "
        f"{sum(tale.delivered.values()) - len(tale.delivered)} of them told twice; "
        f"{'; '.join(wrong) or 'nothing lost, nothing doubled, no blob missing'}\n"
    )
    assert wrong == []
    assert codes == [0] * CHATS
    assert (len(tale.acknowledged), sum(tale.kills.values())) == (JOBS, KILLS)
    assert set(tale.kills) == {"replica", "chat"}
    assert again > 0


async def _kill(cluster: RayServe, lives: dict[Path, Life], tale: Tale, chance: random.Random) -> float:
    """One after the other, at random moments, with new messages before each; the seconds that took."""
    began = time.monotonic()
    while (kills := sum(tale.kills.values())) < KILLS:
        tale.wanted = JOBS * (kills + 1) // KILLS
        await until(lambda: tale.sent == tale.wanted, SENT_S)
        await asyncio.sleep(chance.uniform(0.0, 3.0))
        replicas = cluster.replicas()
        if replicas and chance.random() < 0.6:
            os.kill(chance.choice(replicas), signal.SIGKILL)
            tale.kills["replica"] += 1
        else:
            home = chance.choice(list(lives))
            await lives[home].die()
            tale.kills["chat"] += 1
            lives[home] = await Life.begin(home, tale)
    return time.monotonic() - began


async def _found(url: str) -> dict[str, list[Any]]:
    """The rows that an audit reads, and how often jobs were begun again."""
    queries = {**QUERIES, "again": "SELECT sum(attempt - 1) FROM jobs"}
    database = await Database.open(url)
    try:
        async with database.read() as connection:
            return {name: list(await connection.execute(text(query))) for name, query in queries.items()}
    finally:
        await database.close()
