"""Where the bot is spoken to: threads, direct messages, age-restricted channels, and where it may not write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from simcord import ChannelHandle
from simcord.backend.serializers import channel_payload

from engine.data import Notice
from engine.edits import EditRequest, EditResult
from engine.reporting import Report
from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, Engine, Stage, balls, buttons, on_stage, picture_of

MIRRORED = balls(80)[:, ::-1]


class Daring(Engine):
    """An engine whose results are not for everybody."""

    async def edit(self, request: EditRequest, report: Report | None) -> EditResult:
        result = await super().edit(request, report)
        return replace(result, notices=(*result.notices, Notice("sensitive", "nudity")))


def restricted(stage: Stage) -> None:
    """Make the channel an age-restricted one."""
    payload = channel_payload(stage.env.backend, stage.channel._channel)
    stage.env.backend.emit("CHANNEL_UPDATE", {**payload, "nsfw": True})


async def test_a_thread_is_answered_in_the_thread(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        backend = stage.env.backend
        made = backend.create_thread(stage.channel.id, "closer look", stage.member("ann").id)
        thread = ChannelHandle(stage.env, stage.guild, made)
        words = f"{stage.mention} mirror it"
        await stage.member("ann").send(thread, words, attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer(channel=thread)
        assert np.array_equal(await picture_of(answer), MIRRORED)
        await stage.member("ann").click(answer, label="Undo")
        assert np.array_equal(await picture_of(await stage.answer(2, thread)), balls(80))
        assert not stage.said()


async def test_where_it_may_not_write_its_author_is_told_in_private(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.quiet()
        ann = stage.member("ann").user
        told = [one.content for one in ann.dm_channel.history()] + [one.content for one in stage.said()]
        assert len(told) == 1
        assert f"<#{stage.channel.id}>" in told[0]


async def test_sensitive_results_are_not_shown_to_everybody(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Daring()) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert not answer.attachments
        assert "only shown in age-restricted channels" in answer.content
        ann = stage.member("ann")
        await ann.click(answer, label="Compare")
        assert not (await stage.answer(2)).attachments
        await ann.click(answer, label="Variations")
        assert not (await stage.answer(3)).attachments
        await ann.click(answer, label="Undo")
        assert np.array_equal(await picture_of(await stage.answer(4)), balls(80))
        await ann.click(stage.said()[3], label="Redo")
        assert not (await stage.answer(5)).attachments


async def test_sensitive_results_are_not_shown_in_direct_messages_either(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Daring()) as stage:
        ann = stage.member("ann").user
        files = stage.env.backend.store_attachments(ann.dm_channel.id, [("ball.png", ONE_BALL)])
        await ann.send_dm("mirror it", attachments=files)
        assert not (await stage.answer(channel=ann.dm_channel)).attachments


async def test_sensitive_results_are_shown_where_only_adults_are(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Daring()) as stage:
        restricted(stage)
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert np.array_equal(await picture_of(answer), MIRRORED)
        assert "seems to show nudity" in answer.content


async def test_a_question_about_a_sensitive_picture_does_not_show_it(tmp_path: Path) -> None:
    async with on_stage(tmp_path, Daring()) as stage:
        await stage.ask("mirror it", attachments=[("balls.png", TWO_BALLS)])
        hidden = await stage.answer()
        await stage.member("ann").send(stage.channel, "make the red ball green", reply_to=hidden)
        question = await stage.answer(2)
        assert list(buttons(question)) == ["1", "2", "All"]
        assert not question.attachments


async def test_each_channel_has_its_own_latest_picture(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        other = stage.guild.create_text_channel("other")
        await stage.member("ann").send(other, f"{stage.mention} undo")
        assert (await stage.answer(channel=other)).content.startswith("I have no picture of yours here")
