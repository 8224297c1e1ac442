"""Where servers take messages in: durable before they are acknowledged, answered in turn, delivered once."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

import structlog

from bot.chat import Message, Reply
from bot.courier import Courier, Deliver
from bot.docket import answer_to, application_of, as_forgotten, is_instant
from bot.history.records import new_id
from bot.house import Talk
from bot.ledger.limits import Rate
from bot.ledger.records import Job, Place
from bot.tasks import stopped, within
from bot.turn import opened
from bot.waiting_room import WaitingRoom
from bot.workbench import POLL_S, Tools, Workbench
from engine.errors import EditError

log = structlog.stdlib.get_logger(__name__)


class Desk:
    """The jobs of this process: any number of them may share one ledger. Use it as a context."""

    def __init__(self, tools: Tools) -> None:
        self.owner: Final = f"{socket.gethostname()}:{os.getpid()}:{new_id()}"
        self._house, self._ledger, self._metrics = tools.house, tools.ledger, tools.metrics
        self._room = WaitingRoom()
        self._courier = Courier(self.owner, tools.ledger, tools.house.history)
        self._workbench = Workbench(self.owner, tools, self._hand_over, self._room.tell)
        self._upkeep: list[asyncio.Task[None]] = []

    def deliver_by(self, surface: str, deliver: Deliver) -> None:
        """Answers to the surface's messages go this way, also those that an earlier process did not bring there."""
        self._courier.learn(surface, deliver)

    async def __aenter__(self) -> Desk:
        self._workbench.open()
        self._upkeep = [asyncio.create_task(self._keep_up())]
        return self

    async def __aexit__(self, *_: object) -> None:
        """What is worked on, and on its way, is left to the next process."""
        await stopped(self._upkeep)
        await self._workbench.close()
        await self._courier.close()

    async def take(
        self,
        message: Message,
        *,
        key: str | None = None,
        guild: str = "",
        rate: Rate | None = None,
        address: Mapping[str, Any] | None = None,
        after: str | None = None,
    ) -> Job:
        """The job that the message is now: accepted and durable, or, for a step through the history, over.

        key: what the surface calls the message or the click; the same one becomes one job. rate: how often its author
        may ask, where not as often as everybody. address: where the answer goes, in the surface's words.
        after: the job on whose answer the message builds, if it is not over.
        Raises: NoSuchRevision, NotUnderstood, Busy, StorageFailed; then there is no job.
        """
        if key is not None and (known := await self._ledger.known(key)):
            return known
        with self._metrics.acknowledging():
            job, instant = await self._accepted(
                message, key=key, guild=guild, rate=rate, address=address or {}, after=after
            )
        if not instant:
            self._workbench.wake(job.lane)
            return job
        await asyncio.wait((self._workbench.begin(job),))
        # It is accepted, whatever cannot be read just now.
        with suppress(EditError):
            return await self.current(job)
        return job

    async def current(self, job: Job) -> Job:
        """The job as it is now; one that was forgotten counts as cancelled."""
        return await self._ledger.job(job.id) or as_forgotten(job)

    async def place(self, job: Job) -> Place:
        """Where the job stands in the queue."""
        return await self._ledger.place(job)

    async def cancel(self, job: str, author: str) -> bool:
        """Whether the author's job stops, at once or at its next step."""
        stops = await self._ledger.cancel(job, author)
        if stops:
            self._workbench.withdraw(job)
            self._room.tell(job)
        return stops

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

    async def _accepted(
        self,
        message: Message,
        *,
        key: str | None,
        guild: str,
        rate: Rate | None,
        address: Mapping[str, Any],
        after: str | None,
    ) -> tuple[Job, bool]:
        """The job of the message, and whether it is to be worked on at once."""
        if message.picture is not None:
            # Before it is kept: what is refused must not become the author's latest picture.
            await self._ledger.check_room(message.author, guild)
        first = after or await self._before(message)
        talk = await opened(message, self._house, admit=partial(self._admit, guild))
        given = await application_of(talk)
        application = replace(given, key=key, guild=guild, rate=rate, address=address, after=first)
        wanted, instant = new_id(), is_instant(talk.plan) and first is None
        job = await self._ledger.accept(application, wanted, lease_to=self.owner if instant else None)
        return job, instant and job.id == wanted

    async def _admit(self, guild: str, talk: Talk) -> None:
        """Raises: Busy, but for a step through the history, which is never turned away."""
        if not is_instant(talk.plan):
            await self._ledger.check_room(talk.message.author, guild)

    async def _before(self, message: Message) -> str | None:
        """The job that must be over first: what the message goes on from, where it names no picture."""
        if message.picture is not None or message.reply_to is not None:
            return None
        first = await self._ledger.unfinished(message.author, message.surface, message.channel)
        return first.id if first else None

    async def _awaited(self, job: Job, news: asyncio.Event) -> Reply | EditError:
        """The answer, as soon as there is one; while the ledger cannot be read, it is asked again."""
        while (answer := self._room.answer(job.id)) is None:
            news.clear()
            try:
                job = await self.current(job)
            except EditError:
                log.warning("ledger_unavailable", exc_info=True)
            if job.is_over:
                return await answer_to(job, self._house.history)
            await within(POLL_S, news)
        return answer

    def _hand_over(self, job: Job, answer: Reply | EditError) -> None:
        """The answer goes to the surface; where somebody waits for it here, to them."""
        if self._courier.knows(job.surface):
            self._courier.send(job, answer)
        else:
            self._room.bring(job.id, answer)

    async def _keep_up(self) -> None:
        """Every second: leases are renewed, and what others left is taken up."""
        while True:
            try:
                await self._workbench.renew(self._courier.carried)
                if await self._ledger.sweep():
                    self._workbench.wake()
                await self._courier.take_up()
            except Exception:
                log.warning("ledger_unavailable", exc_info=True)
            await asyncio.sleep(POLL_S)
