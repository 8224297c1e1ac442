"""What members do in the panels: write into a form, open More and choose in it."""

from __future__ import annotations

from typing import Any

import discord
import simcord

from tests.bot.surfaces.discord.stage import Stage


async def press(stage: Stage, who: str, message: Any, label: str) -> simcord.InteractionResult:
    """Somebody presses a button."""
    shown: simcord.InteractionResult = await stage.member(who).click(message, label=label)
    return shown


async def fill_in(stage: Stage, who: str, form: simcord.InteractionResult, words: str) -> simcord.InteractionResult:
    """Somebody writes into the only field of a form, and sends it in."""
    assert form.modal is not None
    field = form.modal["components"][0]["component"]["custom_id"]
    sent: simcord.InteractionResult = await stage.member(who).submit_modal(form, {field: words})
    return sent


async def open_more(stage: Stage, who: str, message: discord.Message) -> simcord.results.ResponseMessage:
    """The menu that somebody gets to see."""
    shown = (await press(stage, who, message, "More")).response
    assert shown is not None
    assert shown.ephemeral
    return shown


def options(shown: simcord.results.ResponseMessage) -> dict[str, str]:
    """What may be chosen there, and what it is called."""
    return {one["value"]: one["label"] for row in shown.components for one in row["components"][0]["options"]}


async def choose(
    stage: Stage, who: str, shown: simcord.results.ResponseMessage, value: str
) -> simcord.InteractionResult:
    """Somebody chooses in a menu of one row."""
    done: simcord.InteractionResult = await stage.member(who).select(shown, [value])
    return done


async def from_more(
    stage: Stage, who: str, message: discord.Message, value: str
) -> tuple[simcord.results.ResponseMessage, simcord.InteractionResult]:
    """The menu once somebody chose in it, and what that led to."""
    shown = await open_more(stage, who, message)
    done = await choose(stage, who, shown, value)
    after = done.response
    return after if after is not None else shown, done


def whispered(done: simcord.InteractionResult) -> str:
    """What only whoever clicked was told."""
    told = [one for one in done.followups if one.ephemeral]
    if not told and done.response is not None and done.response.ephemeral:
        told = [done.response]
    return told[-1].content
