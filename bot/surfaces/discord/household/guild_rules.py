"""What the admins of a server change: each change is durable, and on record with who made it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from bot.keeping.audit import Entry
from bot.keeping.preferences import of_guild
from bot.replies import say
from bot.surfaces.discord.address import SURFACE
from bot.surfaces.discord.parts import Parts
from bot.surfaces.discord.rules import Visit

Change = Callable[[Mapping[str, Any]], Any]
"""The new value of a setting, from all settings; None: as if it had never been set."""
MENTIONS: Final = {"channel": "<#{}>", "role": "<@&{}>", "member": "<@{}>"}
"""How Discord shows what an entry of the record is about."""


class GuildRules:
    """Changes the settings of servers, one after the other."""

    def __init__(self, parts: Parts) -> None:
        self._preferences, self._audit = parts.preferences, parts.audit
        self._turn = asyncio.Lock()

    async def of(self, guild: str) -> dict[str, Any]:
        """The settings that `Rules` goes by. Raises: TimedOut, StorageFailed."""
        return await self._preferences.get(of_guild(SURFACE, guild))

    async def change(self, visit: Visit, name: str, change: Change, action: str, **detail: Any) -> bool:
        """Whether the change made a difference; then it is on record. Raises: TimedOut, StorageFailed."""
        async with self._turn:
            before = await self.of(visit.guild)
            value = change(before)
            if value == before.get(name):
                return False
            await self._preferences.change(of_guild(SURFACE, visit.guild), **{name: value})
            await self._audit.note(visit.guild, visit.author, action, **detail)
        return True

    async def set(self, visit: Visit, name: str, value: Any) -> bool:
        """As `change`: the setting is the value now."""
        return await self.change(visit, name, lambda _: value, "setting", setting=name, value=value)

    async def latest(self, guild: str) -> list[Entry]:
        """What was changed last, newest first. Raises: TimedOut, StorageFailed."""
        return await self._audit.latest(guild)


def added(name: str, item: str) -> Change:
    """The item is in the list."""

    def change(before: Mapping[str, Any]) -> list[str]:
        items: list[str] = before.get(name, [])
        return items if item in items else [*items, item]

    return change


def removed(name: str, item: str) -> Change:
    """The item is not in the list."""
    return lambda before: [other for other in before.get(name, []) if other != item] or None


def limited(role: str, per_day: int | None) -> Change:
    """The role has that limit; None: none of its own."""

    def change(before: Mapping[str, Any]) -> dict[str, int] | None:
        others = {other: limit for other, limit in before.get("limits", {}).items() if other != role}
        return (others if per_day is None else {**others, role: per_day}) or None

    return change


def told(entry: Entry, language: str) -> str:
    """What was done, by whom and when, in a line."""
    shown = {name: MENTIONS[name].format(value) if name in MENTIONS else value for name, value in entry.detail.items()}
    if entry.action == "setting":
        shown = _setting(entry.detail, language)
    did = say(f"discord.admin.did.{entry.action}", language, **shown)
    return f"<t:{int(entry.noted_at.timestamp())}:R> <@{entry.actor}> {did}"


def _setting(detail: Mapping[str, Any], language: str) -> dict[str, str]:
    name, value = detail["setting"], detail["value"]
    if value is None or isinstance(value, bool):
        value = say(f"discord.settings.{'by_itself' if value is None else 'on' if value else 'off'}", language)
    return {"name": say(f"discord.settings.{'spoilers' if name == 'spoiler' else name}", language), "value": value}
