"""Forms whose words are taken by any process: what is sent in is told by the form's custom id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import discord

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

TEMPLATE: Final = re.compile(r"retouch:form\.(?P<action>[a-z]+):(?P<subject>[0-9a-z]+)(?::(?P<about>[0-9]+))?")
FORGOTTEN_AFTER_S: Final = 900.0
"""discord.py keeps a form for so long; nothing is lost with it."""


def form(
    action: str, subject: str, about: int | None, *, title: str, label: str, field: discord.ui.TextInput[Any]
) -> discord.ui.Modal:
    """A form with one field; its words become a click of that action, with them as its value.

    title, label: at most 45 characters. about: as `Click.about`.
    """
    custom_id = f"retouch:form.{action}:{subject}" + (f":{about}" if about else "")
    modal = discord.ui.Modal(title=title, custom_id=custom_id, timeout=FORGOTTEN_AFTER_S)
    modal.add_item(discord.ui.Label(text=label, component=field))
    return modal


async def hear(interaction: discord.Interaction[RetouchClient]) -> None:
    """A form that was sent in is carried out, whichever process opened it; anything else is left alone."""
    if interaction.type is not discord.InteractionType.modal_submit or interaction.data is None:
        return
    data = cast(Mapping[str, Any], interaction.data)
    if match := TEMPLATE.fullmatch(data["custom_id"]):
        about = int(match["about"]) if match["about"] else None
        await interaction.client.clicks.clicked(interaction, match["action"], match["subject"], _words(data), about)


def _words(data: Mapping[str, Any]) -> str:
    """What was written into the only field: it lies in a label, in an action row before 2025."""
    if "value" in data:
        return str(data["value"]).strip()
    inner = data["component"] if "component" in data else data["components"][0]
    return _words(inner)
