"""How the bot behaves among people: it pings nobody, writes what fits, speaks their language, and keeps them apart."""

from __future__ import annotations

from pathlib import Path

from tests.bot.surfaces.discord.samples import grey
from tests.bot.surfaces.discord.stage import ONE_BALL, Stage, on_stage, png


def pinged(stage: Stage) -> list[object]:
    """Everybody whom a message of the bot's has notified."""
    stored = [
        one
        for channel in stage.env.backend.messages.values()
        for one in channel.values()
        if one.author_id == stage.client.me.id
    ]
    assert stored
    return [
        who
        for one in stored
        for who in (*one.ping_user_ids, *one.ping_role_ids, *([0] if one.mention_everyone else []))
    ]


async def test_nobody_is_ever_pinged(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        bob = stage.member("bob")
        role = stage.guild.create_role("painters", mentionable=True)
        names = f"@everyone @here {bob.mention} {role.mention}"
        await stage.ask(f"write “{names}” at the top", attachments=[("ball.png", ONE_BALL)])
        await stage.ask(f"make the {names} green", attachments=[("ball.png", ONE_BALL)])
        await stage.ask(names)
        await stage.quiet()
        assert stage.said()
        assert not pinged(stage)


async def test_the_server_is_answered_in_its_language(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        german = stage.env.create_guild("Bilder", preferred_locale="de")
        channel = german.create_text_channel("bilder")
        uwe = german.add_member(stage.env.create_user("uwe"))
        await uwe.send(channel, f"{stage.mention} mach es wärmer", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer(channel=channel)
        assert "wärmer" in answer.content
        assert "the picture" not in answer.content


async def test_members_have_pictures_of_their_own(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for who, file in (("ann", ONE_BALL), ("bob", png(grey()))):
            await stage.ask("mirror it", who=who, attachments=[(f"{who}.png", file)])
        await stage.quiet()
        for who in ("ann", "bob"):
            await stage.ask("flip it top to bottom", who=who)
        await stage.quiet()
        assert sorted(one.attachments[0].filename for one in stage.said()) == [
            "ann-1.png",
            "ann-2.png",
            "bob-1.png",
            "bob-2.png",
        ]


async def test_file_names_of_any_kind_are_harmless(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for count, name in enumerate(("../../x.png", "a" * 120 + ".png", "SPOILER_.png", ".png", "мяч.png"), 1):
            await stage.ask("mirror it", attachments=[(name, ONE_BALL)])
            shown = (await stage.answer(count)).attachments[0].filename
            assert shown.endswith(".png")
            assert "/" not in shown
            assert len(shown) < 60


async def test_whoever_writes_german_is_answered_in_german(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mach den roten Ball grün", attachments=[("ball.png", ONE_BALL)])
        assert "außerhalb der Maske" in (await stage.answer()).content
