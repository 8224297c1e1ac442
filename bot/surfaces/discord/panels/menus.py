"""Select menus that work after any restart: their custom ids and the values of their options tell everything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import discord

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

MOST: Final = 25
"""Options of one menu."""
LONGEST: Final = 100
"""Characters of a label, of a description and of a value."""


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a menu, and what choosing it does."""

    label: str
    action: str
    """As that of a button."""
    value: str | None = None
    about: str = ""
    """A second line, smaller."""

    def drawn(self) -> discord.SelectOption:
        """As discord.py takes it."""
        value = self.action if self.value is None else f"{self.action}:{self.value}"
        return discord.SelectOption(label=shortened(self.label), value=value, description=shortened(self.about) or None)


class Menu(
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"retouch:menu\.(?P<name>[a-z0-9]+):(?P<subject>[0-9a-z]+)(?::(?P<about>[0-9]+))?",
):
    """A menu each option of which does something with a revision."""

    def __init__(self, subject: str, about: int | None, *, select: discord.ui.Select[Any]) -> None:
        super().__init__(select)
        self.subject, self.about = subject, about

    @classmethod
    def drawn(cls, name: str, subject: str, about: int | None, options: Sequence[Option], placeholder: str) -> Self:
        """The menu as it is put under a message. name: unlike any other menu's there. about: as `Click.about`."""
        select = discord.ui.Select[Any](
            custom_id=f"retouch:menu.{name}:{subject}" + (f":{about}" if about else ""),
            placeholder=placeholder,
            options=[option.drawn() for option in options],
        )
        return cls(subject, about, select=select)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu that something was chosen in, from its id alone."""
        assert isinstance(item, discord.ui.Select)
        return cls(match["subject"], int(match["about"]) if match["about"] else None, select=item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody chose."""
        client: RetouchClient = interaction.client
        action, _, value = self.item.values[0].partition(":")
        await client.clicks.clicked(interaction, action, self.subject, value or None, self.about)


def view_of(*menus: Menu) -> discord.ui.View:
    """The menus under a message, for as long as it is there."""
    view = discord.ui.View(timeout=None)
    for menu in menus:
        view.add_item(menu)
    return view


def shortened(text: str) -> str:
    """The text as an option of a menu takes it."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
