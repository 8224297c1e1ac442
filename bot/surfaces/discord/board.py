"""The living messages: where each job stands, told at once and then every little while until its answer replaces it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import aiohttp
import discord
import structlog

from bot.desk import Desk
from bot.ledger.records import Job, Place
from bot.surfaces.discord.address import SURFACE, Address
from bot.surfaces.discord.buttons import cancel_button
from bot.surfaces.discord.outbox import File, FilesTooLarge, Look, Outbox, Unreachable
from bot.surfaces.discord.wording import progress
from bot.tasks import stopped, within
from engine.data import Image, Picture
from engine.errors import EditError
from engine.imageio import preview
from engine.reporting import Report, Watcher

PACE_S: Final = 1.5
"""Between two edits in one channel, all of whose messages have one rate limit: answers need room in it too."""
QUICK_S: Final = 0.8
"""Jobs that are expected to be over by then only show that the bot is typing."""
LOOK_S: Final = 4.0
"""How often the place in the queue is asked for."""
PREVIEW_PX: Final = 512
PATIENCE_S: Final = 5.0
"""How long the last news may still be on its way when the answer is there."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """What is known of a job that is not over."""

    place: Place | None = None
    stage: str | None = None
    """None: it waits."""
    fraction: float = 0.0
    left_s: float | None = None
    preview: Image | None = None


class Living:
    """The message of one job while it is not over."""

    def __init__(self, job: Job, outbox: Outbox, desk: Desk, crowd: Callable[[int], int]) -> None:
        """crowd: how many living messages there are in a channel."""
        self._job, self._outbox, self._desk, self._crowd = job, outbox, desk, crowd
        self._address = Address.of(job)
        self._state = State()
        self._told: State | None = None
        self._shown: tuple[str, Image | None] | None = None
        self._news = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def channel(self) -> int:
        """Where the message is."""
        return self._address.channel

    def open(self, after_s: float) -> asyncio.Task[None]:
        """Show it from now on, or in a while; the task ends when there is nothing to show any more."""
        if self._task is None:
            self._task = asyncio.create_task(self._live(after_s))
        return self._task

    async def close(self) -> None:
        """Nothing is shown any more when this returns."""
        self._closing = True
        self._news.set()
        if self._task is not None:
            await asyncio.wait((self._task,), timeout=PATIENCE_S)
            await stopped((self._task,))

    def report(self, *, veiled: bool) -> Report:
        """Hears how the work goes on, from any thread. veiled: previews are for age-restricted channels alone."""
        loop = asyncio.get_running_loop()

        def change(**known: Any) -> None:
            loop.call_soon_threadsafe(self._learn, known)

        return Watcher(
            lambda stage, fraction: change(stage=stage, fraction=fraction),
            lambda seconds: change(left_s=seconds),
            None if veiled and not self._address.adult else lambda image: change(preview=image),
        )

    def _learn(self, known: dict[str, Any]) -> None:
        self._state = replace(self._state, **known)
        self._news.set()

    async def _live(self, after_s: float) -> None:
        await self._pause(after_s)
        silent = False
        while not self._closing and not await self._is_over(silent=silent):
            if self._state is not self._told:
                await self._tell(self._state)
            await self._pause(PACE_S * self._crowd(self.channel))
            silent = self._state is self._told and not self._closing and not await within(LOOK_S, self._news)

    async def _pause(self, seconds: float) -> None:
        """So long, but not beyond the end."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while not self._closing and (left := end - clock()) > 0:
            self._news.clear()
            await within(left, self._news)

    async def _is_over(self, *, silent: bool) -> bool:
        """Whether it ended, perhaps elsewhere; while it waits, its place is asked for.

        silent: nothing was heard of the work for a while, which may be another process's by now, or wait once more.
        """
        before = self._state
        if before.stage is not None and not silent:
            return False
        try:
            job = await self._desk.current(self._job)
            place = await self._desk.place(job) if job.state == "accepted" else None
        except EditError:
            return False
        if place is not None and self._state is before:
            self._state = State(place)
        return job.is_over

    async def _tell(self, state: State) -> None:
        self._told = state
        language = self._address.language
        words = progress(state.stage, state.fraction, state.left_s, state.place, language)
        if self._shown is not None and self._shown[0] == words and self._shown[1] is state.preview:
            return
        files: tuple[File, ...] = ()
        if state.preview is not None:
            data = await asyncio.to_thread(preview, Picture(state.preview), PREVIEW_PX)
            files = (File("preview.jpg", data, spoiler=self._address.spoiler),)
        look = Look(words, files, cancel_button(self._job.id, language))
        head, conversation = self._job.request["head"], self._job.conversation
        if self._closing:
            return
        try:
            await self._outbox.put(self._job.id, self._address, look, revision=head, conversation=conversation)
            self._shown = words, state.preview
        except (discord.HTTPException, aiohttp.ClientError, FilesTooLarge, Unreachable, EditError) as error:
            # It is only news; the answer is delivered with more patience.
            log.info("progress_not_shown", job=self._job.id, why=type(error).__name__)


class Board:
    """The living messages of the jobs of this process."""

    def __init__(self, *, veiled: bool = False) -> None:
        """veiled: results are looked at before they are shown, and so previews, which are not, stay hidden."""
        self._veiled = veiled
        self._living: dict[str, Living] = {}
        self._tools: tuple[Outbox, Desk] | None = None

    def open(self, outbox: Outbox, desk: Desk) -> None:
        """From now on messages can be written."""
        self._tools = outbox, desk

    def show(self, job: Job) -> None:
        """The job was accepted: its author sees that, and where it stands."""
        if not job.is_over:
            self._of(job)

    def watch(self, job: Job) -> Report:
        """Hears of the work on a job, also on one that an earlier process accepted."""
        living = self._of(job)
        return living.report(veiled=self._veiled) if living else lambda stage, fraction: None

    async def close(self, job: str) -> None:
        """The job is over: its message is the answer's from now on."""
        if (living := self._living.pop(job, None)) is not None:
            await living.close()

    async def close_all(self) -> None:
        """This process ends; the messages stay as they are."""
        await asyncio.gather(*(self.close(job) for job in tuple(self._living)))

    def _of(self, job: Job) -> Living | None:
        if self._tools is None or job.surface != SURFACE:
            return None
        if (known := self._living.get(job.id)) is not None:
            return known
        living = self._living[job.id] = Living(job, *self._tools, self._crowd)
        shown = living.open(QUICK_S if job.lane == "quick" else 0.0)
        shown.add_done_callback(lambda _: self._forget(job.id, living))
        return living

    def _forget(self, job: str, living: Living) -> None:
        if self._living.get(job) is living:
            del self._living[job]

    def _crowd(self, channel: int) -> int:
        """How many are in the channel, one at least."""
        return max(1, sum(living.channel == channel for living in self._living.values()))
