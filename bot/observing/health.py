"""Whether a server lives, is ready, and how it is doing: /livez, /readyz and /metrics."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final, TypeAlias, TypedDict

import structlog
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.history.database import Database
from bot.observing.metrics import Metrics
from engine.blobs import BlobStore
from engine.logs import name_of

Check: TypeAlias = Callable[[], Awaitable[str | None]]
"""Looks whether one thing is well: None, or why not, in a word that tells strangers nothing; may raise instead."""
Counts: TypeAlias = Callable[[], Awaitable[Mapping[tuple[str, str], int]]]
"""How many jobs of each (lane, state) are not over."""
PATIENCE_S: Final = 2.0
"""A check that takes longer has failed."""

log = structlog.stdlib.get_logger(__name__)


class Finding(TypedDict):
    """What a check found."""

    ok: bool
    why: str


def health_app(
    metrics: Metrics, checks: Mapping[str, Check], counts: Counts | None = None, *, patience_s: float = PATIENCE_S
) -> Starlette:
    """The three pages as an app to mount or to serve alone; GET, without keys.

    /livez: 200 as long as the event loop turns. /readyz: 200, or 503 when a check fails, each by its name. /metrics:
    Prometheus' text; `counts` is asked for the queue, and left out where it fails.
    """

    async def count() -> None:
        if counts is not None:
            metrics.queued(await counts())

    looks = {name: _Look(name, check, patience_s) for name, check in checks.items()}
    queue = _Look("queue", count, patience_s)

    async def livez(_: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(_: Request) -> Response:
        found = await asyncio.gather(*(look() for look in looks.values()))
        ready = all(finding["ok"] for finding in found)
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"ready": ready, "checks": dict(zip(looks, found, strict=True))}, status)

    async def numbers(_: Request) -> Response:
        await queue()
        return Response(await asyncio.to_thread(metrics.text), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", numbers)])


def house_checks(database: Database, blobs: BlobStore, engine_is_ready: Callable[[], bool]) -> dict[str, Check]:
    """What a server needs to take in a message and to answer it."""

    async def answers() -> None:
        async with database.read() as connection:
            await connection.execute(text("SELECT version_num FROM alembic_version"))

    def write_and_remove() -> None:
        blobs.remove([blobs.put(secrets.token_bytes(16), durable=False)])

    async def writable() -> None:
        await asyncio.to_thread(write_and_remove)

    async def engine() -> str | None:
        return None if engine_is_ready() else "starting"

    return {"database": answers, "blobs": writable, "engine": engine}


class _Look:
    """A check that runs once at a time: whoever asks meanwhile gets the same answer, and nothing piles up behind it.

    It is never cancelled: SQLAlchemy would drop the connection without closing it.
    """

    def __init__(self, name: str, check: Check, patience_s: float) -> None:
        self._name, self._check, self._patience_s = name, check, patience_s
        self._running: asyncio.Task[Finding] | None = None

    async def __call__(self) -> Finding:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._find())
        done, _ = await asyncio.wait({self._running}, timeout=self._patience_s)
        return done.pop().result() if done else Finding(ok=False, why="silent")

    async def _find(self) -> Finding:
        try:
            why = await self._check()
        except Exception as exc:
            why = name_of(exc.__cause__ or exc)
            log.warning("check_failed", stage=self._name, exc_info=exc)
        return Finding(ok=why is None, why=why or "")
