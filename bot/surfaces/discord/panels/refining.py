"""Refine…: words for the next change, written into a form and answered like any message."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.replies import say
from bot.surfaces.discord.clicks import Click, acknowledge, whisper
from bot.surfaces.discord.panels.forms import form

LONGEST: Final = 1000
"""Characters of an instruction."""


async def open_form(click: Click) -> None:
    """The form, opened over the answer."""
    language = click.language
    field = discord.ui.TextInput[Any](
        style=discord.TextStyle.paragraph,
        placeholder=say("discord.refine.placeholder", language),
        max_length=LONGEST,
    )
    title, label = say("discord.refine.title", language), say("discord.refine.label", language)
    modal = form("refined", click.subject, click.about, title=title, label=label, field=field)
    await click.interaction.response.send_modal(modal)


async def refine(click: Click) -> None:
    """The words as a job on the revision that the form was opened for. Raises: EditError."""
    await acknowledge(click.interaction)
    if click.value:
        await click.interaction.client.clicks.ask(click, click.value)
    else:
        await whisper(click.interaction, say("discord.no_words", click.language))
