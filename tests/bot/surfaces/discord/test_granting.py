"""What the bot may not do is explained where it may speak, or else to whoever asked; once an hour at most."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord
import pytest

from bot.surfaces.discord.permissions import required_permissions
from tests.bot.surfaces.discord.stage import ONE_BALL, Stage, on_stage, until

BALL = [("ball.png", ONE_BALL)]
WORDS = "make the red ball green"


def channel(stage: Stage, **allowed: bool) -> Any:
    """A channel with exceptions for the bot."""
    overwrites = {stage.client.user: discord.PermissionOverwrite(**allowed)}
    return stage.guild.create_text_channel("quiet", overwrites=overwrites)


def letters(stage: Stage, who: str) -> list[str]:
    """What the bot wrote to somebody directly."""
    return [one.content for one in stage.member(who).user.dm_channel.history()]


async def ask(stage: Stage, where: Any, who: str = "ann", words: str = WORDS) -> None:
    await stage.member(who).send(where, f"{stage.mention} {words}", attachments=BALL)
    await stage.quiet()


def forbid(stage: Stage, method: str, where: Any, rest: str = "", times: int = 1) -> None:
    """Discord refuses files, as it does where they may not be attached; the simulated one takes them."""
    path = f"/channels/{where.id}/messages{rest}"
    stage.env.inject_error(method, path, status=403, code=50013, message="Missing Permissions", times=times)


async def joined(stage: Stage, guild: Any) -> None:
    """The bot hears of a server as one that it was added to; SimCord tells of all as of those that it was in before."""
    await stage.env.settle()
    stage.client.dispatch("guild_join", stage.client.get_guild(guild.id))
    await stage.env.settle()


async def test_where_the_bot_may_not_write_each_who_asks_is_told_directly_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        quiet = channel(stage, send_messages=False)
        for who in ("ann", "ann", "bob"):
            await ask(stage, quiet, who)
        for who in ("ann", "bob"):
            (told,) = letters(stage, who)
            assert told.startswith(f"Your picture is done, but I may not write in {quiet.mention}.")
            assert f"I need to be allowed this in {quiet.mention}: **Send Messages**" in told
            assert "Server Settings › Roles › TestBot" in told
        assert stage.said(quiet) == []


async def test_after_an_hour_it_is_said_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on_stage(tmp_path) as stage:
        quiet = channel(stage, send_messages=False)
        await ask(stage, quiet)
        monkeypatch.setattr("bot.surfaces.discord.granting.AGAIN_S", 0.0)
        await ask(stage, quiet)
        assert len(letters(stage, "ann")) == 2


async def test_words_that_cannot_be_said_are_explained_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        quiet = channel(stage, send_messages=False)
        await stage.member("ann").send(quiet, stage.mention)
        await stage.env.settle()
        (told,) = letters(stage, "ann")
        assert told.startswith(f"I need to be allowed this in {quiet.mention}: **Send Messages**")


async def test_what_is_missing_is_said_in_the_channel_where_that_is_possible(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        quiet = channel(stage, attach_files=False)
        for _ in range(2):
            forbid(stage, "POST", quiet)
            await ask(stage, quiet)
        (told,) = stage.said(quiet)
        assert told.content.startswith(f"I need to be allowed this in {quiet.mention}: **Attach Files**.")
        assert told.reference is not None
        assert letters(stage, "ann") == []


async def test_a_living_message_does_not_stand_still(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        quiet = channel(stage, attach_files=False)
        stage.channel = quiet
        stage.engine.go.clear()
        for number in (1, 2):
            stage.engine.started.clear()
            stage.post(f"{stage.mention} replace the red ball with a blue cube", attachments=BALL)
            await stage.engine.started.wait()
            await until(lambda count=number: len(stage.said(quiet)) == count)
            forbid(stage, "PATCH", quiet, "/*")
            stage.engine.go.set()
            await stage.quiet()
            stage.engine.go.clear()
        assert all("**Attach Files**" in one.content for one in stage.said(quiet))
        assert all(one.components == [] for one in stage.said(quiet))


async def test_where_nothing_may_be_replied_to_it_is_said_without_a_reply(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        quiet = channel(stage, read_message_history=False)
        path = f"/channels/{quiet.id}/messages"
        stage.env.inject_error("POST", path, status=400, code=160002, message="Cannot reply without permission")
        await ask(stage, quiet)
        (told,) = stage.said(quiet)
        assert told.content.startswith(f"I need to be allowed this in {quiet.mention}: **Read Message History**.")
        assert told.reference is None


async def test_a_channel_that_is_gone_is_no_reason_to_explain_permissions(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.env.inject_error("POST", f"/channels/{stage.channel.id}/messages", status=404, code=10003)
        await ask(stage, stage.channel)
        (told,) = letters(stage, "ann")
        assert told.startswith("Your picture is done")
        assert "allowed" not in told


async def test_a_server_that_lacks_something_hears_of_it_when_the_bot_joins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        owner = stage.env.create_user("owner")
        second = stage.env.create_guild("Second", owner=owner)
        await joined(stage, second)
        assert owner.dm_channel.history() == []
        some = required_permissions()
        some.update(attach_files=False, read_message_history=False)
        for role in (second.roles["TestBot"], second.default_role):
            stage.env.backend.edit_role(second.id, role.id, {"permissions": some.value})
        await joined(stage, second)
        words = (
            "I need to be allowed this in “Second”: **Attach Files**, **Read Message History**. "
            "Grant it in Server Settings › Roles › TestBot."
        )
        # There is no channel yet.
        assert [one.content for one in owner.dm_channel.history()] == [words]
        second.create_text_channel("welcome")
        await joined(stage, second)
        assert second.channels["welcome"].history() == [], "within the hour"
        monkeypatch.setattr("bot.surfaces.discord.granting.AGAIN_S", 0.0)
        await joined(stage, second)
        assert [one.content for one in second.channels["welcome"].history()] == [words]
