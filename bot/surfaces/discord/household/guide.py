"""/help: how to talk to the bot, in words that lead to its commands, and in pictures."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands

from bot.replies import say
from bot.showcase import showcase
from bot.surfaces.discord.commands.declaring import slash
from bot.surfaces.discord.commands.syncing import key_of
from bot.surfaces.discord.household.answering import attend, show
from bot.surfaces.discord.outbox import File
from bot.surfaces.discord.rules import Visit

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

PARTS: Final = ("start", "go_on", "exact", "mask", "ask", "examples", "more")


@slash("help")
async def help_command(interaction: discord.Interaction[RetouchClient]) -> None:
    """How this works, with pictures."""
    await attend(interaction, partial(_tell, interaction))


async def _tell(interaction: discord.Interaction[RetouchClient], visit: Visit) -> None:
    """The words at once; the pictures may have to be drawn first."""
    client, language = interaction.client, visit.language
    lines = [f"## {say('discord.help.title', language)}"]
    lines += [say(f"discord.help.{part}", language) for part in PARTS]
    lines.append(f"-# {say('discord.help.footer', language)}")
    words = await _linked("\n".join(lines), client)
    await show(interaction, words)
    pictures = await showcase(client.parts.settings.home / "showcase")
    files = await asyncio.gather(*(asyncio.to_thread(_file, path) for path in pictures))
    if files:
        await show(interaction, words, files=files)


async def _linked(text: str, client: RetouchClient) -> str:
    """The text, each `/command` in it to be clicked on, where Discord told its id and it has none below it."""
    ids: dict[str, str] = (await client.parts.preferences.get(key_of(client))).get("ids", {})

    def link(match: re.Match[str]) -> str:
        name, below = match[1], isinstance(client.tree.get_command(match[1]), app_commands.Group)
        return match[0] if below or name not in ids else f"</{name}:{ids[name]}>"

    return re.sub(r"`/([\w-]+)`", link, text)


def _file(path: Path) -> File:
    return File(path.name, path.read_bytes())
