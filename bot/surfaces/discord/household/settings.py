"""/settings: how a member likes to be answered, and what a server's admins set for everybody; saved as it is chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias, cast

import discord
from discord import app_commands

from bot.keeping.preferences import of_guild, of_member
from bot.replies import say
from bot.surfaces.discord.address import SURFACE
from bot.surfaces.discord.commands.declaring import slash, worded
from bot.surfaces.discord.household.answering import attend, may_manage, show
from bot.surfaces.discord.rules import Visit
from bot.words import LANGUAGES

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

Whose: TypeAlias = Literal["me", "server"]

NAMES: Final = {"model": "model", "format": "format", "spoiler": "spoilers", "language": "language"}
"""What can be set, as preferences call it, and the key of its name among the words."""
FORMATS: Final = {"png": "PNG", "webp": "WebP", "jpeg": "JPEG"}
SPOILERS: Final = {"on": True, "off": False}
UNSET: Final = "-"
"""The value of what is not chosen here."""
MOST: Final = 24
"""Models of a menu, which has 25 entries at most."""


class Setting(
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"household:setting:(?P<whose>me|server):(?P<name>[a-z]+)",
):
    """A menu that saves what is chosen in it."""

    def __init__(self, whose: Whose, name: str, menu: discord.ui.Select[Any]) -> None:
        super().__init__(menu)
        self._whose: Whose = whose
        self._name = name

    @classmethod
    def drawn(cls, whose: Whose, name: str, values: Mapping[str, str], chosen: str, language: str) -> Self:
        """The menu of that name. values: what may be chosen, and its label."""
        options = [
            discord.SelectOption(
                label=say(
                    "discord.settings.choice",
                    language,
                    name=say(f"discord.settings.{NAMES[name]}", language),
                    value=label,
                ),
                value=value,
                default=value == chosen,
            )
            for value, label in values.items()
        ]
        return cls(whose, name, discord.ui.Select[Any](custom_id=f"household:setting:{whose}:{name}", options=options))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu, from its id alone."""
        return cls(cast(Whose, match["whose"]), match["name"], cast("discord.ui.Select[Any]", item))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Something was chosen."""
        await attend(interaction, partial(self._save, interaction))

    async def _save(self, interaction: discord.Interaction[RetouchClient], visit: Visit) -> None:
        if self._whose == "server" and not may_manage(interaction):
            await show(interaction, say("discord.admin.only_managers", visit.language))
            return
        value = self.item.values[0]
        chosen = None if value == UNSET else SPOILERS[value] if self._name == "spoiler" else value
        client = interaction.client
        if self._whose == "me":
            await client.parts.preferences.change(of_member(SURFACE, visit.author), **{self._name: chosen})
        else:
            await client.guild_rules.set(visit, self._name, chosen)
        # What was saved may be the language.
        again = await client.rules.visit(
            interaction.user, interaction.channel, interaction.guild, str(interaction.locale)
        )
        await _shown(interaction, self._whose, again, saved=True)


class OtherSettings(
    discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"household:settings:(?P<whose>me|server)"
):
    """A button to the other settings."""

    def __init__(self, whose: Whose, button: discord.ui.Button[Any]) -> None:
        super().__init__(button)
        self._whose: Whose = whose

    @classmethod
    def drawn(cls, whose: Whose, language: str) -> Self:
        """The button to those settings."""
        button = discord.ui.Button[Any](custom_id=f"household:settings:{whose}", label=_title(whose, language))
        return cls(whose, button)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button, from its id alone."""
        return cls(cast(Whose, match["whose"]), cast("discord.ui.Button[Any]", item))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Somebody wants to see the others."""
        await attend(interaction, lambda visit: _shown(interaction, self._whose, visit))


@slash("settings")
@app_commands.choices(
    whose=[
        app_commands.Choice(name=worded("discord.command.settings.me"), value="me"),
        app_commands.Choice(name=worded("discord.command.settings.guild"), value="server"),
    ]
)
async def settings_command(
    interaction: discord.Interaction[RetouchClient], whose: app_commands.Choice[str] | None = None
) -> None:
    """The member's own settings, or the server's."""
    wanted = cast(Whose, whose.value if whose else "me")
    await attend(interaction, lambda visit: _shown(interaction, wanted, visit))


async def _shown(
    interaction: discord.Interaction[RetouchClient], whose: Whose, visit: Visit, *, saved: bool = False
) -> None:
    """The panel as things stand now."""
    language, client = visit.language, interaction.client
    manages = may_manage(interaction)
    if whose == "server" and not manages:
        await show(interaction, say("discord.admin.only_managers", language))
        return
    key = of_member(SURFACE, visit.author) if whose == "me" else of_guild(SURFACE, visit.guild)
    chosen = await client.parts.preferences.get(key)
    view = discord.ui.View(timeout=None)
    for menu in _menus(whose, chosen, await client.models.installed(), language):
        view.add_item(menu)
    if manages:
        view.add_item(OtherSettings.drawn("server" if whose == "me" else "me", language))
    line = say(f"discord.settings.{'changed' if saved else 'how'}", language)
    await show(interaction, f"**{_title(whose, language)}**\n{line}", view=view)


def _menus(whose: Whose, chosen: Mapping[str, Any], models: Sequence[str], language: str) -> list[Setting]:
    """A menu for each that there is something to choose from."""
    menus: list[Setting] = []
    for name in NAMES:
        values, now = _values(whose, name, chosen.get(name), models, language)
        if len(values) > 1:
            menus.append(Setting.drawn(whose, name, values, now, language))
    return menus


def _values(whose: Whose, name: str, chosen: Any, models: Sequence[str], language: str) -> tuple[dict[str, str], str]:
    """What may be chosen, by its label, and what is."""
    by_itself = "as_server" if whose == "me" and name != "language" else "by_itself"
    unset = {UNSET: say(f"discord.settings.{by_itself}", language)}
    if name == "model":
        # One that was uninstalled since is still what is chosen.
        offered = [*models[:MOST], *([chosen] if chosen and chosen not in models[:MOST] else [])][-MOST:]
        return unset | {model: model for model in offered}, chosen or UNSET
    if name == "spoiler":
        switch = {key: say(f"discord.settings.{key}", language) for key in SPOILERS}
        if whose == "server":
            return switch, "on" if chosen else "off"
        return unset | switch, UNSET if chosen is None else "on" if chosen else "off"
    return unset | (FORMATS if name == "format" else dict(LANGUAGES)), chosen or UNSET


def _title(whose: Whose, language: str) -> str:
    return say("discord.settings.title" if whose == "me" else "discord.settings.guild_title", language)
