"""`retouch doctor --discord`: whether the bot can work on Discord, and what to do where it cannot; only asked, not run.

What is asked, over REST alone: /users/@me, /oauth2/applications/@me, /users/@me/guilds (whose `permissions` are those
of the bot's roles, before what a channel takes away) and the application's global commands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar, cast

import aiohttp
import discord
import typer
from discord.http import HTTPClient

from bot.config import Settings
from bot.surfaces.discord.permissions import invite_link, missing_in
from bot.surfaces.discord.running import prepared
from bot.surfaces.terminal.doctor import UNWELL
from bot.surfaces.terminal.printing import console, print_json, say

PORTAL: Final = "https://discord.com/developers/applications"
GRANTED: Final = discord.ApplicationFlags(gateway_message_content=True, gateway_message_content_limited=True).value
"""Of an application's flags: either says that it may read messages, the second up to a hundred servers."""
PATIENCE_S: Final = 30.0
"""For all answers together, what discord.py tries again counted."""
PAGE: Final = 200
"""Servers that Discord tells of at once, at most."""
SHOWN: Final = 20
"""Servers with something missing that are told of one by one."""
UNTOLD: Final = "Discord does not tell"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    told: str
    """How it stands."""
    advice: str = ""
    """What to do about it; empty: nothing."""
    stops: bool = False
    """Whether the bot cannot work until that is done."""


@dataclass(frozen=True, slots=True)
class Account:
    """What Discord says of the bot, as its API has it; None: what it does not tell this one."""

    user: Mapping[str, Any]
    application: Mapping[str, Any]
    guilds: Sequence[Mapping[str, Any]] | None
    commands: Sequence[Mapping[str, Any]] | None


async def doctor_discord(settings: Settings, *, as_json: bool = False) -> None:
    """Print how the bot stands, a line a finding.

    Raises: BadOption without a token; typer.Exit(UNWELL) where something stops it.
    """
    found = await examined(prepared(settings), message_content=settings.discord.message_content)
    works = not any(finding.stops for finding in found)
    if as_json:
        print_json({"works": works, "findings": [asdict(finding) for finding in found]})
    else:
        for finding in found:
            console().print(f"[bold]{finding.subject:<16}[/bold] ", end="")
            say(": ".join(filter(None, (finding.told, finding.advice))))
    if not works:
        raise typer.Exit(UNWELL)


async def examined(token: str, *, message_content: bool) -> list[Finding]:
    """What is found about the bot of that token. message_content: whether the settings ask for it."""
    client = HTTPClient(asyncio.get_running_loop(), max_ratelimit_timeout=PATIENCE_S)
    try:
        async with asyncio.timeout(PATIENCE_S):
            account = await _account(client, token)
    except discord.LoginFailure:
        told = f"{PORTAL} › your application › Bot › Reset Token, and put the new one in RETOUCH_DISCORD__TOKEN"
        return [Finding("token", "Discord refuses it", told, stops=True)]
    except (aiohttp.ClientError, OSError, discord.DiscordException, ValueError) as exc:
        told = "see whether this machine reaches discord.com, or [discord] api if that is set, and try again"
        return [Finding("Discord", _why(exc), told, stops=True)]
    finally:
        await client.close()
    return list(findings(account, message_content=message_content))


def _why(error: Exception) -> str:
    if isinstance(error, ValueError):
        return "is not what answers there"
    status = f" ({error.status})" if isinstance(error, discord.HTTPException) else ""
    return f"gives no answer, but {type(error).__name__}{status}"


async def _account(client: HTTPClient, token: str) -> Account:
    """Raises: DiscordException, ClientError, OSError; ValueError for answers that are not Discord's."""
    user = cast("Mapping[str, Any] | str", await client.static_login(token))
    if isinstance(user, str):
        raise ValueError("no JSON")
    application: Mapping[str, Any] = await client.application_info()
    guilds = await _told(_guilds(client))
    return Account(user, application, guilds, await _told(client.get_global_commands(application["id"])))


async def _guilds(client: HTTPClient) -> list[Mapping[str, Any]]:
    """All of them, page by page. Raises: as `_account`."""
    guilds: list[Mapping[str, Any]] = []
    while True:
        page = await client.get_guilds(PAGE, after=guilds[-1]["id"] if guilds else None, with_counts=False)
        guilds.extend(page)
        if len(page) < PAGE:
            return guilds


async def _told(asked: Awaitable[T]) -> T | None:
    """None where the bot may not know, or a proxy does not pass the question on."""
    try:
        return await asked
    except (discord.Forbidden, discord.NotFound):
        return None


def findings(account: Account, *, message_content: bool) -> Iterator[Finding]:
    """What the account means, in the order of the portal's pages and then the servers'."""
    yield Finding("token", f"that of {account.user['username']} (id {account.user['id']})")
    yield _message_content(account.application, wanted=message_content)
    yield from _traps(account.application)
    yield _commands(account.commands)
    if account.guilds is None:
        yield Finding("servers", UNTOLD)
    else:
        advice = "" if account.guilds else "open the invite link as somebody who may manage a server"
        yield Finding("servers", f"in {len(account.guilds) or 'none'}", advice)
        yield from _permissions(account.guilds, account.user["username"])
    yield Finding("invite link", invite_link(int(account.application["id"])))


def _message_content(application: Mapping[str, Any], *, wanted: bool) -> Finding:
    subject = "message content"
    if int(application.get("flags") or 0) & GRANTED:
        return Finding(subject, "granted" if wanted else "granted, and not asked for ([discord] message_content)")
    if not wanted:
        return Finding(subject, "neither granted nor asked for ([discord] message_content)")
    told = "not granted, so in servers only mentions and replies that ping reach the bot, which is enough for most"
    where = f"{PORTAL}/{application['id']}/bot › Privileged Gateway Intents › Message Content Intent"
    return Finding(subject, told, f"to have more, switch it on at {where}")


def _traps(application: Mapping[str, Any]) -> Iterator[Finding]:
    """Settings of the portal that keep a bot from working, and that nothing else would tell of."""
    page = f"{PORTAL}/{application['id']}"
    if application.get("interactions_endpoint_url"):
        told = "Discord sends buttons and commands to a web address, not to this bot"
        yield Finding("interactions", told, f"empty Interactions Endpoint URL at {page}/information", stops=True)
    if application.get("bot_require_code_grant"):
        told = "the invite link adds the bot to no server"
        yield Finding("code grant", told, f"switch off Requires OAuth2 Code Grant at {page}/bot")
    if application.get("bot_public") is False:
        yield Finding("private", "only its owner can add it", f"to let others, switch on Public Bot at {page}/bot")


def _commands(commands: Sequence[Mapping[str, Any]] | None) -> Finding:
    if commands is None:
        return Finding("commands", UNTOLD)
    if not commands:
        return Finding("commands", "none registered", "`retouch discord` registers them when it starts")
    return Finding("commands", f"{len(commands)} registered: {', '.join(sorted(one['name'] for one in commands))}")


def _permissions(guilds: Sequence[Mapping[str, Any]], bot: str) -> Iterator[Finding]:
    """A line for each server where something is missing; where that is all of them, the bot cannot work."""
    told_of = [guild for guild in guilds if "permissions" in guild]
    lacking = [(guild["name"], missing) for guild in told_of if (missing := _missing(guild))]
    stops = bool(told_of) and len(lacking) == len(told_of)
    advice = f"Server Settings › Roles › {bot}, or open the invite link again"
    for name, missing in lacking[:SHOWN]:
        yield Finding("permissions", f"in “{name}” it lacks {', '.join(missing)}", advice, stops=stops)
    if len(lacking) > SHOWN:
        yield Finding("permissions", f"{len(lacking) - SHOWN} more servers lack some", advice, stops=stops)
    if told_of and not lacking:
        yield Finding("permissions", "all that it needs, in every server; single channels may still forbid some")


def _missing(guild: Mapping[str, Any]) -> tuple[str, ...]:
    return missing_in(discord.Permissions(int(guild["permissions"])))
