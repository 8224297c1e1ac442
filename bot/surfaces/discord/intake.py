"""Messages taken in: addressed to the bot, read, made jobs, and acknowledged only once those are durable."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import aiohttp
import discord
import numpy as np
import structlog

from bot.chat import Message
from bot.docket import message_of
from bot.history import Revision
from bot.keeping.inbox import Letter
from bot.ledger.records import Job
from bot.replies import say, sentence
from bot.surfaces.discord.address import SURFACE, Address
from bot.surfaces.discord.buttons import refine_button
from bot.surfaces.discord.incoming import is_addressed, other_files, pictures_of, words_of
from bot.surfaces.discord.outbox import FilesTooLarge, Look, Outbox, Unreachable
from bot.surfaces.discord.parts import Parts
from bot.surfaces.discord.roles import is_generating, is_step, mask_of, roles_of
from bot.surfaces.discord.rules import Rules, Visit
from bot.surfaces.discord.sources import Source, Sources, key_of
from bot.surfaces.discord.uploads import Upload
from bot.tasks import Turns
from bot.words import LANGUAGES, language_for
from engine.data import Notice, Picture
from engine.errors import Busy, EditError, UnsupportedImage
from engine.operations import Context, Plan

if TYPE_CHECKING:
    from bot.surfaces.discord.client import RetouchClient

PATIENCE_S: Final = 10.0
"""How long an edit of a message waits for what it asked for before to be out of the way."""
TYPING_S: Final = 1.0
"""How long work waits for Discord to take the news that it begins."""
HELP: Final = ("", "help", "hi", "hello", "what can you do")
"""Words that mean the bot, and no picture."""
STOP: Final = ("cancel", "stop", "abort", "never mind", "nevermind")
"""Words that mean the job under way, and no edit."""
REMEMBERED: Final = 10_000
"""Messages that this process does not take in twice, whatever became of them; the ledger knows its jobs for ever."""
BEGUN: Final = {say("discord.starting", language): language for language in LANGUAGES}
"""What the answer to a command says until it is a job, and the language of it."""
BLANK: Final = Picture(np.full((64, 64, 3), 255, np.uint8))
"""What stands before a picture that is made from words alone."""

log = structlog.stdlib.get_logger(__name__)


class Intake:
    """Takes in what people write."""

    def __init__(self, client: RetouchClient, parts: Parts, rules: Rules, sources: Sources, outbox: Outbox) -> None:
        self._client, self._parts, self._rules = client, parts, rules
        self._sources, self._outbox = sources, outbox
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._changing, self._in_turn = Turns(), Turns()
        self._arrived = 0
        self._refused: dict[str, tuple[int, Busy]] = {}
        self._said: OrderedDict[int, int] = OrderedDict()

    async def heard(self, message: discord.Message) -> None:
        """The message becomes its jobs, or is answered with what is wrong with it; those to others are left alone."""
        me = self._client.me
        if not is_addressed(message, me) or not self._is_new(str(message.id)):
            return
        # What its author makes of it meanwhile takes the place of what it is now.
        async with self._changing.of(message.id):
            await self._taken_in(message, words_of(message, me))

    async def _taken_in(self, message: discord.Message, words: str) -> None:
        letter, number = letter_of(message), self._arrival()
        # Before there is anything to do for it: in a crowd everybody is acknowledged before anybody is served.
        acknowledged = self._client.soon(self._acknowledge(letter))
        async with self._in_turn.of(_line_of(message)):
            await acknowledged
            await self._answered(message, words, [], number)
        with suppress(EditError):
            await self._parts.inbox.done(letter)

    async def _acknowledge(self, letter: Letter) -> None:
        """The letter is durable, and its author sees that."""
        try:
            await self._parts.inbox.note(letter)
        except EditError:
            # It is answered all the same, or told why not, unless this process dies.
            log.warning("message_not_noted", exc_info=True)
        else:
            await asyncio.wait((self._client.soon(self.type(int(letter.channel))),), timeout=TYPING_S)

    async def heard_again(self, letter: Letter) -> None:
        """A message that an earlier process had in hand: Discord is asked for it, and it is taken in if it is there.

        One of the bot's own was to become the answer to a command, whose options nobody has any more.

        Raises: discord.HTTPException, aiohttp.ClientError.
        """
        guild = int(letter.guild) if letter.guild else None
        channel = self._client.get_partial_messageable(int(letter.channel), guild_id=guild)
        with suppress(discord.NotFound, discord.Forbidden):
            message = await channel.fetch_message(int(letter.message))
            if message.author.id == self._client.me.id:
                await self._end(message)
            else:
                await self._with_roles(message)
                await self.heard(message)
        await self._parts.inbox.done(letter)

    async def _with_roles(self, message: discord.Message) -> None:
        """Only a member has roles, and a message that was asked for names a user."""
        if message.guild is not None and not isinstance(message.author, discord.Member):
            with suppress(discord.HTTPException):
                message.author = await message.guild.fetch_member(message.author.id)

    async def _end(self, begun: discord.Message) -> None:
        """The answer to a command that an earlier process began, and that no job will take over, says so."""
        command, language = begun.interaction_metadata, BEGUN.get(begun.content)
        if command is None or language is None or await self._parts.server.ledger.known(key_of(command.id)):
            return
        await begun.edit(content=say("discord.lost", language))

    async def changed(self, message: discord.Message) -> None:
        """The author's new words take the place of the old: that branch is made again, and its answer replaced."""
        me = self._client.me
        if not is_addressed(message, me):
            return
        words = words_of(message, me)
        # One change after the other: each takes the place of the one before.
        async with self._changing.of(message.id):
            before = await self._asked_before(message.id)
            # Links that unfold into previews change a message too.
            same = all(job.request["instruction"] == words for job in before)
            if not same or (not before and self._is_new(f"{message.id} {words}")):
                await self._answered(message, words, before, self._arrival())

    async def taken_back(self, message: int) -> None:
        """What was asked for in a message that is deleted is not made any more, if it is not over."""
        for job in await self._asked_before(message):
            if not job.is_over:
                await self._parts.server.desk.cancel(job.id, job.author)

    async def _stop(self, message: discord.Message, visit: Visit, address: Address) -> None:
        """The author's job that the message replies to, or their latest here, is not made any more."""
        server, reference = self._parts.server, message.reference
        post = await self._parts.posts.of_message(SURFACE, str(reference.message_id)) if reference else None
        last = await server.ledger.unfinished(visit.author, SURFACE, visit.channel)
        job = (post.job if post else None) or (last.id if last else None)
        if job is None or not await server.desk.cancel(job, visit.author):
            await self._say(address, say("discord.too_late", visit.language), message)

    async def _asked_before(self, message: int) -> list[Job]:
        """The jobs that the message is by its words as they were last, one for each of its pictures."""
        known, last = self._parts.server.ledger.known, list[Job]()
        while (job := await known(key_of(message, len(last)))) is not None:
            while (later := await known(_key_after(message, job))) is not None:
                job = later
            last.append(job)
        return last

    def _is_new(self, key: str) -> bool:
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def _answered(self, message: discord.Message, words: str, before: list[Job], number: int) -> None:
        # What was said to the message before it was changed makes room for its answer.
        place = {"message": message.id, "post": self._said.pop(message.id, None)}
        address = _address_of(message).model_copy(update=place)
        try:
            plan = self._parts.server.house.planner.plan(words, Context())
            visit = await self._rules.visit(message.author, message.channel, message.guild, spoken=plan.language)
            address = visit.address.model_copy(update=place)
            if visit.refusal:
                await self._say(address, visit.refusal, message)
            elif not words and pictures_of(message):
                await self._ask_back(message, visit, address)
            elif words.lower().strip(" .!?") in HELP:
                parts = ("title", "start", "examples")
                hello = "\n".join(say(f"discord.help.{part}", visit.language) for part in parts)
                await self._say(address, hello, message)
            elif words.lower().strip(" .!") in (*STOP, say("discord.button.cancel", visit.language).lower()):
                await self._stop(message, visit, address)
            elif before:
                for job in before:
                    await self._redo(job, words, visit, message)
            else:
                self._refuse_with_those_ahead(message, plan, number)
                await self._take(message, words, plan, visit, address)
        except EditError as error:
            if isinstance(error, Busy):
                self._refused[_line_of(message)] = self._arrived, error
            await self._say(address, sentence(error, address.language, surface="chat"), message)
        except Exception:
            log.exception("message_broke")
            await self._say(address, say("discord.failed", address.language), message)

    def _arrival(self) -> int:
        """The number of a message that comes now, counted from 1."""
        self._arrived += 1
        return self._arrived

    def _refuse_with_those_ahead(self, message: discord.Message, plan: Plan, number: int) -> None:
        """Raises: Busy where its author was refused something that they asked for before, while this waited behind it.

        Of many edits that are asked for at once, the first are made, and not those for which there is room by chance.
        """
        last, error = self._refused.get(_line_of(message), (0, None))
        if error is None or number > last:
            self._refused.pop(_line_of(message), None)
        elif not is_step(plan):
            raise error

    async def _ask_back(self, message: discord.Message, visit: Visit, address: Address) -> None:
        """A picture came without words: it begins a conversation, which goes on with a reply or a press of the button.

        Raises: EditError where it cannot be read.
        """
        upload = (await self._client.uploads.read(pictures_of(message)[:1], message))[0]
        original = await self._parts.server.house.history.begin(
            surface=SURFACE,
            channel=visit.channel,
            author=visit.author,
            name=upload.name,
            picture=upload.decoded.picture,
        )
        await self._say(address, say("discord.no_words", visit.language), message, original)

    async def _say(self, address: Address, words: str, message: discord.Message, about: Revision | None = None) -> None:
        """The words in an answer to the message; a reply to it goes on from the revision that it is about."""
        view = None if about is None else refine_button(about.id, address.language)
        try:
            self._said[message.id] = await self._outbox.say(address, Look(words, view=view), str(message.id), about)
        except Unreachable:
            await self._client.granting.explain(address, str(message.author.id), str(message.id))
        except (discord.HTTPException, aiohttp.ClientError, FilesTooLarge) as error:
            log.warning("not_said", why=type(error).__name__)
        if len(self._said) > REMEMBERED:
            self._said.popitem(last=False)

    async def _take(self, message: discord.Message, words: str, plan: Plan, visit: Visit, address: Address) -> None:
        """Raises: EditError; what was accepted before it is answered all the same."""
        if not pictures_of(message) and (files := other_files(message)):
            raise UnsupportedImage(files[0].partition(";")[0] or None)
        source = await self._sources.of(message, look_back=not is_step(plan))
        asked = list(await self._asked(source, words, plan, visit))
        for part, (one, upload) in enumerate(asked):
            spoiler = address.spoiler or source.spoiler or bool(upload and upload.spoiler)
            here = address.model_copy(update={"spoiler": spoiler, "post": None if part else address.post})
            await self.accept(one, visit, here, key_of(message.id, part), after=source.after)

    async def accept(
        self, message: Message, visit: Visit, address: Address, key: str, *, after: str | None = None
    ) -> Job:
        """The message's job, which is shown from now on. after: the job whose answer it goes on from.

        Raises: EditError where it was not accepted.
        """
        desk = self._parts.server.desk
        where = address.model_dump(mode="json", exclude_none=True)
        job = await desk.take(message, key=key, guild=visit.guild, rate=visit.rate, address=where, after=after)
        self._parts.board.show(job)
        return job

    async def type(self, channel: int) -> None:
        """What was asked for there is durable: its author sees that it is worked on."""
        try:
            await self._client.http.send_typing(channel)
        except (discord.HTTPException, aiohttp.ClientError) as error:
            log.info("typing_not_shown", why=type(error).__name__)

    async def _redo(self, before: Job, words: str, visit: Visit, message: discord.Message) -> None:
        """The earlier job's branch with other words: on the same picture, into the same answer."""
        server = self._parts.server
        await self._ended(before, visit)
        post = await self._parts.posts.of_job(before.id)
        again = replace(await message_of(before, server.house), instruction=words, plan=None, notices=())
        place = {"message": message.id, "post": int(post.message) if post else None}
        address = visit.address.model_copy(update={**place, "spoiler": Address.of(before).spoiler})
        await self.accept(again, visit, address, _key_after(message.id, before))

    async def _ended(self, job: Job, visit: Visit) -> None:
        """The job is over and its answer is out, so that nothing of it can come after what replaces it."""
        desk = self._parts.server.desk
        if not job.is_over:
            await desk.cancel(job.id, visit.author)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while (await desk.current(job)).delivered_at is None:  # noqa: ASYNC110 (the ledger tells nobody)
                    await asyncio.sleep(0.1)

    async def _asked(
        self, source: Source, words: str, plan: Plan, visit: Visit
    ) -> Iterator[tuple[Message, Upload | None]]:
        """A message for each picture that is meant, and its upload where it has one."""
        blank = Message(words, visit.author, SURFACE, visit.channel, model=visit.model)
        if source.revision is None and not source.subjects and not source.attached:
            return iter([(replace(blank, picture=BLANK, plan=plan) if is_generating(plan) else blank, None)])
        roles, uploads = await asyncio.to_thread(roles_of, source, words, plan)
        shared = replace(
            blank,
            mask=mask_of(roles, uploads),
            reference=None if roles.reference is None else uploads[roles.reference].decoded.picture,
        )
        if not roles.subjects:
            return iter([(replace(shared, reply_to=source.revision), None)])
        found = (Notice("found_picture"),) if source.found else ()
        return ((_about(shared, uploads[index], found), uploads[index]) for index in roles.subjects)


def _about(message: Message, upload: Upload, notices: tuple[Notice, ...]) -> Message:
    decoded = upload.decoded
    return replace(message, picture=decoded.picture, name=upload.name, notices=(*decoded.notices, *notices))


def _key_after(message: int, before: Job) -> str:
    """What the ledger knows the job by that took the other's place when the message was changed."""
    return key_of(message, f"after {before.id}")


def _line_of(message: discord.Message) -> str:
    """Whoever's messages in a channel are taken in one after the other."""
    return f"{message.author.id} {message.channel.id}"


def _address_of(message: discord.Message) -> Address:
    """Where the message is answered while nobody's settings can be read."""
    guild = message.guild
    language = language_for(str(guild.preferred_locale) if guild else None)
    return Address(channel=message.channel.id, guild=guild.id if guild else None, language=language)


def letter_of(message: discord.Message) -> Letter:
    """The message by its names."""
    guild = str(message.guild.id) if message.guild else ""
    return Letter(SURFACE, str(message.id), str(message.channel.id), guild)
