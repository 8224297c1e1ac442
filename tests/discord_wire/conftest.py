"""A Discord for each test, and discord.py pointed at it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import discord
import discord.gateway
import discord.http
import pytest
import yarl

from tests.discord_wire import WireDiscord


@pytest.fixture
async def wire() -> AsyncGenerator[WireDiscord]:
    """A Discord that nobody is connected to yet."""
    async with WireDiscord() as discord_of_ours:
        yield discord_of_ours


@pytest.fixture
def pointed(wire: WireDiscord, served: WireDiscord, monkeypatch: pytest.MonkeyPatch) -> WireDiscord:
    """The same, where every client of discord.py finds it."""
    monkeypatch.setattr(discord.http.Route, "BASE", wire.url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(wire.gateway_url))
    return wire


@pytest.fixture
def served(wire: WireDiscord, monkeypatch: pytest.MonkeyPatch) -> WireDiscord:
    """The same, for a bot whose settings say where it is; whoever identifies again does so without a pause."""

    async def at_once(*_: Any, **__: Any) -> None:
        return None

    # What the bot changes there is undone after the test.
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    default = discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", default)
    monkeypatch.setattr(discord.Client, "before_identify_hook", at_once)
    return wire
