"""What an answer looks like on Discord: its words, its pictures within the limit on uploads, and its buttons."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import PurePath
from typing import Final

from bot.chat import Answer, Reply
from bot.drawing import drawable
from bot.fitting import EXTENSIONS, Fitted, fitted
from bot.history import History, Question, Revision
from bot.ledger.records import Job
from bot.pictures import overlay, side_by_side
from bot.replies import say, sentence
from bot.sheets import numbered_grid
from bot.surfaces.discord.address import Address
from bot.surfaces.discord.buttons import answer_buttons, choice_buttons, variation_buttons
from bot.surfaces.discord.hiding import is_hidden
from bot.surfaces.discord.outbox import File, Look
from bot.surfaces.discord.wording import done, shortened, under
from bot.wipe import wipe
from bot.words import ENGLISH
from engine.data import Picture
from engine.errors import EditError, NeedsClarification

OVERLAY_QUALITY: Final = 90
OVERLAY_BYTES: Final = 4 * 2**20
WIPE_SHARE: Final = 0.4
"""Of what may be uploaded, the animation's part."""
COVERED: Final = "SPOILER_"
"""What the name of a file begins with that Discord covers."""
DESCRIPTION: Final = 1000
"""Characters of a picture's description, some below Discord's 1024."""


async def look_of(job: Job, answer: Reply | EditError, history: History, limit: int) -> tuple[Look, Revision]:
    """The message that answers the job with files of at most `limit` bytes, and what a reply to it goes on from.

    Raises: NoSuchRevision for what was forgotten meanwhile, DamagedImage.
    """
    address = await covered(Address.of(job), job.conversation, history)
    if isinstance(answer, EditError):
        return await _refusal(answer, await history.revision(job.request["head"]), address, history, limit)
    revision = answer.answer.revision
    if is_hidden((one.revision for one in answer.answers), address):
        words = say("discord.hidden", address.language)
        return Look(words, view=answer_buttons(revision, address.language, below=False)), revision
    looks: Callable[[Reply, Address, History, int], Awaitable[Look]] = _answer
    if answer.answer.compared:
        looks = _comparison
    elif len(answer.answers) > 1:
        looks = _grid
    return await looks(answer, address, history, limit), revision


async def covered(address: Address, conversation: str, history: History) -> Address:
    """The address, with pictures covered there where the conversation began with one that its author had covered."""
    is_covered = (await history.name(conversation)).startswith(COVERED)
    return address.model_copy(update={"spoiler": True}) if is_covered else address


async def file_of(answer: Answer, address: Address, history: History, limit: int, words: str) -> tuple[File, Fitted]:
    """The picture as a file of at most `limit` bytes, lossless where that is possible."""
    fitting = await asyncio.to_thread(fitted, answer.picture, limit, address.format)
    stem = PurePath(await history.name(answer.revision.conversation)).stem[:40] or "picture"
    name = f"{stem}-{answer.revision.number}.{fitting.extension}"
    return File(name, fitting.data, address.spoiler, words[:DESCRIPTION]), fitting


async def _answer(reply: Reply, address: Address, history: History, limit: int) -> Look:
    revision, language = reply.answer.revision, address.language
    file, fitting = await file_of(reply.answer, address, history, limit, done(reply, language))
    as_chosen = fitting.exact or (address.format is not None and EXTENSIONS.get(address.format) == fitting.extension)
    lossy = "" if as_chosen else say("discord.preview", language)
    below = any(one.parent == revision.id for one in await history.tree(revision.conversation))
    return Look(under(reply, language, lossy), (file,), answer_buttons(revision, language, below=below))


async def _grid(reply: Reply, address: Address, history: History, limit: int) -> Look:
    """Several variations: numbered in one picture, to pick one."""
    language = address.language
    sheet = await asyncio.to_thread(numbered_grid, [answer.picture for answer in reply.answers])
    grid = await drawn("variations", sheet, address, limit)
    words = under(reply, language, say("discord.pick", language))
    return Look(words, (grid,), variation_buttons(reply, language))


async def _comparison(reply: Reply, address: Address, history: History, limit: int) -> Look:
    """Before and after side by side, and one wiped over the other."""
    revision, language = reply.answer.revision, address.language
    original = (await history.branch(revision.id))[0]
    before, after = await history.picture(original), await history.picture(revision)
    labels, both = _labels(language), reply.answer.picture
    if language != ENGLISH:
        both = await asyncio.to_thread(side_by_side, before, after, labels)
    moving: tuple[File, ...] = ()
    # Where hardly anything may be uploaded, no animation is small enough.
    with suppress(ValueError):
        data = await asyncio.to_thread(wipe, before, after, int(WIPE_SHARE * limit), labels)
        moving = (File("wipe.gif", data, address.spoiler),)
    beside = await drawn("compare", both, address, limit - sum(len(file.data) for file in moving))
    return Look(under(reply, language), (beside, *moving), answer_buttons(revision, language, below=False))


def _labels(language: str) -> tuple[str, str]:
    """What is written on the two, in English where the fonts of this machine lack the language."""
    before, after = (drawable(say(f"receipt.{key}", language), key) or key for key in ("before", "after"))
    return before, after


async def _refusal(
    error: EditError, head: Revision, address: Address, history: History, limit: int
) -> tuple[Look, Revision]:
    """What went wrong; where it is a question, what there is to choose from."""
    language = address.language
    words = shortened(sentence(error, language, surface="chat"))
    question = await history.open_question(head.conversation) if isinstance(error, NeedsClarification) else None
    if question is None or not question.candidates:
        return Look(words), head
    asked = await history.revision(question.revision)
    count = len(question.candidates)
    buttons = choice_buttons(asked.id, count, language, confirm=count == 1)
    if is_hidden((asked,), address):
        return Look(f"{words}\n-# {say('discord.hidden', language)}", view=buttons), asked
    return Look(words, (await _numbered(question, asked, address, history, limit),), buttons), asked


async def _numbered(question: Question, asked: Revision, address: Address, history: History, limit: int) -> File:
    picture = await history.picture(asked)
    shown = await asyncio.to_thread(overlay, picture, question.candidates)
    return await drawn("which", shown, address, min(limit, OVERLAY_BYTES))


async def drawn(name: str, picture: Picture, address: Address, limit: int) -> File:
    """A picture about pictures, which need not be lossless."""
    fitting = await asyncio.to_thread(fitted, picture, limit, "jpeg", OVERLAY_QUALITY)
    return File(f"{name}.{fitting.extension}", fitting.data, address.spoiler)
