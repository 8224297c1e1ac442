"""Commands over real sockets: connections that break, interactions that are late, and a process that is killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
import discord.gateway
import discord.http
import pytest
import yarl
from sqlalchemy import func, select, update

from bot.config import Settings
from bot.history.rows import now
from bot.history.schema import inbox
from bot.keeping.inbox import HOLD
from bot.ledger.records import Job
from bot.replies import say
from bot.surfaces.discord.board import Board
from bot.surfaces.discord.client import RetouchClient
from bot.surfaces.discord.parts import parts_of
from bot.tasks import stopped
from tests.bot.surfaces.discord.stage import ONE_BALL, Engine, pixels, server_on
from tests.discord_wire import WireDiscord
from tests.discord_wire.world import Message, User

GREEN = {"instruction": "make the red ball green", "image": ("ball.png", ONE_BALL)}


@pytest.fixture
async def wire(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[WireDiscord]:
    """A Discord that discord.py finds, and identifies to without a pause."""

    async def at_once(*_: Any, **__: Any) -> None:
        return None

    async with WireDiscord() as wire:
        monkeypatch.setattr(discord.http.Route, "BASE", wire.url)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(wire.gateway_url))
        monkeypatch.setattr(discord.Client, "before_identify_hook", at_once)
        yield wire


@pytest.fixture
def ada(wire: WireDiscord) -> User:
    return wire.member("Ada", wire.guild)


@asynccontextmanager
async def bot_on(wire: WireDiscord, home: Path, engine: Engine) -> AsyncGenerator[RetouchClient]:
    """The bot over the home, connected."""
    wire.gateway.forget()
    board, settings = Board(), Settings(home=home)
    async with (
        server_on(home, settings, board, engine) as server,
        RetouchClient(parts_of(settings, server, board)) as bot,
    ):
        running = asyncio.create_task(bot.start(wire.token))
        try:
            await wire.until(lambda: wire.gateway.connected, 20, "the bot's connection")
            yield bot
        finally:
            await board.close_all()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def answered(wire: WireDiscord) -> Message:
    """The only message in the channel, once it has a picture."""
    await wire.until(lambda: [one for one in wire.said(wire.channel) if one.attachments], 20, "an answer")
    (answer,) = wire.said(wire.channel)
    return answer


@pytest.mark.parametrize("applied", [True, False])
async def test_an_acknowledgement_whose_connection_broke_is_one_message(
    wire: WireDiscord, tmp_path: Path, ada: User, applied: bool
) -> None:
    async with bot_on(wire, tmp_path, Engine()):
        fault = wire.drop("POST", "/callback", applied=applied)
        await wire.slash("edit", wire.channel, ada, GREEN)
        answer = await answered(wire)
        assert fault.met == 1
        shown = pixels(answer.attachments[0].data)
        assert shown[48, 80, 1] > shown[48, 80, 0]


async def test_a_late_interaction_leaves_nothing_behind(wire: WireDiscord, tmp_path: Path, ada: User) -> None:
    async with bot_on(wire, tmp_path, Engine()) as bot:
        late = await wire.slash("edit", wire.channel, ada, GREEN, age_s=4)
        await asyncio.wait_for(late.done.wait(), 5)
        assert late.refused == 10062
        soon = await wire.slash("undo", wire.channel, ada)
        await asyncio.wait_for(soon.done.wait(), 5)
        await wire.until(lambda: "no picture of yours" in wire.said(wire.channel)[0].content, 5, "a sentence")
        assert await bot.parts.server.ledger.unfinished(str(ada.id), "discord", str(wire.channel.id)) is None


async def test_the_next_process_brings_the_answer_by_the_bots_own_token(
    wire: WireDiscord, tmp_path: Path, ada: User
) -> None:
    stuck = Engine()
    stuck.go.clear()
    async with bot_on(wire, tmp_path, stuck):
        await wire.slash("edit", wire.channel, ada, GREEN)
        await asyncio.wait_for(stuck.started.wait(), 10)
        begun = wire.said(wire.channel)[0].id
    wire.clock.advance(20 * 60)
    async with bot_on(wire, tmp_path, Engine()):
        answer = await answered(wire)
        assert answer.id == begun


async def test_what_was_said_is_offered_while_it_is_typed(wire: WireDiscord, tmp_path: Path, ada: User) -> None:
    async with bot_on(wire, tmp_path, Engine()):
        await wire.slash("edit", wire.channel, ada, GREEN)
        await answered(wire)
        assert await wire.suggest("edit", wire.channel, ada, "instruction", "RED BALL G") == [GREEN["instruction"]]


async def test_the_form_takes_files(wire: WireDiscord, tmp_path: Path, ada: User) -> None:
    async with bot_on(wire, tmp_path, Engine()):
        posted = await wire.say(wire.channel, ada, "look", attachments=[("ball.png", ONE_BALL)])
        shown = await wire.message_command("Edit this picture", posted, ada)
        await asyncio.wait_for(shown.done.wait(), 5)
        words = {"What should change?": "make it 40% darker", "reference": [("ball.png", ONE_BALL)]}
        await wire.submit(shown, words)
        await wire.until(lambda: [one for one in wire.said(wire.channel) if one.attachments], 20, "an answer")


@pytest.mark.parametrize("accepted", [False, True])
async def test_a_command_that_was_killed_before_it_was_a_job_says_that_it_is_lost(
    wire: WireDiscord, tmp_path: Path, ada: User, accepted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, slow = asyncio.Event(), Engine()
    slow.go.clear()

    async def never(*_: Any, **__: Any) -> Any:
        reached.set()
        await asyncio.Event().wait()

    def silent(job: Job) -> None:
        """Its line stays as it was begun."""

    async def letters(bot: RetouchClient, *, held: bool = True) -> int:
        async with bot.parts.server.house.history.database.write() as connection:
            if not held:
                await connection.execute(update(inbox).values(held_until=now() - HOLD, holder="killed"))
            return await connection.scalar(select(func.count()).select_from(inbox)) or 0

    async with bot_on(wire, tmp_path, slow) as bot:
        # Killed before it is a job, or just behind that.
        monkeypatch.setattr(bot.parts.inbox if accepted else bot.uploads, "done" if accepted else "read", never)
        monkeypatch.setattr(bot.parts.board, "show", silent)
        await wire.slash("edit", wire.channel, ada, GREEN)
        await asyncio.wait_for(reached.wait(), 10)
        assert await letters(bot, held=False) == 1
    async with bot_on(wire, tmp_path, slow) as bot:
        taking_up = asyncio.create_task(bot.take_up())
        async with asyncio.timeout(5):
            while await letters(bot):  # noqa: ASYNC110 (the database tells nobody)
                await asyncio.sleep(0.05)
        lost = [edit for edit in wire.log if edit.content == say("discord.lost")]
        assert bool(lost) != accepted
        slow.go.set()
        if accepted:
            assert "green" in (await answered(wire)).content
        assert len(wire.said(wire.channel)) == 1
        await stopped((taking_up,))
