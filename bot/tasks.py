"""Small manners of asyncio tasks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


async def within(seconds: float, news: asyncio.Event) -> bool:
    """Whether the event was set in that time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await news.wait()
    return False


async def stopped(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Every one of them is cancelled, and has ended."""
    stopping = list(tasks)
    for task in stopping:
        task.cancel()
    await asyncio.gather(*stopping, return_exceptions=True)


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Turns:
    """A lock for each key; nothing is kept of a key that nobody holds or waits for."""

    def __init__(self) -> None:
        self._turns: dict[str | int, _Turn] = {}

    @asynccontextmanager
    async def of(self, key: str | int) -> AsyncGenerator[None]:
        """One at a time inside, in the order in which they came."""
        turn = self._turns.setdefault(key, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[key]
