"""Who is who in the tests of household commands, and what they get to see."""

from __future__ import annotations

from typing import Any

import discord
import simcord

from bot.history.records import new_id
from bot.ledger.records import Application
from tests.bot.surfaces.discord.stage import Stage


def boss(stage: Stage) -> Any:
    """A member who may manage the server."""
    if "boss" in stage.members:
        return stage.members["boss"]
    role = stage.guild.create_role("moderators", permissions=discord.Permissions(manage_guild=True))
    return stage.member("boss", roles=[role])


def told(result: simcord.InteractionResult) -> str:
    """The only answer to a command, which nobody else sees."""
    assert result.response is not None
    assert result.ephemeral
    assert not result.followups
    return result.response.content


async def administer(stage: Stage, command: str, /, **options: Any) -> str:
    """What the boss is told."""
    return told(await boss(stage).slash(stage.channel, f"admin {command}", **options))


def chosen(result: simcord.InteractionResult) -> dict[str, str]:
    """What each menu of a panel shows as chosen, by its name."""
    assert result.response is not None
    menus = [one for row in result.response.components for one in row["components"] if "options" in one]
    return {
        menu["custom_id"].rpartition(":")[2]: option["label"]
        for menu in menus
        for option in menu["options"]
        if option.get("default")
    }


async def busy_elsewhere(stage: Stage, who: str) -> None:
    """An edit that somebody asked for is being made by another process, for the seconds that it need not report."""
    server, author = stage.parts.server, str(stage.member(who).id)
    latest = await server.house.history.latest(author)
    assert latest is not None
    application = Application(
        surface="web", author=author, conversation=latest.conversation, lane="heavy", request={}, effort="any"
    )
    await server.ledger.accept(application, new_id(), lease_to="another process")
