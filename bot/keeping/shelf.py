"""The recipes that members saved, each under a name of its owner's."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, func, select

from bot.history.database import Database, unbroken
from bot.history.schema import recipes
from bot.history.upsert import insert_or_update
from bot.recipes import Recipe
from engine.errors import BadOption

MOST: Final = 50
"""Recipes of one member."""
LONGEST: Final = 80
"""Characters of a name."""


class Shelf:
    """Saved recipes in the database of the history; a member's go when the member is forgotten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @unbroken
    async def keep(self, author: str, name: str, recipe: Recipe) -> bool:
        """Whether the recipe is saved, in place of one of that name: False where the member has `MOST` others.

        Spaces around a name do not count. Raises: BadOption for one that is empty or too long, TimedOut, StorageFailed.
        """
        name = name.strip()
        if not 1 <= len(name) <= LONGEST:
            raise BadOption("name", name[:LONGEST], f"1 to {LONGEST} characters")
        content = recipe.model_dump(mode="json", exclude_none=True)
        async with self._database.write(f"recipes {author}") as connection:
            others = (recipes.c.author == author) & (recipes.c.name != name)
            if (await connection.scalar(select(func.count()).where(others)) or 0) >= MOST:
                return False
            values = {"author": author, "name": name, "recipe": content}
            await connection.execute(insert_or_update(connection, recipes, values, {"recipe": content}))
        return True

    @unbroken
    async def named(self, author: str, name: str) -> Recipe | None:
        """The member's recipe of that name."""
        query = select(recipes.c.recipe).where(recipes.c.author == author, recipes.c.name == name.strip())
        async with self._database.read() as connection:
            found = await connection.scalar(query)
        return None if found is None else Recipe.model_validate(found)

    @unbroken
    async def names(self, author: str) -> list[str]:
        """The names of the member's recipes, in their order."""
        query = select(recipes.c.name).where(recipes.c.author == author).order_by(recipes.c.name)
        async with self._database.read() as connection:
            return list(await connection.scalars(query))

    @unbroken
    async def remove(self, author: str, name: str) -> bool:
        """Whether there was a recipe of that name, which is gone now."""
        own = recipes.c.author == author, recipes.c.name == name.strip()
        async with self._database.write() as connection:
            return (await connection.execute(delete(recipes).where(*own))).rowcount > 0
