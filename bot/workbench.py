"""Where the jobs of this process are worked on: begun in their turn, held by a lease, and over exactly once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import structlog

from bot.chat import Message, Reply
from bot.docket import failure_to_keep, message_of, outcome_of
from bot.gate import Gate
from bot.history.database import unbroken
from bot.history.once import Fenced
from bot.history.rows import now
from bot.house import House
from bot.ledger.ledger import Ledger
from bot.ledger.records import Job
from bot.observing import Metrics
from bot.tasks import stopped, within
from bot.turn import answered, opened
from engine.errors import BackendFailed, EditError, EngineLost, GaveUp, Withdrawn
from engine.lanes import Lane
from engine.reporting import Report

HandOver: TypeAlias = Callable[[Job, "Reply | EditError"], None]
POLL_S: Final = 1.0
"""How often the ledger is asked for what other processes put there; a third of a lease at most."""
OF_THE_EDIT: Final = ("died", "silent", "hung", "junk", "poisoned")
"""How an engine is lost that may be lost again by the same edit."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What jobs are worked on with."""

    house: House
    ledger: Ledger
    metrics: Metrics = field(default_factory=Metrics)
    watch: Callable[[Job], Report] | None = None
    """Hears of every job that is worked on here, such as to show its progress."""
    hold: Callable[[], bool] = lambda: False
    """Whether no job should be begun just now, such as while the engine is being started."""


class Workbench:
    """The jobs that this process works on."""

    def __init__(self, owner: str, tools: Tools, hand_over: HandOver, tell: Callable[[str], None]) -> None:
        """owner: who holds their leases. hand_over: is given each job that ended here, and its answer. tell: hears of
        every job that moved, for whoever waits.
        """
        self._owner, self._tools, self._hand_over, self._tell = owner, tools, hand_over, tell
        self._ledger = tools.ledger
        self._gate = Gate()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._withdrawn: set[str] = set()
        self._news: dict[Lane, asyncio.Event] = {lane: asyncio.Event() for lane in self._ledger.limits.workers}
        self._loops: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """From now on jobs are begun as their turn comes."""
        lanes = self._ledger.limits.workers.items()
        self._loops = [asyncio.create_task(self._serve(lane, workers)) for lane, workers in lanes]

    async def close(self) -> None:
        """What is worked on is given back to the ledger, for the next process."""
        # In this order: the loops begin work.
        await stopped(self._loops)
        await stopped(self._running.values())

    def wake(self, lane: Lane | None = None) -> None:
        """There may be something to begin in the lane; None: in any."""
        for each, news in self._news.items():
            if lane in (None, each):
                news.set()

    def begin(self, job: Job) -> asyncio.Task[None]:
        """Work on a job that this process holds."""
        task = self._running[job.id] = asyncio.create_task(self._work_on(job))
        task.add_done_callback(lambda _: self._worked_on(job))
        return task

    def withdraw(self, job: str) -> None:
        """Its author wants it no more; where it is worked on here, that stops."""
        if job in self._running:
            self._withdrawn.add(job)
            self._running[job].cancel()

    async def renew(self, delivering: tuple[str, ...]) -> None:
        """The leases are renewed, those of answers on their way too; what was cancelled or lost elsewhere stops."""
        working = dict(self._running)
        renewed = {job.id: job for job in await self._ledger.renew(self._owner, (*working, *delivering))}
        for job, task in working.items():
            if job in renewed and renewed[job].stop:
                self.withdraw(job)
            elif job not in renewed and not task.done():
                task.cancel()

    async def _serve(self, lane: Lane, workers: int) -> None:
        """Begin the lane's jobs in their order, so many at once."""
        free = asyncio.Semaphore(workers)
        while True:
            await free.acquire()
            job = await self._next(lane)
            self.begin(job).add_done_callback(lambda _: free.release())

    async def _next(self, lane: Lane) -> Job:
        told = False
        while True:
            self._news[lane].clear()
            try:
                held = self._tools.hold()
                job = None if held else await self._ledger.lease(self._owner, lane, look_first=not told)
            except Exception:
                log.warning("ledger_unavailable", exc_info=True)
                job = None
            if job is not None:
                return job
            told = await within(POLL_S, self._news[lane])

    def _worked_on(self, job: Job) -> None:
        self._running.pop(job.id, None)
        self._withdrawn.discard(job.id)
        self.wake()

    async def _work_on(self, job: Job) -> None:
        """The job is over at the end, or waits again, or is somebody else's."""
        with structlog.contextvars.bound_contextvars(job=job.id, attempt=job.attempt):
            try:
                await self._finish(job)
            except asyncio.CancelledError:
                await self._abandon(job)
                raise
            except Fenced:
                log.warning("job_lost")
            except Exception:
                # Such as a full disk under the ledger: the lease runs out, and the job is tried again.
                log.exception("job_not_recorded")
        self._tell(job.id)

    async def _finish(self, job: Job) -> None:
        if job.stop:
            await self._cancelled(job)
            return
        start = time.monotonic()
        try:
            answer = await self._answered(job)
        except EngineLost as lost:
            await self._try_again(job, lost)
            return
        seconds = time.monotonic() - start
        if isinstance(answer, EditError):
            await self._ledger.finish(job, "failed", failure_to_keep(answer))
            self._ended(job, answer.kind, {})
        else:
            await self._ledger.finish(job, "done", outcome_of(answer), seconds)
            self._ended(job, "done", answer.timings_ms)
        self._hand_over(job, answer)

    async def _try_again(self, job: Job, lost: EngineLost) -> None:
        """The job waits for another attempt, unless there were enough. Raises: Fenced."""
        crashed = lost.reason in OF_THE_EDIT
        state = await self._ledger.give_back(job, crashed=crashed, after_s=float(job.attempt - 1))
        log.warning("engine_lost", state=state, reason=lost.reason)
        if state == "dead":
            self._ended(job, "dead", {})
            self._hand_over(job, GaveUp(job.attempt))

    def _ended(self, job: Job, outcome: str, stages_ms: Mapping[str, float]) -> None:
        seconds = max(0.0, (now() - job.accepted_at).total_seconds())
        self._tools.metrics.ended(job.lane, outcome, seconds, stages_ms)
        log.info("job_ended", outcome=outcome, seconds=round(seconds, 3))

    async def _answered(self, job: Job) -> Reply | EditError:
        """The path of the job's message, every write of which happens once. Raises: EngineLost, Fenced."""
        house, watch = self._tools.house, self._tools.watch
        house = replace(house, history=house.history.within(job.id, job.attempt))
        try:
            message = await self._following(job, await message_of(job, house))
            talk = await opened(message, house, watch(job) if watch else None)
            # What the engine died near may be what it died of: it must not take others along once more.
            async with self._gate.through(alone=job.crashes > 0):
                return await answered(talk)
        except (EngineLost, Fenced):
            raise
        except EditError as error:
            return error
        except Exception:
            log.exception("job_broke")
            return BackendFailed("retouch")

    async def _following(self, job: Job, message: Message) -> Message:
        """The message about what the job before it led to; its words are read anew, for what they refer back to."""
        first = await self._ledger.job(job.after) if job.after else None
        if first is None or first.state != "done" or first.outcome is None:
            return message
        plan = message.plan if job.request["fixed"] else None
        # What was the latest revision when the message came is not what it goes on from.
        notices = tuple(note for note in message.notices if note.kind != "latest")
        return replace(message, reply_to=first.outcome["revisions"][-1], plan=plan, notices=notices)

    @unbroken
    async def _abandon(self, job: Job) -> None:
        """The work was stopped: by its author, or because this process ends or lost it."""
        with suppress(Fenced, EditError):
            if job.id in self._withdrawn:
                await self._cancelled(job)
            else:
                await self._ledger.give_back(job, crashed=False)
        self._tell(job.id)

    async def _cancelled(self, job: Job) -> None:
        await self._ledger.finish(job, "cancelled", {})
        self._ended(job, "cancelled", {})
        self._hand_over(job, Withdrawn())
