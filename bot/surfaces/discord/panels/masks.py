"""Mask: where an answer may differ from what was before it, shown, and buttons that reshape it."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
import discord

from bot.history import Revision
from bot.pictures import mask_overlay
from bot.replies import say
from bot.steering import edits_of
from bot.surfaces.discord.buttons import Act, view_of
from bot.surfaces.discord.clicks import Click, acknowledge, whisper
from bot.surfaces.discord.hiding import is_hidden
from bot.surfaces.discord.looks import OVERLAY_BYTES, covered, drawn
from bot.surfaces.discord.outbox import FilesTooLarge, Look, Unreachable
from engine.data import Mask, Picture
from engine.operations import EditOperation
from engine.refining.again import ITS_OWN, subject_of
from engine.segmentation.edges import fill_holes

RESHAPING: Final = ("grow", "shrink", "soften", "invert")
UNSEEN: Final = 2e-4
"""Of the picture: a hole in the area that is not shown as one."""
ALL: Final = ("all", "both")
"""Quantities that leave no other candidate."""


async def show_mask(click: Click) -> None:
    """The picture with its mask, in a reply of its own to the answer; a reply to it goes on from the same revision.

    Raises: EditError.
    """
    await acknowledge(click.interaction)
    client, language = click.interaction.client, click.language
    revision = await client.parts.server.house.history.revision(click.subject)
    if is_hidden([revision], click.visit.address):
        await whisper(click.interaction, say("discord.hidden", language))
    elif revision.mask is None:
        await whisper(click.interaction, say("discord.mask.whole", language))
    else:
        await _put(click, await mask_look(click, revision), revision)


async def mask_look(click: Click, revision: Revision) -> Look:
    """The overlay and the buttons under it. Raises: EditError."""
    history, language = click.interaction.client.parts.server.house.history, click.language
    picture, mask = await history.picture(revision), await history.mask(revision)
    assert mask is not None
    overlay = await asyncio.to_thread(overlay_of, picture, mask)
    address = await covered(click.visit.address, revision.conversation, history)
    file = await drawn("mask", overlay, address, OVERLAY_BYTES)
    return Look(say("discord.mask.shown", language), (file,), await _buttons(click, revision))


def overlay_of(picture: Picture, mask: Mask) -> Picture:
    """The picture with its mask; pixels in the area that happened to stay as they were are no holes in it."""
    return mask_overlay(picture, fill_holes(mask, UNSEEN * mask.size))


async def _buttons(click: Click, revision: Revision) -> discord.ui.View | None:
    """What may be done with the area; None where the edit had none of its own."""
    history = click.interaction.client.parts.server.house.history
    area = await history.target_mask(revision)
    parent = await history.revision(revision.parent) if revision.parent else None
    placed = _placed(revision)
    if placed is None or parent is None or area is None or area.shape != (parent.height, parent.width):
        return None
    actions = (*RESHAPING, "others") if _has_others(placed) else RESHAPING
    return view_of(
        Act.drawn(action, revision.id, label=say(f"discord.button.{action}", click.language)) for action in actions
    )


def _placed(revision: Revision) -> EditOperation | None:
    """The edit that refining the revision would make again in another place."""
    edits = edits_of(revision.plan)[0] if revision.plan else ()
    return next((one for one in reversed(edits) if isinstance(one, ITS_OWN) or subject_of(one) is not None), None)


def _has_others(edit: EditOperation) -> bool:
    """Whether there may be other things that its words fit."""
    target = getattr(edit, "target", None)
    return target is not None and bool(target.phrase) and target.quantity not in ALL


async def _put(click: Click, look: Look, revision: Revision) -> None:
    """In the channel, or where the bot may not write, for the one who clicked alone."""
    client = click.interaction.client
    address = click.visit.address.model_copy(update={"message": click.about})
    try:
        await client.outbox.say(address, look, str(click.interaction.id), revision)
    except (discord.HTTPException, aiohttp.ClientError, FilesTooLarge, Unreachable):
        view = {"view": look.view} if look.view else {}
        await whisper(click.interaction, look.content, files=[file.fresh() for file in look.files], **view)
