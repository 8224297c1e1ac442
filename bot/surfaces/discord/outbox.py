"""Where what the bot says is put: one message for each job, sent once and edited from then on."""

from __future__ import annotations

import io
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import discord
import structlog

from bot.history import Revision
from bot.history.rows import now
from bot.keeping.posts import Post, Posts
from bot.surfaces.discord.address import SURFACE, Address
from bot.tasks import Turns

TOO_LARGE: Final = 40005
"""Discord's code for a file over the limit."""
NO_LONGER_EDITABLE: Final = (10008, 50005)
"""Its codes for a message that was deleted, and for one that is not the bot's."""
NO_REPLY: Final = 160002
"""Its code where the bot may not read what was said before, and so may not reply to it."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach."""

    name: str
    data: bytes
    spoiler: bool = False
    description: str | None = None

    def fresh(self) -> discord.File:
        """As discord.py takes it, to be sent once."""
        return discord.File(io.BytesIO(self.data), self.name, spoiler=self.spoiler, description=self.description)


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """What a message shows."""

    content: str
    files: tuple[File, ...] = ()
    view: discord.ui.View | None = None


class FilesTooLarge(Exception):
    """Discord takes no files of that size in that place."""


class Unreachable(Exception):
    """Nothing can be put there, now or later: the channel is gone, or the bot may not write in it."""


class Outbox:
    """Puts looks into the messages of their jobs, by the bot's token."""

    def __init__(self, client: discord.Client, posts: Posts) -> None:
        self._client, self._posts = client, posts
        self._turns = Turns()

    async def put(
        self, job: str, address: Address, look: Look, *, revision: str | None = None, conversation: str | None = None
    ) -> int:
        """The message of the job shows the look now; its id. Where there was none, one is sent, however often tried.

        revision: what a reply to the message goes on from.
        Raises: FilesTooLarge, Unreachable, discord.HTTPException, aiohttp.ClientError for what may be tried again.
        """
        async with self._turns.of(job):
            known = await self._posts.of_job(job)
            at = int(known.message) if known else address.post
            message = None if at is None else await self._edited(at, address, look)
            if message is None:
                message = await self._sent(job if at is None else f"{job}+", address, look)
            post = Post(
                surface=SURFACE,
                message=str(message),
                channel=str(address.channel),
                job=job,
                revision=revision,
                conversation=conversation,
            )
            if post != known:
                await self._posts.note(post)
            return message

    async def say(self, address: Address, look: Look, nonce: str, about: Revision | None = None) -> int:
        """The look in a message that belongs to no job, the address's or a new one; its id. Raises: as put.

        about: what a reply to it goes on from.
        """
        message = None if address.post is None else await self._edited(address.post, address, look)
        if message is None:
            message = await self._sent(nonce, address, look)
        if about is not None:
            place = {"surface": SURFACE, "message": str(message), "channel": str(address.channel)}
            await self._posts.note(Post(**place, job=None, revision=about.id, conversation=about.conversation))
        return message

    def channel(self, address: Address) -> discord.PartialMessageable:
        """The place, without asking Discord about it."""
        return self._client.get_partial_messageable(address.channel, guild_id=address.guild)

    async def _edited(self, message: int, address: Address, look: Look) -> int | None:
        """The message's id once it shows the look; None: it cannot be edited any more."""
        changes: dict[str, Any] = {
            "content": look.content,
            "attachments": [file.fresh() for file in look.files],
            "view": look.view,
        }
        try:
            if address.webhook is not None and address.webhook.until > now():
                await self._hook(address).edit_message(message, **changes)
            else:
                await self.channel(address).get_partial_message(message).edit(**changes)
        except discord.HTTPException as error:
            if error.code in NO_LONGER_EDITABLE:
                return None
            raise _told(error) from None
        return message

    async def _sent(self, nonce: str, address: Address, look: Look) -> int:
        """The id of a new message with the look, or of the one that was sent with the nonce before."""
        options: dict[str, Any] = {"nonce": nonce}
        if look.view is not None:
            options["view"] = look.view
        if address.message is not None:
            options["reference"] = discord.MessageReference(
                message_id=address.message, channel_id=address.channel, guild_id=address.guild, fail_if_not_exists=False
            )
        try:
            message = await self.channel(address).send(
                look.content, files=[file.fresh() for file in look.files], **options
            )
        except discord.HTTPException as error:
            raise _told(error) from None
        if len(message.attachments) != len(look.files) or message.content != look.content:
            # It was sent before, when it had less to show.
            await self._edited(message.id, address, look)
        return message.id

    def _hook(self, address: Address) -> discord.Webhook:
        assert address.webhook is not None
        return discord.Webhook.partial(address.webhook.application, address.webhook.token, client=self._client)


def _told(error: discord.HTTPException) -> Exception:
    """What the error means for whoever wanted to put something there."""
    if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or error.code == TOO_LARGE:
        return FilesTooLarge()
    if isinstance(error, discord.Forbidden | discord.NotFound) or error.code == NO_REPLY:
        return Unreachable(error.text)
    return error
