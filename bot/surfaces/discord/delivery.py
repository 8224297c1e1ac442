"""Answers brought to Discord: into the message of their job, smaller where they must be, or to their author."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import discord
import structlog

from bot.chat import Reply
from bot.history import History
from bot.ledger.records import Job
from bot.replies import say, sentence
from bot.surfaces.discord.address import Address
from bot.surfaces.discord.board import Board
from bot.surfaces.discord.looks import look_of
from bot.surfaces.discord.outbox import FilesTooLarge, Look, Outbox, Unreachable
from engine.errors import BadInput, EditError

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

ROOM: Final = 0.95
"""Of the limit on uploads that a place says it has, the part that files may take."""
SMALLEST: Final = 16 * 1024
"""Bytes below which a picture is no longer worth showing."""
WHEREVER: Final = {"language", "spoiler", "format"}
"""Of an address, what does not depend on the place."""
ANYWHERE: Final = 10 * 2**20
"""Bytes that everybody may upload in one message."""

log = structlog.stdlib.get_logger(__name__)


class Delivery:
    """The way of answers to Discord."""

    def __init__(self, client: RetouchClient, history: History, outbox: Outbox, board: Board) -> None:
        self._client, self._history, self._outbox, self._board = client, history, outbox, board

    async def deliver(self, job: Job, answer: Reply | EditError) -> None:
        """The answer replaces the living message of its job; done again, it changes nothing.

        Raises: discord.HTTPException, aiohttp.ClientError and what the history raises, to be tried again.
        """
        await self._board.close(job.id)
        try:
            await self._put(job, answer)
        except Unreachable as why:
            log.warning("unreachable", job=job.id, why=str(why))
            if Address.of(job).webhook is None or not await self._brought_home(job, answer):
                await self._client.granting.explain(Address.of(job), job.author, job.id, job=job.id)
        except discord.HTTPException as error:
            if error.status != HTTPStatus.BAD_REQUEST:
                raise
            # However often it is sent: there is something in it that Discord never takes.
            log.exception("answer_refused", job=job.id, code=error.code)
            address = Address.of(job)
            await self._outbox.put(job.id, address, Look(say("discord.failed", address.language)))

    async def _brought_home(self, job: Job, answer: Reply | EditError) -> bool:
        """Whether the author has it as a direct message: all that is left where only an interaction could be answered.

        Raises: as deliver.
        """
        try:
            home = await (await self._client.fetch_user(int(job.author))).create_dm()
            address = Address(channel=home.id, **Address.of(job).model_dump(include=WHEREVER))
            await self._put(replace(job, address=address.model_dump(mode="json")), answer)
        except (discord.Forbidden, discord.NotFound, Unreachable):
            return False
        return True

    async def _put(self, job: Job, answer: Reply | EditError) -> None:
        address = Address.of(job)
        limit = int(ROOM * self.limit(address))
        while True:
            try:
                look, revision = await look_of(job, answer, self._history, limit)
            except BadInput as error:
                # Damaged or forgotten since, however often it is asked for.
                await self._outbox.put(job.id, address, Look(sentence(error, address.language, surface="chat")))
                return
            about = {"revision": revision.id, "conversation": revision.conversation}
            try:
                await self._outbox.put(job.id, address, look, **about)
            except FilesTooLarge:
                # Some places take less than Discord says that they do.
                limit = min(limit, sum(len(file.data) for file in look.files)) // 2
            else:
                return
            if limit < SMALLEST:
                asks = isinstance(answer, EditError)
                words = look.content if asks else say("discord.no_upload", address.language)
                await self._outbox.put(job.id, address, Look(words, view=look.view), **about)
                return

    def limit(self, address: Address) -> int:
        """Bytes that may be uploaded there in one message."""
        guild = self._client.get_guild(address.guild) if address.guild else None
        return max(guild.filesize_limit, ANYWHERE) if guild else ANYWHERE
