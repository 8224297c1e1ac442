"""Attachments as pictures: downloaded when they are accepted, since their addresses expire, and decoded elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp
import discord
import structlog

from bot.surfaces.discord.incoming import pictures_of
from engine.errors import ImageTooLarge, PictureUnreadable
from engine.imageio import Limits
from engine.imageio.decoded import Decoded
from engine.imageio.decoder import Decoder

PATIENCE_S: Final = 30.0
"""How long one download may take."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, eq=False, slots=True)
class Upload:
    """A picture that somebody attached."""

    name: str
    decoded: Decoded
    spoiler: bool


class Uploads:
    """Reads attachments, a few at a time."""

    def __init__(self, decoder: Decoder, limits: Limits, at_once: int = 6) -> None:
        self._decoder, self._limits = decoder, limits
        self._places = asyncio.Semaphore(at_once)

    async def read(self, files: Sequence[discord.Attachment], shown_in: discord.Message | None = None) -> list[Upload]:
        """Each file's picture. shown_in: the message that shows them, to be asked for again where addresses expired.

        Raises: PictureUnreadable for what Discord does not give out, UnsupportedImage, DamagedImage, ImageTooLarge,
        ImageTooSmall, TimedOut.
        """
        return list(await asyncio.gather(*(self._read(file, shown_in) for file in files)))

    async def _read(self, file: discord.Attachment, shown_in: discord.Message | None) -> Upload:
        if file.size > self._limits.file_bytes:
            raise ImageTooLarge(file.size, self._limits.file_bytes, "bytes")
        async with self._places:
            data = await _downloaded(file, shown_in)
            decoded = await self._decoder.decode(data, self._limits)
        return Upload(file.filename, decoded, file.is_spoiler())


async def _downloaded(file: discord.Attachment, shown_in: discord.Message | None) -> bytes:
    """The file's bytes, from a fresh address where the first has expired. Raises: PictureUnreadable."""
    try:
        return await _fetched(file)
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as exc:
        log.info("download_failed", why=type(exc).__name__)
    try:
        return await _fetched(await _anew(file, shown_in))
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as exc:
        raise PictureUnreadable(file.filename) from exc


async def _fetched(file: discord.Attachment) -> bytes:
    async with asyncio.timeout(PATIENCE_S):
        return await file.read()


async def _anew(file: discord.Attachment, shown_in: discord.Message | None) -> discord.Attachment:
    """The same attachment as its message has it now."""
    if shown_in is None:
        return file
    fresh = await shown_in.channel.fetch_message(shown_in.id)
    return next((one for one in pictures_of(fresh) if one.id == file.id), file)
