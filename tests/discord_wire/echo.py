"""A small bot of plain discord.py: what it does with this Discord is what any bot would do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ui import Button, Modal, TextInput, View

from tests.discord_wire import WireDiscord


class Echo(discord.Client):
    """Says again what it is told, with the files, and a button."""

    def __init__(self, *, content: bool = True) -> None:
        intents = discord.Intents.default()
        intents.message_content = content
        super().__init__(intents=intents, guild_ready_timeout=0.05)
        self.heard: list[discord.Message] = []
        self.problems: list[Exception] = []
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="echo", description="Say it again")(_echo)
        self.tree.context_menu(name="Count")(_count)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if message.author == self.user:
            return
        self.heard.append(message)
        try:
            await self._answer(message)
        except (discord.HTTPException, aiohttp.ClientConnectionError) as problem:
            self.problems.append(problem)

    async def _answer(self, message: discord.Message) -> None:
        async with message.channel.typing():
            files = [discord.File(BytesIO(await each.read()), each.filename) for each in message.attachments]
            view = View(timeout=None)
            view.add_item(Button[View](label="Undo", custom_id=f"undo:{message.id}"))
            view.add_item(Button[View](label="Ask", custom_id="ask"))
            await message.reply(message.content, files=files, view=view, nonce=str(message.id))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        data: Any = interaction.data
        if interaction.type is discord.InteractionType.component and data["custom_id"] == "ask":
            modal = Modal(title="Refine", custom_id="refine")
            modal.add_item(discord.ui.Label(text="Change", component=TextInput[Modal](custom_id="change")))
            await interaction.response.send_modal(modal)
        elif interaction.type is discord.InteractionType.component:
            await interaction.response.edit_message(content="undone", attachments=[], view=None)
        elif interaction.type is discord.InteractionType.modal_submit:
            await interaction.response.send_message(data["components"][0]["component"]["value"], ephemeral=True)


async def _echo(interaction: discord.Interaction[Any], picture: discord.Attachment, words: str = "") -> None:
    await interaction.response.defer()
    await interaction.followup.send(words or "nothing", file=await picture.to_file())


async def _count(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    await interaction.response.send_message(f"{len(message.attachments)} files")


@asynccontextmanager
async def connected(wire: WireDiscord, **options: Any) -> AsyncGenerator[Echo]:
    """The bot, from when it hears what is said until the end."""
    async with Echo(**options) as client:
        running = asyncio.create_task(client.start(wire.token))
        await wire.until(lambda: running.done() or client.is_ready(), why="being ready")
        yield client
    await asyncio.gather(running, return_exceptions=True)
