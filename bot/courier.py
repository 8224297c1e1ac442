"""Answers on their way to the surfaces: each is tried until it is delivered, for three days."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Final, TypeAlias

import structlog

from bot.chat import Reply
from bot.docket import answer_to
from bot.history import History
from bot.history.rows import now
from bot.ledger.ledger import Ledger
from bot.ledger.records import Job
from bot.tasks import stopped
from engine.errors import EditError

Deliver: TypeAlias = Callable[[Job, "Reply | EditError"], Awaitable[None]]
"""Puts an answer where its author sees it, also when it did so before; raises where it should be tried again."""
PATIENCE_S: Final = 120.0
"""How long one try may take."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 3600.0
"""Between two tries, the second twice as long as the first, and so on."""
UNDELIVERABLE = timedelta(days=3)
"""After its job is over: an answer that is still not there, however seldom it is tried by now, is given up."""
RETOLD_AT_ONCE: Final = 4
"""Answers that are read from the history to be delivered: their pictures are in memory meanwhile."""

log = structlog.stdlib.get_logger(__name__)


class Courier:
    """Brings the answers of those surfaces that this process has."""

    def __init__(self, owner: str, ledger: Ledger, history: History) -> None:
        """owner: who holds the jobs that are delivered here."""
        self._owner, self._ledger, self._history = owner, ledger, history
        self._ways: dict[str, Deliver] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._retelling = asyncio.Semaphore(RETOLD_AT_ONCE)

    def learn(self, surface: str, deliver: Deliver) -> None:
        """This is the way to the surface."""
        self._ways[surface] = deliver

    def knows(self, surface: str) -> bool:
        """Whether there is a way to the surface."""
        return surface in self._ways

    @property
    def carried(self) -> tuple[str, ...]:
        """The jobs whose answers are on their way."""
        return tuple(self._tasks)

    def send(self, job: Job, answer: Reply | EditError | None) -> None:
        """The answer sets out; None: what the ledger has."""
        if job.id not in self._tasks:
            task = self._tasks[job.id] = asyncio.create_task(self._bring(job, answer))
            task.add_done_callback(lambda _: self._tasks.pop(job.id, None))

    async def take_up(self) -> None:
        """What others left undelivered sets out."""
        for job in await self._ledger.undelivered(self._owner, tuple(self._ways)):
            self.send(job, None)

    async def close(self) -> None:
        """What is on its way is left to the next process."""
        await stopped(self._tasks.values())

    async def _bring(self, job: Job, answer: Reply | EditError | None) -> None:
        """The answer is delivered, unless that is nobody's or somebody else's to do by now."""
        settled, pause, over_at = False, FIRST_PAUSE_S, job.finished_at or now()
        while True:
            try:
                settled = settled or await self._brought(job, answer)
                if settled:
                    await self._ledger.delivered(job.id)
                return
            except Exception:
                log.warning("not_delivered", job=job.id, exc_info=True)
            # Told from the ledger the next time: its pixels are not to be kept until the surface is back.
            answer = None
            if not settled and pause >= LONGEST_PAUSE_S and now() - over_at > UNDELIVERABLE:
                log.error("undeliverable", job=job.id)
                settled = True
                continue
            await asyncio.sleep(min(pause, LONGEST_PAUSE_S))
            pause *= 2

    async def _brought(self, job: Job, answer: Reply | EditError | None) -> bool:
        """Whether it is with its author now; False where that is not for this process to do any more."""
        async with self._retelling if answer is None else nullcontext():
            if answer is None:
                known = await self._ledger.job(job.id)
                if known is None or known.owner != self._owner or known.delivered_at is not None:
                    return False
                answer = await answer_to(known, self._history)
            async with asyncio.timeout(PATIENCE_S):
                await self._ways[job.surface](job, answer)
        return True
