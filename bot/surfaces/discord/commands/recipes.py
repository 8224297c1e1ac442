"""/recipe: a member's edits kept under a name, to be made again on other pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.keeping.shelf import LONGEST, MOST
from bot.recipes import recipe_of
from bot.replies import say
from bot.surfaces.discord.commands import suggestions
from bot.surfaces.discord.commands.asking import Wish, ask
from bot.surfaces.discord.commands.declaring import below, group
from bot.surfaces.discord.commands.opening import Opening, opened
from bot.surfaces.discord.panels.recipes import plan_of
from bot.surfaces.discord.wording import shortened
from engine.errors import NoSuchRevision

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

recipe = group("recipe")


@below(recipe, "save")
async def save(interaction: discord.Interaction[RetouchClient], name: app_commands.Range[str, 1, LONGEST]) -> None:
    """Keep what led to the member's latest picture in the channel."""

    async def work(opening: Opening) -> None:
        await opening.tell(say(await _save(opening, name), opening.language, name=name.strip(), limit=MOST))

    await opened(interaction, work, private=True)


@below(recipe, "apply")
@app_commands.autocomplete(name=suggestions.recipes)
async def apply(
    interaction: discord.Interaction[RetouchClient],
    name: app_commands.Range[str, 1, LONGEST],
    image: discord.Attachment | None = None,
) -> None:
    """Make the same edits on the image, or on the member's latest picture here."""

    async def work(opening: Opening) -> None:
        kept = await opening.client.parts.shelf.named(opening.visit.author, name)
        if kept is None:
            await opening.tell(say("discord.recipe.unknown", opening.language, name=name.strip()))
            return
        words = say("discord.recipe.applied", opening.language, name=name.strip())
        await ask(Wish(words, image, seed=kept.steps[0].seed, plan=plan_of(kept, words)), opening)

    await opened(interaction, work)


@below(recipe, "list")
async def shelf(interaction: discord.Interaction[RetouchClient]) -> None:
    """The names of the member's recipes."""

    async def work(opening: Opening) -> None:
        names = await opening.client.parts.shelf.names(opening.visit.author)
        key = "discord.recipe.list" if names else "discord.recipe.none"
        await opening.tell(shortened(say(key, opening.language, names=", ".join(names))))

    await opened(interaction, work, private=True)


@below(recipe, "remove")
@app_commands.autocomplete(name=suggestions.recipes)
async def remove(interaction: discord.Interaction[RetouchClient], name: app_commands.Range[str, 1, LONGEST]) -> None:
    """Forget one of them."""

    async def work(opening: Opening) -> None:
        gone = await opening.client.parts.shelf.remove(opening.visit.author, name)
        key = "discord.recipe.removed" if gone else "discord.recipe.unknown"
        await opening.tell(say(key, opening.language, name=name.strip()))

    await opened(interaction, work, private=True)


async def _save(opening: Opening, name: str) -> str:
    """The key of the sentence that tells what became of it. Raises: NoSuchRevision, BadOption."""
    latest = await opening.latest()
    if latest is None:
        raise NoSuchRevision("latest")
    edits = recipe_of(await opening.client.parts.server.house.history.branch(latest.id))
    if not edits.steps:
        return "discord.recipe.empty"
    kept = await opening.client.parts.shelf.keep(opening.visit.author, name, edits)
    return "discord.recipe.saved" if kept else "discord.recipe.full"
