"""Which picture a message is about: the one replied to, those attached, or the author's latest in the channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import aiohttp
import discord
import structlog

from bot.history import History
from bot.keeping.posts import Post, Posts
from bot.ledger.ledger import Ledger
from bot.surfaces.discord.address import SURFACE
from bot.surfaces.discord.incoming import is_covered, pictures_of, replied_to
from bot.surfaces.discord.uploads import Upload, Uploads
from engine.data import Picture
from engine.errors import NoSuchRevision

LOOK_BACK: Final = 30
"""Messages of the channel that are looked through for the author's latest picture."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """What a message is about, and what came along with it."""

    revision: str | None = None
    """What was replied to; None: there are pictures to begin with, or it is the author's latest."""
    picture: Picture | None = None
    """The picture of the revision, where something came along to be compared with it."""
    subjects: tuple[Upload, ...] = ()
    """Pictures of another message, which this one is about."""
    attached: tuple[Upload, ...] = ()
    """Pictures of this message."""
    found: bool = False
    """Whether the subject was looked for in the channel."""
    spoiler: bool = False
    """Whether what was replied to was covered."""
    after: str | None = None
    """The job on whose answer it builds, where what was replied to stands for one that is not over."""


class Sources:
    """Finds them."""

    def __init__(self, history: History, ledger: Ledger, posts: Posts, uploads: Uploads) -> None:
        self._history, self._ledger, self._posts, self._uploads = history, ledger, posts, uploads

    async def of(self, message: discord.Message, *, look_back: bool) -> Source:
        """What the message is about. look_back: whether a picture may be meant that was posted before.

        Raises: BadInput for what cannot be read, NoSuchRevision for what was deleted.
        """
        replied = await _replied(message)
        post = await self._posts.of_message(SURFACE, str(replied.id)) if replied else None
        if replied is not None and post is not None and (revision := post.revision):
            attached = await self._uploads.read(pictures_of(message), message)
            picture = await self._history.picture(revision) if attached else None
            after = await self._unfinished(post)
            return Source(revision, picture, attached=tuple(attached), spoiler=is_covered(replied), after=after)
        if replied is not None and (shown := pictures_of(replied)):
            subjects = await self._uploads.read(shown, replied)
            attached = await self._uploads.read(pictures_of(message), message)
            return Source(subjects=tuple(subjects), attached=tuple(attached))
        if own := pictures_of(message):
            return Source(attached=tuple(await self._uploads.read(own, message)))
        if not look_back:
            return Source()
        before = await self.unasked(message.channel, message.author.id, message)
        found = await self._uploads.read(pictures_of(before)[:1], before) if before else []
        return Source(subjects=tuple(found), found=True)

    async def revision_of(self, message: discord.Message | int) -> str | None:
        """The revision that a message of the bot's shows, or is about."""
        post = await self._posts.of_message(SURFACE, str(message if isinstance(message, int) else message.id))
        return post.revision if post else None

    async def _unfinished(self, post: Post) -> str | None:
        job = await self._ledger.job(post.job) if post.job else None
        return job.id if job and not job.is_over else None

    async def unasked(
        self, channel: discord.abc.Messageable, author: int, before: discord.abc.Snowflake
    ) -> discord.Message | None:
        """The author's latest picture in the channel, where it is later than all that the bot did for them there."""
        try:
            async for earlier in channel.history(limit=LOOK_BACK, before=before):
                command = earlier.interaction_metadata
                if (command.user.id if command else earlier.author.id) != author:
                    continue
                if await self._ledger.known(key_of(command.id if command else earlier.id)) is not None:
                    return None
                if pictures_of(earlier) and earlier.author.id == author:
                    return earlier
        except (discord.HTTPException, aiohttp.ClientError) as error:
            log.info("channel_not_read", why=type(error).__name__)
        return None


def key_of(message: int, part: int | str = 0) -> str:
    """What the ledger knows the message by, or one of several jobs that it became."""
    return f"{SURFACE}:{message}" + (f":{part}" if part else "")


async def _replied(message: discord.Message) -> discord.Message | None:
    """The message replied to, asked for where Discord did not send it along. Raises: NoSuchRevision."""
    reference = message.reference
    if reference is None or reference.type is not discord.MessageReferenceType.reply or reference.message_id is None:
        return None
    if (known := replied_to(message)) is not None:
        return known
    if isinstance(reference.resolved, discord.DeletedReferencedMessage):
        raise NoSuchRevision("deleted")
    try:
        return await message.channel.fetch_message(reference.message_id)
    except (discord.NotFound, discord.Forbidden) as exc:
        raise NoSuchRevision("deleted") from exc
