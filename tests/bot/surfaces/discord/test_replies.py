"""Which picture a message is about: the one replied to, of whomever, or the latest where nothing is replied to."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.bot.surfaces.discord.samples import grey
from tests.bot.surfaces.discord.stage import ONE_BALL, Engine, balls, on_stage, picture_of, png, until

MIRRORED = balls(80)[:, ::-1]


async def test_a_reply_goes_on_from_the_answer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        first = await stage.answer()
        asked = await stage.member("ann").send(stage.channel, "flip it top to bottom", reply_to=first)
        second = await stage.answer(2)
        assert np.array_equal(await picture_of(second), MIRRORED[::-1])
        assert "-# revision 2" in second.content
        assert second.reference is not None
        assert second.reference.message_id == asked.id


async def test_a_reply_to_an_older_answer_branches_off_there(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        first = await stage.answer()
        await ann.send(stage.channel, "make it black and white", reply_to=first)
        await stage.answer(2)
        await ann.send(stage.channel, "flip it top to bottom", reply_to=first)
        assert np.array_equal(await picture_of(await stage.answer(3)), MIRRORED[::-1])


async def test_a_reply_to_a_members_picture_edits_that(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        shown = await stage.member("ann").send(stage.channel, "look!", attachments=[("ball.png", ONE_BALL)])
        await stage.ask("mirror it", who="bob", reply_to=shown)
        assert np.array_equal(await picture_of(await stage.answer()), MIRRORED)


async def test_the_authors_earlier_picture_is_found_and_that_is_said(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.member("ann").send(stage.channel, "look!", attachments=[("ball.png", ONE_BALL)])
        await stage.member("bob").send(stage.channel, "mine", attachments=[("grey.png", png(grey()))])
        await stage.ask("mirror it")
        answer = await stage.answer()
        assert np.array_equal(await picture_of(answer), MIRRORED)
        assert "You named no picture, so I took your latest one here." in answer.content


async def test_without_a_picture_the_authors_latest_result_is_meant_and_that_is_said(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        await stage.ask("make it warmer", who="bob", attachments=[("grey.png", png(grey()))])
        await stage.answer(2)
        await stage.ask("flip it top to bottom")
        answer = await stage.answer(3)
        assert np.array_equal(await picture_of(answer), MIRRORED[::-1])
        assert "Going on from your latest picture here (revision 1)." in answer.content


async def test_a_picture_forwarded_to_the_bot_is_asked_about_and_edited(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann, elsewhere = stage.member("ann"), stage.guild.create_text_channel("elsewhere")
        shown = await ann.send(elsewhere, "look", attachments=[("ball.png", ONE_BALL)])
        forwarded = await ann.forward(shown, stage.channel)
        await stage.ask("mirror it", reply_to=forwarded)
        assert np.array_equal(await picture_of(await stage.answer()), MIRRORED)


async def test_the_latest_picture_may_be_a_forwarded_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann, elsewhere = stage.member("ann"), stage.guild.create_text_channel("elsewhere")
        shown = await ann.send(elsewhere, "look", attachments=[("ball.png", ONE_BALL)])
        await ann.forward(shown, stage.channel)
        await stage.ask("mirror it")
        assert np.array_equal(await picture_of(await stage.answer()), MIRRORED)


async def test_a_step_back_is_about_the_latest_edit_whatever_was_posted_since(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        await stage.member("ann").send(stage.channel, "my cat", attachments=[("grey.png", png(grey()))])
        await stage.ask("undo")
        answer = await stage.answer(2)
        assert answer.content.startswith("Took the last step back.")
        assert np.array_equal(await picture_of(answer), balls(80))


async def test_a_reply_to_what_was_deleted_is_told_in_plain_words(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        shown = await stage.member("bob").send(stage.channel, "look", attachments=[("ball.png", ONE_BALL)])
        stage.env.backend.delete_message(stage.channel.id, shown.id)
        backend = stage.env.backend
        reference = {"channel_id": str(stage.channel.id), "message_id": str(shown.id)}
        ann = stage.member("ann").id
        backend.create_message(stage.channel.id, ann, f"{stage.mention} mirror it", reference=reference)
        answer = await stage.answer()
        assert answer.content == "I do not have that picture any more."


async def test_an_answer_that_was_deleted_since_is_still_edited_by_words(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        stage.env.backend.delete_message(stage.channel.id, answer.id)
        await stage.ask("flip it top to bottom")
        assert np.array_equal(await picture_of(await stage.answer()), MIRRORED[::-1])


async def test_whoever_branches_leaves_the_head_of_the_other_alone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        bob = stage.member("bob")
        await bob.send(stage.channel, "make it black and white", reply_to=answer)
        theirs = await stage.answer(2)
        await bob.click(theirs, label="Undo")
        assert np.array_equal(await picture_of(await stage.answer(3)), MIRRORED)
        await bob.click(answer, label="Undo")
        assert np.array_equal(await picture_of(await stage.answer(4)), balls(80))
        await stage.ask("flip it top to bottom")
        assert np.array_equal(await picture_of(await stage.answer(5)), MIRRORED[::-1])


async def test_a_reply_to_a_message_that_is_being_worked_on_waits_for_its_answer(tmp_path: Path) -> None:
    engine = Engine()
    engine.go.clear()
    async with on_stage(tmp_path, engine) as stage:
        stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await until(lambda: bool(stage.said()))
        stage.post("flip it top to bottom", reply_to=stage.said()[0])
        engine.go.set()
        assert np.array_equal(await picture_of(await stage.answer(2)), MIRRORED[::-1])


async def test_outside_the_edits_every_pixel_is_the_photos_after_five_of_them(tmp_path: Path) -> None:
    photo = balls(30, 80, 130)
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("make the left red ball green", attachments=[("balls.png", png(photo))])
        answer = await stage.answer()
        said = ["make the right red ball blue", "brighten the blue ball", "remove the green ball", "blur the blue ball"]
        for count, words in enumerate(said, 2):
            await ann.send(stage.channel, words, reply_to=answer)
            answer = await stage.answer(count)
            assert "0 pixels changed outside the mask" in answer.content
        assert "-# revision 5" in answer.content
        shown = await picture_of(answer)
        y, x = np.mgrid[:96, :160]
        near = ((y - 48) ** 2 + (x - 30) ** 2 < 30**2) | ((y - 48) ** 2 + (x - 130) ** 2 < 30**2)
        assert np.array_equal(shown[~near], photo[~near])
        assert not np.array_equal(shown[near], photo[near])
