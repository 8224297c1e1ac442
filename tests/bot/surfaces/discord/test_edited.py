"""A message that its author changes is asked anew, and its answer stays the one message that it was."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from simcord.backend.serializers import message_payload

from bot.surfaces.discord.uploads import Upload
from tests.bot.surfaces.discord.samples import grey
from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, Engine, balls, on_stage, picture_of, png, until

MIRRORED = balls(80)[:, ::-1]
FLIPPED = balls(80)[::-1]


async def test_other_words_make_another_answer_in_the_same_message(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        await stage.member("ann").edit(asked, f"{stage.mention} flip it top to bottom")
        again = await stage.answer()
        assert again.id == answer.id
        assert np.array_equal(await picture_of(again), FLIPPED)
        assert again.content.startswith("Flipped the picture top to bottom.")
        assert len(stage.said()) == 1


async def test_a_message_may_be_changed_again_and_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        asked = await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.quiet()
        for words, shown in (
            ("flip it top to bottom", FLIPPED),
            ("rotate it by 180 degrees", FLIPPED[:, ::-1]),
            ("flip it top to bottom", FLIPPED),
            ("mirror it", MIRRORED),
        ):
            await ann.edit(asked, f"{stage.mention} {words}")
            assert np.array_equal(await picture_of(await stage.answer()), shown), words
            assert len(stage.said()) == 1


async def test_a_change_that_changes_nothing_is_ignored(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.quiet()
        await stage.member("ann").edit(asked, f"mirror  it {stage.mention}")
        await stage.quiet()
        assert len(stage.engine.requests) == 1
        assert len(stage.written) == 1


async def test_a_link_that_unfolds_changes_nothing(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        words = "mirror it like in https://example.org/mirror"
        asked = await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.quiet()
        backend = stage.env.backend
        stored = backend.get_message(stage.channel.id, asked.id)
        stored.embeds = [{"type": "link", "url": "https://example.org/mirror", "title": words}]
        backend.emit("MESSAGE_UPDATE", dict(message_payload(backend, stored)))
        await stage.quiet()
        assert len(stage.engine.requests) == 1
        assert len(stage.written) == 1


async def test_a_mention_that_is_added_later_counts(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        asked = await ann.send(stage.channel, "mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.quiet()
        assert not stage.written
        await ann.edit(asked, f"{stage.mention} mirror it")
        assert np.array_equal(await picture_of(await stage.answer()), MIRRORED)


async def test_a_changed_reply_branches_off_the_same_picture(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        asked = await ann.send(stage.channel, "make it black and white", reply_to=await stage.answer())
        await stage.answer(2)
        await ann.edit(asked, "flip it top to bottom")
        assert np.array_equal(await picture_of(await stage.answer(2)), MIRRORED[::-1])
        assert len(stage.said()) == 2


async def test_a_question_is_answered_by_clearer_words(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await stage.ask("make the red ball green", attachments=[("balls.png", TWO_BALLS)])
        await stage.answer()
        await stage.member("ann").edit(asked, f"{stage.mention} make the left red ball green")
        answer = await stage.answer()
        shown = await picture_of(answer)
        assert shown[48, 30, 1] > shown[48, 30, 0]
        assert answer.content.startswith("Made the left red ball green.") or "green" in answer.content
        assert len(stage.said()) == 1


async def test_words_that_were_not_understood_may_be_put_right(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await stage.ask("florbify the wuzzle", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        await stage.member("ann").edit(asked, f"{stage.mention} mirror it")
        await stage.quiet()
        assert np.array_equal(await picture_of(stage.said()[-1]), MIRRORED)
        assert len(stage.said()) == 1


async def test_what_is_still_being_worked_on_is_given_up_for_the_new_words(tmp_path: Path) -> None:
    engine = Engine()
    engine.go.clear()
    async with on_stage(tmp_path, engine) as stage:
        asked = stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await engine.started.wait()
        backend = stage.env.backend
        backend.edit_message(stage.channel.id, asked.id, {"content": f"{stage.mention} flip it top to bottom"})
        await until(lambda: len(engine.requests) == 2)
        engine.go.set()
        await stage.quiet()
        assert np.array_equal(await picture_of(stage.said()[-1]), FLIPPED)
        assert len(stage.said()) == 1


async def test_words_that_are_put_right_while_the_picture_is_read_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        read, reading, go_on = stage.client.uploads.read, asyncio.Event(), asyncio.Event()

        async def slowly(*files: Any) -> list[Upload]:
            reading.set()
            await go_on.wait()
            return await read(*files)

        monkeypatch.setattr(stage.client.uploads, "read", slowly)
        asked = stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await reading.wait()
        stage.env.backend.edit_message(
            stage.channel.id, asked.id, {"content": f"{stage.mention} flip it top to bottom"}
        )
        await asyncio.sleep(0.1)
        go_on.set()
        await until(lambda: len(stage.engine.requests) == 2)
        await stage.quiet()
        assert np.array_equal(await picture_of(stage.said()[-1]), FLIPPED)
        assert len(stage.said()) == 1


async def test_each_of_several_pictures_is_asked_anew(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        files = [("ball.png", ONE_BALL), ("grey.png", png(grey()))]
        asked = await stage.ask("mirror these", attachments=files)
        await stage.answer(2)
        await stage.member("ann").edit(asked, f"{stage.mention} flip these top to bottom")
        await stage.quiet()
        told = {one.attachments[0].filename.split("-")[0]: await picture_of(one) for one in stage.said()}
        assert len(stage.said()) == 2
        assert np.array_equal(told["ball"], FLIPPED)
        assert np.array_equal(told["grey"], grey()[::-1])


async def test_what_is_deleted_while_it_waits_is_not_made(tmp_path: Path) -> None:
    engine = Engine()
    engine.go.clear()
    async with on_stage(tmp_path, engine) as stage:
        asked = stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await until(lambda: bool(engine.requests))
        await stage.member("ann").delete(asked)
        engine.go.set()
        answer = await stage.answer()
        assert answer.content == "Cancelled. Nothing was changed."
        assert not answer.attachments


async def test_stop_means_the_job_under_way(tmp_path: Path) -> None:
    engine = Engine()
    engine.go.clear()
    async with on_stage(tmp_path, engine) as stage:
        stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await until(lambda: bool(engine.requests))
        await stage.ask("stop!")
        engine.go.set()
        assert (await stage.answer()).content == "Cancelled. Nothing was changed."
        stage.post(f"{stage.mention} cancel")
        assert (await stage.answer(2)).content == "That is over already."
