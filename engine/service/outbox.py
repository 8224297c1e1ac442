"""From the thread that edits to the event loop that tells of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final

from engine.wire import Alive, Frame, Preview, Progressed

SILENCE_S: Final = 1.0
"""After so long without a frame, one says that the engine lives."""
OUTDATED: Final = (Progressed, Preview)
"""Frames of which only the latest is of use."""


class Outbox:
    """Frames put in by any thread, taken out in order on the loop it was made on; never many, however slow the reader.

    Of frames that tell how far the edit is, a new one takes the place of one that was not yet read.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._frames: deque[Frame] = deque()
        self._closed = False
        self._news = asyncio.Event()

    def put(self, frame: Frame) -> None:
        """The frame is the next to be read."""
        self._soon(lambda: self._put(frame))

    def close(self) -> None:
        """There are no more frames."""
        self._soon(self._close)

    async def frames(self) -> AsyncIterator[Frame]:
        """Every frame until it is closed, and `Alive` after each second without one."""
        while not self._closed or self._frames:
            try:
                await asyncio.wait_for(self._news.wait(), SILENCE_S)
            except TimeoutError:
                yield Alive()
            self._news.clear()
            while self._frames:
                yield self._frames.popleft()

    def _soon(self, step: Callable[[], None]) -> None:
        # A loop that is closed has no reader left.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(step)

    def _put(self, frame: Frame) -> None:
        if isinstance(frame, OUTDATED):
            outdated = next((old for old in self._frames if type(old) is type(frame)), None)
            if outdated is not None:
                self._frames.remove(outdated)
        self._frames.append(frame)
        self._news.set()

    def _close(self) -> None:
        self._closed = True
        self._news.set()
