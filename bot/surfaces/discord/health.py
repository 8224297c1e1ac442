"""The bot's health over HTTP, for `retouch doctor --url` and Prometheus: on this machine alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette

from engine.errors import BadOption
from engine.service.running import Address, bound

LAST_WORDS_S: Final = 1
"""How long answers that are under way may take at the end."""


@asynccontextmanager
async def served(pages: Starlette, port: int) -> AsyncGenerator[None]:
    """The pages are at the port of 127.0.0.1 while this lasts. Raises: BadOption for a port in use."""
    try:
        listening = bound(Address(port=port))
    except BadOption as exc:
        raise BadOption("discord.health_port", port, "a port of this machine that is free") from exc
    server = _Server(
        uvicorn.Config(
            pages,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=LAST_WORDS_S,
        )
    )
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
        listening.close()


class _Server(uvicorn.Server):
    """Uvicorn, which leaves the signals of the process to the bot."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Nothing is captured."""
        yield
