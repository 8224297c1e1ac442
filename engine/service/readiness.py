"""Whether the engine can take orders, and if not, why."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import TypedDict

from engine.blobs import BlobStore
from engine.errors import EditError


class Check(TypedDict):
    """One thing that must be well."""

    ok: bool
    why: str
    """What is wrong, or what is missing though the engine works."""


class Readiness:
    """The checks behind /readyz."""

    def __init__(self, exchange: BlobStore) -> None:
        self._exchange = exchange
        self.models = Check(ok=False, why="loading")
        """Set by who loads them."""
        self.stopping = False

    @property
    def takes_orders(self) -> bool:
        """Whether orders are taken; asks nobody."""
        return self.models["ok"] and not self.stopping

    async def checks(self) -> dict[str, Check]:
        """Every check by its name."""
        exchange = await asyncio.to_thread(_tried, lambda: _write_and_remove(self._exchange))
        running = Check(ok=not self.stopping, why="stopping" if self.stopping else "")
        return {"running": running, "models": self.models, "exchange": exchange}


def _tried(step: Callable[[], None]) -> Check:
    try:
        step()
    except (EditError, OSError) as exc:
        return Check(ok=False, why=type(exc.__cause__ or exc).__name__)
    return Check(ok=True, why="")


def _write_and_remove(exchange: BlobStore) -> None:
    exchange.remove([exchange.put(secrets.token_bytes(16), durable=False)])
