"""What there is on a Discord: users, guilds, channels and messages, and what happened there."""

from __future__ import annotations

import mimetypes
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePath
from typing import Any, Final, TypeAlias

from PIL import Image, UnidentifiedImageError

JSON: TypeAlias = dict[str, Any]
EPOCH_MS: Final = 1_420_070_400_000
"""The first second of 2015, from which snowflakes count (Discord's API reference, Snowflakes)."""
NONCE_S: Final = 300.0
"""How long a nonce is enforced: "the past few minutes" (Discord's docs, Create Message)."""
MIB: Final = 2**20
DEFAULT, REPLY, COMMAND, CONTEXT_MENU = 0, 19, 20, 23
"""Types of messages."""
EPHEMERAL, LOADING, FORWARDED, V2 = 1 << 6, 1 << 7, 1 << 14, 1 << 15
"""Flags of messages; forwarded: has a snapshot."""
VIEW, SEND, EMBED, ATTACH, READ_HISTORY = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
"""Permissions."""
ADMINISTRATOR, ALL = 1 << 3, (1 << 53) - 1
EVERYONE: Final = VIEW | SEND | EMBED | ATTACH | READ_HISTORY | 1 << 6 | 1 << 18 | 1 << 31 | 1 << 38
"""What a new guild allows everybody here: reading, writing, reactions, foreign emojis, commands, threads."""


class Refused(Exception):
    """Discord's answer to a request that it does not carry out."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(f"{status} ({code}): {message}")
        self.status, self.code = status, code
        self.body: JSON = {"message": message, "code": code, **more}


class Clock:
    """The time of this Discord, s since 1970, which a test can advance."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


@dataclass(eq=False)
class User:
    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: int


@dataclass(eq=False)
class Member:
    user: User
    roles: list[Role] = field(default_factory=list[Role])


@dataclass(eq=False)
class Guild:
    """A server; its @everyone role has its id."""

    id: int
    name: str
    owner: User
    everyone: Role
    upload_limit: int
    """Bytes that one message may carry."""
    locale: str = "en-US"
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    roles: list[Role] = field(default_factory=list[Role])
    channels: list[Channel] = field(default_factory=list["Channel"])


@dataclass(eq=False)
class Channel:
    """A text channel of a guild, or the direct messages with a user."""

    id: int
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    nsfw: bool = False
    denied: int = 0
    """Permissions taken from everyone here."""
    gone: bool = False
    messages: dict[int, Message] = field(default_factory=dict[int, "Message"])


@dataclass(eq=False)
class Attachment:
    id: int
    name: str
    data: bytes
    description: str | None = None
    content_type: str | None = None
    height: int | None = None
    width: int | None = None
    signature: int = 1
    """What its URL carries; an older one has expired."""


@dataclass(eq=False)
class Message:
    """One message, as everybody sees it now."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    kind: int = DEFAULT
    flags: int = 0
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    embeds: list[JSON] = field(default_factory=list[JSON])
    components: list[JSON] = field(default_factory=list[JSON])
    reference: Message | None = None
    """What it replies to or forwards."""
    pinged: list[User] = field(default_factory=list[User])
    nonce: str | None = None
    edited_at: float | None = None
    deleted: bool = False
    interaction: JSON | None = None
    """What it is the response to, as Discord tells it."""

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)


@dataclass(frozen=True)
class Entry:
    """Something that was done, and when by the monotonic clock, s."""

    at: float
    what: str
    """typing, post, edit, delete, acknowledge, download or heartbeat."""
    channel: int | None = None
    message: Message | None = None
    content: str = ""


Tell: TypeAlias = Callable[[str, Message], None]
File: TypeAlias = tuple[str, bytes]


class World:
    """Everything there is. Every change is told at once, such as to a gateway."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.attachments: dict[int, Attachment] = {}
        self.commands: dict[int, list[JSON]] = {}
        """Those registered, by guild; 0: everywhere."""
        self.privileged: int = 1 << 15
        """The privileged intents that the portal grants; without that of message content, the REST API hides it too."""
        self.log: list[Entry] = []
        self.tell: Tell = lambda event, message: None
        self._last_id = 0
        self._nonces: dict[tuple[int, str], Message] = {}
        self.bot = self.add_user("Retouch", bot=True)

    def new_id(self, age_s: float = 0.0) -> int:
        """A snowflake of its moment, later than all before where it is of now."""
        made = int((self.clock.now() - age_s) * 1000 - EPOCH_MS) << 22
        if age_s:
            return made + self._last_id % 4096
        self._last_id = max(self._last_id + 1, made)
        return self._last_id

    def note(self, what: str, **more: Any) -> None:
        self.log.append(Entry(time.monotonic(), what, **more))

    def add_user(self, name: str, *, bot: bool = False, locale: str = "en-US") -> User:
        user = User(self.new_id(), name, bot, locale)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, upload_limit: int = 10 * MIB) -> Guild:
        """With the bot in it, and a role of the bot's own."""
        everyone = Role(self.new_id(), "@everyone", EVERYONE)
        own = Role(self.new_id(), self.bot.name, EVERYONE)
        guild = Guild(everyone.id, name, owner, everyone, upload_limit, roles=[own])
        guild.members = {owner.id: Member(owner), self.bot.id: Member(self.bot, [own])}
        self.guilds[guild.id] = guild
        return guild

    def add_channel(self, guild: Guild, name: str, *, nsfw: bool = False, denied: int = 0) -> Channel:
        channel = Channel(self.new_id(), name, guild, nsfw=nsfw, denied=denied)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: User) -> Channel:
        """The direct messages of the bot and the user, the same ones each time."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.new_id(), user.name, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def permissions(self, user: User, channel: Channel) -> int:
        """What the user may do there: of the guild's roles, less what the channel takes."""
        guild = channel.guild
        if guild is None:
            return EVERYONE
        granted = guild.everyone.permissions
        for role in guild.members[user.id].roles if user.id in guild.members else ():
            granted |= role.permissions
        if user is guild.owner or granted & ADMINISTRATOR:
            return ALL
        return granted & ~channel.denied

    def attach(self, name: str, data: bytes, description: str | None = None) -> Attachment:
        """A file as Discord keeps it: under a name without spaces or folders, its pixels measured."""
        kept = re.sub(r"[^\w.\-]+", "_", PurePath(name).name) or "file"
        attachment = Attachment(self.new_id(), kept, data, description, mimetypes.guess_type(kept)[0])
        try:
            with Image.open(BytesIO(data)) as image:
                attachment.width, attachment.height = image.size
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
            pass
        self.attachments[attachment.id] = attachment
        return attachment

    def known(self, nonce: str, author: User) -> Message | None:
        """The author's message of these minutes with the nonce."""
        message = self._nonces.get((author.id, nonce))
        recent = message and (message.id >> 22) + EPOCH_MS > (self.clock.now() - NONCE_S) * 1000
        return message if recent else None

    def post(self, message: Message) -> Message:
        """It is there from now on; an ephemeral one only for who sees it, and for nobody's events."""
        if message.nonce is not None:
            self._nonces[message.author.id, message.nonce] = message
        self.note("post", channel=message.channel.id, message=message, content=message.content)
        if not message.ephemeral:
            message.channel.messages[message.id] = message
            self.tell("MESSAGE_CREATE", message)
        return message

    def edited(self, message: Message) -> None:
        """It was changed just now."""
        message.edited_at = self.clock.now()
        self.note("edit", channel=message.channel.id, message=message, content=message.content)
        if not message.ephemeral:
            self.tell("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        self.note("delete", channel=message.channel.id, message=message)
        if not message.ephemeral:
            self.tell("MESSAGE_DELETE", message)

    def expire(self, attachments: Iterable[Attachment]) -> None:
        """Their URLs lead nowhere any more; whoever asks for the message again gets new ones."""
        for attachment in attachments:
            attachment.signature += 1

    def named(self, content: str) -> Sequence[User]:
        """Whom the words mention."""
        found = (self.users.get(int(user)) for user in re.findall(r"<@!?(\d+)>", content))
        return list(dict.fromkeys(user for user in found if user))
