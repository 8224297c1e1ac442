"""When several things could be meant: numbers to press, or an answer in words, of its author or of somebody else."""

from __future__ import annotations

from pathlib import Path

import discord
import numpy as np
import pytest

from engine.data import Image
from tests.bot.surfaces.discord.stage import TWO_BALLS, Stage, balls, buttons, on_stage, picture_of, png

LEFT, RIGHT = (48, 30), (48, 130)


def greens(shown: Image) -> set[str]:
    """Which of the two balls are green."""
    named = {"left": LEFT, "right": RIGHT}
    return {name for name, at in named.items() if shown[at][1] > shown[at][0]}


async def question(stage: Stage) -> discord.Message:
    """The bot's question which of the balls is meant."""
    await stage.ask("make the red ball green", attachments=[("balls.png", TWO_BALLS)])
    return await stage.answer()


async def test_a_question_shows_numbers_and_has_a_button_for_each(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await question(stage)
        assert asked.content.startswith("I found 2 that could be “red ball”. Which one?")
        assert list(buttons(asked)) == ["1", "2", "All"]
        assert not np.array_equal(await picture_of(asked), balls(30, 130))


@pytest.mark.parametrize(("label", "meant"), [("1", {"left"}), ("2", {"right"}), ("All", {"left", "right"})])
async def test_a_button_answers_it(tmp_path: Path, label: str, meant: set[str]) -> None:
    async with on_stage(tmp_path) as stage:
        pressed = await stage.member("ann").click(await question(stage), label=label)
        assert pressed.acknowledged
        answer = await stage.answer(2)
        assert greens(await picture_of(answer)) == meant
        assert answer.content.startswith("Made ")


@pytest.mark.parametrize(
    ("words", "meant"),
    [("the left one", {"left"}), ("both", {"left", "right"}), ("the right one please", {"right"})],
)
async def test_words_answer_it(tmp_path: Path, words: str, meant: set[str]) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.member("ann").send(stage.channel, words, reply_to=await question(stage))
        assert greens(await picture_of(await stage.answer(2))) == meant


async def test_words_without_a_reply_answer_it_too(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await question(stage)
        await stage.ask("the left one")
        assert greens(await picture_of(await stage.answer(2))) == {"left"}


async def test_an_answer_that_fits_none_is_asked_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await question(stage)
        await stage.member("ann").send(stage.channel, "7", reply_to=asked)
        again = await stage.answer(2)
        assert again.content.startswith("Which of the 2?")
        assert list(buttons(again)) == ["1", "2", "All"]


async def test_its_buttons_are_for_whoever_was_asked(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await question(stage)
        pressed = await stage.member("bob").click(asked, label="All")
        assert pressed.followups[0].ephemeral
        assert pressed.followups[0].content.startswith(f"Only <@{stage.member('ann').id}> can do that here.")
        assert len(stage.engine.requests) == 1


async def test_somebody_else_may_answer_in_words_for_themselves(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await question(stage)
        await stage.member("bob").send(stage.channel, "both", reply_to=asked)
        assert greens(await picture_of(await stage.answer(2))) == {"left", "right"}
        await stage.member("ann").click(asked, label="1")
        assert greens(await picture_of(await stage.answer(3))) == {"left"}


async def test_pressing_twice_does_no_harm(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        asked = await question(stage)
        ann = stage.member("ann")
        await ann.click(asked, label="1")
        await stage.answer(2)
        await stage.env.advance_time(5)
        await ann.click(asked, label="1")
        assert (await stage.answer(3)).content == "There is no question open. Say what should change."
        assert len(stage.engine.requests) == 2


async def test_the_buttons_of_an_older_question_never_answer_a_newer_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        photo = png(balls(30, 130))
        await stage.ask("make the red ball green", attachments=[("balls.png", photo)])
        older = await stage.answer()
        await stage.member("ann").send(stage.channel, "make the red ball blue", reply_to=older)
        newer = await stage.answer(2)
        outdated = await stage.member("ann").click(older, label="1")
        assert outdated.followups[0].content == "There is no question open. Say what should change."
        await stage.member("ann").click(newer, label="1")
        shown = await picture_of(await stage.answer(3))
        assert any(shown[at][2] > max(shown[at][:2]) for at in (LEFT, RIGHT))


async def test_what_is_not_there_is_told_with_what_is(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await stage.ask("blur the faces", attachments=[("balls.png", TWO_BALLS)])
        answer = await stage.answer()
        assert answer.content.startswith("I could not find “faces” in the picture.")
        assert not answer.attachments


async def test_what_nobody_knows_is_not_decided_for_its_author(tmp_path: Path) -> None:
    both = balls(30)
    both[:, 80:] = balls(130)[:, 80:, ::-1]
    async with on_stage(tmp_path) as stage:
        await stage.ask("remove the dog", attachments=[("balls.png", png(both))])
        asked = await stage.answer()
        assert asked.content.startswith("I cannot tell what “dog” is here. Is it one of the 2 that stand out?")
        assert list(buttons(asked)) == ["1", "2", "All"]
        await stage.member("ann").click(asked, label="1")
        assert (await stage.answer(2)).content.startswith("Removed ")
