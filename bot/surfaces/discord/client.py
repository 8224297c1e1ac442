"""The client: Discord's events, each handed to the part that knows what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from bot.keeping.inbox import Letter
from bot.surfaces.discord import commands, household, panels
from bot.surfaces.discord.address import SURFACE
from bot.surfaces.discord.buttons import Act
from bot.surfaces.discord.clicks import Clicks
from bot.surfaces.discord.commands.syncing import synced
from bot.surfaces.discord.delivery import Delivery
from bot.surfaces.discord.granting import Granting
from bot.surfaces.discord.household.guild_rules import GuildRules
from bot.surfaces.discord.intake import Intake
from bot.surfaces.discord.models import Models
from bot.surfaces.discord.outbox import Outbox
from bot.surfaces.discord.panels import forms
from bot.surfaces.discord.parts import Parts
from bot.surfaces.discord.rules import Rules
from bot.surfaces.discord.sources import Sources
from bot.surfaces.discord.uploads import Uploads
from bot.tasks import stopped
from engine.errors import EditError

POLL_S: Final = 1.0
"""How often the inbox is looked through; a third of how long a letter is held at most."""
DAY_S: Final = 24 * 3600.0
AGAIN_S: Final = 10.0
"""Before Discord is asked once more for a message that it did not give out."""

log = structlog.stdlib.get_logger(__name__)


def intents_for(*, message_content: bool) -> discord.Intents:
    """What the bot must hear of: servers and messages; their content where it is not spoken to, only if granted."""
    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = intents.dm_messages = True
    intents.message_content = message_content
    return intents


class RetouchClient(discord.AutoShardedClient):
    """The bot on Discord."""

    def __init__(self, parts: Parts, *, message_content: bool = True) -> None:
        super().__init__(
            intents=intents_for(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=1000,
        )
        self.parts = parts
        server, history = parts.server, parts.server.house.history
        self.rules, self.guild_rules = Rules(parts.preferences), GuildRules(parts)
        self.uploads = Uploads(server.decoder, parts.settings.limits.of_pictures())
        self.sources = Sources(history, server.ledger, parts.posts, self.uploads)
        self.outbox = Outbox(self, parts.posts)
        self.granting = Granting(self, self.outbox, parts.posts)
        self.delivery = Delivery(self, history, self.outbox, parts.board)
        self.intake = Intake(self, parts, self.rules, self.sources, self.outbox)
        self.clicks = Clicks(parts, self.rules, self.intake)
        self.models = Models(parts.settings)
        self._working: set[asyncio.Task[None]] = set()
        self.tree = app_commands.CommandTree(self)

    @property
    def me(self) -> discord.ClientUser:
        """The bot's own account."""
        assert self.user is not None
        return self.user

    async def setup_hook(self) -> None:
        """Logged in, not connected yet: answers that an earlier process did not bring can set out now."""
        self.add_dynamic_items(Act)
        self.parts.board.open(self.outbox, self.parts.server.desk)
        self.parts.server.desk.deliver_by(SURFACE, self.delivery.deliver)
        if self.parts.settings.discord.api:
            await self._learn_gateway()
        panels.install(self)
        commands.install(self)
        household.install(self)
        await synced(self)

    def soon(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Have it done, whether or not anybody waits for it, unless the client is closed before."""
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return task

    async def close(self) -> None:
        """What is under way is left to the next process."""
        await stopped(self._working)
        await super().close()

    async def _learn_gateway(self) -> None:
        """What answers for Discord also says where its gateway is, also to those who must begin a session anew."""
        told = await self.http.request(Route("GET", "/gateway"))
        DiscordWebSocket.DEFAULT_GATEWAY = URL(told["url"])

    async def take_up(self) -> None:
        """Every second, once logged in: messages that an earlier process had in hand are taken in."""
        inbox = self.parts.inbox
        # Members and channels are known only then.
        await self.wait_until_ready()
        while True:
            try:
                for letter in await inbox.left(SURFACE):
                    self.soon(self._again(letter))
            except Exception:
                log.warning("inbox_unavailable", exc_info=True)
            await asyncio.sleep(POLL_S)

    async def tidy(self) -> None:
        """At once and every day: what administrators did too long ago is taken from the record."""
        keep = timedelta(days=self.parts.settings.discord.audit_days)
        while True:
            try:
                await self.parts.audit.trim(keep)
            except EditError:
                log.warning("audit_not_trimmed", exc_info=True)
            await asyncio.sleep(DAY_S)

    async def _again(self, letter: Letter) -> None:
        while True:
            try:
                return await self.intake.heard_again(letter)
            except Exception:
                log.warning("message_not_read_again", exc_info=True)
            await asyncio.sleep(AGAIN_S)

    async def on_ready(self) -> None:
        """Connected, for the first time or after a while away."""
        log.info("discord_ready", guilds=len(self.guilds), shards=self.shard_count)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote something somewhere."""
        await self.intake.heard(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Somebody changed what they wrote, or Discord unfolded a link in it."""
        if payload.message.edited_at is not None:
            await self.intake.changed(payload.message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Somebody took back what they wrote."""
        await self.intake.taken_back(payload.message_id)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody sent in a form, perhaps one that an earlier process opened; the rest is heard elsewhere."""
        await forms.hear(interaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Somebody added the bot to a server."""
        await self.granting.joined(guild)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """What broke is logged without what people wrote."""
        log.exception("event_broke", handler=event_method)
