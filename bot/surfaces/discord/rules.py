"""Who may ask for what and where, and how they like to be answered: a server's settings, then the member's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import discord

from bot.keeping.preferences import Preferences, of_guild, of_member
from bot.ledger.limits import Rate
from bot.replies import say
from bot.surfaces.discord.address import SURFACE, Address
from bot.words import language_for

MINUTES_A_DAY: Final = 24 * 60
BURST_SHARE: Final = 4
"""A day's edits may be used up at once, but for those of many: a quarter of them."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody somewhere, and what holds for them there."""

    author: str
    guild: str
    channel: str
    address: Address
    model: str | None = None
    rate: Rate | None = None
    refusal: str | None = None
    """Why nothing is done for them, in a sentence; None: it is."""

    @property
    def language(self) -> str:
        """In which they are answered."""
        return self.address.language


class Rules:
    """What the servers' admins and the members have set."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    async def visit(
        self,
        user: discord.abc.User,
        channel: discord.abc.Snowflake | None,
        guild: discord.Guild | None,
        locale: str | None = None,
        spoken: str | None = None,
    ) -> Visit:
        """What holds for the user there.

        locale: of the user's own client, where Discord tells it. spoken: the language of what they wrote, where that is
        known not to be English.
        """
        own = await self._preferences.get(of_member(SURFACE, str(user.id)))
        shared = await self._preferences.get(of_guild(SURFACE, str(guild.id))) if guild else {}
        language = own.get("language") or spoken or (language_for(locale) if locale else shared.get("language"))
        if not language:
            language = language_for(str(guild.preferred_locale) if guild else None)
        place = 0 if channel is None else channel.id
        address = Address(
            channel=place,
            guild=guild.id if guild else None,
            language=language,
            adult=_is_adult(channel),
            spoiler=bool(own.get("spoiler", shared.get("spoiler", False))),
            format=own.get("format") or shared.get("format"),
        )
        return Visit(
            author=str(user.id),
            guild=str(guild.id) if guild else "",
            channel=str(place),
            address=address,
            model=own.get("model") or shared.get("model"),
            rate=rate_of(user, shared),
            refusal=_refusal(user, channel, shared, language),
        )


def rate_of(user: discord.abc.User, shared: Mapping[str, Any]) -> Rate | None:
    """The member's own rate: the highest that a role of theirs has; None: the usual one."""
    limits: Mapping[str, int] = shared.get("limits", {})
    daily = [limits[role] for role in _roles(user) if role in limits]
    if not daily:
        return None
    a_day = max(daily)
    burst = a_day if a_day <= 4 * BURST_SHARE else a_day // BURST_SHARE
    return Rate(per_minute=a_day / MINUTES_A_DAY, burst=max(1, burst))


def _refusal(
    user: discord.abc.User, channel: discord.abc.Snowflake | None, shared: Mapping[str, Any], language: str
) -> str | None:
    if str(user.id) in shared.get("bans", ()):
        return say("discord.admin.you_are_banned", language)
    channels: list[str] = shared.get("channels", [])
    if channels and not set(channels) & _places(channel):
        return say("discord.admin.not_here", language, channels=", ".join(f"<#{each}>" for each in channels[:5]))
    roles: list[str] = shared.get("roles", [])
    if roles and not set(roles) & _roles(user) and not _is_admin(user):
        return say("discord.admin.not_you", language, roles=", ".join(f"<@&{each}>" for each in roles[:5]))
    return None


def _roles(user: discord.abc.User) -> set[str]:
    """Ids of the user's roles in the server, everyone's among them."""
    return {str(role.id) for role in user.roles} if isinstance(user, discord.Member) else set()


def _is_admin(user: discord.abc.User) -> bool:
    return isinstance(user, discord.Member) and user.guild_permissions.manage_guild


def _places(channel: discord.abc.Snowflake | None) -> set[str]:
    """The channel, and the one that it is a thread of."""
    if channel is None:
        return set()
    parent = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
    return {str(channel.id), str(parent)}


def _is_adult(channel: object) -> bool:
    told = getattr(channel, "is_nsfw", None)
    return bool(told()) if callable(told) else False
