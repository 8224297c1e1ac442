"""The bot on a simulated Discord: a real discord.py client, history, ledger and desk, and an editor at hand."""

from __future__ import annotations

import asyncio
import contextvars
import io
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
import numpy as np
import simcord
from PIL import Image as PillowImage
from simcord.backend.serializers import message_payload
from simcord.enums import ComponentType, InteractionType
from simcord.interactions import base_payload
from simcord.results import to_discord_message
from sqlalchemy import func, select

from bot.config import Settings
from bot.desk import Desk
from bot.history import History
from bot.history.schema import jobs
from bot.house import House
from bot.ledger.ledger import Ledger
from bot.ledger.records import Job
from bot.observing import Metrics, health_app, house_checks
from bot.serving import Server
from bot.surfaces.discord.board import Board
from bot.surfaces.discord.client import RetouchClient
from bot.surfaces.discord.parts import Parts, parts_of
from bot.workbench import Tools
from engine.data import Image, Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import EngineLost
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.imageio import encode
from engine.imageio.decoder import Decoder
from engine.planner import RulesPlanner
from engine.reporting import Report


def balls(*columns: int) -> Image:
    """A noisy ground with red balls at the columns, 96 x 160."""
    image = np.random.default_rng(7).integers(100, 150, (96, 160, 3), np.uint8)
    y, x = np.mgrid[:96, :160]
    for column in columns:
        image[(y - 48) ** 2 + (x - column) ** 2 < 15**2] = (200, 30, 40)
    return image


def png(image: Image) -> bytes:
    return encode(Picture(image), "png")


ONE_BALL, TWO_BALLS = png(balls(80)), png(balls(30, 130))


def pixels(data: bytes) -> Image:
    """What a file shows."""
    return np.asarray(PillowImage.open(io.BytesIO(data)).convert("RGB"), np.uint8)


class Engine:
    """The real editor in this process, which can be told to wait, to die and to tell of its progress."""

    def __init__(self) -> None:
        self._editor = Editor(Grounder().locate, FillInpainter())
        self.go = asyncio.Event()
        self.go.set()
        self.started = asyncio.Event()
        self.losses = 0
        self.report: Report | None = None
        self.requests: list[EditRequest] = []

    async def edit(self, request: EditRequest, report: Report | None) -> EditResult:
        self.requests.append(request)
        self.report = report
        self.started.set()
        await self.go.wait()
        if self.losses:
            self.losses -= 1
            raise EngineLost("died")
        return await asyncio.to_thread(self._editor.edit, request, report)


class AsideBoard(Board):
    """Living messages go by the real clock, and the simulation does not wait for the end of them."""

    def __init__(self) -> None:
        super().__init__()
        self._aside = contextvars.copy_context()

    def show(self, job: Job) -> None:
        """The tasks that begin here are not the simulated client's."""
        self._aside.run(super().show, job)


@dataclass(frozen=True, slots=True)
class Written:
    """Something that the bot wrote, or what it made of it by an edit."""

    at: float
    """When, by the monotonic clock, s."""
    message: int
    content: str
    files: tuple[str, ...]
    buttons: tuple[str, ...]


@dataclass
class Stage:
    """A server with one text channel, and who is in it."""

    home: Path
    settings: Settings
    env: Any
    client: RetouchClient
    parts: Parts
    engine: Engine
    house: AsyncExitStack
    """The open server, to be closed before the client's restart."""
    guild: Any = None
    channel: Any = None
    members: dict[str, Any] = field(default_factory=dict[str, Any])
    written: list[Written] = field(default_factory=list[Written])
    """All that the bot wrote and changed, in that order."""

    def hear(self, event: str, payload: Any) -> None:
        """Note what the bot writes; for the subscribers of the simulated Discord."""
        if event in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and payload["author"]["id"] == str(self.client.me.id):
            labels = tuple(one.get("label", "") for row in payload["components"] for one in row["components"])
            files = tuple(file["filename"] for file in payload["attachments"])
            self.written.append(Written(time.monotonic(), int(payload["id"]), payload["content"], files, labels))

    def member(self, name: str, **options: Any) -> Any:
        """Somebody of that name."""
        if name not in self.members:
            self.members[name] = self.guild.add_member(self.env.create_user(name), **options)
        return self.members[name]

    @property
    def mention(self) -> str:
        """The bot, mentioned."""
        return f"<@{self.client.me.id}>"

    def said(self, channel: Any = None) -> list[discord.Message]:
        """What the bot wrote in the channel, oldest first."""
        return [one for one in (channel or self.channel).history() if one.author.id == self.client.me.id]

    async def answer(self, count: int = 1, channel: Any = None) -> discord.Message:
        """The bot's message of that number, once no work is left."""
        await self.quiet()
        await until(lambda: len(self.said(channel)) >= count)
        return self.said(channel)[count - 1]

    async def quiet(self) -> None:
        """Wait until every job is over and delivered."""

        async def busy() -> bool:
            undelivered = select(func.count()).select_from(jobs).where(jobs.c.delivered_at.is_(None))
            async with self.parts.server.house.history.database.read() as connection:
                return bool(await connection.scalar(undelivered))

        await self.env.settle(timeout=20)
        await until_not(busy)
        await self.env.settle(timeout=20)

    async def ask(
        self, words: str, *, who: str = "ann", attachments: Sequence[tuple[str, bytes]] = (), **options: Any
    ) -> discord.Message:
        """Somebody mentions the bot in the channel; their message."""
        said: discord.Message = await self.member(who).send(
            self.channel, f"{self.mention} {words}", attachments=attachments, **options
        )
        return said

    def post(
        self,
        words: str,
        *,
        who: str = "ann",
        attachments: Sequence[tuple[str, bytes]] = (),
        reply_to: discord.Message | None = None,
    ) -> discord.Message:
        """Somebody writes in the channel, and nobody waits for what the bot does about it; their message."""
        backend = self.env.backend
        reference = None if reply_to is None else {"channel_id": str(self.channel.id), "message_id": str(reply_to.id)}
        files = backend.store_attachments(self.channel.id, attachments)
        author = self.member(who).id
        message = backend.create_message(self.channel.id, author, words, attachments=files, reference=reference)
        return to_discord_message(self.env, message)

    def press(self, message: discord.Message, label: str, who: str = "ann") -> simcord.InteractionResult:
        """Somebody presses a button, and nobody waits for what the bot does about it."""
        backend, channel = self.env.backend, message.channel.id
        data = {"custom_id": buttons(message)[label].custom_id, "component_type": int(ComponentType.BUTTON)}
        record, payload = base_payload(
            backend,
            type=InteractionType.MESSAGE_COMPONENT,
            channel_id=channel,
            guild_id=self.guild.id,
            user_id=self.member(who).id,
            data=data,
        )
        record.source_message_id = message.id
        shown = dict(message_payload(backend, backend.get_message(channel, message.id)))
        shown["components"] = [row.to_dict() for row in message.components]
        backend.emit("INTERACTION_CREATE", {**payload, "message": shown})
        return simcord.InteractionResult(self.env, record)

    async def restart(self, engine: Engine | None = None) -> None:
        """The bot ends as it is, and another one begins over the same home."""
        await self.parts.board.close_all()
        await self.house.aclose()
        self.engine = engine or Engine()
        board = AsideBoard()
        server = await self.house.enter_async_context(server_on(self.home, self.settings, board, self.engine))
        self.parts = parts_of(self.settings, server, board)
        self.client = RetouchClient(self.parts)
        await self.env.restart_bot(self.client)


def buttons(message: discord.Message) -> dict[str, discord.Button]:
    """The buttons under a message, by label."""
    below = (one for row in message.components if isinstance(row, discord.ActionRow) for one in row.children)
    return {one.label: one for one in below if isinstance(one, discord.Button) and one.label}


async def picture_of(message: discord.Message, index: int = 0) -> Image:
    """What a message of the bot's shows."""
    return pixels(await message.attachments[index].read())


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for it."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it never came to be"
        await asyncio.sleep(0.01)


async def until_not(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait for it to end."""
    async with asyncio.timeout(seconds):
        while await condition():  # noqa: ASYNC110 (the database tells nobody)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def server_on(home: Path, settings: Settings, board: Board, engine: Engine) -> AsyncGenerator[Server]:
    """Everything a chat process has, but for the engine's process."""
    async with await History.open(home) as history, Decoder() as decoder:
        house = House(history, RulesPlanner(), engine.edit, home)
        ledger = Ledger(history.database, settings.queue.limits())
        metrics = Metrics()
        checks = house_checks(history.database, history.blobs, lambda: True)
        tools = Tools(house=house, ledger=ledger, metrics=metrics, watch=board.watch)
        async with Desk(tools) as desk:
            yield Server(house, ledger, desk, decoder, metrics, health_app(metrics, checks, ledger.counts))


@asynccontextmanager
async def on_stage(home: Path, engine: Engine | None = None, settings: Settings | None = None) -> AsyncGenerator[Stage]:
    """The bot over a home of its own, connected to a simulated Discord."""
    engine, settings = engine or Engine(), settings or Settings(home=home)
    board = AsideBoard()
    async with AsyncExitStack() as house:
        server = await house.enter_async_context(server_on(home, settings, board, engine))
        parts = parts_of(settings, server, board)
        client = RetouchClient(parts)
        async with simcord.run(client, shard_count=1, settle_timeout=20) as env:
            guild = env.create_guild()
            channel = guild.create_text_channel("pictures")
            stage = Stage(home, settings, env, client, parts, engine, house, guild, channel)
            env.backend.subscribers.append(stage.hear)
            try:
                yield stage
            finally:
                await stage.parts.board.close_all()
