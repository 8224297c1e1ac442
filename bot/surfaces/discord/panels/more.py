"""More: a menu that only whoever pressed it sees, and what its entries do."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Final

import discord

from bot.chat import Answer
from bot.fitting import Fitted
from bot.history import Revision
from bot.replies import say
from bot.surfaces.discord.clicks import Click, acknowledge, whisper
from bot.surfaces.discord.hiding import is_hidden
from bot.surfaces.discord.looks import file_of
from bot.surfaces.discord.outbox import TOO_LARGE, File, Look
from bot.surfaces.discord.panels.menus import Menu, Option, view_of
from bot.surfaces.discord.panels.private import close, show
from engine.data import Picture
from engine.errors import NoSuchRevision
from engine.imageio import encode
from engine.operations import Upscale

ENTRIES: Final = {
    "history": "sheet",
    "recipe": "save",
    "apply": "shelf",
    "upscale": "upscale",
    "download": "download",
    "original": "original",
    "delete": "delete",
}
"""Each entry by the key of its words, and its action."""
NAMES: Final = {"png": "PNG", "webp": "WebP"}
SHARE: Final = 0.98
"""Of the limit on uploads that Discord tells; the rest is for what is sent around a file."""


async def show_menu(click: Click) -> None:
    """The menu; of a picture that was forgotten, only that its message can be deleted is left of it."""
    language, entries = click.language, dict(ENTRIES)
    try:
        await click.interaction.client.parts.server.house.history.revision(click.subject)
    except NoSuchRevision:
        entries = {"delete": "delete"}
    options = [
        Option(say(f"discord.more.{key}", language), action, about=say(f"discord.more.{key}_about", language))
        for key, action in entries.items()
    ]
    menu = Menu.drawn("more", click.subject, click.about, options, say("discord.button.more", language))
    await whisper(click.interaction, say("discord.more.title", language), view=view_of(menu))


async def enlarge(click: Click) -> None:
    """A job that makes it twice as wide and high. Raises: EditError."""
    await acknowledge(click.interaction)
    await click.interaction.client.clicks.take(click, Upscale(scale=2), "enlarge 2x")
    await close(click)


async def download(click: Click) -> None:
    """The exact picture. Raises: EditError."""
    await acknowledge(click.interaction)
    await _hand_out(click, await click.interaction.client.parts.server.house.history.revision(click.subject))


async def download_original(click: Click) -> None:
    """The picture that the conversation began with. Raises: EditError."""
    await acknowledge(click.interaction)
    await _hand_out(click, (await click.interaction.client.parts.server.house.history.branch(click.subject))[0])


async def _hand_out(click: Click, revision: Revision) -> None:
    """A lossless file for the one who clicked, or why there can be none."""
    language = click.language
    if is_hidden([revision], click.visit.address):
        await whisper(click.interaction, say("discord.hidden", language))
        return
    picture = await click.interaction.client.parts.server.house.history.picture(revision)
    file, fitting = await _file(click, revision, picture)
    if fitting.exact:
        size = _megabytes(len(fitting.data))
        words = say("discord.more.downloaded", language, format=NAMES[fitting.extension], size=size)
        try:
            await show(click, Look(words, (file,)))
            return
        except discord.HTTPException as error:
            if error.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE and error.code != TOO_LARGE:
                raise
    size = len(await asyncio.to_thread(encode, picture, "png"))
    limit = _megabytes(click.interaction.filesize_limit)
    await show(click, Look(say("discord.more.too_large", language, size=_megabytes(size), limit=limit)))


async def _file(click: Click, revision: Revision, picture: Picture) -> tuple[File, Fitted]:
    # Whoever prefers JPEG for answers comes here for the pixels.
    address = click.visit.address.model_copy(update={"format": None})
    limit = int(SHARE * click.interaction.filesize_limit)
    history = click.interaction.client.parts.server.house.history
    return await file_of(Answer(revision, picture), address, history, limit, "")


def _megabytes(count: int) -> str:
    size = count / 2**20
    return f"{size:.1f}" if size >= 1 else f"{size:.2g}"


async def delete(click: Click) -> None:
    """The answer's message goes, if whoever asked for it wants that, or somebody who may delete others' messages."""
    interaction, language = click.interaction, click.language
    await acknowledge(interaction)
    asker = await _asker(click)
    if click.visit.author != asker and not interaction.permissions.manage_messages:
        words = (
            say("discord.only_author", language, member=f"<@{asker}>") if asker else say("discord.forgotten", language)
        )
        await whisper(interaction, words)
    elif click.about is not None:
        with suppress(discord.NotFound):
            await _channel(click).get_partial_message(click.about).delete()
        await show(click, Look(say("discord.more.deleted", language)))


async def _asker(click: Click) -> str | None:
    """Whose answer it is: as the ledger knows, or, where that was forgotten, as the message itself tells."""
    if known := await click.interaction.client.clicks.asker(click.about):
        return known
    if click.about is None:
        return None
    try:
        answer = await _channel(click).fetch_message(click.about)
    except (discord.NotFound, discord.Forbidden):
        return None
    if answer.interaction_metadata is not None:
        return str(answer.interaction_metadata.user.id)
    asked = answer.reference.resolved if answer.reference else None
    return str(asked.author.id) if isinstance(asked, discord.Message) else None


def _channel(click: Click) -> discord.PartialMessageable:
    return click.interaction.client.outbox.channel(click.visit.address)
