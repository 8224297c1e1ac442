"""Small manners of asyncio tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress


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
