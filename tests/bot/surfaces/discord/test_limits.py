"""How much is taken in, and what Discord takes: busy queues, and pictures larger than an upload may be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.chat import Message
from bot.config import QueueSettings, Settings
from bot.ledger.records import Job
from bot.replies import sentence
from bot.surfaces.discord.address import Address
from bot.surfaces.discord.delivery import Delivery
from engine.errors import Busy, StorageFailed
from tests.bot.surfaces.discord.stage import ONE_BALL, Engine, balls, buttons, on_stage, picture_of, png, until

NOISE = balls(80)
"""As large as a PNG as it is in memory, nearly."""


async def test_a_picture_that_fits_is_sent_as_it_is(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert answer.attachments[0].filename.endswith(".png")
        assert np.array_equal(await picture_of(answer), NOISE[:, ::-1])
        assert "preview" not in answer.content


async def test_a_picture_over_the_limit_is_a_preview_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit(self: Delivery, address: Address) -> int:
        return 21_000

    monkeypatch.setattr(Delivery, "limit", limit)
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert answer.attachments[0].size <= 21_000
        shown = await picture_of(answer)
        assert shown.shape == (96, 160, 3)
        assert np.abs(shown.astype(int) - NOISE[:, ::-1]).mean() < 12
        assert "This is a preview: the exact picture is too large for Discord here. More › Download has it." in (
            answer.content
        )
        await stage.member("ann").send(stage.channel, "mirror it", reply_to=answer)
        await stage.answer(2)
        assert len(stage.engine.requests) == 2
        assert np.array_equal(stage.engine.requests[1].picture.rgb, NOISE[:, ::-1])


async def test_an_upload_that_discord_refuses_is_tried_smaller(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.env.inject_error("POST", "/channels/*/messages", status=400, code=40005, message="Request too large")
        large = png(np.tile(NOISE, (3, 2, 1)))
        await stage.ask("mirror it", attachments=[("ball.png", large)])
        answer = await stage.answer()
        assert 0 < answer.attachments[0].size < len(large)
        assert "This is a preview" in answer.content
        assert len(stage.said()) == 1


async def test_what_is_never_taken_is_told(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.env.inject_error("POST", "/channels/*/messages", status=413, code=40005)
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert "Discord does not take even a small version" in answer.content
        assert not answer.attachments
        assert {"Undo", "More"} <= buttons(answer).keys()
        await stage.ask("flip it top to bottom", reply_to=answer)
        again = await stage.answer(2)
        assert np.array_equal(await picture_of(again), NOISE[::-1, ::-1])


async def test_a_comparison_that_leaves_no_room_for_an_animation_is_shown_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit(self: Delivery, address: Address) -> int:
        return 18_000

    monkeypatch.setattr(Delivery, "limit", limit)
    async with on_stage(tmp_path) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.answer()
        await stage.ask("compare")
        compared = await stage.answer(2)
        assert [file.filename for file in compared.attachments] == ["compare.jpg"]


async def test_a_discord_that_stumbles_gets_the_answer_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        stage.env.inject_error("POST", "/channels/*/messages", status=503)
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        answer = await stage.answer()
        assert np.array_equal(await picture_of(answer), NOISE[:, ::-1])
        assert len(stage.said()) == 1


@pytest.mark.parametrize(
    ("queue", "told"),
    [
        (QueueSettings(per_member=1), "1 of your edits are waiting already; please ask again when one is done"),
        (QueueSettings(waiting=1), "Too many edits are waiting already; please ask again in"),
        (QueueSettings(member_burst=1, member_per_minute=2), "That was a lot at once; please ask again in 30 seconds"),
        (QueueSettings(per_guild=1), "1 edits of this server are waiting already"),
    ],
)
async def test_whoever_asks_too_much_is_told_when_to_come_again(
    tmp_path: Path, queue: QueueSettings, told: str
) -> None:
    engine = Engine()
    engine.go.clear()
    async with on_stage(tmp_path, engine, Settings(home=tmp_path, queue=queue)) as stage:
        for _ in range(2):
            stage.post(f"{stage.mention} mirror it", attachments=[("ball.png", ONE_BALL)])
        await until(lambda: any("please ask again" in one.content for one in stage.said()))
        busy = next(one.content for one in stage.said() if "please ask again" in one.content)
        assert busy.startswith(told)
        engine.go.set()
        await stage.answer(2)
        assert len([one for one in stage.said() if one.attachments]) == 1


async def test_of_many_at_once_the_first_are_made_and_the_last_refused(tmp_path: Path) -> None:
    queue = QueueSettings(member_burst=4, member_per_minute=2, per_member=9)
    async with on_stage(tmp_path, settings=Settings(home=tmp_path, queue=queue)) as stage:
        heavy = png(np.random.default_rng(1).integers(0, 255, (700, 900, 3), np.uint8))
        files = [heavy if number % 2 else ONE_BALL for number in range(7)]
        asked = [stage.post(f"{stage.mention} mirror it", attachments=[("a.png", file)]) for file in files]
        await stage.answer(7)
        made = {one.reference.message_id: bool(one.attachments) for one in stage.said() if one.reference}
        assert [made[one.id] for one in asked] == [True] * 4 + [False] * 3


async def test_room_by_chance_is_not_given_to_what_waited_behind_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        accept, tries = stage.client.intake.accept, list[str]()

        async def full_once(message: Message, *given: Any, **named: Any) -> Job:
            tries.append(message.instruction)
            if len(tries) == 2:
                raise Busy("rate", 30)
            return await accept(message, *given, **named)

        monkeypatch.setattr(stage.client.intake, "accept", full_once)
        asked = [stage.post(f"{stage.mention} mirror it", attachments=[("a.png", ONE_BALL)]) for _ in range(4)]
        await stage.answer(4)
        refused = {one.reference.message_id for one in stage.said() if one.reference and not one.attachments}
        assert refused == {one.id for one in asked[1:]}
        await stage.ask("mirror it", attachments=[("a.png", ONE_BALL)])
        assert (await stage.answer(5)).attachments, "it came later"


async def test_a_step_back_is_never_turned_away(tmp_path: Path) -> None:
    queue = QueueSettings(member_burst=1, member_per_minute=1, per_member=1)
    async with on_stage(tmp_path, settings=Settings(home=tmp_path, queue=queue)) as stage:
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await stage.member("ann").click(await stage.answer(), label="Undo")
        assert np.array_equal(await picture_of(await stage.answer(2)), NOISE)


async def test_a_member_is_told_where_their_settings_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(*_: object) -> dict[str, object]:
        raise StorageFailed

    async with on_stage(tmp_path) as stage:
        monkeypatch.setattr(stage.parts.preferences, "get", unreadable)
        await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
        await until(lambda: bool(stage.said()))
        assert stage.said()[0].content == sentence(StorageFailed(), surface="chat")
        assert await stage.parts.inbox.left("discord") == []
