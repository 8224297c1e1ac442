"""What somebody asks for in a form or a command, with its pictures, as a message of theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import discord

from bot.chat import Message
from bot.surfaces.discord.commands.opening import Opening
from bot.surfaces.discord.incoming import may_be_picture, pictures_of
from bot.surfaces.discord.intake import BLANK
from bot.surfaces.discord.models import CHOSEN_BY_NAME
from bot.surfaces.discord.roles import is_generating, is_step
from engine.data import Notice
from engine.editor import INSTRUCT
from engine.errors import ModelMissing, UnsupportedImage
from engine.imageio.decoded import turned_with
from engine.operations import Context, Plan
from engine.weights import CATALOGUE

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient
    from bot.surfaces.discord.uploads import Upload


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do with a picture: one that is given, the one that the bot showed, or else the latest here."""

    words: str
    image: discord.Attachment | None = None
    revision: str | None = None
    mask: discord.Attachment | None = None
    reference: discord.Attachment | None = None
    variations: int = 1
    seed: int | None = None
    model: str | None = None
    plan: Plan | None = None
    """What the words mean, where that is known."""


async def ask(wish: Wish, opening: Opening) -> None:
    """The wish is a job. Raises: EditError where it was not accepted, also for files that are no pictures."""
    message = replace(
        opening.message(wish.words, wish.plan), reply_to=wish.revision, seed=wish.seed, count=wish.variations
    )
    if wish.model is not None:
        message = replace(message, model=wish.model, backend=await _backend_of(wish.model, opening.client))
    image, mask, reference = await _read(wish, opening)
    if image is None and wish.revision is None:
        image, message = await _found(opening, message)
    if image is not None:
        decoded = image.decoded
        notices = (*decoded.notices, *message.notices)
        message = replace(message, picture=decoded.picture, name=image.name, notices=notices)
    if mask is not None:
        drawn = mask.decoded
        message = replace(message, mask=turned_with(drawn, image.decoded) if image else drawn.picture)
    if reference is not None:
        message = replace(message, reference=reference.decoded.picture)
    await opening.take(message, spoiler=bool(image and image.spoiler))


async def _backend_of(name: str, client: RetouchClient) -> str | None:
    """The backend that the model is asked for by; None: the plan decides.

    Raises: ModelMissing for what is not installed, and for every path: members name no files of this machine.
    """
    known = CATALOGUE.get(name)
    backend = INSTRUCT if known and known.kind == "instruction" else None
    # What an engine on another machine has, it knows itself.
    there = bool(client.parts.settings.engine.url) or name in await client.models.installed()
    if known is None or known.kind not in CHOSEN_BY_NAME or not there:
        raise ModelMissing(name, backend or "diffusion")
    return backend


async def _read(wish: Wish, opening: Opening) -> tuple[Upload | None, Upload | None, Upload | None]:
    """The image, the mask and the reference, where they are given. Raises: BadInput."""
    files = (wish.image, wish.mask, wish.reference)
    there = [file for file in files if file is not None]
    for file in there:
        if not may_be_picture(file):
            raise UnsupportedImage((file.content_type or "").partition(";")[0] or None)
    read = iter(await opening.client.uploads.read(there))
    image, mask, reference = (None if file is None else next(read) for file in files)
    return image, mask, reference


async def _found(opening: Opening, message: Message) -> tuple[Upload | None, Message]:
    """A picture that its author posted here and nothing was done with yet; or nothing, for what is made from words."""
    client = opening.client
    plan = message.plan or client.parts.server.house.planner.plan(message.instruction, Context())
    if is_generating(plan):
        return None, replace(message, picture=BLANK, plan=plan)
    channel = opening.interaction.channel
    if is_step(plan) or opening.address.webhook is not None or not isinstance(channel, discord.abc.Messageable):
        return None, message
    earlier = await client.sources.unasked(channel, opening.interaction.user.id, opening.interaction)
    if earlier is None:
        return None, message
    read = await client.uploads.read(pictures_of(earlier)[:1], earlier)
    return read[0], replace(message, notices=(*message.notices, Notice("found_picture")))
