"""Slash commands that make or steer pictures, and “Edit this picture” in the menu of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.surfaces.discord.commands.editing import edit, expand, variations
from bot.surfaces.discord.commands.form import edit_this
from bot.surfaces.discord.commands.opening import broken
from bot.surfaces.discord.commands.recipes import recipe
from bot.surfaces.discord.commands.stepping import compare, history, redo, undo

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient


def install(client: RetouchClient) -> None:
    """The client has the commands; `syncing.synced` then tells Discord of all that its tree has."""
    for command in (edit, undo, redo, history, compare, expand, variations, recipe, edit_this):
        client.tree.add_command(command)
    client.tree.error(broken)
