"""Mask: what may have changed is shown, can be reshaped, and is a picture to reply to like any other."""

from __future__ import annotations

from pathlib import Path

import discord
import numpy as np

from bot.pictures import mask_overlay
from bot.replies import say
from bot.surfaces.discord.panels.masks import overlay_of
from engine.data import Picture
from engine.editor import Editor
from engine.fakes import ColourChecker, FillInpainter
from engine.grounding.router import Grounder
from tests.bot.surfaces.discord.hand import press, whispered
from tests.bot.surfaces.discord.stage import (
    ONE_BALL,
    TWO_BALLS,
    Engine,
    Stage,
    balls,
    buttons,
    on_stage,
    picture_of,
)  # fmt: skip

GREEN = (40, 150, 60)


async def recoloured(stage: Stage) -> discord.Message:
    """The left of two balls, made green."""
    await stage.ask("make the left red ball green", attachments=[("balls.png", TWO_BALLS)])
    return await stage.answer()


async def shown_mask(stage: Stage, answer: discord.Message, who: str = "ann") -> discord.Message:
    await press(stage, who, answer, "Mask")
    return stage.said()[-1]


async def marked(stage: Stage, message: discord.Message) -> int:
    """Pixels that the answer may have changed."""
    post = await stage.parts.posts.of_message("discord", str(message.id))
    assert post is not None
    assert post.revision is not None
    mask = await stage.parts.server.house.history.mask(post.revision)
    assert mask is not None
    return int(np.count_nonzero(mask))


async def test_the_area_stands_out_and_the_rest_is_dimmed(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await recoloured(stage)
        panel = await shown_mask(stage, answer)
        assert panel.reference is not None
        assert panel.reference.message_id == answer.id
        assert panel.content == say("discord.mask.shown")
        overlay, before = await picture_of(panel), await picture_of(answer)
        assert overlay.shape == (384, 640, 3)
        assert overlay[192, 120].mean() > before[48, 30].mean()
        assert overlay[20:80, 260:380].mean() < 0.7 * before[5:20, 65:95].mean()
        assert list(buttons(panel)) == ["Grow", "Shrink", "Soften", "Invert", "Others"]


def test_single_pixels_that_stayed_are_not_drawn_as_holes_but_larger_ones_are() -> None:
    picture, area = Picture(balls(80)), np.zeros((96, 160), np.bool_)
    area[10:80, 10:150] = True
    speckled, holed = area.copy(), area.copy()
    speckled[20:70:7, 20:140:9] = False
    holed[30:50, 60:90] = False
    assert np.array_equal(overlay_of(picture, speckled).rgb, mask_overlay(picture, area).rgb)
    assert np.array_equal(overlay_of(picture, holed).rgb, mask_overlay(picture, holed).rgb)


async def test_it_grows_shrinks_and_softens(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await recoloured(stage)
        panel = await shown_mask(stage, answer)
        await press(stage, "ann", panel, "Grow")
        grown = await stage.answer(3)
        assert grown.reference is not None
        assert grown.reference.message_id == panel.id
        await press(stage, "ann", panel, "Shrink")
        shrunk = await stage.answer(4)
        assert await marked(stage, shrunk) < await marked(stage, answer) < await marked(stage, grown)
        await press(stage, "ann", panel, "Soften")
        soft, hard = await picture_of(await stage.answer(5)), await picture_of(answer)
        assert tuple(hard[48, 30]) == GREEN == tuple(soft[48, 30])
        assert not np.array_equal(soft, hard)


async def test_it_turns_inside_out(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("make the left red ball darker", attachments=[("balls.png", TWO_BALLS)])
        answer = await stage.answer()
        await press(stage, "ann", await shown_mask(stage, answer), "Invert")
        inverted, before = await picture_of(await stage.answer(3)), balls(30, 130)
        assert np.array_equal(inverted[40:56, 22:38], before[40:56, 22:38])
        assert inverted[:, 60:].mean() < before[:, 60:].mean()


async def test_the_other_candidate_takes_its_place_where_there_is_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        panel = await shown_mask(stage, await recoloured(stage))
        await press(stage, "ann", panel, "Others")
        picture = await picture_of(await stage.answer(3))
        assert tuple(picture[48, 130]) == GREEN
        assert np.array_equal(picture[:, :80], balls(30, 130)[:, :80])
        await stage.ask("make the red ball green", attachments=[("ball.png", ONE_BALL)])
        await press(stage, "ann", await shown_mask(stage, await stage.answer(4)), "Others")
        assert "another red ball" in (await stage.answer(6)).content


async def test_after_a_restart_it_is_there_for_buttons_replies_and_others_who_branch_off(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await recoloured(stage)
        await stage.restart()
        panel = await shown_mask(stage, answer, "bob")
        await stage.restart()
        await press(stage, "bob", panel, "Grow")
        assert await marked(stage, await stage.answer(3)) > await marked(stage, answer)
        await stage.ask("mirror it", who="ann")
        assert "revision 2" in (await stage.answer(4)).content
        await stage.member("ann").send(stage.channel, "mirror it", reply_to=panel)
        replied = await stage.answer(5)
        assert "revision 3" in replied.content
        assert np.array_equal(await picture_of(replied), (await picture_of(answer))[:, ::-1])


async def test_what_cannot_be_reshaped_has_no_buttons_for_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        assert buttons(await stage.answer())["Mask"].disabled
        await stage.ask("make the red ball green and crop to square", attachments=[("ball.png", ONE_BALL)])
        panel = await shown_mask(stage, await stage.answer(2))
        assert [file.filename for file in panel.attachments] == ["mask.jpg"]
        assert buttons(panel) == {}


async def test_where_it_cannot_be_put_whoever_clicked_sees_it_or_why_not(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await recoloured(stage)
        stage.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
        done = await press(stage, "ann", answer, "Mask")
        assert whispered(done) == say("discord.mask.shown")
        assert [file.filename for file in done.followups[0].attachments] == ["mask.jpg"]
        assert len(stage.said()) == 1
        await stage.env.advance_time(5)
        panel = await shown_mask(stage, answer)
        await stage.parts.server.house.history.forget(str(stage.member("ann").id))
        await stage.env.advance_time(5)
        assert whispered(await press(stage, "ann", answer, "Mask")) == say("discord.forgotten")
        assert whispered(await press(stage, "ann", panel, "Grow")) == say("discord.forgotten")


class Watchful(Engine):
    """An engine that finds green sensitive."""

    def __init__(self) -> None:
        super().__init__()
        self._editor = Editor(Grounder().locate, FillInpainter(), checker=ColourChecker(GREEN))


async def test_what_is_sensitive_is_not_shown_by_its_mask(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Watchful()) as stage:
        answer = await recoloured(stage)
        assert answer.content == say("discord.hidden")
        assert whispered(await press(stage, "ann", answer, "Mask")) == say("discord.hidden")
        assert len(stage.said()) == 1
