"""The whole of it: started, spoken through, broken and read by a test."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from aiohttp import web

from tests.discord_wire.faults import Fault, Faults, Limit
from tests.discord_wire.gateway import Gateway
from tests.discord_wire.interactions import Interactions
from tests.discord_wire.members import Members
from tests.discord_wire.payloads import Payloads
from tests.discord_wire.server import API, Rest
from tests.discord_wire.world import MIB, Channel, Clock, Entry, Guild, Message, User, World
from tests.servers import free_port

T = TypeVar("T")
TOKEN: Final = "wire.token.0123456789"
PATIENCE_S: Final = 10.0
LOOKS_S: Final = 0.02


class WireDiscord(Members):
    """A Discord with one bot, one guild and a channel in it. Use it as a context.

    What members do is in `Members`; what the bot did is in `log` and in the channels' messages.
    """

    def __init__(self) -> None:
        port = free_port()
        self.origin = f"http://127.0.0.1:{port}"
        self.url = self.origin + API
        self.gateway_url = f"ws://127.0.0.1:{port}/gateway"
        self.token = TOKEN
        self.clock = Clock()
        world = World(self.clock)
        payloads = Payloads(world, self.origin)
        self.gateway = Gateway(world, payloads, TOKEN, self.gateway_url)
        interactions = Interactions(world, payloads)
        super().__init__(world, payloads, self.gateway, interactions)
        self._rest = Rest(world, payloads, interactions, TOKEN, self.gateway_url)
        self._faults = Faults()
        self._port = port
        world.tell = self.gateway.tell
        self.guild = world.add_guild("Guild", world.add_user("Owner"))
        self.channel = world.add_channel(self.guild, "pictures")

    async def __aenter__(self) -> WireDiscord:
        app = web.Application(client_max_size=64 * MIB, middlewares=[self._faults.middleware])
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get("/gateway", self.gateway.handle)
        self._rest.add_to(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gateway.drop()
        await self._runner.cleanup()

    @property
    def log(self) -> Sequence[Entry]:
        """What happened, in order."""
        return self.world.log

    @property
    def faults(self) -> Faults:
        """Every request, and the rate limit."""
        return self._faults

    @property
    def missing(self) -> Sequence[str]:
        """Requests for what this Discord does not have: to be none."""
        return self._rest.missing

    def limit(self, limit: Limit | None) -> None:
        """The rate limit of messages, edits and typing in a channel from now on."""
        self._faults.limit = limit

    def fail(
        self,
        method: str,
        path: str,
        status: int | None = 503,
        *,
        code: int = 0,
        times: int = 1,
        skip: int = 0,
        applied: bool = False,
        files: bool | None = None,
        retry_after: float = 0.05,
        via: bool = True,
        waits_s: float = 0.0,
    ) -> Fault:
        """The next requests of the method, with that in their path, fail so; status None: the connection is dropped.

        The rest as in `Fault`, which is returned and counts how often it happened.
        """
        fault = Fault(method, path, status, code, times, skip, applied, files, retry_after, via, waits_s)
        self._faults.waiting.append(fault)
        return fault

    def drop(self, method: str, path: str, *, applied: bool, times: int = 1, files: bool | None = None) -> Fault:
        """The next such requests get no answer: the connection breaks. applied: though they are carried out."""
        return self.fail(method, path, None, applied=applied, times=times, files=files)

    def answers(self, asked: Message) -> list[Message]:
        """The bot's messages that reply to one, oldest first."""
        everything = asked.channel.messages.values()
        return [each for each in everything if each.author is self.world.bot and each.reference is asked]

    def said(self, channel: Channel) -> list[Message]:
        """The bot's messages in a channel, oldest first."""
        return [each for each in channel.messages.values() if each.author is self.world.bot]

    def since(self, entry: Entry | float, *what: str) -> list[Entry]:
        """What happened after a moment of the monotonic clock; only of these kinds, where some are named."""
        start = entry.at if isinstance(entry, Entry) else entry
        return [each for each in self.log if each.at >= start and (not what or each.what in what)]

    async def until(self, condition: Callable[[], T], timeout_s: float = PATIENCE_S, why: str = "") -> T:
        """What the condition gives as soon as that is something. Raises: AssertionError after the timeout."""
        deadline = time.monotonic() + timeout_s
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(f"{why or 'it'} did not happen within {timeout_s:.0f} s; {self._told()}")
            await asyncio.sleep(LOOKS_S)
        return found

    def _told(self) -> str:
        """The last that happened, for whoever reads a failure."""
        tail: Iterable[Entry] = self.log[-12:]
        return "; ".join(f"{each.what} {each.content[:60]!r}" for each in tail)


__all__ = ["Channel", "Fault", "Guild", "Limit", "Message", "User", "WireDiscord"]
