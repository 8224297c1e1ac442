"""Interactions answered at once by a message, which is the living message of the job that they become."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import aiohttp
import discord
import structlog
from discord import app_commands

from bot.chat import Message
from bot.keeping.inbox import Letter
from bot.keeping.posts import Post
from bot.replies import say, sentence
from bot.surfaces.discord.address import SURFACE, Address
from bot.surfaces.discord.clicks import ACKNOWLEDGED_BEFORE, whisper
from bot.surfaces.discord.outbox import Look
from bot.surfaces.discord.reaching import is_open, way_around
from bot.surfaces.discord.rules import Visit
from bot.surfaces.discord.sources import key_of
from bot.words import language_for
from engine.errors import EditError
from engine.operations import Plan

if TYPE_CHECKING:
    from bot.history import Revision
    from bot.surfaces.discord.client import RetouchClient

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Opening:
    """An interaction that has its message, and for whom and where that is."""

    interaction: discord.Interaction[RetouchClient]
    visit: Visit
    address: Address

    @property
    def client(self) -> RetouchClient:
        """The bot."""
        return self.interaction.client

    @property
    def language(self) -> str:
        """In which it is answered."""
        return self.visit.language

    def message(self, words: str, plan: Plan | None = None) -> Message:
        """The words, or the plan where there is one, as a message about the member's latest picture in the channel."""
        visit = self.visit
        return Message(words, visit.author, SURFACE, visit.channel, model=visit.model, plan=plan)

    async def take(self, message: Message, *, spoiler: bool = False) -> None:
        """The message is a job now, whose living message this is. Raises: EditError where it was not accepted."""
        address = self.address.model_copy(update={"spoiler": self.address.spoiler or spoiler})
        await self.client.intake.accept(message, self.visit, address, key_of(self.interaction.id))

    async def latest(self) -> Revision | None:
        """Where the member's latest conversation in this channel stands."""
        history = self.client.parts.server.house.history
        return await history.latest(author=self.visit.author, surface=SURFACE, channel=self.visit.channel)

    async def tell(self, words: str) -> None:
        """The words stand where the message was begun."""
        await _edited(self.interaction, self.address, words)

    async def show(self, look: Look, revision: Revision) -> None:
        """The message has that look; a reply to it goes on from the revision."""
        options: dict[str, Any] = {} if look.view is None else {"view": look.view}
        shown = await self.interaction.edit_original_response(
            content=look.content, attachments=[file.fresh() for file in look.files], **options
        )
        await self.client.parts.posts.note(
            Post(SURFACE, str(shown.id), self.visit.channel, None, revision.id, revision.conversation)
        )


Work: TypeAlias = Callable[[Opening], Awaitable[None]]


async def opened(interaction: discord.Interaction[RetouchClient], work: Work, *, private: bool = False) -> None:
    """Acknowledge the interaction before anything is read, then do the work; what goes wrong is told in its place.

    private: only whoever asked sees the answer, and it becomes no job.
    """
    address = Address(channel=interaction.channel_id or 0, language=language_for(str(interaction.locale)))
    try:
        post = await _acknowledged(interaction, say("discord.starting", address.language), private=private)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        # Such as after a long stall: Discord has told the member already, who asks again.
        log.warning("not_acknowledged", why=type(error).__name__, command=_name_of(interaction))
        if interaction.response.is_done():
            await _edited(interaction, address, say("discord.failed", address.language))
        return
    letter = await _noted(interaction, post)
    try:
        visit = await interaction.client.rules.visit(
            interaction.user, interaction.channel, interaction.guild, str(interaction.locale)
        )
        address = visit.address.model_copy(update={"post": post, "webhook": way_around(interaction)})
        if visit.refusal:
            await _edited(interaction, address, visit.refusal)
        else:
            await work(Opening(interaction, visit, address))
    except EditError as error:
        await _edited(interaction, address, sentence(error, address.language, surface="chat"))
    except Exception:
        log.exception("command_broke", command=_name_of(interaction))
        await _edited(interaction, address, say("discord.failed", address.language))
    if letter is not None:
        with suppress(EditError):
            await interaction.client.parts.inbox.done(letter)


async def _noted(interaction: discord.Interaction[RetouchClient], post: int | None) -> Letter | None:
    """The begun message, which the next process ends if this one dies; None where the bot cannot read it later."""
    if post is None or not is_open(interaction):
        return None
    letter = Letter(SURFACE, str(post), str(interaction.channel_id or 0), str(interaction.guild_id or ""))
    try:
        await interaction.client.parts.inbox.note(letter)
    except EditError:
        log.warning("command_not_noted", exc_info=True)
        return None
    return letter


async def broken(interaction: discord.Interaction[RetouchClient], error: app_commands.AppCommandError) -> None:
    """What broke before a command began, such as one that this version does not have any more; its member is told."""
    log.error("command_broke", command=_name_of(interaction), exc_info=error)
    if interaction.type is not discord.InteractionType.autocomplete:
        await whisper(interaction, say("discord.failed", language_for(str(interaction.locale))))


async def _acknowledged(interaction: discord.Interaction[RetouchClient], words: str, *, private: bool) -> int | None:
    """The id of the message that answers the interaction from now on; None where only whoever asked sees it.

    Raises: discord.NotFound when it is too late, discord.HTTPException, aiohttp.ClientError.
    """
    if private:
        await interaction.response.defer(ephemeral=True, thinking=True)
        return None
    for last in (False, True):
        try:
            answer = await interaction.response.send_message(words)
        except (TypeError, KeyError):
            # Acknowledged by a server that does not tell of the message.
            break
        except aiohttp.ClientError:
            if last:
                raise
        except discord.HTTPException as error:
            if error.code != ACKNOWLEDGED_BEFORE:
                raise
            break
        else:
            if answer.message_id is not None:
                return answer.message_id
            break
    return (await interaction.original_response()).id


async def _edited(interaction: discord.Interaction[RetouchClient], address: Address, words: str) -> None:
    """The message that was begun says the words now, by the interaction's token or else by the bot's own."""
    try:
        await interaction.edit_original_response(content=words, attachments=[], view=None)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        log.warning("not_told", why=type(error).__name__, command=_name_of(interaction))
        if address.post is not None:
            await _edited_by_bot(interaction.client, address, words)


async def _edited_by_bot(client: RetouchClient, address: Address, words: str) -> None:
    assert address.post is not None
    try:
        await client.outbox.channel(address).get_partial_message(address.post).edit(content=words, view=None)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        log.warning("not_told", why=type(error).__name__)


def _name_of(interaction: discord.Interaction[RetouchClient]) -> str | None:
    return interaction.command.qualified_name if interaction.command else None
