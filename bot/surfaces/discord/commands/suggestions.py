"""What Discord offers while somebody types: things to say, models, shapes and recipes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

import discord
from discord import app_commands

from bot.replies import say
from bot.words import language_for

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

Asked: TypeAlias = "discord.Interaction[RetouchClient]"
Choices: TypeAlias = list[app_commands.Choice[str]]

SHAPES: Final = ("1:1", "4:3", "3:2", "16:9", "21:9", "3:4", "2:3", "4:5", "9:16", "a4")
MOST: Final = 25
"""Choices that Discord shows."""
LONGEST: Final = 100
"""Characters of one."""
RECENT: Final = 8
LOOK_BACK: Final = 60
"""Revisions of the member that are looked through for what they said."""


async def instructions(interaction: Asked, current: str) -> Choices:
    """What the member said lately, then examples of what can be said."""
    history = interaction.client.parts.server.house.history
    said = _fitting(await history.said(str(interaction.user.id), LOOK_BACK), current)[:RECENT]
    examples = say("discord.ask.examples", language_for(str(interaction.locale))).split(" · ")
    return _choices([*said, *_fitting(examples, current)])


async def models(interaction: Asked, current: str) -> Choices:
    """The installed ones."""
    return _choices(_fitting(await interaction.client.models.installed(), current))


async def shapes(interaction: Asked, current: str) -> Choices:
    """Usual ones; any other ratio may be written."""
    return _choices(_fitting(SHAPES, current))


async def recipes(interaction: Asked, current: str) -> Choices:
    """The member's own."""
    return _choices(_fitting(await interaction.client.parts.shelf.names(str(interaction.user.id)), current))


def _fitting(offered: Iterable[str], current: str) -> list[str]:
    wanted = current.strip().casefold()
    return [words for words in offered if wanted in words.casefold()]


def _choices(words: Iterable[str]) -> Choices:
    short = (each for each in dict.fromkeys(words) if 1 <= len(each) <= LONGEST)
    return [app_commands.Choice(name=each, value=each) for each in short][:MOST]
