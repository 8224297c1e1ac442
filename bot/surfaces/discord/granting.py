"""What the bot is not allowed where it is needed, said to those who can grant it, and no more than once an hour."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import aiohttp
import discord
import structlog

from bot.keeping.posts import Posts
from bot.replies import say
from bot.surfaces.discord.address import Address
from bot.surfaces.discord.outbox import FilesTooLarge, Look, Outbox, Unreachable
from bot.surfaces.discord.permissions import lacking
from bot.words import language_for
from engine.errors import EditError

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

AGAIN_S: Final = 3600.0
"""Between two explanations in one channel, or to one member about it."""
REMEMBERED: Final = 10_000
"""Explanations that are not repeated; with more of them in an hour, the oldest are."""
TO_SPEAK: Final = ("view_channel", "send_messages", "send_messages_in_threads")

log = structlog.stdlib.get_logger(__name__)


class Granting:
    """Explains what is missing, where the bot may speak, and else in a direct message."""

    def __init__(self, client: RetouchClient, outbox: Outbox, posts: Posts) -> None:
        self._client, self._outbox, self._posts = client, outbox, posts
        self._explained: OrderedDict[tuple[int, str], float] = OrderedDict()

    def missing(self, channel: discord.abc.GuildChannel | discord.Thread) -> tuple[str, ...]:
        """What the bot needs in the channel and is not allowed, as discord.py calls it."""
        elsewhere = "send_messages" if isinstance(channel, discord.Thread) else "send_messages_in_threads"
        try:
            allowed = channel.permissions_for(channel.guild.me)
        except discord.ClientException:
            # A thread whose channel the bot was not told of.
            return ()
        return tuple(name for name in lacking(allowed) if name != elsewhere)

    def words(self, missing: tuple[str, ...], channel: discord.abc.GuildChannel | discord.Thread, language: str) -> str:
        """What is missing in the channel, and where it is granted."""
        names, role = _names(missing, language), _role(channel.guild)
        return say("discord.permission.missing", language, channel=channel.mention, names=names, role=role)

    async def explain(self, address: Address, author: str, nonce: str, *, job: str | None = None) -> None:
        """The author is told why nothing can be put at the address, there if that is possible. Raises nothing.

        job: what was to be put there. Where it has a message already, that one tells it, however often.
        """
        try:
            await self._explain(address, author, nonce, job)
        except (discord.HTTPException, aiohttp.ClientError, EditError) as error:
            log.warning("missing_not_told", why=type(error).__name__)

    async def joined(self, guild: discord.Guild) -> None:
        """The bot is in the server: what it will lack there is said at once, or nothing."""
        missing, language = lacking(guild.me.guild_permissions), language_for(str(guild.preferred_locale))
        if not missing or not self._is_due(guild.id, ""):
            return
        facts = {"guild": guild.name, "names": _names(missing, language), "role": _role(guild)}
        words = say("discord.permission.missing_everywhere", language, **facts)
        channel = next(_open_channels(guild), None)
        try:
            if channel is not None:
                await channel.send(words)
            elif guild.owner_id is not None:
                await self._write_to(guild.owner_id, words, f"joined {guild.id}"[:25])
        except (discord.HTTPException, aiohttp.ClientError) as error:
            log.warning("missing_not_told", guild=guild.id, why=type(error).__name__)

    async def _explain(self, address: Address, author: str, nonce: str, job: str | None) -> None:
        channel = self._channel(address)
        missing = self.missing(channel) if channel else ()
        lines = [say("discord.unreachable", address.language, channel=f"<#{address.channel}>")] if job else []
        if channel and missing:
            words = self.words(missing, channel, address.language)
            if not set(missing) & set(TO_SPEAK) and await self._said(address, missing, words, nonce, job):
                return
            lines.append(words)
        if lines and self._is_due(address.channel, author):
            await self._write_to(int(author), "\n".join(lines), nonce)

    def _channel(self, address: Address) -> discord.abc.GuildChannel | discord.Thread | None:
        guild = self._client.get_guild(address.guild) if address.guild else None
        return guild.get_channel_or_thread(address.channel) if guild else None

    async def _said(self, address: Address, missing: tuple[str, ...], words: str, nonce: str, job: str | None) -> bool:
        """Whether it stands in the channel, or did so within the hour."""
        if "read_message_history" in missing:
            # Without it nothing can be replied to.
            address = address.model_copy(update={"message": None})
        known = await self._posts.of_job(job) if job else None
        try:
            if job and known:
                look = Look(words)
                await self._outbox.put(job, address, look, revision=known.revision, conversation=known.conversation)
            elif self._is_due(address.channel, ""):
                await self._outbox.say(address, Look(words), nonce)
        except (Unreachable, FilesTooLarge):
            return False
        return True

    def _is_due(self, place: int, whom: str) -> bool:
        """Whether it was not said there, or to them, within the hour; from now on it was."""
        key, at = (place, whom), time.monotonic()
        before = self._explained.pop(key, None)
        due = before is None or at - before >= AGAIN_S
        self._explained[key] = at if before is None or due else before
        if len(self._explained) > REMEMBERED:
            self._explained.popitem(last=False)
        return due

    async def _write_to(self, user: int, words: str, nonce: str) -> None:
        """Raises: discord.Forbidden where they take no messages, discord.HTTPException."""
        await (await self._client.fetch_user(user)).send(words, nonce=nonce)


def _names(missing: tuple[str, ...], language: str) -> str:
    return ", ".join(f"**{say(f'discord.permission.{name}', language)}**" for name in missing)


def _role(guild: discord.Guild) -> str:
    """The role that Discord made for the bot, or what the bot is called there."""
    return guild.self_role.name if guild.self_role else guild.me.display_name


def _open_channels(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Where the bot may write, the channel for such messages first."""
    system = [guild.system_channel] if guild.system_channel else []
    for channel in (*system, *guild.text_channels):
        allowed = channel.permissions_for(guild.me)
        if allowed.view_channel and allowed.send_messages:
            yield channel
