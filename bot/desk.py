"""Where servers take messages in: durable before they are acknowledged, answered in turn, delivered once."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any, Final, TypeAlias

import structlog

from bot.chat import Message, Reply
from bot.docket import application_of, error_of, failure_to_keep, is_instant, message_of, outcome_of, reply_of
from bot.gate import Gate
from bot.history.database import unbroken
from bot.history.once import Fenced
from bot.history.records import new_id
from bot.history.rows import now
from bot.house import House
from bot.ledger.ledger import Ledger
from bot.ledger.records import Job, Place
from bot.observing import Metrics
from bot.turn import answered, opened
from bot.waiting_room import WaitingRoom
from engine.errors import BackendFailed, BadInput, EditError, EngineLost, GaveUp, Withdrawn
from engine.lanes import Lane
from engine.reporting import Report

Deliver: TypeAlias = Callable[[Job, "Reply | EditError"], Awaitable[None]]
"""Puts an answer where its author sees it, also when it did so before; raises where it should be tried again."""
POLL_S: Final = 1.0
"""How often the ledger is asked for what other processes put there or left behind; a third of a lease at most."""
OF_THE_EDIT: Final = ("died", "silent", "hung", "junk", "poisoned")
"""How an engine is lost that may be lost again by the same edit."""
DELIVERY_S: Final = 120.0
"""How long one try to deliver may take."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
"""Between two tries to deliver."""
RETOLD_AT_ONCE: Final = 4
"""Answers that are read from the history to be delivered: their pictures are in memory meanwhile."""

log = structlog.stdlib.get_logger(__name__)


class Desk:
    """The jobs of this process: any number of them may share one ledger. Use it as a context."""

    def __init__(
        self,
        house: House,
        ledger: Ledger,
        watch: Callable[[Job], Report] | None = None,
        metrics: Metrics | None = None,
        hold: Callable[[], bool] = lambda: False,
    ) -> None:
        """watch: hears of every job that is worked on here, such as to show its progress.

        hold: whether no job should be begun just now, such as while the engine is being started.
        """
        self.owner: Final = f"{socket.gethostname()}:{os.getpid()}:{new_id()}"
        self._house, self._ledger, self._watch = house, ledger, watch
        self._metrics, self._hold = metrics or Metrics(), hold
        self._gate = Gate()
        self._deliver: dict[str, Deliver] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._withdrawn: set[str] = set()
        self._delivering: dict[str, asyncio.Task[None]] = {}
        self._retelling = asyncio.Semaphore(RETOLD_AT_ONCE)
        self._room = WaitingRoom()
        self._news: dict[Lane, asyncio.Event] = {lane: asyncio.Event() for lane in ledger.limits.workers}
        self._loops: list[asyncio.Task[None]] = []

    def deliver_by(self, surface: str, deliver: Deliver) -> None:
        """Answers to the surface's messages go this way, also those that an earlier process did not bring there."""
        self._deliver[surface] = deliver

    async def __aenter__(self) -> Desk:
        loops = [self._serve(lane, count) for lane, count in self._ledger.limits.workers.items()]
        self._loops = [asyncio.create_task(loop) for loop in (*loops, self._keep_up())]
        return self

    async def __aexit__(self, *_: object) -> None:
        """What runs is given back to the ledger, for the next process."""
        # In this order: the loops begin work, and work that ends begins deliveries.
        await _stopped(self._loops)
        await _stopped(self._running.values())
        await _stopped(self._delivering.values())

    async def take(self, message: Message, *, key: str | None = None, guild: str = "", **address: Any) -> Job:
        """The job that the message is now: accepted and durable, or, for a step through the history, over.

        key: what the surface calls the message or the click; the same one becomes one job. address: where the answer
        goes, in the surface's words. Raises: NoSuchRevision, NotUnderstood, Busy, StorageFailed; then there is no job.
        """
        if key is not None and (known := await self._ledger.known(key)):
            return known
        with self._metrics.acknowledging():
            job, instant = await self._accepted(message, key=key, guild=guild, address=address)
        if not instant:
            self._news[job.lane].set()
            return job
        await asyncio.wait((self._begin(job),))
        # It is accepted, whatever cannot be read just now.
        with suppress(EditError):
            return await self.current(job)
        return job

    async def _accepted(
        self, message: Message, *, key: str | None, guild: str, address: Mapping[str, Any]
    ) -> tuple[Job, bool]:
        """The job of the message, and whether it is to be worked on at once."""
        first = await self._before(message)
        talk = await opened(message, self._house)
        application = await application_of(talk, key=key, guild=guild, address=address, after=first)
        wanted, instant = new_id(), is_instant(talk.plan) and first is None
        job = await self._ledger.accept(application, wanted, lease_to=self.owner if instant else None)
        return job, instant and job.id == wanted

    async def current(self, job: Job) -> Job:
        """The job as it is now; one that was forgotten counts as cancelled."""
        return await self._ledger.job(job.id) or replace(job, state="cancelled", outcome={})

    async def place(self, job: Job) -> Place:
        """Where the job stands in the queue."""
        return await self._ledger.place(job)

    async def cancel(self, job: str, author: str) -> bool:
        """Whether the author's job stops, at once or at its next step."""
        stopped = await self._ledger.cancel(job, author)
        if stopped:
            self._withdraw(job)
            self._room.tell(job)
        return stopped

    async def answer(self, job: Job) -> Reply:
        """The answer to a job of any process, waited for; it counts as delivered.

        Raises: the leaf of EditError that it failed with, Withdrawn, GaveUp.
        """
        with self._room.waiting(job.id) as news:
            answer = await self._awaited(job, news)
        with suppress(EditError):
            await self._ledger.delivered(job.id)
        if isinstance(answer, EditError):
            raise answer
        return answer

    async def _awaited(self, job: Job, news: asyncio.Event) -> Reply | EditError:
        """The answer, as soon as there is one; while the ledger cannot be read, it is asked again."""
        while (answer := self._room.answer(job.id)) is None:
            news.clear()
            try:
                job = await self.current(job)
            except EditError:
                log.warning("ledger_unavailable", exc_info=True)
            if job.is_over:
                return await self._told(job)
            await _within(POLL_S, news)
        return answer

    async def _before(self, message: Message) -> str | None:
        """The job that must be over first: what the message goes on from, where it names no picture."""
        if message.picture is not None or message.reply_to is not None:
            return None
        first = await self._ledger.unfinished(message.author, message.surface, message.channel)
        return first.id if first else None

    async def _serve(self, lane: Lane, workers: int) -> None:
        """Begin the lane's jobs in their order, so many at once."""
        free = asyncio.Semaphore(workers)
        while True:
            await free.acquire()
            job = await self._next(lane)
            self._begin(job).add_done_callback(lambda _: free.release())

    async def _next(self, lane: Lane) -> Job:
        told = False
        while True:
            self._news[lane].clear()
            try:
                job = None if self._hold() else await self._ledger.lease(self.owner, lane, look_first=not told)
            except Exception:
                log.warning("ledger_unavailable", exc_info=True)
                job = None
            if job is not None:
                return job
            told = await _within(POLL_S, self._news[lane])

    def _begin(self, job: Job) -> asyncio.Task[None]:
        task = self._running[job.id] = asyncio.create_task(self._work_on(job))
        task.add_done_callback(lambda _: self._worked_on(job))
        return task

    def _worked_on(self, job: Job) -> None:
        self._running.pop(job.id, None)
        self._withdrawn.discard(job.id)
        for news in self._news.values():
            news.set()

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
        self._room.tell(job.id)

    async def _finish(self, job: Job) -> None:
        if job.stop:
            await self._cancelled(job)
            return
        start = time.monotonic()
        try:
            answer = await self._answered(job)
        except EngineLost as lost:
            crashed = lost.reason in OF_THE_EDIT
            state = await self._ledger.give_back(job, crashed=crashed, after_s=float(job.attempt - 1))
            log.warning("engine_lost", state=state, reason=lost.reason)
            if state == "dead":
                self._ended(job, "dead", {})
                self._hand_over(job, GaveUp(job.attempt))
            return
        seconds = time.monotonic() - start
        if isinstance(answer, EditError):
            await self._ledger.finish(job, "failed", failure_to_keep(answer))
            self._ended(job, answer.kind, {})
        else:
            await self._ledger.finish(job, "done", outcome_of(answer), seconds)
            self._ended(job, "done", answer.timings_ms)
        self._hand_over(job, answer)

    def _ended(self, job: Job, outcome: str, stages_ms: Mapping[str, float]) -> None:
        seconds = max(0.0, (now() - job.accepted_at).total_seconds())
        self._metrics.ended(job.lane, outcome, seconds, stages_ms)
        log.info("job_ended", outcome=outcome, seconds=round(seconds, 3))

    async def _answered(self, job: Job) -> Reply | EditError:
        """The path of the job's message, every write of which happens once. Raises: EngineLost, Fenced."""
        house = replace(self._house, history=self._house.history.within(job.id, job.attempt))
        try:
            message = await self._following(job, await message_of(job, house))
            talk = await opened(message, house, self._watch(job) if self._watch else None)
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
        return replace(message, reply_to=first.outcome["revisions"][-1], plan=plan)

    @unbroken
    async def _abandon(self, job: Job) -> None:
        """The work was stopped: by its author, or because this process ends or lost it."""
        with suppress(Fenced, EditError):
            if job.id in self._withdrawn:
                await self._cancelled(job)
            else:
                await self._ledger.give_back(job, crashed=False)
        self._room.tell(job.id)

    async def _cancelled(self, job: Job) -> None:
        await self._ledger.finish(job, "cancelled", {})
        self._ended(job, "cancelled", {})
        self._hand_over(job, Withdrawn())

    def _withdraw(self, job: str) -> None:
        if job in self._running:
            self._withdrawn.add(job)
            self._running[job].cancel()

    def _hand_over(self, job: Job, answer: Reply | EditError) -> None:
        """The answer goes to the surface; where somebody waits for it here, to them."""
        if job.surface in self._deliver:
            self._begin_to_deliver(job, answer)
        else:
            self._room.bring(job.id, answer)

    def _begin_to_deliver(self, job: Job, answer: Reply | EditError | None) -> None:
        task = asyncio.create_task(self._bring(job, answer))
        self._delivering[job.id] = task
        task.add_done_callback(lambda _: self._delivering.pop(job.id, None))

    async def _bring(self, job: Job, answer: Reply | EditError | None) -> None:
        """The answer is delivered, however often it takes, unless that is nobody's or somebody else's to do by now."""
        arrived, pause = False, FIRST_PAUSE_S
        while True:
            try:
                arrived = arrived or await self._brought(job, answer)
                if arrived:
                    await self._ledger.delivered(job.id)
                return
            except Exception:
                log.warning("not_delivered", job=job.id, exc_info=True)
            # Told from the ledger the next time: its pixels are not to be kept until the surface is back.
            answer = None
            await asyncio.sleep(min(pause, LONGEST_PAUSE_S))
            pause *= 2

    async def _brought(self, job: Job, answer: Reply | EditError | None) -> bool:
        """Whether it is with its author now; False where that is not for this desk to do any more."""
        async with self._retelling if answer is None else nullcontext():
            if answer is None:
                known = await self._ledger.job(job.id)
                if known is None or known.owner != self.owner or known.delivered_at is not None:
                    return False
                answer = await self._told(known)
            async with asyncio.timeout(DELIVERY_S):
                await self._deliver[job.surface](job, answer)
        return True

    async def _told(self, job: Job) -> Reply | EditError:
        """The answer of a job that is over, from the ledger."""
        outcome: Mapping[str, Any] = job.outcome or {}
        match job.state:
            case "done":
                try:
                    return await reply_of(outcome, self._house.history)
                except BadInput as error:
                    # Damaged or forgotten since, and so it is however often it is asked for.
                    return error
            case "failed":
                return error_of(outcome)
            case "dead":
                return GaveUp(job.attempt)
            case _:
                return Withdrawn()

    async def _keep_up(self) -> None:
        """Every second: leases are renewed, what was cancelled elsewhere stops, what others left is taken up."""
        while True:
            try:
                await self._renew()
                if await self._ledger.sweep():
                    for news in self._news.values():
                        news.set()
                for job in await self._ledger.undelivered(self.owner, tuple(self._deliver)):
                    if job.id not in self._delivering:
                        self._begin_to_deliver(job, None)
            except Exception:
                log.warning("ledger_unavailable", exc_info=True)
            await asyncio.sleep(POLL_S)

    async def _renew(self) -> None:
        working = dict(self._running)
        ours = (*working, *self._delivering)
        renewed = {job.id: job for job in await self._ledger.renew(self.owner, ours)}
        for job, task in working.items():
            if job in renewed and renewed[job].stop:
                self._withdraw(job)
            elif job not in renewed and not task.done():
                task.cancel()


async def _within(seconds: float, news: asyncio.Event) -> bool:
    """Whether there was news in that time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await news.wait()
    return False


async def _stopped(tasks: Iterable[asyncio.Task[None]]) -> None:
    stopping = list(tasks)
    for task in stopping:
        task.cancel()
    await asyncio.gather(*stopping, return_exceptions=True)
