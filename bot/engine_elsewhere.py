"""An engine that others keep running: a cluster, or another machine's; waited for while it is away."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import structlog

from bot.engine_remote import Patience, RemoteEngine
from bot.parcels import Parcels
from engine.blobs import BlobStore, open_blobs
from engine.edits import EditRequest, EditResult
from engine.errors import BadOption, EngineLost
from engine.reporting import Report
from engine.wire import PictureForm

NOT_BEGUN: Final = ("unreachable", "busy")
"""How an edit is lost that no engine has begun."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attention:
    """How the engine is looked for; times in seconds."""

    beat_s: float = 1.0
    """Between two looks."""
    answer_s: float = 5.0
    """Until it must answer, or at least have let us in."""
    wait_s: float = 300.0
    """How long an edit waits for it: a cluster may have to start machines first."""


class EngineElsewhere:
    """Edits in the engine at an address, as long as this context is entered; nothing is started or ended by it."""

    def __init__(
        self, address: str, exchange: str, attention: Attention | None = None, patience: Patience | None = None
    ) -> None:
        """address: as `RemoteEngine` takes it. exchange: a folder or s3://bucket/prefix that the engine uses too."""
        self._address, self._exchange = address, exchange
        self._attention, self._patience = attention or Attention(), patience
        self._stack = AsyncExitStack()
        self._there = asyncio.Event()
        self.restarts: Final = 0
        """None are known of."""

    @property
    def ready(self) -> bool:
        """Whether an edit would be taken now."""
        return self._there.is_set()

    @property
    def starting(self) -> bool:
        """Whether an edit would wait for the engine."""
        return not self.ready

    async def __aenter__(self) -> Self:
        """Raises: BadOption for an exchange that cannot be used, StorageFailed where it does not answer."""
        store = await asyncio.to_thread(_exchange, self._exchange)
        # Pixels that go to another machine are worth being made smaller first; those in a folder are not.
        form: PictureForm = "png" if "://" in self._exchange else "raw"
        async with AsyncExitStack() as stack:
            self._remote = RemoteEngine(self._address, Parcels(store), self._patience, form=form)
            stack.push_async_callback(self._remote.close)
            watching = asyncio.create_task(self._watch())
            stack.callback(watching.cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Edits under way are lost."""
        await self._stack.aclose()

    async def edit(self, request: EditRequest, report: Report | None = None) -> EditResult:
        """The edit's result, as `RemoteEngine.edit`; sent again while no engine is there to begin it.

        Raises: any leaf of EditError; EngineLost where the edit may be tried again.
        """
        give_up = time.monotonic() + self._attention.wait_s
        while True:
            await self._found(give_up)
            try:
                return await self._remote.edit(request, report)
            except EngineLost as lost:
                if lost.reason not in NOT_BEGUN or time.monotonic() >= give_up:
                    raise
                if lost.reason == "unreachable":
                    self._there.clear()

    async def _found(self, give_up: float) -> None:
        """Raises: EngineLost where it is away for too long."""
        try:
            async with asyncio.timeout(max(0.0, give_up - time.monotonic())):
                await self._there.wait()
        except TimeoutError as exc:
            raise EngineLost("unreachable") from exc

    async def _watch(self) -> None:
        """See whether it is there, for ever."""
        while True:
            there = await self._remote.is_there(self._attention.answer_s)
            if there != self.ready:
                log.info("engine_found" if there else "engine_away")
            if there:
                self._there.set()
            else:
                self._there.clear()
            await asyncio.sleep(self._attention.beat_s)


def _exchange(where: str) -> BlobStore:
    try:
        return open_blobs(where)
    except (BadOption, OSError) as exc:
        wanted = "a folder that can be written, or s3://bucket/prefix of a bucket that may be listed and written"
        raise BadOption("engine.exchange", where, wanted) from exc
