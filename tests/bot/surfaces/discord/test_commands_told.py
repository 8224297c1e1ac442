"""What Discord is told of the commands: where they may be used, in which words, and when; and what it offers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands
from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.discord.commands import declaring, syncing
from bot.surfaces.discord.commands.declaring import Words, is_name_of_command, worded
from bot.surfaces.discord.commands.syncing import key_of, synced
from bot.words import load
from tests.bot.surfaces.discord.stage import ONE_BALL, Stage, on_stage
from tests.bot.surfaces.discord.test_commands_editing import told

OURS = ("edit", "undo", "redo", "history", "compare", "expand", "variations", "recipe", "Edit this picture")


def registered(stage: Stage) -> dict[str, Any]:
    """What Discord knows, by name."""
    return {name: command for (name, _), command in stage.env.backend.commands[None].items()}


async def knows(stage: Stage) -> bool:
    """Whether the bot takes Discord to know its commands."""
    return "digest" in await stage.parts.preferences.get(key_of(stage.client))


def described(command: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The command, those below it, and all their options."""
    yield command
    for option in command.get("options", ()):
        yield from described(option)


async def test_discord_knows_the_commands_everywhere_and_in_every_language(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        known = registered(stage)
        for name in OURS:
            assert set(known[name]["contexts"]) == {0, 1, 2}
            assert set(known[name]["integration_types"]) == {0, 1}
        for one in (one for name in OURS for one in described(known[name])):
            others: dict[str, str] = one.get("description_localizations") or {}
            words = [one["description"], *others.values()]
            assert all(len(each) <= 100 for each in words)
            assert one["description"] != "…"
        edit = known["edit"]
        assert edit["description_localizations"]["de"] == load("de")["discord.command.edit.about"]
        mask = next(option for option in edit["options"] if option["name"] == "mask")
        assert mask["description_localizations"]["de"] == load("de")["discord.command.edit.mask"]
        assert "sv-SE" not in edit["description_localizations"], "English is what everybody else gets"
        assert known["Edit this picture"]["name_localizations"]["de"] == load("de")["discord.ask.menu"]


async def test_discord_is_told_again_only_when_something_changed(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.env.backend.commands.clear()
        await synced(stage.client)
        assert not stage.env.backend.commands, "nothing changed"
        stage.client.tree.remove_command("compare")
        await synced(stage.client)
        assert "compare" not in registered(stage)
        assert "edit" in registered(stage)
        await stage.restart()
        assert "compare" in registered(stage), "the next version has it again"


async def test_a_discord_that_does_not_take_them_stops_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.parts.preferences.change(key_of(stage.client), digest=None)
        stage.env.inject_error("PUT", "/applications/*/commands", status=404)
        await synced(stage.client)
        assert not await knows(stage), "the next start tries again"
        await synced(stage.client)
        assert await knows(stage)


async def test_a_discord_that_takes_long_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage(tmp_path) as stage:
        going = asyncio.Event()
        sync = stage.client.tree.sync

        async def slow() -> Any:
            await going.wait()
            return await sync()

        monkeypatch.setattr(stage.client.tree, "sync", slow)
        monkeypatch.setattr(syncing, "PATIENCE_S", 0.0)
        await stage.parts.preferences.change(key_of(stage.client), digest=None)
        async with asyncio.timeout(5):
            await synced(stage.client)
        assert not await knows(stage)
        going.set()
        async with asyncio.timeout(5):
            while not await knows(stage):  # noqa: ASYNC110 (nobody is told)
                await asyncio.sleep(0.01)


async def test_names_are_localised_where_there_are_words_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    german = {"discord.name.edit": "bearbeiten", "discord.name.undo": "Zurück, bitte", "discord.ask.menu": "x" * 33}

    def only_german(language: str) -> Mapping[str, str]:
        return german

    monkeypatch.setattr(declaring, "load", only_german)

    async def name_of(command: str, key: str | None = None) -> str | None:
        string = worded(key) if key else app_commands.locale_str(command)
        context: Any = SimpleNamespace(location=declaring.NAMES[0], data=None)
        return await Words().translate(string, discord.Locale.german, context)

    assert await name_of("edit") == "bearbeiten"
    assert await name_of("undo") is None
    assert await name_of("Edit this picture", "discord.ask.menu") is None


@given(st.text(max_size=40))
def test_names_follow_the_rules_of_discord(words: str) -> None:
    if is_name_of_command(words):
        assert 1 <= len(words) <= 32
        assert words == words.lower()
        assert not any(letter.isspace() for letter in words)


async def test_what_can_be_said_is_offered_what_was_said_first(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")

        async def offered(typed: str, command: str = "edit", option: str = "instruction") -> list[str]:
            return [choice["value"] for choice in await ann.autocomplete(stage.channel, command, option, typed)]

        assert "make it warmer" in await offered("")
        await told(stage, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL))
        await told(stage, "edit", instruction="make it 30% darker")
        await told(stage, "undo")
        assert (await offered(""))[:2] == ["make it 30% darker", "make the red ball green"]
        assert await offered("BALL") == ["make the red ball green"]
        assert await offered("nobody ever said this") == []
        assert await offered("9", "expand", "aspect") == ["16:9", "21:9", "9:16"]
        bob = await stage.member("bob").autocomplete(stage.channel, "edit", "instruction", "ball")
        assert bob == [], "what somebody said is offered to nobody else"
