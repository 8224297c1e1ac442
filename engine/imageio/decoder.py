"""Decoding for servers, in a few processes that live on: the event loop never waits, whatever strangers send."""

from __future__ import annotations

import asyncio
from types import TracebackType

import structlog

from engine.imageio.decode import inspect
from engine.imageio.decoded import Decoded
from engine.imageio.header import DEFAULT_LIMITS, Limits
from engine.imageio.isolated import Child

CHILDREN = 2
"""Pictures decoded at once; each may take what `isolated_child` allows a picture, though few take a tenth of it."""
IDLE_SECONDS = 60.0
"""How long a process is kept that nobody needs: it weighs about 55 MB."""

log = structlog.stdlib.get_logger(__name__)


class Decoder:
    """What `engine.imageio.decode` does, off the event loop and in processes of their own, for one event loop.

    A process starts when a picture finds none idle, decodes one picture after another, is replaced when it hangs,
    crashes or needs too much memory, and ends after a minute without work. Close it, or use it as `async with`.
    """

    def __init__(self, children: int = CHILDREN, idle_seconds: float = IDLE_SECONDS) -> None:
        self._places = asyncio.Semaphore(children)
        self._idle_seconds = idle_seconds
        self._idle: dict[Child, asyncio.TimerHandle] = {}
        self._at_work: set[asyncio.Task[Decoded]] = set()

    async def decode(self, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Decoded:
        """The picture in a file, exactly as `engine.imageio.decode` gives it.

        Its header is checked before any process is asked. Cancelling waits for nothing and kills nothing: a picture
        that is being decoded is decoded to its end and dropped.

        Raises: UnsupportedImage, DamagedImage, ImageTooLarge, ImageTooSmall; BackendFailed, TimedOut when no process
        can be started.
        """
        found, _ = await asyncio.to_thread(inspect, data, limits)
        await self._places.acquire()
        task = asyncio.create_task(self._decode(data, found, limits))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Finish the pictures at hand, then end every process; the next picture would start one again."""
        await asyncio.gather(*self._at_work, return_exceptions=True)
        while self._idle:
            child, timer = self._idle.popitem()
            timer.cancel()
            await asyncio.to_thread(child.end)

    async def __aenter__(self) -> Decoder:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _decode(self, data: bytes, found: str, limits: Limits) -> Decoded:
        try:
            child = self._take() or await asyncio.to_thread(Child)
            try:
                return await asyncio.to_thread(child.decode, data, found, limits)
            finally:
                if child.ended is None:
                    self._keep(child)
                else:
                    log.warning("decoder_lost", pid=child.pid, exit_code=child.ended)
        finally:
            self._places.release()

    def _take(self) -> Child | None:
        """An idle process; one that died meanwhile is passed over."""
        while self._idle:
            child, timer = self._idle.popitem()
            timer.cancel()
            if child.ended is None:
                return child
            child.end()
        return None

    def _keep(self, child: Child) -> None:
        loop = asyncio.get_running_loop()

        def retire() -> None:
            if self._idle.pop(child, None):
                loop.run_in_executor(None, child.end)

        self._idle[child] = loop.call_later(self._idle_seconds, retire)
