"""The tree of a conversation on one sheet, and a menu to go on from any picture of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.drawing import drawable, shown
from bot.fitting import fitted
from bot.history import History, Revision
from bot.replies import say
from bot.sheets import Node, tree_sheet
from bot.surfaces.discord.address import Address
from bot.surfaces.discord.clicks import Click, acknowledge
from bot.surfaces.discord.hiding import is_hidden
from bot.surfaces.discord.looks import covered
from bot.surfaces.discord.outbox import File, Look
from bot.surfaces.discord.panels import menus
from bot.surfaces.discord.panels.menus import Menu, Option
from bot.surfaces.discord.panels.private import close, show
from bot.understood import understood
from bot.words import ENGLISH
from engine.data import Picture
from engine.operations import Goto, Refine

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

NODES: Final = 45
"""Pictures of a sheet: as many in one row are still 4096 px wide."""
NEWEST: Final = 10
"""Of those, kept for the newest, wherever the conversation stands."""
THUMBNAIL: Final = 280, 350
"""The most that a sheet shows of a picture: width and height, px."""
SHEET_BYTES: Final = 8 * 2**20
QUALITY: Final = 90
HIDDEN: Final = Picture(np.full((120, 160, 3), 58, np.uint8))
"""Stands for a picture that may not be shown."""


async def show_sheet(click: Click) -> None:
    """The sheet in the place of the menu. Raises: EditError."""
    await acknowledge(click.interaction)
    client, limit = click.interaction.client, click.interaction.filesize_limit
    revision = await client.parts.server.house.history.revision(click.subject)
    await show(click, await history_look(client, revision, click.language, limit, click.visit.address, click.about))


async def go_on(click: Click) -> None:
    """A job that makes the chosen picture the one that is gone on from. Raises: EditError."""
    await acknowledge(click.interaction)
    client = click.interaction.client
    wanted = await client.parts.server.house.history.revision(click.value or click.subject)
    # By number: whoever branches off somebody else's conversation gets copies, which have other ids.
    step = Goto(revision=str(wanted.number))
    await client.clicks.take(replace(click, subject=wanted.id), step, f"go to {wanted.number}")
    await close(click)


async def history_look(
    client: RetouchClient,
    revision: Revision,
    language: str,
    limit: int,
    address: Address,
    about: int | None = None,
) -> Look:
    """The conversation of the revision as a tree in a file of at most `limit` bytes, and the menu under it.

    Of a long conversation there are the newest pictures and the way to where it stands, which is lit.
    address: where it is shown. about: the message that answers go under; None: the one with the menu.
    Raises: NoSuchRevision, DamagedImage.
    """
    history = client.parts.server.house.history
    tree, head = await history.tree(revision.conversation), await history.head(revision.conversation)
    kept = chosen(tree, head)
    parents = _parents(kept, tree)
    nodes = [
        Node(
            one.id,
            parents[one.id],
            drawable_title(one, language),
            await _thumbnail(one, history, address),
            current=one.id == head.id,
        )
        for one in kept
    ]
    sheet = await asyncio.to_thread(tree_sheet, nodes)
    fitting = await asyncio.to_thread(fitted, sheet, min(limit, SHEET_BYTES), "jpeg", QUALITY)
    spoiler = (await covered(address, revision.conversation, history)).spoiler
    file = File(f"history.{fitting.extension}", fitting.data, spoiler)
    menu = _menu(revision, chosen(tree, head, menus.MOST), language, about)
    return Look(say("discord.history.summary", language, count=len(tree)), (file,), menus.view_of(menu))


def chosen(tree: list[Revision], head: Revision, most: int = NODES, newest: int = NEWEST) -> list[Revision]:
    """At most so many of the tree, by number: the original, the end of the way to the head, and the newest."""
    way = [head.id]
    above = {one.id: one.parent for one in tree}
    while parent := above[way[-1]]:
        way.append(parent)
    ids = {way[-1], *way[: most - newest - 1]}
    for one in reversed(tree):
        if len(ids) == most:
            break
        ids.add(one.id)
    return [one for one in tree if one.id in ids]


def _parents(kept: list[Revision], tree: list[Revision]) -> dict[str, str | None]:
    """What each kept revision came from: the nearest above it that is kept too."""
    above, ids = {one.id: one.parent for one in tree}, {one.id for one in kept}
    parents: dict[str, str | None] = {}
    for one in kept:
        parent = one.parent
        while parent is not None and parent not in ids:
            parent = above[parent]
        parents[one.id] = parent
    return parents


async def _thumbnail(revision: Revision, history: History, address: Address) -> Picture:
    """The revision as large as a sheet shows it, where it may be shown."""
    if is_hidden([revision], address):
        return HIDDEN
    return await asyncio.to_thread(_shrunk, await history.picture(revision))


def _shrunk(picture: Picture) -> Picture:
    width, height = THUMBNAIL
    scale = min(1.0, width / picture.width, height / picture.height)
    return Picture(shown(picture, max(1, round(picture.height * scale)), max(1, round(picture.width * scale))))


def title_of(revision: Revision, language: str) -> str:
    """Its number and what was done, in one line."""
    if revision.plan is None:
        return f"{revision.number} · {say('discord.original', language)}"
    last = revision.plan.operations[-1:]
    # Of an edit that was refined, what it was is told by the ones beside it.
    plan = revision.plan.model_copy(update={"operations": last}) if isinstance(last[0], Refine) else revision.plan
    return f"{revision.number} · {understood(plan, language)}"


def drawable_title(revision: Revision, language: str) -> str:
    """Its title in that language, or in English where the fonts of this machine lack the language, or its number."""
    return drawable(title_of(revision, language), title_of(revision, ENGLISH)) or str(revision.number)


def _menu(revision: Revision, offered: list[Revision], language: str, about: int | None) -> Menu:
    """What to go on from, the newest first."""
    options = [Option(title_of(one, language), "goto", one.id, one.instruction) for one in reversed(offered)]
    return Menu.drawn("goto", revision.id, about, options, say("discord.history.pick", language))
