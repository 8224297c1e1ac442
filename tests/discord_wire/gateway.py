"""The gateway: sessions that events are told to, in order, and that can be lost and resumed.

(Discord's developer docs, Gateway; what the client expects: `discord.gateway` of discord.py 2.7.)
"""

from __future__ import annotations

import asyncio
import json
import secrets
import zlib
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import ClientConnectionResetError, WSMsgType, web

from tests.discord_wire.payloads import CONTENT_INTENT, Payloads
from tests.discord_wire.world import JSON, Channel, Message, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
QUIET: Final = (3, 4, 8)
"""Presence, voice and member requests: taken note of, and nothing comes of them here."""
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
PRIVILEGED: Final = 1 << 1 | 1 << 8 | CONTENT_INTENT
"""Members, presences, message content."""
UNKNOWN_OPCODE, DECODE, NOT_IDENTIFIED, BAD_TOKEN, AGAIN = 4001, 4002, 4003, 4004, 4005
BAD_SEQUENCE, DISALLOWED = 4007, 4014
LONGEST: Final = 4096
"""Bytes of what a client may send at once."""
REMEMBERED: Final = 1000
"""Events of a session that can be told again."""


class Connection:
    """One websocket: what is sent goes out in order, compressed as one stream where the client asked for that."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket, self._request = socket, request
        self.session: Session | None = None
        self._frames: asyncio.Queue[str] = asyncio.Queue()
        self._stream = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None

    def send(self, op: int, data: Any = None, event: str | None = None, sequence: int | None = None) -> None:
        self._frames.put_nowait(json.dumps({"op": op, "d": data, "s": sequence, "t": event}))

    async def write(self) -> None:
        """What is sent goes out, until nobody listens."""
        with suppress(ClientConnectionResetError):
            while True:
                frame = await self._frames.get()
                if self._stream is None:
                    await self.socket.send_str(frame)
                else:
                    packed = self._stream.compress(frame.encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(packed)

    def abort(self) -> None:
        """The line is cut, without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass(eq=False)
class Session:
    """What a bot identified for: it outlives its connections, and what was missed can be told again."""

    id: str
    intents: int
    connection: Connection | None
    sequence: int = 0
    told: deque[tuple[int, str, JSON]] = field(default_factory=lambda: deque[tuple[int, str, JSON]](maxlen=REMEMBERED))
    again: int = 0
    """How many events the next resumption tells once more, though the client has them."""

    def tell(self, event: str, data: JSON) -> None:
        """Now where it is connected, and when it resumes where it is not."""
        self.sequence += 1
        self.told.append((self.sequence, event, data))
        if self.connection is not None:
            self.connection.send(DISPATCH, data, event, self.sequence)

    def resume(self, connection: Connection, seen: int) -> None:
        """Tell what came since, in order."""
        self.connection = connection
        seen, self.again = seen - self.again, 0
        for sequence, event, data in self.told:
            if sequence > seen:
                connection.send(DISPATCH, data, event, sequence)
        self.sequence += 1
        connection.send(DISPATCH, {}, "RESUMED", self.sequence)


class Gateway:
    """All sessions of the bot. token: what it must know."""

    def __init__(self, world: World, payloads: Payloads, token: str, url: str) -> None:
        self._world, self._payloads, self._token, self._url = world, payloads, token, url
        self._connections: set[Connection] = set()
        self.sessions: dict[str, Session] = {}
        self.beat_s = 41.25
        """How often a client is asked to give a sign of life."""
        self.identified, self.resumed = 0, 0
        """How often that happened."""

    @property
    def connected(self) -> bool:
        """Whether events are heard as they are told."""
        return any(session.connection for session in self.sessions.values())

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from its first word to its last."""
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self._connections.add(connection)
        writing = asyncio.create_task(connection.write())
        connection.send(HELLO, {"heartbeat_interval": int(self.beat_s * 1000)})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._hear(connection, message.data)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            self._connections.discard(connection)
            if connection.session is not None and connection.session.connection is connection:
                connection.session.connection = None
        return socket

    def tell(self, event: str, message: Message) -> None:
        """A message was made, changed or deleted."""
        guild = message.channel.guild
        wanted = GUILD_MESSAGES if guild else DIRECT_MESSAGES
        for session in self.sessions.values():
            if not session.intents & wanted:
                continue
            if event == "MESSAGE_DELETE":
                where = {"guild_id": str(guild.id)} if guild else {}
                session.tell(event, {"id": str(message.id), "channel_id": str(message.channel.id), **where})
            else:
                reads_all = bool(session.intents & CONTENT_INTENT)
                session.tell(event, self._payloads.event(message, reads_all=reads_all))

    def tell_all(self, event: str, data: JSON) -> None:
        """An event that every session hears."""
        for session in self.sessions.values():
            session.tell(event, data)

    def tell_of_channel(self, channel: Channel, event: str) -> None:
        """A channel of a guild was made, changed or deleted."""
        for session in self.sessions.values():
            if session.intents & GUILDS:
                session.tell(event, self._payloads.channel(channel))

    def replay_last(self, event: str = "MESSAGE_CREATE") -> None:
        """The last such event is told once more, under a new number."""
        for session in self.sessions.values():
            data = next(data for _, name, data in reversed(session.told) if name == event)
            session.tell(event, data)

    def reconnect(self, again: int = 0) -> None:
        """Clients are asked to come back. again: how many events they are told twice when they resume."""
        for session in self.sessions.values():
            session.again = again
            if session.connection is not None:
                session.connection.send(RECONNECT)

    def invalidate(self, *, resumable: bool) -> None:
        """Sessions are no longer valid; those that cannot be resumed are forgotten."""
        for session in tuple(self.sessions.values()):
            if session.connection is not None:
                session.connection.send(INVALID, resumable)
            if not resumable:
                del self.sessions[session.id]

    def forget(self) -> None:
        """No session can be resumed any more, as long after a bot has gone."""
        self.sessions.clear()

    def drop(self) -> None:
        """Every line is cut."""
        for connection in tuple(self._connections):
            connection.abort()

    async def close(self, code: int) -> None:
        """Every connection is closed with the code."""
        for connection in tuple(self._connections):
            await connection.socket.close(code=code)

    async def _hear(self, connection: Connection, text: str) -> None:
        op, data = _read(text)
        if op is None:
            await connection.socket.close(code=DECODE)
        elif op == HEARTBEAT:
            self._world.note("heartbeat")
            connection.send(ACK)
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            await self._resume(connection, data)
        elif connection.session is None:
            await connection.socket.close(code=NOT_IDENTIFIED)
        elif op not in QUIET:
            await connection.socket.close(code=UNKNOWN_OPCODE)

    async def _identify(self, connection: Connection, data: JSON) -> None:
        intents = int(data.get("intents", 0))
        if connection.session is not None:
            await connection.socket.close(code=AGAIN)
        elif data.get("token") != self._token:
            await connection.socket.close(code=BAD_TOKEN)
        elif intents & PRIVILEGED & ~self._world.privileged:
            await connection.socket.close(code=DISALLOWED)
        else:
            self.identified += 1
            session = connection.session = Session(secrets.token_hex(16), intents, connection)
            self.sessions[session.id] = session
            self._greet(session)

    def _greet(self, session: Session) -> None:
        guilds = self._world.guilds.values()
        ready = {
            "v": 10,
            "user": self._payloads.user(self._world.bot),
            "guilds": _unavailable(guild.id for guild in guilds),
            "session_id": session.id,
            "resume_gateway_url": self._url,
            "shard": [0, 1],
            "application": {"id": str(self._world.bot.id), "flags": self._payloads.application()["flags"]},
        }
        session.tell("READY", ready)
        for guild in guilds:
            session.tell("GUILD_CREATE", self._payloads.guild(guild))

    async def _resume(self, connection: Connection, data: JSON) -> None:
        session = self.sessions.get(str(data.get("session_id")))
        if data.get("token") != self._token:
            await connection.socket.close(code=BAD_TOKEN)
        elif session is None:
            connection.send(INVALID, False)
        elif not 0 <= int(data.get("seq") or 0) <= session.sequence:
            await connection.socket.close(code=BAD_SEQUENCE)
        else:
            self.resumed += 1
            connection.session = session
            session.resume(connection, int(data.get("seq") or 0))


def _read(text: str) -> tuple[int | None, JSON]:
    """The operation and what belongs to it; no operation for what cannot be read."""
    try:
        heard = json.loads(text)
        data = heard.get("d")
        return (int(heard["op"]), data if isinstance(data, dict) else {}) if len(text) <= LONGEST else (None, {})  # pyright: ignore[reportUnknownVariableType]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, {}


def _unavailable(guilds: Iterable[int]) -> list[JSON]:
    return [{"id": str(guild), "unavailable": True} for guild in guilds]
