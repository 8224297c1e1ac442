"""Commands that go through a conversation: /undo, /redo, /compare and /history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.replies import say
from bot.surfaces.discord.commands.declaring import slash
from bot.surfaces.discord.commands.opening import Opening, opened
from bot.surfaces.discord.panels.history import history_look
from engine.operations import Compare, EditOperation, HistoryOperation, Plan, Redo, Undo

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient


@slash("undo")
async def undo(interaction: discord.Interaction[RetouchClient], count: app_commands.Range[int, 1, 100] = 1) -> None:
    """Back from the member's latest picture in the channel."""
    await opened(interaction, step(Undo(count=count), "undo"))


@slash("redo")
async def redo(interaction: discord.Interaction[RetouchClient], count: app_commands.Range[int, 1, 100] = 1) -> None:
    """Forward again, the way last taken."""
    await opened(interaction, step(Redo(count=count), "redo"))


@slash("compare")
async def compare(interaction: discord.Interaction[RetouchClient]) -> None:
    """The latest picture and its original."""
    await opened(interaction, step(Compare(), "compare"))


@slash("history")
async def history(interaction: discord.Interaction[RetouchClient]) -> None:
    """The tree of the member's latest conversation in the channel, to go on from one of its pictures."""
    await opened(interaction, _show_history)


def step(operation: EditOperation | HistoryOperation, words: str) -> Callable[[Opening], Awaitable[None]]:
    """Work that carries the operation out on the member's latest picture in the channel; words: how it is told of."""
    plan = Plan(instruction=words, operations=(operation,), confidence=1.0)
    return lambda opening: opening.take(opening.message(words, plan))


async def _show_history(opening: Opening) -> None:
    latest = await opening.latest()
    if latest is None:
        await opening.tell(say("discord.history.none", opening.language))
        return
    client, address = opening.client, opening.address
    look = await history_look(client, latest, address.language, client.delivery.limit(address), address)
    await opening.show(look, latest)
