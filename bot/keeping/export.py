"""Everything that is kept of an author, in a file that the author can take along."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from sqlalchemy import Select, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history import History, Revision, rows
from bot.history.database import Database, unbroken
from bot.history.schema import audit, conversations, jobs, posts, preferences, recipes, revisions
from engine.data import Picture
from engine.errors import BadInput
from engine.imageio.encode import encode

WORDS, LEFT_OUT = "kept.json", "left-out.json"
OVERHEAD: Final = 100
"""Bytes that an entry of a zip takes at most beside its content and twice its name: 30 + 24 before and after it, 46 in
the directory. See PKWARE, APPNOTE.TXT, 4.3."""
MISSES: Final = 8
"""Files that do not fit any more, after which no smaller one is looked for: each has to be drawn to know its size."""
OF_JOBS: Final = (
    "id key surface channel guild conversation request given reference state accepted_at finished_at outcome"
)
"""Columns of a job that are about its author; where its answer goes is the surface's, and may hold a key to it."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export has and lacks."""

    pictures: int
    """Pictures in it, masks not counted."""
    left_out: int
    """Pictures and masks that are not in it."""
    anything: bool
    """Whether anything at all is kept of the author."""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    draw: Callable[[], Awaitable[bytes]]


async def export_of(author: str, history: History, write: BinaryIO, limit: int) -> Exported:
    """Write a zip of all that is kept of the author, of at most `limit` bytes where the words alone are not more.

    kept.json has the words and the facts: conversations, revisions with their plans and where their pictures are, jobs,
    posts, preferences, recipes, and what the author did as an administrator. Pictures and masks are PNG, each once,
    newest first; left-out.json names those that did not fit, are damaged or were forgotten meanwhile.
    Raises: TimedOut, StorageFailed, OSError.
    """
    words, made = await _kept(author, history.database)
    files = _files(made, words["jobs"], history)
    told = {**words, "jobs": [_told(job, files) for job in words["jobs"]]}
    told["revisions"] = [_facts(revision, files, author) for revision in made]
    with ZipFile(write, "w") as archive:
        text = await asyncio.to_thread(json.dumps, told, ensure_ascii=False, indent=1, default=_plain)
        await asyncio.to_thread(archive.writestr, WORDS, text, ZIP_DEFLATED)
        left_out = await _write(list(files.values()), archive, limit)
        if left_out:
            archive.writestr(LEFT_OUT, json.dumps(left_out, indent=0))
        pictures = sum(name.startswith("pictures/") for name in archive.namelist())
    return Exported(pictures, len(left_out), any(told.values()))


async def _write(files: list[_File], archive: ZipFile, limit: int) -> list[str]:
    """Add as many of the files as fit; answers with the names of the others."""
    reserve = 2 * OVERHEAD + sum(len(json.dumps(file.name)) + 2 for file in files)
    room = limit - reserve - sum(_cost(info.filename, info.compress_size) for info in archive.infolist())
    left_out: list[str] = []
    misses = 0
    for file in files:
        try:
            data = await file.draw() if misses < MISSES else None
        except BadInput:
            data = None
        if data is not None and (cost := _cost(file.name, len(data))) <= room:
            room -= cost
            await asyncio.to_thread(archive.writestr, file.name, data, ZIP_STORED)
        else:
            misses += data is not None
            left_out.append(file.name)
    return left_out


@unbroken
async def _kept(author: str, database: Database) -> tuple[dict[str, list[dict[str, Any]]], list[Revision]]:
    """What the tables have, and the revisions newest first: the author's, and others' in the author's conversations."""
    own = select(conversations.c.id).where(conversations.c.author == author)
    mine = or_(revisions.c.conversation.in_(own), revisions.c.author == author)
    async with database.read() as connection:
        made = await rows.read(connection, select(revisions).where(mine).order_by(revisions.c.id.desc()))
        return {name: await _read(connection, query) for name, query in _tables(author)}, made


def _tables(author: str) -> Iterable[tuple[str, Select[Any]]]:
    """What is told row by row."""
    own = select(jobs.c.id).where(jobs.c.author == author)
    asked = _columns(jobs, OF_JOBS).where(jobs.c.author == author)
    yield "conversations", select(conversations).where(conversations.c.author == author)
    yield "jobs", asked.order_by(jobs.c.accepted_at.desc())
    yield "posts", select(posts).where(posts.c.job.in_(own))
    yield "preferences", _columns(preferences, "key chosen").where(preferences.c.author == author)
    yield "recipes", _columns(recipes, "name recipe").where(recipes.c.author == author)
    yield "administration", _columns(audit, "guild action noted_at").where(audit.c.actor == author)


def _columns(table: Table, names: str) -> Select[Any]:
    return select(*(table.c[name] for name in names.split()))


async def _read(connection: AsyncConnection, query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(query)).mappings()]


def _files(made: list[Revision], asked: list[dict[str, Any]], history: History) -> dict[str, _File]:
    """A file for each picture and mask, by its hash, newest first; what several revisions have is one file."""
    files: dict[str, _File] = {}
    for each in made:
        name = f"{each.conversation}/{each.number:03}.png"
        files.setdefault(each.picture.pixels, _File(f"pictures/{name}", partial(_picture, history, each)))
        if each.mask:
            files.setdefault(each.mask, _File(f"masks/{name}", partial(_mask, history, each)))
    for job in asked:
        for what in ("given", "reference"):
            if job[what]:
                files.setdefault(job[what], _File(f"sent/{job['id']}-{what}.png", partial(_sent, history, job[what])))
    return files


async def _picture(history: History, revision: Revision) -> bytes:
    return await asyncio.to_thread(_png, await history.picture(revision))


async def _mask(history: History, revision: Revision) -> bytes:
    return await history.mask_file(revision.id) or b""


async def _sent(history: History, blob: str) -> bytes:
    return await asyncio.to_thread(_png, await history.aside(blob))


def _png(picture: Picture) -> bytes:
    return encode(picture, "png")


def _told(job: Mapping[str, Any], files: Mapping[str, _File]) -> dict[str, Any]:
    """The job with the names of its files in place of their hashes."""
    return {**job, **{what: files[job[what]].name for what in ("given", "reference") if job[what]}}


def _facts(revision: Revision, files: Mapping[str, _File], author: str) -> dict[str, Any]:
    return {
        "id": revision.id,
        "conversation": revision.conversation,
        "number": revision.number,
        "parent": revision.parent,
        "yours": revision.author == author,
        "instruction": revision.instruction,
        "plan": revision.plan.flat() if revision.plan else None,
        "seed": revision.seed,
        "backend": revision.backend,
        "created_at": revision.created_at,
        "width": revision.width,
        "height": revision.height,
        "picture": files[revision.picture.pixels].name,
        "mask": files[revision.mask].name if revision.mask else None,
    }


def _cost(name: str, size: int) -> int:
    return size + 2 * len(name.encode()) + OVERHEAD


def _plain(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
