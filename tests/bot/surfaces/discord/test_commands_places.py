"""Commands where the bot may not write, where it may not be used, where it is too late, and where something breaks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import simcord
from discord.webhook import async_
from simcord.enums import InteractionType
from simcord.interactions import base_payload

from bot.keeping.preferences import of_guild, of_member
from bot.surfaces.discord import reaching
from bot.surfaces.discord.address import SURFACE
from bot.surfaces.discord.commands import opening, stepping
from bot.surfaces.discord.intake import Intake
from tests.bot.surfaces.discord.stage import ONE_BALL, Stage, on_stage, picture_of
from tests.bot.surfaces.discord.test_commands_editing import told

NEVER = discord.PermissionOverwrite(view_channel=False)


def call(stage: Stage, name: str, options: dict[str, Any] | None = None, **changed: Any) -> simcord.InteractionResult:
    """Ann's command as Discord sends it, with what is changed in it; nobody waits for what becomes of it."""
    backend = stage.env.backend
    command = backend.find_command(name, None)
    given = [{"name": key, "type": 3, "value": value} for key, value in (options or {}).items()]
    record, payload = base_payload(
        backend,
        type=InteractionType.APPLICATION_COMMAND,
        channel_id=stage.channel.id,
        guild_id=stage.guild.id,
        user_id=stage.member("ann").id,
        data={"id": command["id"], "name": name, "type": 1, "options": given},
    )
    backend.emit("INTERACTION_CREATE", {**payload, **changed})
    return simcord.InteractionResult(stage.env, record)


async def hidden(stage: Stage) -> Any:
    """A channel that members are in and the bot is not."""
    return stage.guild.create_text_channel("hidden", overwrites={stage.guild.me: NEVER})


def simulate_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for those of the bot's tasks that began before the simulated Discord did."""
    adapter = async_.async_context.get()
    monkeypatch.setattr(async_, "async_context", SimpleNamespace(get=lambda: adapter))


async def test_where_the_bot_may_not_write_the_interaction_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        simulate_webhooks(monkeypatch)
        ann, channel = stage.member("ann"), await hidden(stage)
        result = await ann.slash(channel, "edit", instruction="make the red ball green", image=("b.png", ONE_BALL))
        await stage.quiet()
        answer = result.response.message
        assert answer.content.startswith("Made the red ball green.")
        shown = await picture_of(answer)
        assert shown[48, 80, 1] > shown[48, 80, 0]

        clicked = await ann.click(answer, label="Undo")
        await stage.quiet()
        assert clicked.followups[0].content.startswith("Took the last step back.")

        again = await ann.slash(channel, "undo")
        await stage.quiet()
        assert "There is nothing to undo" in again.response.content
        assert not [one.content for one in stage.said(channel) if "Starting" in one.content]
        assert stage.env.errors == []


async def test_later_than_an_interaction_lives_the_answer_comes_as_a_direct_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "LIFE", timedelta(0))
    async with on_stage(tmp_path) as stage:
        ann, channel = stage.member("ann"), await hidden(stage)
        await ann.slash(channel, "edit", instruction="make the red ball green", image=("b.png", ONE_BALL))
        answer = await stage.answer(1, ann.user.dm_channel)
        assert answer.content.startswith("Made the red ball green.")
        assert answer.attachments
        reference = {"channel_id": str(answer.channel.id), "message_id": str(answer.id)}
        await ann.send_dm("flip it", reference=reference)
        assert "revision 2" in (await stage.answer(2, ann.user.dm_channel)).content


async def test_a_private_channel_is_answered_by_the_interaction(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        user = stage.member("ann").user
        seen: list[Any] = []

        async def take(self: opening.Opening, *_: Any, **__: Any) -> None:
            seen.append(self.address.webhook)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(opening.Opening, "take", take)
            others: dict[str, Any] = {
                "guild_id": None,
                "context": 2,
                "authorizing_integration_owners": {"1": str(user.id)},
            }
            shown: dict[str, Any] = {
                "user": {"id": str(user.id), "username": "ann", "discriminator": "0", "avatar": None}
            }
            channel: dict[str, Any] = {
                "id": "77",
                "type": 3,
                "recipients": [],
                "last_message_id": None,
                "icon": None,
                "name": "us",
            }
            private, direct = {**others, **shown, "channel": channel}, {**others, **shown, "context": 1}
            for where in (dict[str, Any](), private, direct):
                call(stage, "undo", None, **where)
                await stage.quiet()
        assert [way is not None for way in seen] == [False, True, False]
        assert seen[1].token


async def test_a_server_that_the_bot_is_no_member_of_is_answered_by_the_interaction(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        everything, nothing = discord.Permissions.all(), discord.Permissions()
        there: Any = SimpleNamespace(guild_id=4711, app_permissions=everything, client=stage.client)
        assert not reaching.is_open(there)
        here: Any = SimpleNamespace(guild_id=stage.guild.id, app_permissions=nothing, client=stage.client)
        assert reaching.is_open(here), "permissions that were not told"


async def test_direct_messages_have_the_commands_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        user = stage.env.create_user("eve")
        await user.slash("edit", instruction="make the red ball green", image=("b.png", ONE_BALL))
        answer = await stage.answer(1, user.dm_channel)
        assert answer.content.startswith("Made the red ball green.")


async def test_who_may_not_is_told_why_and_nothing_is_done(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.parts.preferences.change(of_guild(SURFACE, str(stage.guild.id)), channels=["4711"])
        words = await told(stage, "edit", instruction="flip it", image=("b.png", ONE_BALL))
        assert words == "I may not be used in this channel. You can in: <#4711>"
        assert "I may not be used in this channel" in await told(stage, "recipe list")
        assert not stage.engine.requests


async def test_who_chose_a_language_is_answered_in_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        call(stage, "undo", locale="de")
        await stage.quiet()
        assert "Bild" in stage.said()[0].content
        await stage.parts.preferences.change(of_member(SURFACE, str(stage.member("ann").id)), language="fr")
        call(stage, "undo", locale="de")
        await stage.quiet()
        assert "image" in stage.said()[1].content


async def test_an_interaction_that_comes_late_does_no_harm(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await told(stage, "edit", instruction="flip it", image=("b.png", ONE_BALL))
        stage.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062, times=2)
        call(stage, "undo")
        call(stage, "recipe")
        await stage.quiet()
        assert len(stage.said()) == 1
        assert "revision 2" in await told(stage, "edit", instruction="make it darker"), "nothing was undone"


async def test_one_that_was_acknowledged_already_is_one_job(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await told(stage, "edit", instruction="flip it", image=("b.png", ONE_BALL))
        sent: dict[str, Any] = {}
        stage.env.backend.subscribers.append(sent.__setitem__)
        call(stage, "undo")
        asked = sent["INTERACTION_CREATE"]
        await stage.quiet()
        stage.env.backend.emit("INTERACTION_CREATE", asked)
        await stage.quiet()
        assert len(stage.said()) == 2
        assert stage.said()[1].content.startswith("Took the last step back.")


async def test_whatever_breaks_no_message_is_left_standing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("as planned")

    async with on_stage(tmp_path) as stage:
        monkeypatch.setattr(Intake, "accept", breaks)
        sorry = "Something in me failed. Nothing was changed; please try again."
        assert await told(stage, "edit", instruction="flip it", image=("b.png", ONE_BALL)) == sorry
        stage.env.inject_error("PATCH", "/webhooks/*", status=400)
        await told(stage, "undo")
        assert stage.said()[-1].content == sorry, "where the interaction cannot be answered, by the bot's own token"
        monkeypatch.setattr(stage.client.rules, "visit", breaks)
        assert await told(stage, "recipe list") == sorry


async def test_a_discord_that_does_not_tell_of_the_message_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = discord.InteractionResponse[Any].send_message

    async def silent(response: Any, words: str) -> None:
        await send(response, words)
        # What discord.py does with an empty body.
        raise TypeError("string indices must be integers")

    async with on_stage(tmp_path) as stage:
        monkeypatch.setattr(discord.InteractionResponse, "send_message", silent)
        words = await told(stage, "edit", instruction="make the red ball green", image=("b.png", ONE_BALL))
        assert words.startswith("Made the red ball green.")
        assert len(stage.said()) == 1


async def test_a_command_of_another_version_is_told_so(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.client.tree.remove_command(stepping.undo.name)
        result = call(stage, "undo")
        await stage.quiet()
        assert result.ephemeral
        assert result.response is not None
        assert result.response.content.startswith("Something in me failed.")


async def test_a_restart_brings_the_answer_into_the_same_message(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.engine.go.clear()
        call(stage, "edit", {"instruction": "draw a picture of a cat"})
        await stage.engine.started.wait()
        await stage.restart()
        answer = await stage.answer()
        assert "generative model" in answer.content
        assert len(stage.said()) == 1
