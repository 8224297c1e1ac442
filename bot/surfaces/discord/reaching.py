"""Where the bot itself may write, and how an interaction is answered where it may not."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, Final

import aiohttp
import discord

from bot.history.rows import now
from bot.replies import say
from bot.surfaces.discord.address import Address, Webhook

LIFE: Final = timedelta(minutes=14)
"""How long an interaction is answered by its token, some below Discord's 15 minutes."""
NEEDED: Final = discord.Permissions(view_channel=True, send_messages=True, attach_files=True)


def way_around(interaction: discord.Interaction[Any]) -> Webhook | None:
    """How to write there by the interaction; None: the bot writes by itself, which it can for ever."""
    if is_open(interaction):
        return None
    return Webhook(application=interaction.application_id, token=interaction.token, until=now() + LIFE)


@asynccontextmanager
async def placed(interaction: discord.Interaction[Any], address: Address) -> AsyncGenerator[Address]:
    """The address to use inside: where the bot may not write, with a message that the interaction began there.

    What goes wrong inside takes that message away again. Raises: discord.HTTPException, aiohttp.ClientError.
    """
    way = way_around(interaction)
    if way is None:
        yield address
        return
    begun = await interaction.followup.send(say("discord.starting", address.language), wait=True)
    try:
        yield address.model_copy(update={"post": begun.id, "webhook": way})
    except Exception:
        with suppress(discord.HTTPException, aiohttp.ClientError):
            await begun.delete()
        raise


def is_open(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot may write there: not among others' direct messages, nor in a server that it is no member of."""
    if interaction.guild_id is None:
        return not interaction.context.private_channel
    if interaction.client.get_guild(interaction.guild_id) is None:
        return False
    allowed = interaction.app_permissions
    # A bot that is in a server has some; none at all means that they were not told.
    return not allowed.value or allowed.administrator or allowed >= NEEDED
