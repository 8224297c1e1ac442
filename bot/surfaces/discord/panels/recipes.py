"""Recipes from the menu: the edits of a picture kept under a name, and done again on another one."""

from __future__ import annotations

from typing import Any

import discord

from bot.keeping.shelf import LONGEST, MOST
from bot.recipes import Recipe, recipe_of
from bot.replies import say
from bot.surfaces.discord.clicks import Click, acknowledge, whisper
from bot.surfaces.discord.outbox import Look
from bot.surfaces.discord.panels import menus
from bot.surfaces.discord.panels.forms import form
from bot.surfaces.discord.panels.menus import Menu, Option
from bot.surfaces.discord.panels.private import close, show
from engine.operations import Plan


async def open_form(click: Click) -> None:
    """The form for its name, where there is something to save. Raises: EditError."""
    language = click.language
    recipe = await _recipe(click)
    if not recipe.steps:
        await whisper(click.interaction, say("discord.recipe.empty", language))
        return
    field = discord.ui.TextInput[Any](default=recipe.steps[-1].instruction[:LONGEST], max_length=LONGEST)
    title, label = say("discord.recipe.name_title", language), say("discord.recipe.name_label", language)
    modal = form("named", click.subject, click.about, title=title, label=label, field=field)
    await click.interaction.response.send_modal(modal)


async def save(click: Click) -> None:
    """The edits that led to the picture, in the member's own shelf. Raises: EditError."""
    await acknowledge(click.interaction)
    shelf, language, name = click.interaction.client.parts.shelf, click.language, click.value or ""
    if await shelf.keep(click.visit.author, name, await _recipe(click)):
        await show(click, Look(say("discord.recipe.saved", language, name=name)))
    else:
        await whisper(click.interaction, say("discord.recipe.full", language, limit=MOST))


async def show_shelf(click: Click) -> None:
    """The member's recipes, to choose one from. Raises: EditError."""
    await acknowledge(click.interaction)
    language = click.language
    names = await click.interaction.client.parts.shelf.names(click.visit.author)
    if not names:
        await whisper(click.interaction, say("discord.recipe.none", language))
        return
    pages = [names[start : start + menus.MOST] for start in range(0, len(names), menus.MOST)]
    placeholder = say("discord.more.apply", language)
    drawn = (
        Menu.drawn(
            f"shelf{page}", click.subject, click.about, [Option(name, "apply", name) for name in some], placeholder
        )
        for page, some in enumerate(pages)
    )
    await show(click, Look(say("discord.more.apply_about", language), view=menus.view_of(*drawn)))


async def apply(click: Click) -> None:
    """A job of the recipe's edits, all of them one revision. Raises: EditError."""
    await acknowledge(click.interaction)
    client, name = click.interaction.client, click.value or ""
    recipe = await client.parts.shelf.named(click.visit.author, name)
    if recipe is None:
        await whisper(click.interaction, say("discord.recipe.unknown", click.language, name=name))
        return
    words = say("discord.recipe.applied", click.language, name=name)
    await client.clicks.ask(click, words, plan_of(recipe, words))
    await close(click)


def plan_of(recipe: Recipe, words: str) -> Plan:
    """The edits of all its steps, in their order."""
    operations = tuple(operation for step in recipe.steps for operation in step.operations)
    return Plan(instruction=words, operations=operations, confidence=1.0)


async def _recipe(click: Click) -> Recipe:
    return recipe_of(await click.interaction.client.parts.server.house.history.branch(click.subject))
