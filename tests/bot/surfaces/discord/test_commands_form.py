"""“Edit this picture”, in the menu of any message."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, Engine, balls, on_stage, picture_of, png
from tests.bot.surfaces.discord.test_commands_editing import LEFT, told

MENU = "Edit this picture"


async def test_the_picture_of_a_message_is_edited_in_a_form(tmp_path: Path) -> None:
    engine = Engine()
    async with on_stage(tmp_path, engine) as stage:
        ann, bob = stage.member("ann"), stage.member("bob")
        message = await bob.send(stage.channel, "look", attachments=[("two.png", TWO_BALLS)])
        shown = await ann.context_menu(stage.channel, MENU, message)
        assert [one["label"] for one in shown.modal["components"]] == [
            "What should change?",
            "Mask (optional)",
            "Reference (optional)",
        ]
        files = {"mask": ("mask.png", png(LEFT)), "reference": ("ball.png", ONE_BALL)}
        sent = await ann.submit_modal(shown, {"words": "make it 60% darker", **files})
        answer = await stage.answer()
        assert sent.response.id == answer.id
        assert stage.written[0].content == "Starting…"
        after = await picture_of(answer)
        assert not (after != balls(30, 130)).any(axis=2)[~(LEFT[..., 0] > 0)].any()
        assert engine.requests[0].reference is not None
        await ann.send(stage.channel, "flip it", reply_to=answer)
        assert "revision 2" in (await stage.answer(2)).content


async def test_of_several_pictures_one_is_chosen(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        files = [("one.png", ONE_BALL), ("two.png", TWO_BALLS)]
        message = await ann.send(stage.channel, "look", attachments=files)
        shown = await ann.context_menu(stage.channel, MENU, message)
        assert [one["label"] for one in shown.modal["components"]][1] == "Which picture?"
        await ann.submit_modal(shown, {"words": "flip it", "which": ["1"]})
        assert np.array_equal(await picture_of(await stage.answer()), balls(30, 130)[:, ::-1])


async def test_an_answer_of_the_bot_is_gone_on_from(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann, bob = stage.member("ann"), stage.member("bob")
        await told(stage, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL))
        answer = await stage.answer()
        shown = await bob.context_menu(stage.channel, MENU, answer)
        await bob.submit_modal(shown, {"words": "flip it"})
        assert "revision 2" in (await stage.answer(2)).content, "with all that led to it, on a branch of bob's own"
        await ann.slash(stage.channel, "undo")
        assert "revision 0" in (await stage.answer(3)).content

        shown = await ann.context_menu(stage.channel, MENU, answer)
        await stage.parts.server.house.history.forget(str(ann.id))
        await ann.submit_modal(shown, {"words": "flip it"})
        assert (await stage.answer(4)).content == "I do not have that picture any more."


async def test_a_message_without_a_picture_is_told_so(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        message = await ann.send(stage.channel, "no picture here")
        result = await ann.context_menu(stage.channel, MENU, message)
        assert result.ephemeral
        assert result.response.content == "There is no picture in that message."
