"""/admin: who may, what each command changes for later messages, and that all of it is on record."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest
from simcord import SetupError

from tests.bot.surfaces.discord.household_stage import administer, boss, busy_elsewhere, told
from tests.bot.surfaces.discord.stage import ONE_BALL, Stage, on_stage

BALL = [("ball.png", ONE_BALL)]
HELP = "Edit pictures by saying what should change"


async def asked(stage: Stage, count: int, *, who: str = "ann") -> str:
    """What the bot answers to a message, its answer of that number."""
    await stage.ask("make the red ball green", who=who, attachments=BALL)
    return (await stage.answer(count)).content


async def greeted(stage: Stage, count: int, *, who: str = "ann") -> str:
    """What the bot answers to nothing but its name, its answer of that number: help, where it may be used."""
    await stage.member(who).send(stage.channel, stage.mention)
    return (await stage.answer(count)).content


async def test_members_are_not_offered_the_commands(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert not [name for name in stage.member("ann").available_commands(stage.channel) if name.startswith("admin")]
        assert "admin channels add" in boss(stage).available_commands(stage.channel)
        with pytest.raises(SetupError):
            await stage.member("ann").slash(stage.channel, "admin status")


async def test_who_may_not_manage_the_server_is_refused_whatever_discord_offers(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        command = next(one for one in await stage.client.tree.fetch_commands() if one.name == "admin")
        stage.guild.set_command_permissions(command, {ann: True})
        for name, options in (("ban", {"member": boss(stage)}), ("status", {}), ("channels everywhere", {})):
            refused = told(await ann.slash(stage.channel, f"admin {name}", **options))
            assert refused == "Only members who may manage this server can do that."
        assert await administer(stage, "bans") == "**Banned**: nobody"


async def test_the_bot_is_used_only_where_it_is_allowed(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        other = stage.guild.create_text_channel("other")
        assert await administer(stage, "channels add", channel=other) == f"**Channels**: {other.mention}"
        assert await greeted(stage, 1) == f"I may not be used in this channel. You can in: {other.mention}"
        both = await administer(stage, "channels add", channel=stage.channel)
        assert both == f"**Channels**: {other.mention}, {stage.channel.mention}"
        assert await administer(stage, "channels list") == both
        assert HELP in await greeted(stage, 2)
        assert await administer(stage, "channels remove", channel=stage.channel) == f"**Channels**: {other.mention}"
        assert "I may not be used" in await greeted(stage, 3)
        assert await administer(stage, "channels everywhere") == "**Channels**: every channel"
        assert HELP in await greeted(stage, 4)


async def test_what_the_bot_lacks_in_an_allowed_channel_is_told_at_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        overwrites = {stage.client.user: discord.PermissionOverwrite(attach_files=False)}
        other = stage.guild.create_text_channel("other", overwrites=overwrites)
        told_to_boss = await administer(stage, "channels add", channel=other)
        assert told_to_boss.startswith(f"**Channels**: {other.mention}\nI need to be allowed this in {other.mention}: ")
        assert "**Attach Files**" in told_to_boss
        assert "Send Messages" not in told_to_boss


async def test_the_bot_serves_only_roles_that_are_allowed_and_those_who_manage_the_server(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        artists = stage.guild.create_role("artists")
        stage.member("ann", roles=[artists])
        assert await administer(stage, "roles add", role=artists) == f"**Roles**: {artists.mention}"
        refused = f"Your roles do not include one that may use me here: {artists.mention}"
        assert await greeted(stage, 1, who="bob") == refused
        assert HELP in await greeted(stage, 2)
        assert HELP in await greeted(stage, 3, who="boss")
        assert await administer(stage, "roles list") == f"**Roles**: {artists.mention}"
        assert await administer(stage, "roles remove", role=artists) == "**Roles**: everybody"
        assert HELP in await greeted(stage, 4, who="bob")
        await administer(stage, "roles add", role=artists)
        assert await administer(stage, "roles everybody") == "**Roles**: everybody"
        assert HELP in await greeted(stage, 5, who="bob")


async def test_a_role_s_limit_really_limits(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        guests = stage.guild.create_role("guests")
        stage.member("ann", roles=[guests])
        assert await administer(stage, "limit list") == "No role has a limit of its own."
        assert await administer(stage, "limit set", role=guests, per_day=2) == f"Limit of {guests.mention}: 2 a day"
        for number in (1, 2):
            assert "Made the red ball green" in await asked(stage, number)
        assert await asked(stage, 3) == "That was a lot at once; please ask again in 12 hours."
        assert "Made the red ball green" in await asked(stage, 4, who="bob")
        assert await administer(stage, "limit clear", role=guests) == "No role has a limit of its own."
        assert "Made the red ball green" in await asked(stage, 5)


async def test_spoilers_cover_everybody_s_pictures(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert await administer(stage, "spoilers", on=True) == "Pictures are covered here until they are clicked on."
        await asked(stage, 1)
        assert stage.said()[0].attachments[0].is_spoiler()
        assert await administer(stage, "spoilers", on=False) == "Pictures are shown here at once."
        await asked(stage, 2)
        assert not stage.said()[1].attachments[0].is_spoiler()


async def test_a_banned_member_is_refused_everywhere_but_with_their_own_data(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann, words = stage.member("ann"), "The moderators of this server have taken away your use of me here."
        await asked(stage, 1)
        answer = stage.said()[0]
        assert await administer(stage, "ban", member=ann) == f"{ann.mention} may not use me here any more."
        assert await asked(stage, 2) == words
        assert (await ann.click(answer, label="Undo")).followups[0].content == words
        assert told(await ann.slash(stage.channel, "privacy")).startswith("I keep your pictures")
        assert told(await ann.slash(stage.channel, "settings")).startswith("**Your settings**")
        assert await administer(stage, "bans") == f"**Banned**: {ann.mention}"
        assert await administer(stage, "unban", member=ann) == f"{ann.mention} may use me here again."
        assert await administer(stage, "unban", member=ann) == f"{ann.mention} is not banned."
        assert await administer(stage, "bans") == "**Banned**: nobody"
        assert "Made the red ball green" in await asked(stage, 3)


async def test_every_change_is_on_record_and_nothing_else(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann, role = stage.member("ann"), stage.guild.create_role("artists")
        assert await administer(stage, "audit") == "**Latest changes**\nNothing was changed yet."
        await administer(stage, "channels add", channel=stage.channel)
        await administer(stage, "channels add", channel=stage.channel)
        await administer(stage, "channels everywhere")
        await administer(stage, "roles add", role=role)
        await administer(stage, "roles remove", role=role)
        await administer(stage, "limit set", role=role, per_day=9)
        await administer(stage, "limit clear", role=role)
        await administer(stage, "spoilers", on=True)
        await administer(stage, "ban", member=ann)
        await administer(stage, "unban", member=ann)
        await administer(stage, "unban", member=ann)
        lines = (await administer(stage, "audit")).splitlines()[1:]
        assert [line.split("> ", 2)[2] for line in reversed(lines)] == [
            f"allowed me in {stage.channel.mention}",
            "allowed me in every channel",
            f"lets {role.mention} use me",
            f"no longer lets {role.mention} use me",
            f"limited {role.mention} to 9 a day",
            f"lifted the limit of {role.mention}",
            "set Spoilers to “On”",
            f"banned {ann.mention}",
            f"took back the ban of {ann.mention}",
        ]
        assert all(boss(stage).mention in line for line in lines)


async def test_the_record_of_a_long_year_still_fits_a_message(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for number in range(40):
            await stage.parts.audit.note(str(stage.guild.id), "1" * 20, "ban", member=str(10**19 + number))
        record = await administer(stage, "audit")
        assert len(record.splitlines()) == 21
        assert str(10**19 + 39) in record.splitlines()[1]


async def test_status_tells_the_queue_the_engine_and_the_line_to_discord(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await asked(stage, 1)
        await busy_elsewhere(stage, "ann")
        work, readiness, line = (await administer(stage, "status")).splitlines()
        assert work.startswith("Waiting: 0 · being made: 1 · engine restarts: 0 · up since <t:")
        assert readiness == "Ready to edit."
        assert "servers: 1 · shards: 1" in line
        assert int(line.rpartition("memory: ")[2].removesuffix(" MB")) > 10
