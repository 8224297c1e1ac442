"""Commands that make pictures: /edit, /expand and /variations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands

from bot.surfaces.discord.commands import suggestions
from bot.surfaces.discord.commands.asking import Wish, ask
from bot.surfaces.discord.commands.declaring import slash, worded
from bot.surfaces.discord.commands.opening import opened
from bot.surfaces.discord.commands.stepping import step
from engine.operations import Expand, Plan, Vary

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

MOST: Final = 10
"""Variations at once."""
SEEDS: Final = 2**31 - 1
SIDES: Final = ("all", "left", "right", "top", "bottom", "left right", "top bottom")


@slash("edit")
@app_commands.autocomplete(instruction=suggestions.instructions, model=suggestions.models)
async def edit(
    interaction: discord.Interaction[RetouchClient],
    instruction: app_commands.Range[str, 1, 2000],
    image: discord.Attachment | None = None,
    mask: discord.Attachment | None = None,
    reference: discord.Attachment | None = None,
    variations: app_commands.Range[int, 1, MOST] = 1,
    seed: app_commands.Range[int, 0, SEEDS] | None = None,
    model: str | None = None,
) -> None:
    """What a message with a picture does."""
    wish = Wish(
        instruction, image, mask=mask, reference=reference, variations=variations, seed=seed, model=model or None
    )
    await opened(interaction, lambda opening: ask(wish, opening))


@slash("expand")
@app_commands.autocomplete(aspect=suggestions.shapes)
@app_commands.choices(
    sides=[app_commands.Choice(name=worded(f"discord.side.{side.replace(' ', '_')}"), value=side) for side in SIDES]
)
async def expand(
    interaction: discord.Interaction[RetouchClient],
    aspect: str | None = None,
    sides: str | None = None,
    amount: app_commands.Range[int, 1, 200] | None = None,
    prompt: app_commands.Range[str, 1, 1000] | None = None,
) -> None:
    """More canvas around the latest picture."""
    named = tuple(sides.split()) if sides else None if aspect else ("all",)
    operation = Expand(aspect=aspect or None, sides=named, amount=amount, prompt=prompt)
    said = ["expand", *(named or ()), f"to {aspect}" if aspect else "", f"by {amount}%" if amount else "", prompt or ""]
    words = " ".join(filter(None, said))
    wish = Wish(words, plan=Plan(instruction=words, operations=(operation,), confidence=1.0))
    await opened(interaction, lambda opening: ask(wish, opening))


@slash("variations")
async def variations(
    interaction: discord.Interaction[RetouchClient],
    count: app_commands.Range[int, 1, MOST] = 4,
    change: app_commands.Range[str, 1, 1000] | None = None,
) -> None:
    """The last edit several times; with a change, beginning from how it turned out."""
    operation = Vary(n=count, like="this" if change else None, change=change)
    await opened(interaction, step(operation, f"{count} variations" + (f", {change}" if change else "")))
