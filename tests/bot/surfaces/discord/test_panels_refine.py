"""Refine…: words in a form become the next edit of that very picture, whatever happened since it was opened."""

from __future__ import annotations

from pathlib import Path

import discord
import numpy as np
import pytest

from bot.replies import say
from bot.words import LANGUAGES
from tests.bot.surfaces.discord.hand import fill_in, press, whispered
from tests.bot.surfaces.discord.stage import ONE_BALL, Stage, balls, on_stage, picture_of

MIRRORED = balls(80)[:, ::-1]
MIRRORED_AND_FLIPPED = MIRRORED[::-1]


async def mirrored(stage: Stage) -> discord.Message:
    await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
    return await stage.answer()


async def test_the_words_are_the_next_edit_of_that_picture(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first = await mirrored(stage)
        form = await press(stage, "ann", first, "Refine…")
        await stage.ask("crop to square")
        await stage.answer(2)
        sent = await fill_in(stage, "ann", form, "flip it top to bottom")
        assert sent.deferred
        answer = await stage.answer(3)
        assert answer.reference is not None
        assert answer.reference.message_id == first.id
        assert np.array_equal(await picture_of(answer), MIRRORED_AND_FLIPPED)


async def test_a_form_opened_before_a_restart_still_becomes_the_edit(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        form = await press(stage, "ann", await mirrored(stage), "Refine…")
        await stage.restart()
        assert (await fill_in(stage, "ann", form, "flip it top to bottom")).deferred
        assert np.array_equal(await picture_of(await stage.answer(2)), MIRRORED_AND_FLIPPED)
        assert len(stage.said()) == 2


async def test_somebody_else_branches_off(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        form = await press(stage, "bob", await mirrored(stage), "Refine…")
        await fill_in(stage, "bob", form, "flip it top to bottom")
        assert np.array_equal(await picture_of(await stage.answer(2)), MIRRORED_AND_FLIPPED)
        await stage.ask("flip it top to bottom", who="ann")
        assert "revision 2" in (await stage.answer(3)).content
        await stage.ask("undo", who="ann")
        assert np.array_equal(await picture_of(await stage.answer(4)), MIRRORED)


async def test_what_cannot_be_done_is_told_to_whoever_wrote_it_alone(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        first = await mirrored(stage)
        empty, senseless, late = [await press(stage, "ann", first, "Refine…") for _ in range(3)]
        assert whispered(await fill_in(stage, "ann", empty, "   ")) == say("discord.no_words")
        assert "frobnicate" in whispered(await fill_in(stage, "ann", senseless, "frobnicate"))
        await stage.parts.server.house.history.forget(str(stage.member("ann").id))
        assert whispered(await fill_in(stage, "ann", late, "flip it")) == say("discord.forgotten")
        assert len(stage.said()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_forms_and_menus_fit_discord_in_every_language(language: str) -> None:
    for key in (
        "discord.refine.title",
        "discord.refine.label",
        "discord.recipe.name_title",
        "discord.recipe.name_label",
    ):
        assert 1 <= len(say(key, language)) <= 45
    assert len(say("discord.refine.placeholder", language)) <= 100
    for entry in ("history", "recipe", "apply", "upscale", "download", "original", "delete"):
        assert 1 <= len(say(f"discord.more.{entry}", language)) <= 100
        assert 1 <= len(say(f"discord.more.{entry}_about", language)) <= 100
