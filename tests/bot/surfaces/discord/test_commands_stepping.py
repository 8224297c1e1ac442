"""/undo, /redo, /compare and /history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import discord
import numpy as np

from bot.surfaces.discord.address import SURFACE
from tests.bot.surfaces.discord.stage import ONE_BALL, balls, on_stage, picture_of
from tests.bot.surfaces.discord.test_commands_editing import told


async def test_undo_and_redo_go_as_far_as_they_are_told(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await told(stage, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL))
        await told(stage, "edit", instruction="make it 30% darker")
        words = await told(stage, "undo", count=2)
        assert words.startswith("Took the last 2 steps back.")
        assert np.array_equal(await picture_of(await stage.answer(3)), balls(80))
        assert (await told(stage, "redo")).startswith("Did the next step again.")
        assert np.array_equal(await picture_of(await stage.answer(4)), await picture_of(await stage.answer(1)))
        assert "There is nothing to redo" in await told(stage, "redo", count=2)
        assert "There is nothing to undo" in await told(stage, "undo", count=9)


async def test_steps_are_ones_own(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await told(stage, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL))
        result = await stage.member("bob").slash(stage.channel, "undo")
        await stage.quiet()
        assert "I have no picture of yours here" in result.response.content
        history = stage.parts.server.house.history
        latest = await history.latest(author=str(stage.member("ann").id), surface=SURFACE)
        assert latest is not None
        assert latest.number == 1


async def test_compare_shows_before_and_after_and_the_way_between(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await told(stage, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL))
        await told(stage, "compare")
        answer = await stage.answer(2)
        beside, moving = answer.attachments
        assert (await picture_of(answer)).shape[1] > 2 * 160
        assert moving.filename == "wipe.gif"
        assert beside.filename.startswith("compare")


async def test_the_history_is_a_sheet_to_go_on_from(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert "There is no picture of yours here yet." in await told(stage, "history")
        await told(stage, "edit", instruction="make the red ball green", image=("ball.png", ONE_BALL))
        await told(stage, "edit", instruction="make it 30% darker")
        assert "Pictures so far: 3." in await told(stage, "history")
        sheet = await stage.answer(4)
        assert sheet.attachments[0].filename.startswith("history")
        row: Any = sheet.components[0]
        menu: discord.SelectMenu = row.children[0]
        original = next(option.value for option in menu.options if option.label.startswith("0"))
        await stage.member("ann").select(sheet, [original])
        assert "revision 0" in (await stage.answer(5)).content
        await stage.member("ann").send(stage.channel, "flip it", reply_to=sheet)
        assert "revision 3" in (await stage.answer(6)).content, "a reply to the sheet goes on from what it was about"
