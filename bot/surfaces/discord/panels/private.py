"""A message that only its reader sees: what a menu leads to takes its place, and it goes when it has served."""

from __future__ import annotations

from contextlib import suppress

import discord

from bot.surfaces.discord.clicks import Click, acknowledge
from bot.surfaces.discord.outbox import Look


async def show(click: Click, look: Look) -> None:
    """The message that was clicked on shows the look from now on. Raises: discord.HTTPException."""
    await acknowledge(click.interaction)
    files = [file.fresh() for file in look.files]
    await click.interaction.edit_original_response(content=look.content, attachments=files, view=look.view)


async def close(click: Click) -> None:
    """The clicked message goes, unless others see it too."""
    message = click.interaction.message
    if message is not None and message.flags.ephemeral:
        # It is gone already where its reader dismissed it.
        with suppress(discord.HTTPException):
            await click.interaction.delete_original_response()
