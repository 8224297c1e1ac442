"""More: downloads that are exact, recipes, enlarging, and answers deleted by whoever may."""

from __future__ import annotations

from pathlib import Path

import discord
import numpy as np
import pytest

from bot.keeping.preferences import of_member
from bot.keeping.shelf import MOST
from bot.recipes import Recipe
from bot.replies import say
from bot.surfaces.discord.panels import more
from tests.bot.surfaces.discord.hand import choose, fill_in, from_more, open_more, options, whispered
from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, Stage, balls, on_stage, picture_of, pixels

MIRRORED = balls(80)[:, ::-1]


async def mirrored(stage: Stage) -> discord.Message:
    await stage.ask("mirror it", attachments=[("ball.png", ONE_BALL)])
    return await stage.answer()


async def test_downloads_are_the_exact_pixels_whatever_was_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_stage(tmp_path) as stage:
        key = of_member("discord", str(stage.member("ann").id))
        await stage.parts.preferences.change(key, format="jpeg")
        answer = await mirrored(stage)
        assert answer.attachments[0].filename.endswith(".jpg")
        shown, _ = await from_more(stage, "bob", answer, "download")
        assert shown.content.startswith("The exact picture, as PNG, ")
        assert np.array_equal(pixels(await shown.attachments[0].read()), MIRRORED)
        assert shown.components == []
        shown, _ = await from_more(stage, "ann", answer, "original")
        assert np.array_equal(pixels(await shown.attachments[0].read()), balls(80))
        # As where Discord takes 10 kB.
        monkeypatch.setattr(more, "SHARE", 10_000 / 26_214_400)
        shown, _ = await from_more(stage, "ann", answer, "download")
        assert shown.content.startswith("The exact picture has 0.0")
        assert shown.attachments == []
        monkeypatch.undo()
        shown = await open_more(stage, "ann", answer)
        stage.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=413, code=40005)
        done = await choose(stage, "ann", shown, "download")
        assert done.response is not None
        assert done.response.content.startswith("The exact picture has ")
        assert len(stage.said()) == 1


async def test_it_is_enlarged_and_the_menu_goes(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await mirrored(stage)
        shown = await open_more(stage, "ann", answer)
        assert shown.content == say("discord.more.title")
        assert list(options(shown)) == ["sheet", "save", "shelf", "upscale", "download", "original", "delete"]
        await stage.restart()
        done = await choose(stage, "ann", shown, "upscale")
        large = await stage.answer(2)
        assert large.reference is not None
        assert large.reference.message_id == answer.id
        assert (await picture_of(large)).shape == (192, 320, 3)
        assert done.response is None


async def test_edits_are_saved_under_a_name_and_done_to_another_picture(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await mirrored(stage)
        await stage.member("ann").send(stage.channel, "flip it top to bottom", reply_to=answer)
        _, form = await from_more(stage, "bob", await stage.answer(2), "save")
        await stage.restart()
        sent = await fill_in(stage, "bob", form, "Over: and out")
        assert sent.response is not None
        assert sent.response.content == say("discord.recipe.saved", name="Over: and out")
        await stage.ask("make it black and white", who="bob", attachments=[("balls.png", TWO_BALLS)])
        other = await stage.answer(3)
        shelf, _ = await from_more(stage, "bob", other, "shelf")
        assert options(shelf) == {"apply:Over: and out": "Over: and out"}
        await stage.restart()
        assert (await choose(stage, "bob", shelf, "apply:Over: and out")).response is None
        applied = await stage.answer(4)
        assert np.array_equal(await picture_of(applied), (await picture_of(other))[::-1, ::-1])
        _, done = await from_more(stage, "ann", other, "shelf")
        assert whispered(done) == say("discord.recipe.none")


async def test_recipes_that_cannot_be_kept_or_found_are_told_of(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann, shelf = str(stage.member("ann").id), stage.parts.shelf
        answer = await mirrored(stage)
        for number in range(MOST):
            await shelf.keep(ann, f"recipe {number:02}", Recipe(created_with="a test", steps=()))
        _, form = await from_more(stage, "ann", answer, "save")
        assert whispered(await fill_in(stage, "ann", form, "one more")) == say("discord.recipe.full", limit=MOST)
        shown, _ = await from_more(stage, "ann", answer, "shelf")
        assert len(options(shown)) == MOST
        await shelf.remove(ann, "recipe 07")
        menu = shown.components[0]["components"][0]["custom_id"]
        done = await stage.member("ann").select(shown, ["apply:recipe 07"], custom_id=menu)
        assert whispered(done) == say("discord.recipe.unknown", name="recipe 07")
        await stage.member("ann").click(answer, label="Undo")
        _, done = await from_more(stage, "ann", await stage.answer(2), "save")
        assert whispered(done) == say("discord.recipe.empty")


async def test_an_answer_is_deleted_by_who_asked_for_it_or_a_moderator(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        moderators = stage.guild.create_role("moderators", permissions=discord.Permissions(manage_messages=True))
        stage.member("eve", roles=[moderators])
        first = await mirrored(stage)
        _, done = await from_more(stage, "bob", first, "delete")
        assert whispered(done) == say("discord.only_author", member=f"<@{stage.member('ann').id}>")
        assert [one.id for one in stage.said()] == [first.id]
        shown, _ = await from_more(stage, "ann", first, "delete")
        assert shown.content == say("discord.more.deleted")
        assert stage.said() == []
        await stage.ask("flip it top to bottom")
        second = await stage.answer()
        assert np.array_equal(await picture_of(second), MIRRORED[::-1])
        await from_more(stage, "eve", second, "delete")
        assert stage.said() == []


async def test_of_a_forgotten_picture_only_the_message_is_left_to_delete(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        answer = await mirrored(stage)
        before = await open_more(stage, "ann", answer)
        await stage.parts.server.house.history.forget(str(stage.member("ann").id))
        for action in ("download", "original", "upscale", "sheet", "save"):
            assert whispered(await choose(stage, "ann", before, action)) == say("discord.forgotten")
        shown = await open_more(stage, "bob", answer)
        assert list(options(shown)) == ["delete"]
        refused = await choose(stage, "bob", shown, "delete")
        assert whispered(refused) == say("discord.only_author", member=f"<@{stage.member('ann').id}>")
        await from_more(stage, "ann", answer, "delete")
        assert stage.said() == []
