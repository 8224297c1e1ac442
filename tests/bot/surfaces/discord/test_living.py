"""The one message of a job: where it waits, how it goes on, and its answer in the same place."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import discord
import numpy as np
import pytest

from bot.config import QueueSettings, Settings
from bot.surfaces.discord import board
from engine.reporting import Watching
from tests.bot.surfaces.discord.stage import ONE_BALL, Engine, Stage, balls, buttons, on_stage, picture_of, until

HEAVY = "replace the red ball with a blue cube"
"""Something that only a model does."""


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Messages change more often, but where that is what is looked at."""
    if "at_most_every" not in request.node.name:
        monkeypatch.setattr(board, "PACE_S", 0.1)
        monkeypatch.setattr(board, "LOOK_S", 0.1)


def waiting() -> Engine:
    """An engine that waits to be told to go on."""
    engine = Engine()
    engine.go.clear()
    return engine


async def begun(stage: Stage, words: str = HEAVY, who: str = "ann") -> int:
    """The living message of a job that is being worked on."""
    known = {one.message for one in stage.written}
    stage.post(f"{stage.mention} {words}", who=who, attachments=[("ball.png", ONE_BALL)])
    await until(lambda: bool({one.message for one in stage.written} - known))
    (message,) = {one.message for one in stage.written} - known
    return message


async def test_stage_percent_time_left_and_preview_then_the_answer_in_the_same_message(tmp_path: Path) -> None:
    engine = waiting()
    async with on_stage(tmp_path, engine) as stage:
        message = await begun(stage)
        assert stage.written[0].content == "Starting…"
        assert stage.written[0].buttons == ("Cancel",)
        await engine.started.wait()
        report = engine.report
        assert isinstance(report, Watching)
        assert report.preview is not None
        report("edit", 0.4)
        report.left(12.0)
        report.preview(balls(30))
        await until(lambda: bool(stage.written[-1].files))
        told = stage.written[-1]
        assert "Editing · 40 %" in told.content
        assert "about 12 s left" in told.content
        assert told.files == ("preview.jpg",)
        shown = await picture_of(stage.said()[0])
        assert shown[48, 30, 0] > shown[48, 80, 0]
        engine.go.set()
        answer = await stage.answer()
        assert answer.id == message
        assert len(stage.said()) == 1
        assert "preview.jpg" not in [file.filename for file in answer.attachments]
        assert "Cancel" not in buttons(answer)


async def test_a_message_is_edited_at_most_every_one_and_a_half_seconds(tmp_path: Path) -> None:
    engine = waiting()
    async with on_stage(tmp_path, engine) as stage:
        await begun(stage)
        await engine.started.wait()
        assert engine.report is not None
        for step in range(64):
            engine.report("edit", step / 64)
            await asyncio.sleep(0.05)
        told = [one.at for one in stage.written]
        assert len(told) >= 2
        assert all(after - before > 1.49 for before, after in pairwise(told))
        engine.go.set()
        await stage.quiet()


async def test_the_place_in_the_queue_is_shown(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, queue=QueueSettings(heavy_workers=1))
    engine = waiting()
    async with on_stage(tmp_path, engine, settings) as stage:
        await begun(stage)
        await engine.started.wait()
        for who in ("bob", "cleo"):
            await begun(stage, who=who)
        await until(lambda: "Number 2" in stage.said()[-1].content)
        told = [one.content.split(",")[0] for one in stage.said()]
        assert told == ["Starting…", "Number 1 in the queue", "Number 2 in the queue"]
        engine.go.set()
        await stage.quiet()
        assert len(stage.said()) == 3


async def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, queue=QueueSettings(heavy_workers=1))
    engine = waiting()
    async with on_stage(tmp_path, engine, settings) as stage:
        await begun(stage)
        await engine.started.wait()
        await begun(stage, who="bob")
        await until(lambda: "Number 1" in stage.said()[-1].content)
        await asyncio.sleep(2)
        told = [one.content for one in stage.written]
        assert all(one != after for one, after in pairwise(told)), told
        assert len(told) <= 5
        engine.go.set()
        await stage.quiet()


async def test_quick_work_is_answered_without_a_living_message(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        assert len(stage.written) == 1
        assert any(request.path.endswith("/typing") for request in stage.env.http_requests)


async def test_its_author_cancels_it(tmp_path: Path) -> None:
    engine = waiting()
    async with on_stage(tmp_path, engine) as stage:
        message = await begun(stage)
        await engine.started.wait()
        pressed = stage.press(stage.said()[0], "Cancel")
        await until(lambda: pressed.acknowledged)
        await until(lambda: stage.said()[0].content == "Cancelled. Nothing was changed.")
        assert stage.said()[0].id == message
        assert not buttons(stage.said()[0])
        engine.go.set()
        await stage.quiet()
        assert len(stage.said()) == 1


async def test_nobody_else_cancels_it(tmp_path: Path) -> None:
    engine = waiting()
    async with on_stage(tmp_path, engine) as stage:
        await begun(stage)
        await engine.started.wait()
        pressed = stage.press(stage.said()[0], "Cancel", who="bob")
        await until(lambda: pressed.response is not None)
        assert pressed.response is not None
        assert pressed.response.ephemeral
        assert pressed.response.content.startswith(f"Only <@{stage.member('ann').id}> can do that here.")
        engine.go.set()
        assert "Cancelled" not in (await stage.answer()).content


async def test_cancelling_what_is_over_says_so(tmp_path: Path) -> None:
    engine = waiting()
    async with on_stage(tmp_path, engine) as stage:
        await begun(stage)
        as_it_was_shown = stage.said()[0]
        engine.go.set()
        await stage.quiet()
        pressed = stage.press(as_it_was_shown, "Cancel")
        await until(lambda: bool(pressed.followups))
        assert pressed.followups[0].content == "That is over already."


async def test_a_deleted_living_message_is_written_anew(tmp_path: Path) -> None:
    engine = waiting()
    async with on_stage(tmp_path, engine) as stage:
        message = await begun(stage)
        await engine.started.wait()
        stage.env.backend.delete_message(stage.channel.id, message)
        engine.go.set()
        answer = await stage.answer()
        assert answer.id != message
        assert answer.content != "Starting…"
        assert len(stage.said()) == 1


async def test_an_asking_message_whose_deletion_was_missed_is_answered_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = waiting()
    async with on_stage(tmp_path, engine) as stage:

        async def missed(_: discord.RawMessageDeleteEvent) -> None:
            pass

        monkeypatch.setattr(stage.client, "on_raw_message_delete", missed)
        asked = stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await engine.started.wait()
        stage.env.backend.delete_message(stage.channel.id, asked.id)
        engine.go.set()
        assert np.array_equal(await picture_of(await stage.answer()), balls(80)[:, ::-1])


@pytest.mark.parametrize("losses", [1, 2])
async def test_an_engine_that_dies_is_not_the_members_trouble(tmp_path: Path, losses: int) -> None:
    async with on_stage(tmp_path) as stage:
        stage.engine.losses = losses
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        assert np.array_equal(await picture_of(await stage.answer()), balls(80)[:, ::-1])
        assert len(stage.said()) == 1


async def test_two_members_are_served_at_once(tmp_path: Path) -> None:
    engine = waiting()
    async with on_stage(tmp_path, engine) as stage:
        for who in ("ann", "bob"):
            stage.post(f"{stage.mention} mirror it", who=who, attachments=[(f"{who}.png", ONE_BALL)])
        await until(lambda: len(engine.requests) == 2)
        engine.go.set()
        await stage.answer(2)
        assert sorted(one.attachments[0].filename for one in stage.said()) == ["ann-1.png", "bob-1.png"]
