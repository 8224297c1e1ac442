"""A way in for many at once, or for one alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Gate:
    """Who must be alone inside waits until it is empty, and meanwhile nobody else goes in."""

    def __init__(self) -> None:
        self._inside = 0
        self._wanted = 0
        """How many want to be alone, the one inside counted."""
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def through(self, *, alone: bool) -> AsyncGenerator[None]:
        """Inside, for as long as the context lasts."""
        self._wanted += alone
        try:
            while self._inside if alone else self._wanted:
                await self._changed.wait()
            self._inside += 1
            try:
                yield
            finally:
                self._inside -= 1
        finally:
            self._wanted -= alone
            self._tell()

    def _tell(self) -> None:
        """Whoever waits looks again."""
        self._changed.set()
        self._changed = asyncio.Event()
