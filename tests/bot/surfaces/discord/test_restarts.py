"""What survives the bot: unfinished jobs, open questions, buttons and replies to old answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, Engine, balls, buttons, on_stage, picture_of, until

MIRRORED = balls(80)[:, ::-1]


async def test_an_unfinished_job_is_answered_once_after_a_restart(tmp_path: Path) -> None:
    engine = Engine()
    engine.go.clear()
    async with on_stage(tmp_path, engine) as stage:
        asked = stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await engine.started.wait()
        await stage.restart()
        answer = await stage.answer()
        assert np.array_equal(await picture_of(answer), MIRRORED)
        assert answer.reference is not None
        assert answer.reference.message_id == asked.id
        assert len(stage.said()) == 1


async def test_the_living_message_of_an_earlier_process_becomes_the_answer(tmp_path: Path) -> None:
    engine = Engine()
    engine.go.clear()
    async with on_stage(tmp_path, engine) as stage:
        stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await until(lambda: bool(stage.said()))
        living = stage.said()[0]
        assert list(buttons(living)) == ["Cancel"]
        await stage.restart()
        answer = await stage.answer()
        assert answer.id == living.id
        assert np.array_equal(await picture_of(answer), MIRRORED)
        assert len(stage.said()) == 1


async def test_old_buttons_work(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        done = await stage.answer()
        await stage.restart()
        await ann.click(done, label="Undo")
        assert np.array_equal(await picture_of(await stage.answer(2)), balls(80))
        await ann.click(done, label="Compare")
        assert [file.filename for file in (await stage.answer(3)).attachments] == ["compare.jpg", "wipe.gif"]
        await ann.send(stage.channel, "flip it top to bottom", reply_to=done)
        assert np.array_equal(await picture_of(await stage.answer(4)), MIRRORED[::-1])


async def test_an_open_question_stays_open(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("make the red ball green", attachments=[("balls.png", TWO_BALLS)])
        asked = await stage.answer()
        await stage.restart()
        await stage.member("ann").click(asked, label="2")
        shown = await picture_of(await stage.answer(2))
        assert shown[48, 130, 1] > shown[48, 130, 0]


async def test_the_authors_latest_picture_is_remembered(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        await stage.restart()
        await stage.ask("flip it top to bottom")
        assert np.array_equal(await picture_of(await stage.answer(2)), MIRRORED[::-1])


async def test_an_answer_that_was_on_its_way_arrives_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.env.inject_error("POST", "/channels/*/messages", status=503, times=None)
        stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await until(lambda: sum("/messages" in one.path for one in stage.env.http_requests) >= 1)
        stage.env.backend.faults.clear()
        await stage.restart()
        assert np.array_equal(await picture_of(await stage.answer()), MIRRORED)
        assert len(stage.said()) == 1
