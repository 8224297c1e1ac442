"""/recipe: saved, applied to another picture, listed and removed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bot.keeping.shelf import MOST
from bot.recipes import Recipe, Step
from engine.operations import Flip
from tests.bot.surfaces.discord.stage import ONE_BALL, TWO_BALLS, on_stage, picture_of
from tests.bot.surfaces.discord.test_commands_editing import told


async def test_edits_are_saved_and_made_again_as_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        ann = stage.member("ann")
        await told(stage, "edit", instruction="flip it", image=("ball.png", ONE_BALL))
        await told(stage, "edit", instruction="make it 30% darker")
        result = await ann.slash(stage.channel, "recipe save", name=" dusk ")
        assert result.ephemeral
        assert "Saved as “dusk”" in result.response.content
        offered = await ann.autocomplete(stage.channel, "recipe apply", "name", "DU")
        assert [choice["value"] for choice in offered] == ["dusk"]
        assert await stage.member("bob").autocomplete(stage.channel, "recipe apply", "name", "") == []

        await told(stage, "recipe apply", name="dusk", image=("two.png", TWO_BALLS))
        again = await picture_of(stage.said()[-1])
        await told(stage, "edit", instruction="flip it", image=("two.png", TWO_BALLS))
        await told(stage, "edit", instruction="make it 30% darker")
        assert np.array_equal(again, await picture_of(stage.said()[-1]))

        await told(stage, "recipe apply", name="dusk")
        assert "revision 3" in stage.said()[-1].content, "without an image, to the latest"


async def test_the_shelf_is_listed_and_cleared(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        assert "You have no recipes yet" in await told(stage, "recipe list")
        assert "no picture of yours" in await told(stage, "recipe save", name="dusk")
        assert "no recipe called “dusk”" in await told(stage, "recipe apply", name="dusk")
        assert "no recipe called “dusk”" in await told(stage, "recipe remove", name="dusk")
        await told(stage, "edit", instruction="flip it", image=("ball.png", ONE_BALL))
        await told(stage, "recipe save", name="dusk")
        assert await told(stage, "recipe list") == "Your recipes: dusk"
        assert "Removed “dusk”" in await told(stage, "recipe remove", name="dusk")
        await told(stage, "undo")
        assert "There are no edits here to save" in await told(stage, "recipe save", name="nothing")


async def test_a_full_shelf_is_said_to_be_full(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        author = str(stage.member("ann").id)
        recipe = Recipe(created_with="test", steps=(Step(instruction="flip", operations=(Flip(axis="horizontal"),)),))
        for number in range(MOST):
            assert await stage.parts.shelf.keep(author, f"recipe {number:02}", recipe)
        await told(stage, "edit", instruction="flip it", image=("ball.png", ONE_BALL))
        assert f"You have {MOST} recipes" in await told(stage, "recipe save", name="one more")
        assert len(await stage.member("ann").autocomplete(stage.channel, "recipe remove", "name", "")) == 25
