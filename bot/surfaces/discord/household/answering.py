"""How a household command or panel is answered: acknowledged at once, and then for its author's eyes alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

from bot.replies import say, sentence
from bot.surfaces.discord.clicks import whisper
from bot.surfaces.discord.outbox import File
from bot.surfaces.discord.rules import Visit
from bot.surfaces.discord.wording import shortened
from bot.words import language_for
from engine.errors import EditError

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

log = structlog.stdlib.get_logger(__name__)


async def attend(interaction: discord.Interaction[RetouchClient], answer: Callable[[Visit], Awaitable[None]]) -> None:
    """Acknowledge the interaction, then answer it; what goes wrong is told, and never left standing.

    People are answered here also where the rules let them edit nothing: their data and settings are theirs.
    """
    language = language_for(str(interaction.locale))
    try:
        if not await _acknowledged(interaction):
            return
        visit = await interaction.client.rules.visit(
            interaction.user, interaction.channel, interaction.guild, str(interaction.locale)
        )
        language = visit.language
        await answer(visit)
    except EditError as error:
        await whisper(interaction, sentence(error, language, surface="chat"))
    except Exception:
        log.exception("household_broke")
        await whisper(interaction, say("discord.failed", language))


async def _acknowledged(interaction: discord.Interaction[RetouchClient]) -> bool:
    """Whether Discord takes an answer: in the panel that was clicked on, or in a message of the command's own."""
    try:
        if interaction.type is discord.InteractionType.component:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        # Too late, as after a long stall, or told of twice, as after a reconnection.
        log.warning("not_acknowledged", why=type(error).__name__)
        return False
    return True


async def show(
    interaction: discord.Interaction[RetouchClient],
    words: str,
    *,
    view: discord.ui.View | None = None,
    files: Sequence[File] = (),
) -> None:
    """The answer, in place of what the panel showed before. Raises: discord.HTTPException."""
    await interaction.edit_original_response(
        content=shortened(words), view=view, attachments=[file.fresh() for file in files]
    )


def may_manage(interaction: discord.Interaction[RetouchClient]) -> bool:
    """Whether whoever asks may manage the server that they ask in."""
    allowed = interaction.permissions
    return interaction.guild_id is not None and (allowed.manage_guild or allowed.administrator)
