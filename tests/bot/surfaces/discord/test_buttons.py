"""Undo, redo, retry, variations, compare and pick, by their buttons and by words."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from bot.keeping.preferences import of_member
from bot.pictures import side_by_side
from engine.data import Picture
from tests.bot.surfaces.discord.stage import ONE_BALL, Engine, balls, buttons, on_stage, picture_of, until

MIRRORED = balls(80)[:, ::-1]


async def test_undo_and_redo_go_back_and_forth(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        done = await stage.answer()
        assert not buttons(done)["Undo"].disabled
        assert buttons(done)["Redo"].disabled
        await ann.click(done, label="Undo")
        undone = await stage.answer(2)
        assert np.array_equal(await picture_of(undone), balls(80))
        assert buttons(undone)["Undo"].disabled
        assert not buttons(undone)["Redo"].disabled
        await ann.click(undone, label="Redo")
        assert np.array_equal(await picture_of(await stage.answer(3)), MIRRORED)


async def test_undo_redo_and_compare_by_words(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        await stage.ask("undo")
        assert np.array_equal(await picture_of(await stage.answer(2)), balls(80))
        await stage.ask("redo that")
        assert np.array_equal(await picture_of(await stage.answer(3)), MIRRORED)
        await stage.ask("show me before and after")
        assert [file.filename for file in (await stage.answer(4)).attachments] == ["compare.jpg", "wipe.gif"]
        await stage.ask("undo")
        await stage.answer(5)
        await stage.ask("undo")
        assert (await stage.answer(6)).content == "There is nothing to undo: this is the original picture."


async def test_undo_in_the_middle_goes_back_from_there(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        first = await stage.answer()
        await ann.send(stage.channel, "flip it top to bottom", reply_to=first)
        second = await stage.answer(2)
        await ann.send(stage.channel, "make it black and white", reply_to=second)
        await stage.answer(3)
        await ann.click(second, label="Undo")
        assert np.array_equal(await picture_of(await stage.answer(4)), MIRRORED)
        await ann.send(stage.channel, "undo", reply_to=first)
        assert np.array_equal(await picture_of(await stage.answer(5)), balls(80))


async def test_retry_and_variations_and_a_pick(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("remove the red ball", attachments=[("ball.png", ONE_BALL)])
        done = await stage.answer()
        await ann.click(done, label="Retry")
        again = await stage.answer(2)
        assert "-# revision 2" in again.content
        assert np.array_equal((await picture_of(again))[:, :40], balls(80)[:, :40])
        await ann.click(done, label="Variations")
        grid = await stage.answer(3)
        assert list(buttons(grid)) == ["1", "2", "3", "4", "Retry"]
        assert "Press a number to go on from that one." in grid.content
        assert (await picture_of(grid)).shape[0] > 96
        await ann.click(grid, label="3")
        picked = await stage.answer(4)
        assert "-# revision 5" in picked.content
        await ann.send(stage.channel, "mirror it", reply_to=picked)
        mirrored = await picture_of(await stage.answer(5))
        assert np.array_equal(mirrored[:, ::-1], await picture_of(picked))


async def test_words_ask_for_so_many_variations(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("remove the red ball", attachments=[("ball.png", ONE_BALL)])
        done = await stage.answer()
        await stage.member("ann").send(stage.channel, "2 variations", reply_to=done)
        assert list(buttons(await stage.answer(2))) == ["1", "2", "Retry"]


async def test_compare_shows_both_beside_each_other_and_one_wiped_over_the_other(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("make it black and white", attachments=[("ball.png", ONE_BALL)])
        await stage.member("ann").click(await stage.answer(), label="Compare")
        compared = await stage.answer(2)
        beside, wipe = compared.attachments
        shown = await picture_of(compared)
        assert shown.shape[1] >= 2 * 160
        moving = PillowImage.open(io.BytesIO(await wipe.read()))
        assert beside.filename.startswith("compare.")
        assert getattr(moving, "n_frames", 1) > 2


async def test_a_comparison_is_labelled_in_the_language_where_it_can_be_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def off(labels: tuple[str, str]) -> float:
        """How far the last comparison is from one with those labels."""
        drawn = side_by_side(Picture(balls(80)), Picture(MIRRORED[::-1]), labels).rgb
        return float(np.abs(drawn.astype(np.int16) - await picture_of(stage.said()[-1])).mean())

    def without_glyphs(*_: str) -> None:
        return None

    async with on_stage(tmp_path) as stage:
        await stage.parts.preferences.change(of_member("discord", str(stage.member("ann").id)), language="de")
        await stage.ask("rotate by 180 degrees", attachments=[("ball.png", ONE_BALL)])
        done = await stage.answer()
        await stage.member("ann").click(done, label="Vergleichen")
        await stage.answer(2)
        assert await off(("vorher", "nachher")) < await off(("before", "after"))
        monkeypatch.setattr("bot.surfaces.discord.looks.drawable", without_glyphs)
        await stage.member("ann").send(stage.channel, "vergleichen", reply_to=done)
        await stage.answer(3)
        assert await off(("vorher", "nachher")) > await off(("before", "after"))


async def test_comparing_moves_nothing_also_for_somebody_else(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        done = await stage.answer()
        await stage.member("bob").click(done, label="Compare")
        assert (await stage.answer(2)).content.startswith("Put before and after side by side.")
        await stage.ask("flip it top to bottom")
        assert np.array_equal(await picture_of(await stage.answer(3)), MIRRORED[::-1])


async def test_a_double_click_is_one_job(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("remove the red ball", attachments=[("ball.png", ONE_BALL)])
        done = await stage.answer()
        stage.engine.go.clear()
        first, second = stage.press(done, "Retry"), stage.press(done, "Retry")
        await until(lambda: first.acknowledged and second.acknowledged)
        stage.engine.go.set()
        await stage.answer(2)
        assert len(stage.said()) == 2
        assert len(stage.engine.requests) == 2


@pytest.mark.parametrize("label", ["Mask", "More", "Compare"])
async def test_a_double_click_shows_it_once(tmp_path: Path, label: str) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("make the red ball green", attachments=[("ball.png", ONE_BALL)])
        done = await stage.answer()
        clicks = [stage.press(done, label), stage.press(done, label)]
        await until(lambda: all(click.acknowledged for click in clicks))
        await stage.quiet()
        whispered = [click for click in clicks if click.response is not None and click.response.ephemeral]
        assert (len(stage.said()), len(whispered)) == ((1, 1) if label == "More" else (2, 0))


async def test_clicks_are_acknowledged_while_the_engine_is_busy(tmp_path: Path) -> None:
    engine = Engine()
    async with on_stage(tmp_path, engine) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        done = await stage.answer()
        engine.go.clear()
        stage.post(f"{stage.mention} remove the red ball", attachments=[("ball.png", ONE_BALL)])
        await until(lambda: len(engine.requests) == 2)
        pressed = stage.press(done, "Undo", who="bob")
        await until(lambda: pressed.acknowledged)
        await until(lambda: any(one.content.startswith("Took the last step back.") for one in stage.said()))
        engine.go.set()
        await stage.quiet()
