"""What a Discord message asks for: whether it speaks to the bot, its words, and the pictures that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import discord

TALK: Final = (discord.MessageType.default, discord.MessageType.reply)
"""Kinds of messages that people write; the others tell of pins, joins and the like."""


def is_addressed(message: discord.Message, me: discord.abc.User) -> bool:
    """Whether a person speaks to the bot: in a direct message, by a mention, or in a reply to what it said."""
    if message.author.bot or message.webhook_id is not None or message.type not in TALK:
        return False
    return message.guild is None or me in message.mentions or _is_role_of(message, me) or _answers(message, me)


def words_of(message: discord.Message, me: discord.abc.User) -> str:
    """What was written, without the mentions of the bot."""
    roles = [role.id for role in message.role_mentions if _belongs_to(role, me)]
    ours = "|".join([rf"<@!?{me.id}>", *(rf"<@&{role}>" for role in roles)])
    words = re.sub(ours, " ", message.content)
    return re.sub(r"[ \t]+", " ", words).strip(" \t\n,:")


def pictures_of(message: discord.Message) -> tuple[discord.Attachment, ...]:
    """The files that the message shows, its own and forwarded ones, but for those that are surely no pictures."""
    shown = [*message.attachments, *(file for snapshot in message.message_snapshots for file in snapshot.attachments)]
    return tuple(file for file in shown if may_be_picture(file))


def may_be_picture(file: discord.Attachment) -> bool:
    """Whether it is worth reading; what it really is, its bytes tell."""
    kind = (file.content_type or "").partition("/")[0]
    return kind in ("", "image", "application")


def is_covered(message: discord.Message | None) -> bool:
    """Whether a picture of the message is hidden until it is clicked on."""
    return message is not None and any(file.is_spoiler() for file in message.attachments)


def other_files(message: discord.Message) -> Sequence[str]:
    """What Discord says that the other files are, such as "video/mp4"."""
    return [file.content_type or "" for file in message.attachments if not may_be_picture(file)]


def _is_role_of(message: discord.Message, me: discord.abc.User) -> bool:
    return any(_belongs_to(role, me) for role in message.role_mentions)


def _belongs_to(role: discord.Role, me: discord.abc.User) -> bool:
    """Discord gives each bot a role with its name, which people mention in its place."""
    return role.tags is not None and role.tags.bot_id == me.id


def _answers(message: discord.Message, me: discord.abc.User) -> bool:
    before = replied_to(message)
    return before is not None and before.author.id == me.id


def replied_to(message: discord.Message) -> discord.Message | None:
    """The message that this one replies to, where Discord sent it along."""
    reference = message.reference
    if reference is None or reference.type is not discord.MessageReferenceType.reply:
        return None
    return next(_messages(reference.resolved, reference.cached_message), None)


def _messages(*found: object) -> Iterator[discord.Message]:
    return (each for each in found if isinstance(each, discord.Message))
