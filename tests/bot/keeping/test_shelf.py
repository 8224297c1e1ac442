"""Saved recipes."""

from __future__ import annotations

import pytest

from bot.history import History
from bot.keeping.shelf import LONGEST, MOST, Shelf
from bot.recipes import Recipe, Step
from engine.errors import BadOption
from engine.operations import Adjust, Crop, Recolor, Target


def recipe(instruction: str = "crop") -> Recipe:
    car = Target(phrase="car", position="left")
    steps = (
        Step(instruction=instruction, operations=(Crop(aspect="1:1"), Recolor(target=car, colour="blue")), seed=7),
        Step(instruction="warmer", operations=(Adjust(property="warmth", amount=20),)),
    )
    return Recipe(created_with="retouch 1", steps=steps)


async def test_a_recipe_comes_back_as_it_was(history: History):
    shelf = Shelf(history.database)
    assert await shelf.keep("ada", "  holiday look ", recipe())
    assert await shelf.named("ada", "holiday look") == recipe()
    assert await shelf.named("ada", "Holiday look") is None
    assert await shelf.named("bob", "holiday look") is None
    assert await shelf.keep("ada", "holiday look", recipe("again"))
    found = await shelf.named("ada", "holiday look ")
    assert found is not None
    assert found.steps[0].instruction == "again"


async def test_names_are_listed_in_order_and_removed(history: History):
    shelf = Shelf(history.database)
    for name in ("b", "a", "ß"):
        await shelf.keep("ada", name, recipe())
    await shelf.keep("bob", "c", recipe())
    assert await shelf.names("ada") == ["a", "b", "ß"]
    assert await shelf.remove("ada", "b ")
    assert not await shelf.remove("ada", "b")
    assert not await shelf.remove("ada", "c")
    assert (await shelf.names("ada"), await shelf.names("bob")) == (["a", "ß"], ["c"])


async def test_a_shelf_is_full_some_day(history: History):
    shelf = Shelf(history.database)
    for number in range(MOST):
        assert await shelf.keep("ada", f"{number}", recipe())
    assert not await shelf.keep("ada", "one more", recipe())
    assert await shelf.keep("ada", "3", recipe("changed"))
    assert await shelf.keep("bob", "one more", recipe())
    assert len(await shelf.names("ada")) == MOST
    await shelf.remove("ada", "7")
    assert await shelf.keep("ada", "one more", recipe())


@pytest.mark.parametrize("name", ["", "  ", "x" * (LONGEST + 1)])
async def test_a_name_must_be_readable(history: History, name: str):
    with pytest.raises(BadOption) as bad:
        await Shelf(history.database).keep("ada", name, recipe())
    assert bad.value.name == "name"
    assert await Shelf(history.database).names("ada") == []


async def test_a_member_who_is_forgotten_has_none(history: History):
    shelf = Shelf(history.database)
    await shelf.keep("ada", "look", recipe())
    await shelf.keep("bob", "look", recipe())
    await history.forget("ada")
    assert (await shelf.names("ada"), await shelf.names("bob")) == ([], ["look"])
