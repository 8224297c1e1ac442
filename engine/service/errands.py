"""One order on its way through the engine: fetched, edited, put back, and told of."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final, NamedTuple, TypeAlias

import structlog

from engine.blobs import BlobLost, BlobStore
from engine.clock import Clock
from engine.edits import EditRequest, EditResult
from engine.errors import BackendFailed, EditError, EngineLost, NeedsClarification, OutOfMemory, StorageFailed
from engine.lanes import Lane, lane_of
from engine.reporting import Cancelled, Report, guarded
from engine.service.metrics import Metrics
from engine.service.outbox import Outbox
from engine.service.teller import Teller
from engine.wire import Done, EditOrder, Failed, Frame, Question, failure_of, line_of, outcome_of, request_of

Edit: TypeAlias = Callable[[EditRequest, Report | None], EditResult]
"""The editor: blocks, and raises any leaf of EditError."""
ENGINE: Final = "The engine"
FATAL_ON_DEVICE: Final = ("cuda error", "device-side assert", "illegal memory access")
"""What torch says when a GPU's context is broken for the rest of the process (CUDA: "sticky" errors)."""

log = structlog.stdlib.get_logger(__name__)


class Ending(NamedTuple):
    """How an errand went."""

    outcome: str
    """done, cancelled, or the kind of its error."""
    frame: Frame | None = None
    """What whoever waits is told last."""
    error: BaseException | None = None


class Errand:
    """An order that is being carried out; `run` blocks in a thread of its lane, the rest is for the event loop."""

    def __init__(self, order: EditOrder, edit: Edit, exchange: BlobStore, metrics: Metrics) -> None:
        self.order = order
        self.lane: Lane = lane_of(order.operations, order.backend)
        self._edit, self._exchange, self._metrics = edit, exchange, metrics
        self._outbox = Outbox()
        self._teller = Teller(self._outbox.put, previews=order.previews)
        self._abandoned = threading.Event()
        self._clock = Clock()

    async def lines(self) -> AsyncIterator[bytes]:
        """The frames, as lines of JSON; without one that tells the end where the engine stops before."""
        async for frame in self._outbox.frames():
            yield line_of(frame)

    def abandon(self) -> None:
        """Nobody waits any more: the edit stops at its next report, and no more is told. From any thread."""
        self._abandoned.set()
        self._outbox.close()

    def run(self) -> None:
        """Carry it out. Raises nothing."""
        started = time.perf_counter()
        end = Ending("backend_failed")
        try:
            with structlog.contextvars.bound_contextvars(**self.order.ids):
                with self._metrics.running(self.lane):
                    end = self._carry_out()
                self._record(end, time.perf_counter() - started)
        finally:
            if end.frame is not None:
                self._outbox.put(end.frame)
            self._outbox.close()

    def _carry_out(self) -> Ending:
        try:
            return Ending("done", self._done())
        except Cancelled:
            return Ending("cancelled")
        except BaseException as exc:
            if isinstance(exc, BlobLost):
                self._forget(exc.digest)
            error = _of_the_tree(exc)
            return Ending(error.kind, self._failed(error, exc), exc)

    def _done(self) -> Done:
        self._check()
        with self._clock("fetch"):
            request = request_of(self.order, self._exchange)
        result = self._edit(request, guarded(self._teller, self._check))
        self._check()
        with self._clock("store"):
            outcome = outcome_of(result, self._exchange, self.order.form)
        for stage, milliseconds in result.timings_ms.items():
            self._clock.add(stage, milliseconds)
        return Done(result=outcome)

    def _failed(self, error: EditError, cause: BaseException) -> Frame:
        try:
            failure = failure_of(error, self._exchange)
        except StorageFailed:
            return Failed(error=failure_of(StorageFailed("exchange"), self._exchange))
        if isinstance(error, NeedsClarification):
            return Question(error=failure)
        return Failed(error=failure, restart=is_fatal(cause))

    def _forget(self, lost: str) -> None:
        """A damaged blob that stayed would not be written anew when it is sent again."""
        with suppress(StorageFailed):
            self._exchange.remove([lost])

    def _check(self) -> None:
        if self._abandoned.is_set():
            raise Cancelled

    def _record(self, end: Ending, seconds: float) -> None:
        """Counted and logged, before anybody hears of it."""
        self._metrics.ended(self.lane, end.outcome, seconds, self._clock.stages)
        broken = end.outcome == BackendFailed.kind
        log.log(
            logging.ERROR if broken else logging.INFO,
            "edit_ended",
            lane=self.lane,
            stage=self._teller.stage,
            seconds=round(seconds, 3),
            outcome=end.outcome,
            **({"error": type(end.error).__name__} if end.error is not None else {}),
            exc_info=end.error if broken else None,
        )


def is_fatal(error: BaseException | None) -> bool:
    """Whether the process can use its GPU no more after it."""
    if isinstance(error, OutOfMemory):
        return False
    while error is not None:
        if not isinstance(error, EditError) and any(words in str(error).lower() for words in FATAL_ON_DEVICE):
            return True
        error = error.__cause__ or error.__context__
    return False


def _of_the_tree(error: BaseException) -> EditError:
    """What is told of an error: itself, or the leaf that says as much."""
    if is_fatal(error):
        return EngineLost("poisoned")
    if isinstance(error, StorageFailed):
        return StorageFailed("exchange")
    if isinstance(error, EditError):
        return error
    if isinstance(error, BlobLost):
        return EngineLost("blob")
    return OutOfMemory(ENGINE) if isinstance(error, MemoryError) else BackendFailed(ENGINE)
