"""Sensitive pictures are shown only where a channel is age-restricted, whichever way they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord
import numpy as np

from engine.editor import Editor
from engine.fakes import ColourChecker, FillInpainter
from engine.grounding.router import Grounder
from tests.bot.surfaces.discord.hand import from_more, whispered
from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, Engine, Stage, buttons, on_stage, pixels

RED = (200, 30, 40)
HIDDEN = "The result may be sensitive, so it is only shown in age-restricted channels. Undo takes it back."


class Watchful(Engine):
    """An engine that takes one red for what only adults should see."""

    def __init__(self) -> None:
        super().__init__()
        self._editor = Editor(Grounder().locate, FillInpainter(), checker=ColourChecker(RED))


async def mirrored(stage: Stage, picture: bytes = ONE_BALL) -> discord.Message:
    """The answer to an edit that keeps the red."""
    await stage.ask("mirror it", attachments=[("ball.png", picture)])
    return await stage.answer()


def restrict(stage: Stage, *, adult: bool = True) -> None:
    """The channel is for adults, or for everybody."""
    known: Any = stage.client.get_channel(stage.channel.id)
    known.nsfw = adult


async def test_a_sensitive_result_is_not_shown_to_everybody(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Watchful()) as stage:
        answer = await mirrored(stage)
        assert answer.content == HIDDEN
        assert answer.attachments == []


async def test_it_is_shown_where_the_channel_is_age_restricted(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Watchful()) as stage:
        restrict(stage)
        answer = await mirrored(stage)
        assert answer.content != HIDDEN
        assert (pixels(await answer.attachments[0].read()) == RED).all(axis=2).any()


async def test_its_mask_a_comparison_variations_and_the_file_are_hidden_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Watchful()) as stage:
        restrict(stage)
        await stage.ask("write “HI” at the top", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        restrict(stage, adult=False)
        ann = stage.member("ann")
        assert whispered(await ann.click(answer, label="Mask")) == HIDDEN
        _, downloaded = await from_more(stage, "ann", answer, "download")
        assert whispered(downloaded) == HIDDEN
        for number, label in enumerate(("Compare", "Variations"), 2):
            await ann.click(answer, label=label)
            hidden = await stage.answer(number)
            assert (hidden.content, hidden.attachments) == (HIDDEN, [])


async def test_a_question_about_it_shows_no_picture(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Watchful()) as stage:
        answer = await mirrored(stage, TWO_BALLS)
        await stage.member("ann").send(stage.channel, f"{stage.mention} make the red ball green", reply_to=answer)
        question = await stage.answer(2)
        assert "Which one?" in question.content
        assert question.content.endswith(HIDDEN)
        assert question.attachments == []
        assert list(buttons(question)) == ["1", "2", "All"]


async def test_what_takes_the_sensitive_away_is_shown(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Watchful()) as stage:
        answer = await mirrored(stage)
        await stage.member("ann").send(stage.channel, f"{stage.mention} make the red ball green", reply_to=answer)
        shown = pixels(await (await stage.answer(2)).attachments[0].read())
        assert not (shown == np.array(RED)).all(axis=2).any()
