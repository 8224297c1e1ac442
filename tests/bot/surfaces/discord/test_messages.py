"""Messages to the bot: whatever is sent along, whatever is written, and those that were not meant for it."""

from __future__ import annotations

import io
from pathlib import Path

import discord
import numpy as np
import pytest
from PIL import Image as PillowImage
from simcord.backend.serializers import role_payload
from simcord.enums import MessageType

from bot.config import LimitSettings, Settings
from tests.bot.surfaces.discord.samples import DAMAGED, TINY, animation, cut_out, photo_lying_down
from tests.bot.surfaces.discord.stage import ONE_BALL, Stage, balls, buttons, on_stage, picture_of

UNREADABLE = (
    ("notes.txt", b"hello", "not a picture I can read"),
    ("clip.mp4", b"\0\0\0\x18ftypmp42", "I cannot edit videos. Send one frame of it as a picture."),
    ("ball.png", DAMAGED, "damaged or cut short"),
    ("ball.png", b"", "not a picture I can read"),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture I can read"),
    ("ball.png", TINY, "20 × 20 px; each side needs 64 px or more"),
)
"""Names and contents of files, and what is said of each."""


async def test_a_mention_with_a_picture_is_answered(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await stage.ask("make the red ball green", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert answer.reference is not None
        assert answer.reference.message_id == asked.id
        shown = await picture_of(answer)
        assert shown[48, 80, 1] > shown[48, 80, 0]
        assert np.array_equal(shown[:, :40], balls(80)[:, :40])
        first, second = answer.content.splitlines()
        assert first == "Made the red ball green."
        assert second.startswith("-# revision 1 · 0 pixels changed outside the mask")
        assert answer.attachments[0].filename == "ball-1.png"
        assert answer.attachments[0].description == "Made the red ball green."
        assert {"Undo", "Redo", "Retry", "Variations", "Mask", "Compare", "More"} <= set(buttons(answer))
        assert len(stage.said()) == 1


async def test_no_mention_is_needed_in_a_direct_message(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann").user
        files = stage.env.backend.store_attachments(ann.dm_channel.id, [("ball.png", ONE_BALL)])
        await ann.send_dm("make it black and white", attachments=files)
        answer = await stage.answer(channel=ann.dm_channel)
        shown = await picture_of(answer)
        assert np.ptp(shown, axis=2).max() == 0


async def test_the_mention_may_stand_anywhere(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        bot, nicknamed = stage.mention, f"<@!{stage.client.me.id}>"
        ways = (f"crop to square {bot}", f"hey {bot}, crop to square", f"{nicknamed} crop to square")
        for count, words in enumerate(ways, 1):
            await stage.member("ann").send(stage.channel, words, attachments=[("ball.png", ONE_BALL)])
            assert (await picture_of(await stage.answer(count))).shape == (96, 96, 3), words


async def test_the_bots_own_role_may_be_mentioned_instead(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        role = next(role for role in stage.guild._guild.roles.values() if role.managed)
        tags = {"bot_id": str(stage.client.me.id)}
        told = {"guild_id": str(stage.guild.id), "role": {**role_payload(role), "tags": tags}}
        stage.env.backend.emit("GUILD_ROLE_UPDATE", told)
        words = f"<@&{role.id}> crop to square"
        await stage.member("ann").send(stage.channel, words, attachments=[("ball.png", ONE_BALL)])
        assert (await stage.answer()).content.startswith("Cropped to a square.")


async def test_a_photo_that_lies_on_its_side_is_answered_upright(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        photo = photo_lying_down(balls(30))
        await stage.ask("make the red ball green", attachments=[("photo.jpg", photo)])
        answer = await stage.answer()
        shown = await picture_of(answer)
        assert shown.shape == (96, 160, 3)
        assert shown[48, 30, 1] > shown[48, 30, 0]


async def test_transparency_is_kept(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("make the red ball green", attachments=[("ball.png", cut_out(balls(80)))])
        data = await (await stage.answer()).attachments[0].read()
        opacity = np.asarray(PillowImage.open(io.BytesIO(data)).convert("RGBA"))[..., 3]
        assert not opacity[:, :40].any()
        assert (opacity[:, 40:] == 255).all()


async def test_an_animation_is_edited_by_its_first_frame_and_that_is_said(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("balls.gif", animation(balls(30), balls(130)))])
        answer = await stage.answer()
        assert "its first frame was edited" in answer.content
        shown = await picture_of(answer)
        assert shown[48, 130, 0] > shown[48, 130, 1] + 60


async def test_what_cannot_be_edited_is_told_in_a_sentence(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for count, (name, data, told) in enumerate(UNREADABLE, 1):
            asked = await stage.ask("make it warmer", attachments=[(name, data)])
            answer = await stage.answer(count)
            assert told in answer.content
            assert not answer.attachments
            assert answer.reference is not None
            assert answer.reference.message_id == asked.id


async def test_a_picture_under_a_wrong_name_is_a_picture(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.bin", ONE_BALL)])
        assert np.array_equal(await picture_of(await stage.answer()), balls(80)[:, ::-1])


async def test_a_file_that_is_too_large_is_not_even_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path, limits=LimitSettings(file_mb=0.01))
    fetched: list[str] = []

    async def read(self: discord.Attachment, *, use_cached: bool = False) -> bytes:
        fetched.append(self.filename)
        return ONE_BALL

    async with on_stage(tmp_path, settings=settings) as stage:
        monkeypatch.setattr(discord.Attachment, "read", read)
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        assert "MB are accepted" in (await stage.answer()).content
        assert not fetched


async def test_a_picture_without_words_is_asked_about(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("", attachments=[("ball.png", ONE_BALL)])
        question = await stage.answer()
        assert question.content.startswith("I see the picture. What should change?")
        assert not stage.engine.requests
        await stage.member("ann").send(stage.channel, "mirror it", reply_to=question)
        assert np.array_equal(await picture_of(await stage.answer(2)), balls(80)[:, ::-1])


async def test_words_without_any_picture_are_answered_with_what_to_do(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("make it warmer")
        assert (await stage.answer()).content.startswith("I have no picture of yours here to go on from. Attach one")


async def test_a_mere_mention_is_told_how_to_begin(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("")
        assert "mention me with a picture" in (await stage.answer()).content


async def test_words_that_mean_nothing_are_asked_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("florbify the wuzzle", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert answer.content.endswith("?")
        assert not answer.attachments
        assert not stage.engine.requests


async def test_words_of_any_kind_get_one_answer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        kinds = ("اجعل الكرة الحمراء خضراء", "הפוך את הכדור לירוק", "🙂🙃", "||**`x`**||", "a" * 1970)
        for count, words in enumerate(kinds, 1):
            await stage.ask(words, attachments=[("ball.png", ONE_BALL)])
            answer = await stage.answer(count)
            assert 0 < len(answer.content) <= 2000
            assert "Something in me failed" not in answer.content
            assert len(stage.said()) == count


async def test_the_authors_words_are_repeated_as_they_were_written(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        for count, lettering in enumerate(("**SOLD**", "snow_man_x", "@everyone", "||x||"), 1):
            await stage.ask(f"write “{lettering}” at the top", attachments=[("ball.png", ONE_BALL)])
            first = (await stage.answer(count)).content.splitlines()[0]
            assert first == f"Wrote “{discord.utils.escape_markdown(lettering)}” at the top."


async def test_a_covered_picture_stays_covered(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("SPOILER_ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert answer.attachments[0].is_spoiler()
        await stage.member("ann").send(stage.channel, "a bit warmer", reply_to=answer)
        assert (await stage.answer(2)).attachments[0].is_spoiler()
        await stage.member("ann").click(answer, label="Undo")
        assert (await stage.answer(3)).attachments[0].is_spoiler()


async def test_a_covered_picture_stays_covered_where_nothing_is_replied_to(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("make the red ball green", attachments=[("SPOILER_ball.png", ONE_BALL)])
        answer = await stage.answer()
        await stage.ask("a bit warmer")
        assert (await stage.answer(2)).attachments[0].is_spoiler()
        await stage.member("ann").slash(stage.channel, "undo")
        assert (await stage.answer(3)).attachments[0].is_spoiler()
        history = await stage.member("ann").slash(stage.channel, "history")
        await stage.quiet()
        assert history.response.attachments[0].is_spoiler()
        await stage.member("ann").click(answer, label="Mask")
        await stage.quiet()
        assert stage.said()[-1].attachments[0].is_spoiler()


async def silence(stage: Stage) -> None:
    """Nothing was answered, nor begun."""
    await stage.quiet()
    assert not stage.written
    assert not stage.engine.requests


async def test_what_people_say_to_each_other_is_left_alone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann, bob = stage.member("ann"), stage.member("bob")
        shown = await ann.send(stage.channel, "make it warmer", attachments=[("ball.png", ONE_BALL)])
        await bob.send(stage.channel, "make it black and white", reply_to=shown)
        await bob.send(stage.channel, f"{ann.mention} crop it")
        await silence(stage)


async def test_a_call_to_everyone_is_not_meant_for_the_bot(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        loud = stage.guild.create_role("loud", permissions=discord.Permissions(mention_everyone=True))
        ann = stage.member("ann", roles=[loud])
        said = await ann.send(stage.channel, "@everyone mirror it", attachments=[("ball.png", ONE_BALL)])
        assert said.mention_everyone
        await silence(stage)


async def test_other_bots_and_webhooks_are_not_answered(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        robot = stage.guild.add_member(stage.env.create_user("robot", bot=True))
        await robot.send(stage.channel, f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        hook = stage.guild.create_webhook(stage.channel)
        await hook.send(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await silence(stage)


async def test_discords_own_messages_are_not_answered(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        said = await ann.send(stage.channel, "hello")
        stage.guild.create_system_message(stage.channel, MessageType.PINS_ADD, author=ann, referenced_message=said)
        await stage.env.settle()
        await silence(stage)


async def test_for_a_step_of_a_conversation_the_channel_is_not_read(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()

        def reads() -> int:
            return sum(one.method == "GET" and one.path.endswith("/messages") for one in stage.env.http_requests)

        before = reads()
        await stage.ask("undo")
        await stage.member("ann").slash(stage.channel, "edit", instruction="redo")
        await stage.answer(3)
        assert reads() == before
        await stage.ask("make it warmer")
        await stage.answer(4)
        assert reads() == before + 1
