"""The doctor asks Discord how the bot stands, over real HTTP, and says what to do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import discord
import pytest
import pytest_asyncio
import typer
from aiohttp import web
from discord.http import Route
from typer.testing import CliRunner

from bot.__main__ import app
from bot.config import load_settings
from bot.surfaces.discord.permissions import REQUIRED, invite_link, missing_in, required_permissions
from bot.surfaces.terminal.doctor_discord import PAGE, SHOWN, doctor_discord, examined

TOKEN = "a.real.token"
MAY = str(required_permissions().value)


def answer(value: Any, status: int = 200) -> web.Response:
    """JSON as Discord sends it: discord.py takes a type with a charset for text."""
    return web.Response(body=json.dumps(value).encode(), status=status, headers={"Content-Type": "application/json"})


def guild(number: int, permissions: str = MAY) -> dict[str, Any]:
    return {"id": str(1000 + number), "name": f"Server {number:03}", "permissions": permissions}


@dataclass
class Portal:
    """A Discord that knows one bot, whose answers a test changes."""

    api: str = ""
    application: dict[str, Any] = field(default_factory=lambda: {"id": "42", "flags": 1 << 19, "bot_public": True})
    guilds: list[dict[str, Any]] = field(default_factory=lambda: [guild(0), guild(1)])
    commands: list[dict[str, Any]] = field(default_factory=lambda: [{"name": "undo"}, {"name": "edit"}])
    asked: list[str] = field(default_factory=list[str])
    status: int = 200
    silent: bool = False
    """Whether it keeps servers and commands to itself."""

    @web.middleware
    async def guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(request.path)
        if self.status != 200:
            return answer({"message": "no"}, status=self.status)
        if request.headers.get("Authorization") != f"Bot {TOKEN}":
            return answer({"message": "401: Unauthorized", "code": 0}, status=401)
        return await handler(request)

    async def me(self, _: web.Request) -> web.Response:
        return answer({"id": "7", "username": "Retouch", "discriminator": "0", "avatar": None, "bot": True})

    async def captive(self, _: web.Request) -> web.Response:
        return web.Response(text="<html>Welcome to our network</html>", content_type="text/html")

    async def about(self, _: web.Request) -> web.Response:
        return answer(self.application)

    async def servers(self, request: web.Request) -> web.Response:
        if self.silent:
            return answer({"message": "404: Not Found", "code": 0}, 404)
        after, limit = int(request.query.get("after", 0)), int(request.query["limit"])
        return answer([one for one in self.guilds if int(one["id"]) > after][:limit])

    async def known_commands(self, _: web.Request) -> web.Response:
        if self.silent:
            return answer({"message": "Missing Access", "code": 50001}, 403)
        return answer(self.commands)


@pytest_asyncio.fixture
async def portal(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Portal]:
    portal = Portal()
    served = web.Application(middlewares=[portal.guard])
    served.router.add_get("/users/@me", portal.me)
    served.router.add_get("/captive/users/@me", portal.captive)
    served.router.add_get("/oauth2/applications/@me", portal.about)
    served.router.add_get("/users/@me/guilds", portal.servers)
    served.router.add_get("/applications/42/commands", portal.known_commands)
    runner = web.AppRunner(served)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    portal.api = f"http://{host}:{port}"
    monkeypatch.setattr(Route, "BASE", portal.api)
    monkeypatch.setenv("RETOUCH_DISCORD__API", portal.api)
    monkeypatch.setenv("RETOUCH_DISCORD__TOKEN", TOKEN)
    yield portal
    await runner.cleanup()


async def told(message_content: bool = True) -> dict[str, list[str]]:
    """What is said, by subject."""
    said: dict[str, list[str]] = {}
    for finding in await examined(TOKEN, message_content=message_content):
        said.setdefault(finding.subject, []).append(f"{finding.told}: {finding.advice}".removesuffix(": "))
    return said


async def test_a_bot_that_is_well_needs_no_advice(portal: Portal) -> None:
    found = await examined(TOKEN, message_content=True)
    assert [finding.advice for finding in found] == [""] * len(found)
    assert not any(finding.stops for finding in found)
    assert await told() == {
        "token": ["that of Retouch (id 7)"],
        "message content": ["granted"],
        "commands": ["2 registered: edit, undo"],
        "servers": ["in 2"],
        "permissions": ["all that it needs, in every server; single channels may still forbid some"],
        "invite link": [invite_link(42)],
    }


async def test_a_fresh_bot_is_told_each_next_step(portal: Portal) -> None:
    portal.application = {"id": "42"}
    portal.guilds, portal.commands = [], []
    said = await told()
    assert "https://discord.com/developers/applications/42/bot" in said["message content"][0]
    assert said["servers"][0].startswith("in none: open the invite link")
    assert "none registered" in said["commands"][0]
    assert "permissions" not in said
    assert (await told(message_content=False))["message content"][0].startswith("neither granted nor asked for")


async def test_what_a_server_does_not_allow_is_named(portal: Portal) -> None:
    silent = discord.Permissions(int(MAY))
    silent.update(attach_files=False, embed_links=False)
    portal.guilds = [guild(0), guild(1, str(silent.value)), guild(2, "8")]
    found = [finding for finding in await examined(TOKEN, message_content=True) if finding.subject == "permissions"]
    assert [finding.told for finding in found] == ["in “Server 001” it lacks Embed Links, Attach Files"]
    assert "Roles › Retouch" in found[0].advice
    assert not found[0].stops
    portal.guilds = [guild(1, "0")]
    assert [finding.subject for finding in await examined(TOKEN, message_content=True) if finding.stops] == [
        "permissions"
    ]
    portal.guilds = [{"id": "1000", "name": "Untold"}]
    assert "permissions" not in await told()


async def test_many_servers_are_all_asked_about_and_few_are_listed(portal: Portal) -> None:
    portal.guilds = [guild(number, "0" if number % 2 else MAY) for number in range(2 * PAGE + 2)]
    said = await told()
    assert said["servers"] == [f"in {2 * PAGE + 2}"]
    assert len(said["permissions"]) == SHOWN + 1
    assert said["permissions"][-1].startswith(f"{PAGE + 1 - SHOWN} more servers")
    assert portal.asked.count("/users/@me/guilds") == 3


async def test_traps_of_the_portal_are_found(portal: Portal) -> None:
    portal.application |= {
        "interactions_endpoint_url": "https://x.example/",
        "bot_require_code_grant": True,
        "bot_public": False,
    }
    found = {finding.subject: finding for finding in await examined(TOKEN, message_content=True)}
    assert found["interactions"].stops
    assert "Code Grant" in found["code grant"].advice
    assert "Public Bot" in found["private"].advice


async def test_what_discord_does_not_tell_is_said_and_stops_nothing(portal: Portal) -> None:
    portal.silent = True
    said = await told()
    assert said["servers"] == said["commands"] == ["Discord does not tell"]
    assert "permissions" not in said
    assert not any(finding.stops for finding in await examined(TOKEN, message_content=True))


async def test_a_token_that_is_refused(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETOUCH_DISCORD__TOKEN", "SECRET")
    with pytest.raises(typer.Exit) as stopped:
        await doctor_discord(load_settings())
    assert stopped.value.exit_code == 5


@pytest.mark.parametrize(("status", "why"), [(403, "Forbidden (403)"), (503, "DiscordServerError (503)")])
async def test_a_discord_that_refuses_everything(portal: Portal, status: int, why: str) -> None:
    portal.status = status
    [finding] = await examined(TOKEN, message_content=True)
    assert why in finding.told
    assert finding.stops


async def test_another_program_answers(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", f"{portal.api}/captive")
    [finding] = await examined(TOKEN, message_content=True)
    assert finding.told == "is not what answers there"


async def test_no_discord_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:9")
    [finding] = await examined(TOKEN, message_content=True)
    assert "ClientConnectorError" in finding.told


async def test_a_line_a_finding_and_json(portal: Portal, capsys: pytest.CaptureFixture[str]) -> None:
    portal.guilds = [guild(1, "0")]
    with pytest.raises(typer.Exit):
        await doctor_discord(load_settings())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(await examined(TOKEN, message_content=True))
    assert lines[0] == "token            that of Retouch (id 7)"
    assert all(TOKEN not in line for line in lines)
    with pytest.raises(typer.Exit):
        await doctor_discord(load_settings(), as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert printed["works"] is False
    assert printed["findings"][0] == {
        "subject": "token",
        "told": "that of Retouch (id 7)",
        "advice": "",
        "stops": False,
    }


def test_the_command_without_a_token_is_bad_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETOUCH_DISCORD__TOKEN", raising=False)
    done = CliRunner().invoke(app, ["doctor", "--discord", "--json"])
    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"]["kind"] == "bad_input"


@pytest.mark.parametrize("name", REQUIRED)
def test_every_permission_is_asked_for_and_missed(name: str) -> None:
    assert getattr(required_permissions(), name)
    some = required_permissions()
    some.update(**{name: False})
    assert missing_in(some) == (REQUIRED[name],)
    assert missing_in(required_permissions()) == missing_in(discord.Permissions(administrator=True)) == ()
    assert required_permissions().value == discord.Permissions(**dict.fromkeys(REQUIRED, True)).value


def test_the_invite_link_asks_for_the_bot_and_its_commands() -> None:
    link = invite_link(42)
    assert link.startswith("https://discord.com/oauth2/authorize?client_id=42&")
    assert "scope=bot+applications.commands" in link
    assert f"permissions={required_permissions().value}" in link
