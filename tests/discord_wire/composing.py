"""Messages made of what the bot sends: a new one, or one that is changed."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aiohttp import BodyPartReader, web

from tests.discord_wire.rules import invalid
from tests.discord_wire.world import (
    COMMAND,
    EMBED,
    JSON,
    READ_HISTORY,
    REPLY,
    V2,
    Attachment,
    Channel,
    File,
    Message,
    Refused,
    User,
    World,
)

SETTABLE = V2 | 1 << 2 | 1 << 12
"""Flags a bot may give its messages: components of version 2, no embeds of links, no sound."""


async def body_of(request: web.Request) -> tuple[JSON, dict[int, File]]:
    """The payload of a request, and its files by their index. Raises: Refused for what is no JSON."""
    files: dict[int, File] = {}
    raw: str | bytes = ""
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            name, data = part.name or "", bytes(await part.read())
            if name == "payload_json":
                raw = data
            else:
                files[int(name.removeprefix("files[").removesuffix("]"))] = (part.filename or "file", data)
    else:
        raw = await request.text()
    try:
        return json.loads(raw or "{}"), files
    except ValueError:
        raise Refused(400, 50109, "The request body contains invalid JSON.") from None


def composed(
    world: World,
    channel: Channel,
    payload: JSON,
    files: Mapping[int, File],
    *,
    flags: int = 0,
    interaction: JSON | None = None,
) -> Message:
    """The message of the bot that the payload asks for, not yet posted. Raises: Refused.

    flags: those that the payload cannot set by itself. interaction: what it responds to.
    """
    message = Message(world.new_id(), channel, world.bot, interaction=interaction)
    message.kind = COMMAND if interaction is not None else message.kind
    message.flags = flags | (payload.get("flags") or 0) & SETTABLE
    message.nonce = str(payload["nonce"]) if payload.get("nonce") else None
    _refer(world, message, payload)
    amend(world, message, payload, files)
    if not (message.content or message.embeds or message.components or message.attachments or message.loading):
        raise Refused(400, 50006, "Cannot send an empty message")
    return message


def amend(world: World, message: Message, payload: JSON, files: Mapping[int, File]) -> None:
    """The message is as the payload says where it says something. Raises: Refused."""
    if "content" in payload:
        message.content = payload["content"] or ""
        message.pinged = _pinged(world, message, payload)
    if "embeds" in payload:
        shown = world.permissions(world.bot, message.channel) & EMBED
        message.embeds = [{"type": "rich", **embed} for embed in payload["embeds"] or ()] if shown else []
    if "components" in payload:
        message.components = payload["components"] or []
    message.flags |= (payload.get("flags") or 0) & V2
    if files or "attachments" in payload:
        message.attachments = _attached(world, message, payload.get("attachments") or [], files)


def _refer(world: World, message: Message, payload: JSON) -> None:
    """What the message replies to."""
    wanted = payload.get("message_reference")
    if not wanted:
        return
    channel = world.channels.get(int(wanted.get("channel_id") or message.channel.id))
    other = channel.messages.get(int(wanted["message_id"])) if channel else None
    if other is None:
        if wanted.get("fail_if_not_exists", True):
            raise invalid("message_reference", "Unknown message")
        return
    if not world.permissions(world.bot, message.channel) & READ_HISTORY:
        raise Refused(400, 160002, "Cannot reply without permission to read message history")
    message.kind, message.reference = REPLY, other


def _pinged(world: World, message: Message, payload: JSON) -> list[User]:
    """Whom it notifies: those named, and the author of what it replies to, where the payload allows it."""
    allowed = payload.get("allowed_mentions")
    named = list(world.named(message.content))
    if allowed is not None:
        every = "users" in (allowed.get("parse") or ())
        chosen = {int(user) for user in allowed.get("users") or ()}
        named = [user for user in named if every or user.id in chosen]
    replied = message.reference.author if message.reference else None
    if replied and replied not in named and (allowed is None or allowed.get("replied_user")):
        named.append(replied)
    return named


def _attached(world: World, message: Message, listed: list[JSON], files: Mapping[int, File]) -> list[Attachment]:
    """The files that stay and those that are new, as they are listed."""
    kept = {file.id: file for file in message.attachments}
    described = {int(each["id"]): each for each in listed}
    found: list[Attachment] = []
    for number, each in described.items():
        if number in kept:
            found.append(kept[number])
        elif number in files:
            found.append(world.attach(*files[number], each.get("description")))
    found += [world.attach(*files[index]) for index in sorted(files) if index not in described]
    return found
