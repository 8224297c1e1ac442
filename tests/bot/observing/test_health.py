"""A server says whether it lives and is ready, and why not."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.history.database import Database
from bot.observing import Check, Metrics, health_app, house_checks
from engine.blobs import Blobs
from engine.errors import StorageFailed

BASE = "http://here"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "retouch.db")
    yield opened
    await opened.close()


async def get(app: Starlette, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        return await client.get(path)


async def readiness(checks: Mapping[str, Check]) -> tuple[int, dict[str, Any]]:
    answer = await get(health_app(Metrics(), checks), "/readyz")
    return answer.status_code, answer.json()


WELL = {"ok": True, "why": ""}


async def test_a_house_in_order_is_ready(database: Database, tmp_path: Path) -> None:
    checks = house_checks(database, Blobs(tmp_path / "blobs"), lambda: True)
    assert await readiness(checks) == (200, {"ready": True, "checks": dict.fromkeys(checks, WELL)})
    assert not [file for file in (tmp_path / "blobs").rglob("*") if file.is_file()]


async def test_each_fault_has_its_name(database: Database, tmp_path: Path) -> None:
    checks = house_checks(database, Blobs(tmp_path / "blobs"), lambda: False)
    shutil.rmtree(tmp_path / "blobs")
    (tmp_path / "blobs").write_text("a file where the folder was")
    status, told = await readiness(checks)
    assert status == 503
    assert told["checks"]["database"] == WELL
    assert told["checks"]["engine"] == {"ok": False, "why": "starting"}
    assert told["checks"]["blobs"] == {"ok": False, "why": "NotADirectoryError[ENOTDIR]"}


async def test_a_broken_database_is_told_in_a_word(database: Database, tmp_path: Path) -> None:
    async with database.write() as connection:
        await connection.execute(text("DROP TABLE alembic_version"))
    status, told = await readiness(house_checks(database, Blobs(tmp_path / "blobs"), lambda: True))
    assert status == 503
    assert told["checks"]["database"] == {"ok": False, "why": "OperationalError"}


async def test_a_check_that_hangs_is_asked_once_and_not_cancelled() -> None:
    started, release = 0, asyncio.Event()

    async def hangs() -> None:
        nonlocal started
        started += 1
        await release.wait()

    app = health_app(Metrics(), {"database": hangs}, patience_s=0.05)
    for _ in range(3):
        answer = await get(app, "/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"]["database"] == {"ok": False, "why": "silent"}
    assert started == 1
    release.set()
    await asyncio.sleep(0)
    assert (await get(app, "/readyz")).status_code == 200
    assert started == 2


async def test_it_lives_whatever_the_checks_say() -> None:
    async def broken() -> None:
        raise StorageFailed

    answer = await get(health_app(Metrics(), {"database": broken}), "/livez")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


async def test_the_queue_is_counted_when_numbers_are_asked_for() -> None:
    counts = {("quick", "accepted"): 5}

    async def counted() -> Mapping[tuple[str, str], int]:
        return counts

    async def broken() -> Mapping[tuple[str, str], int]:
        raise StorageFailed

    metrics = Metrics()
    answer = await get(health_app(metrics, {}, counted), "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'retouch_queue_jobs{lane="quick",state="accepted"} 5.0' in answer.text
    assert (await get(health_app(metrics, {}, broken), "/metrics")).status_code == 200


async def test_it_can_be_mounted() -> None:
    app = Starlette(routes=[Mount("/", app=health_app(Metrics(), {}))])
    assert (await get(app, "/readyz")).json() == {"ready": True, "checks": {}}
