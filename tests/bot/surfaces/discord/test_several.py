"""Several pictures in one message: each edited, or one of them saying where or how."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.data import Image, Picture
from tests.bot.surfaces.discord.samples import grey, mask, scribbled
from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, balls, on_stage, picture_of, png

LEFT = slice(0, 60)


async def test_each_of_several_pictures_is_answered_on_its_own(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        files = [("ball.png", ONE_BALL), ("grey.png", png(grey())), ("small.png", png(balls(30)[:, :64]))]
        asked = await stage.ask("mirror these", attachments=files)
        answers: dict[str, Image] = {}
        for number in (1, 2, 3):
            answer = await stage.answer(number)
            assert answer.reference is not None
            assert answer.reference.message_id == asked.id
            answers[answer.attachments[0].filename] = await picture_of(answer)
        assert np.array_equal(answers["ball-1.png"], balls(80)[:, ::-1])
        assert np.array_equal(answers["grey-1.png"], grey()[:, ::-1])
        assert np.array_equal(answers["small-1.png"], balls(30)[:, :64][:, ::-1])
        assert len(stage.said()) == 3


async def test_each_picture_of_the_message_replied_to_is_meant(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        files = [("ball.png", ONE_BALL), ("grey.png", png(grey()))]
        shown = await stage.member("ann").send(stage.channel, "look", attachments=files)
        await stage.ask("mirror it", who="bob", reply_to=shown)
        await stage.answer(2)
        assert sorted(one.attachments[0].filename for one in stage.said()) == ["ball-1.png", "grey-1.png"]


async def test_a_mask_says_where(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        files = [("balls.png", TWO_BALLS), ("mask.png", mask(96, 160, LEFT))]
        await stage.ask("make it black and white", attachments=files)
        shown = await picture_of(await stage.answer())
        assert np.ptp(shown[:, :50], axis=2).max() == 0
        assert np.array_equal(shown[:, 60:], balls(30, 130)[:, 60:])
        assert len(stage.said()) == 1


async def test_a_mask_of_half_the_size_fits(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        photo = np.tile(balls(80), (2, 1, 1))
        files = [("balls.png", png(photo)), ("mask.png", mask(96, 80, slice(0, 30)))]
        await stage.ask("make it black and white", attachments=files)
        shown = await picture_of(await stage.answer())
        assert np.ptp(shown[:, :50], axis=2).max() == 0
        assert np.array_equal(shown[:, 62:], photo[:, 62:])


async def test_scribbles_say_where(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        photo = balls(30, 130)
        files = [("balls.png", TWO_BALLS), ("marked.png", scribbled(photo, 30))]
        await stage.ask("make it black and white", attachments=files)
        shown = await picture_of(await stage.answer())
        assert np.ptp(shown[44:52, 24:36], axis=2).max() == 0
        assert np.array_equal(shown[:, 80:], photo[:, 80:])


async def test_a_mask_in_a_reply_is_of_the_answer(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", png(balls(30)))])
        answer = await stage.answer()
        drawn = [("mask.png", mask(96, 160, LEFT))]
        await stage.member("ann").send(stage.channel, "make it black and white", reply_to=answer, attachments=drawn)
        shown = await picture_of(await stage.answer(2))
        assert np.ptp(shown[:, :50], axis=2).max() == 0
        assert np.array_equal(shown[:, 60:], balls(30)[:, ::-1][:, 60:])


async def test_another_picture_shows_how_it_should_look(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        files = [("ball.png", ONE_BALL), ("grey.png", png(grey()))]
        await stage.ask("replace the red ball with the thing in the second picture", attachments=files)
        await stage.answer()
        (request,) = stage.engine.requests
        assert isinstance(request.reference, Picture)
        assert np.array_equal(request.reference.rgb, grey())
        assert np.array_equal(request.picture.rgb, balls(80))
        assert len(stage.said()) == 1
