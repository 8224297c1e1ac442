"""/admin: where the bot may be used in a server, by whom and how much; for members who may manage it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import discord
from discord import app_commands

from bot.replies import say
from bot.surfaces.discord.commands.declaring import worded
from bot.surfaces.discord.household.answering import attend, may_manage, show
from bot.surfaces.discord.household.guild_rules import Change, added, limited, removed, told
from bot.surfaces.discord.household.status import tell_status
from bot.surfaces.discord.rules import Visit

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

Channel: TypeAlias = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel
"""Where people write; a thread is allowed by its channel."""


def _about(key: str) -> app_commands.locale_str:
    return worded(f"discord.command.admin.{key}")


async def _managed(interaction: discord.Interaction[RetouchClient], answer: Callable[[Visit], Awaitable[None]]) -> None:
    """As `attend`, for members who may manage the server; Discord offers the commands to nobody else by itself."""

    async def carry_out(visit: Visit) -> None:
        if may_manage(interaction):
            await answer(visit)
        else:
            await show(interaction, say("discord.admin.only_managers", visit.language))

    await attend(interaction, carry_out)


admin = app_commands.Group(
    name="admin",
    description=_about("about"),
    allowed_contexts=app_commands.AppCommandContext(guild=True),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    default_permissions=discord.Permissions(manage_guild=True),
)
channels = app_commands.Group(name="channels", description=_about("channels"), parent=admin)
roles = app_commands.Group(name="roles", description=_about("roles"), parent=admin)
limit = app_commands.Group(name="limit", description=_about("limits"), parent=admin)


@channels.command(name="add", description=_about("channels_add"))
@app_commands.describe(channel=_about("channel"))
async def channels_add(interaction: discord.Interaction[RetouchClient], channel: Channel) -> None:
    """The bot may be used in the channel; from the first one on, nowhere else. What it lacks there is told."""

    async def answer(visit: Visit) -> None:
        change, granting = added("channels", str(channel.id)), interaction.client.granting
        await interaction.client.guild_rules.change(visit, "channels", change, "channels_add", channel=str(channel.id))
        words = _channels(await interaction.client.guild_rules.of(visit.guild), visit.language)
        missing = granting.missing(channel)
        await show(interaction, f"{words}\n{granting.words(missing, channel, visit.language)}" if missing else words)

    await _managed(interaction, answer)


@channels.command(name="remove", description=_about("channels_remove"))
@app_commands.describe(channel=_about("channel"))
async def channels_remove(interaction: discord.Interaction[RetouchClient], channel: Channel) -> None:
    """The channel is off the list; an empty list is every channel."""
    await _change(
        interaction, "channels", removed("channels", str(channel.id)), "channels_remove", channel=str(channel.id)
    )


@channels.command(name="everywhere", description=_about("channels_everywhere"))
async def channels_everywhere(interaction: discord.Interaction[RetouchClient]) -> None:
    """The list is empty."""
    await _change(interaction, "channels", lambda _: None, "channels_everywhere")


@channels.command(name="list", description=_about("channels_list"))
async def channels_list(interaction: discord.Interaction[RetouchClient]) -> None:
    """Where the bot may be used."""
    await _tell(interaction, "channels")


@roles.command(name="add", description=_about("roles_add"))
@app_commands.describe(role=_about("role"))
async def roles_add(interaction: discord.Interaction[RetouchClient], role: discord.Role) -> None:
    """Members with the role may use the bot; from the first one on, nobody else but those who manage the server."""
    await _change(interaction, "roles", added("roles", str(role.id)), "roles_add", role=str(role.id))


@roles.command(name="remove", description=_about("roles_remove"))
@app_commands.describe(role=_about("role"))
async def roles_remove(interaction: discord.Interaction[RetouchClient], role: discord.Role) -> None:
    """The role is off the list; an empty list is everybody."""
    await _change(interaction, "roles", removed("roles", str(role.id)), "roles_remove", role=str(role.id))


@roles.command(name="everybody", description=_about("roles_everybody"))
async def roles_everybody(interaction: discord.Interaction[RetouchClient]) -> None:
    """The list is empty."""
    await _change(interaction, "roles", lambda _: None, "roles_everybody")


@roles.command(name="list", description=_about("roles_list"))
async def roles_list(interaction: discord.Interaction[RetouchClient]) -> None:
    """Who may use the bot."""
    await _tell(interaction, "roles")


@limit.command(name="set", description=_about("limit_set"))
@app_commands.describe(role=_about("role"), per_day=_about("per_day"))
async def limit_set(
    interaction: discord.Interaction[RetouchClient], role: discord.Role, per_day: app_commands.Range[int, 1, 10_000]
) -> None:
    """Members with the role may ask for so many edits a day; who has several has the highest."""
    change = limited(str(role.id), per_day)
    await _change(interaction, "limits", change, "limit_set", role=str(role.id), per_day=per_day)


@limit.command(name="clear", description=_about("limit_clear"))
@app_commands.describe(role=_about("role"))
async def limit_clear(interaction: discord.Interaction[RetouchClient], role: discord.Role) -> None:
    """The role has no limit of its own."""
    await _change(interaction, "limits", limited(str(role.id), None), "limit_clear", role=str(role.id))


@limit.command(name="list", description=_about("limit_list"))
async def limit_list(interaction: discord.Interaction[RetouchClient]) -> None:
    """The roles with limits of their own."""
    await _tell(interaction, "limits")


@admin.command(name="spoilers", description=_about("spoilers"))
@app_commands.describe(on=_about("on"))
async def spoilers(interaction: discord.Interaction[RetouchClient], on: bool) -> None:
    """Whether pictures are covered until they are clicked on, for all who did not choose themselves."""
    await _change(interaction, "spoiler", lambda _: on, "setting", setting="spoiler", value=on)


@admin.command(name="ban", description=_about("ban"))
@app_commands.describe(member=_about("member"))
async def ban(interaction: discord.Interaction[RetouchClient], member: discord.User) -> None:
    """The member may not use the bot in this server any more, also after coming back to it."""

    async def answer(visit: Visit) -> None:
        whom = str(member.id)
        await interaction.client.guild_rules.change(visit, "bans", added("bans", whom), "ban", member=whom)
        await show(interaction, say("discord.admin.banned", visit.language, member=member.mention))

    await _managed(interaction, answer)


@admin.command(name="unban", description=_about("unban"))
@app_commands.describe(member=_about("member"))
async def unban(interaction: discord.Interaction[RetouchClient], member: discord.User) -> None:
    """The member may use the bot again."""

    async def answer(visit: Visit) -> None:
        whom = str(member.id)
        was = await interaction.client.guild_rules.change(visit, "bans", removed("bans", whom), "unban", member=whom)
        key = "unbanned" if was else "not_banned"
        await show(interaction, say(f"discord.admin.{key}", visit.language, member=member.mention))

    await _managed(interaction, answer)


@admin.command(name="bans", description=_about("bans"))
async def bans(interaction: discord.Interaction[RetouchClient]) -> None:
    """Who may not use the bot."""
    await _tell(interaction, "bans")


@admin.command(name="audit", description=_about("audit"))
async def audit(interaction: discord.Interaction[RetouchClient]) -> None:
    """Who changed what, newest first."""

    async def answer(visit: Visit) -> None:
        entries = await interaction.client.guild_rules.latest(visit.guild)
        lines = [told(entry, visit.language) for entry in entries] or [say("discord.admin.audit_none", visit.language)]
        await show(interaction, "\n".join([f"**{say('discord.admin.audit', visit.language)}**", *lines]))

    await _managed(interaction, answer)


@admin.command(name="status", description=_about("status"))
async def status(interaction: discord.Interaction[RetouchClient]) -> None:
    """How busy the bot is, and how it is doing."""
    await _managed(interaction, partial(tell_status, interaction))


async def _change(
    interaction: discord.Interaction[RetouchClient], name: str, change: Change, action: str, **detail: Any
) -> None:
    """The change is made and on record, and what holds now is told."""

    async def answer(visit: Visit) -> None:
        await interaction.client.guild_rules.change(visit, name, change, action, **detail)
        await _tell_now(interaction, name, visit)

    await _managed(interaction, answer)


async def _tell(interaction: discord.Interaction[RetouchClient], name: str) -> None:
    await _managed(interaction, partial(_tell_now, interaction, name))


async def _tell_now(interaction: discord.Interaction[RetouchClient], name: str, visit: Visit) -> None:
    shared = await interaction.client.guild_rules.of(visit.guild)
    await show(interaction, LINES[name](shared, visit.language))


def _channels(shared: Mapping[str, Any], language: str) -> str:
    listed = ", ".join(f"<#{channel}>" for channel in shared.get("channels", ()))
    return f"**{say('discord.admin.channels', language)}**: {listed or say('discord.admin.channels_all', language)}"


def _roles(shared: Mapping[str, Any], language: str) -> str:
    listed = ", ".join(f"<@&{role}>" for role in shared.get("roles", ()))
    return f"**{say('discord.admin.roles', language)}**: {listed or say('discord.admin.roles_all', language)}"


def _limits(shared: Mapping[str, Any], language: str) -> str:
    limits: Mapping[str, int] = shared.get("limits", {})
    lines = [
        say("discord.admin.limit", language, role=f"<@&{role}>", per_day=per_day) for role, per_day in limits.items()
    ]
    return "\n".join(lines) or say("discord.admin.limits_none", language)


def _spoilers(shared: Mapping[str, Any], language: str) -> str:
    return say(f"discord.admin.spoilers_{'on' if shared.get('spoiler') else 'off'}", language)


def _bans(shared: Mapping[str, Any], language: str) -> str:
    listed = ", ".join(f"<@{member}>" for member in shared.get("bans", ()))
    return f"**{say('discord.admin.bans', language)}**: {listed or say('discord.admin.nobody', language)}"


LINES: Final[Mapping[str, Callable[[Mapping[str, Any], str], str]]] = {
    "channels": _channels,
    "roles": _roles,
    "limits": _limits,
    "spoiler": _spoilers,
    "bans": _bans,
}
"""How each setting of a server is told."""
