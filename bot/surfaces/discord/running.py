"""The bot on Discord from start to stop: the server opened, the client connected, and what is missing explained."""

from __future__ import annotations

import asyncio
import base64
import signal
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

import aiohttp
import discord
import discord.http
import structlog

from bot.config import Settings
from bot.serving import Server, open_server
from bot.surfaces.discord.board import Board
from bot.surfaces.discord.client import RetouchClient
from bot.surfaces.discord.parts import Parts, parts_of
from bot.surfaces.discord.permissions import invite_link
from bot.tasks import stopped
from bot.words import ENGLISH, worded
from engine.errors import BackendFailed, BadOption
from engine.safety import installed_graph

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Between tries to reach Discord for the first time; the last goes on."""
ENDS: Final = [signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if name in signal.Signals.__members__]
AUTHENTICATION_FAILED: Final = 4004
"""The gateway's code for a token that is not valid any more."""

log = structlog.stdlib.get_logger(__name__)


async def run(settings: Settings, tell: Callable[[str], None] = log.info) -> None:
    """The bot, until it is cancelled or told to end by SIGTERM or SIGHUP.

    tell: is given a line for whoever started it, when it is connected and while Discord is not to be reached.
    Raises: BadOption without a token, with one that Discord refuses, or for a health port in use; and what
    `open_server` raises.
    """
    token = prepared(settings)
    board = Board(veiled=settings.safety.check != "off" and installed_graph() is not None)
    with ended_by_signals():
        async with open_server(settings, board.watch) as server:
            parts = parts_of(settings, server, board)
            try:
                async with _healthy(server, settings.discord.health_port):
                    await _connected(parts, token, tell, message_content=settings.discord.message_content)
            finally:
                await board.close_all()


async def invite(settings: Settings) -> str:
    """The link that adds the bot to a server.

    Raises: BadOption without a token, or with one that Discord refuses; BackendFailed where Discord is not reached, and
    the token does not tell whose it is.
    """
    token = prepared(settings)
    client = discord.Client(intents=discord.Intents.none())
    try:
        async with client:
            await client.login(token)
            assert client.application_id is not None
            return invite_link(client.application_id)
    except discord.LoginFailure as exc:
        raise refused() from exc
    except (aiohttp.ClientError, OSError, discord.HTTPException) as exc:
        if (known := application_in(token)) is not None:
            return invite_link(known)
        raise BackendFailed("Discord") from exc


def application_in(token: str) -> int | None:
    """The bot whose token it is, which its first part says in base 64; None where that says something else."""
    name = token.partition(".")[0]
    with suppress(ValueError):
        return int(base64.b64decode(name + "=" * (-len(name) % 4), validate=True))
    return None


def prepared(settings: Settings) -> str:
    """The token, with discord.py told where Discord is. Raises: BadOption without one."""
    if settings.discord.api:
        discord.http.Route.BASE = settings.discord.api
    if not settings.discord.token:
        raise BadOption("discord.token", "", "the bot's token, best in RETOUCH_DISCORD__TOKEN")
    return settings.discord.token


def refused() -> BadOption:
    """The error of a token that Discord does not take; the token itself is not told."""
    return BadOption("discord.token", "…", "a token that Discord accepts: the Developer Portal makes a new one")


@asynccontextmanager
async def _healthy(server: Server, port: int) -> AsyncGenerator[None]:
    """The server's health is told at the port meanwhile. Raises: BadOption for a port in use."""
    if not port:
        yield
        return
    # Weighs as much as a tenth of the whole process.
    from bot.surfaces.discord.health import served

    async with served(server.health, port):
        yield


async def _connected(parts: Parts, token: str, tell: Callable[[str], None], *, message_content: bool) -> None:
    """Raises: BadOption for a token that Discord refuses."""
    tries = 0
    while True:
        client = RetouchClient(parts, message_content=message_content)
        try:
            async with client:
                await client.login(token)
                beside = [asyncio.create_task(work) for work in (client.take_up(), client.tidy(), _greet(client, tell))]
                try:
                    await client.connect()
                finally:
                    await stopped(beside)
            return
        except discord.PrivilegedIntentsRequired:
            log.warning("message_content_not_granted", need="replies that do not ping, and pictures of other messages")
            message_content = False
        except discord.LoginFailure as exc:
            raise refused() from exc
        except (aiohttp.ClientError, OSError, discord.HTTPException, discord.ConnectionClosed) as exc:
            if isinstance(exc, discord.ConnectionClosed) and exc.code == AUTHENTICATION_FAILED:
                raise refused() from exc
            pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
            log.warning("discord_not_reached", error=type(exc).__name__, seconds=pause)
            tell(_line("not_reached", seconds=f"{pause:.0f}"))
            tries += 1
            await asyncio.sleep(pause)


async def _greet(client: RetouchClient, tell: Callable[[str], None]) -> None:
    await client.wait_until_ready()
    tell(_line("connected", name=client.me.name, count=len(client.guilds)))


def _line(key: str, **facts: object) -> str:
    return worded(f"discord.running.{key}", ENGLISH, "terminal", facts)


@contextmanager
def ended_by_signals() -> Generator[None]:
    """SIGTERM, and the end of its terminal, end what is inside as Ctrl-C would, and count as a good end."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    told: list[bool] = []

    def end() -> None:
        told.append(True)
        task.cancel()

    with suppress(NotImplementedError):
        for number in ENDS:
            loop.add_signal_handler(number, end)
    try:
        yield
    except asyncio.CancelledError:
        if not told:
            raise
        task.uncancel()
    finally:
        with suppress(NotImplementedError):
            for number in ENDS:
                loop.remove_signal_handler(number)
