"""Revisions as rows: written, read, and looked up by id, by line of descent and by pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CTE, Row, Select, and_, func, insert, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history.records import Revision, Stored
from bot.history.schema import pieces, revisions
from engine.data import Notice, Offset
from engine.errors import NoSuchRevision
from engine.operations import Plan


@dataclass(frozen=True, slots=True)
class PieceRow:
    """Where a piece of a revision's pixels lies, how it is drawn, and its blob."""

    x: int
    y: int
    mode: str
    key: int | None
    blob: str


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


async def write(connection: AsyncConnection, written: Sequence[tuple[Revision, Sequence[PieceRow]]]) -> None:
    """Insert revisions, parents first, each with its pieces."""
    await connection.execute(insert(revisions), [_values(revision) for revision, _ in written])
    rows = [
        {
            "revision": revision.id,
            "position": position,
            "x": p.x,
            "y": p.y,
            "mode": p.mode,
            "key": p.key,
            "blob": p.blob,
        }
        for revision, drawn in written
        for position, p in enumerate(drawn)
    ]
    if rows:
        await connection.execute(insert(pieces), rows)


async def find(connection: AsyncConnection, wanted: str, conversation: str | None = None) -> Revision:
    """The revision with that id, or the only one whose id begins so. Raises: NoSuchRevision."""
    prefix = wanted.strip().lower()
    matches = and_(revisions.c.id >= prefix, revisions.c.id < f"{prefix}~")
    within = true() if conversation is None else revisions.c.conversation == conversation
    found = await read(connection, select(revisions).where(matches, within).order_by(revisions.c.id).limit(2))
    if not prefix or not found or (len(found) > 1 and found[0].id != prefix):
        raise NoSuchRevision(wanted)
    return found[0]


async def numbered(connection: AsyncConnection, conversation: str, number: int) -> Revision:
    """The revision of that number. Raises: NoSuchRevision."""
    query = select(revisions).where(revisions.c.conversation == conversation, revisions.c.number == number)
    found = await read(connection, query)
    if not found:
        raise NoSuchRevision(str(number))
    return found[0]


async def next_number(connection: AsyncConnection, conversation: str) -> int:
    """One more than the highest number in the conversation."""
    highest = select(func.max(revisions.c.number)).where(revisions.c.conversation == conversation)
    return 1 + (await connection.scalar(highest) or 0)


async def branch(connection: AsyncConnection, revision: str) -> list[Revision]:
    """From the original to the revision."""
    return await read(connection, _line(ancestors(revision)))


async def chain(connection: AsyncConnection, revision: str) -> list[Revision]:
    """From the nearest revision whose picture is stored whole to the revision."""
    return await read(connection, _line(ancestors(revision, only_based=True)))


async def read(connection: AsyncConnection, query: Select[Any]) -> list[Revision]:
    """The revisions that a query of whole rows selects."""
    return [_revision(row) for row in await connection.execute(query)]


async def read_pieces(connection: AsyncConnection, among: list[str]) -> dict[str, list[PieceRow]]:
    """The pieces of each of the revisions, in the order they are drawn."""
    query = select(pieces).where(pieces.c.revision.in_(among)).order_by(pieces.c.revision, pieces.c.position)
    found: dict[str, list[PieceRow]] = {revision: [] for revision in among}
    for row in await connection.execute(query):
        found[row.revision].append(PieceRow(row.x, row.y, row.mode, row.key, row.blob))
    return found


async def whole_blob(connection: AsyncConnection, fingerprint: str) -> str | None:
    """The blob of a picture that is already stored whole, if any revision has it."""
    return await connection.scalar(
        select(pieces.c.blob)
        .join(revisions, pieces.c.revision == revisions.c.id)
        .where(revisions.c.pixels == fingerprint, ~revisions.c.based)
        .limit(1)
    )


def ancestors(revision: str, *, only_based: bool = False) -> CTE:
    """The revision, its parent, and so on; with `only_based` no further than a picture that is stored whole."""
    line = select(revisions.c.id, revisions.c.parent, revisions.c.based).where(revisions.c.id == revision)
    line = line.cte("line", recursive=True)
    up = select(revisions.c.id, revisions.c.parent, revisions.c.based).join(line, revisions.c.id == line.c.parent)
    return line.union_all(up.where(or_(line.c.based, literal(not only_based))))


def _line(line: CTE) -> Select[Any]:
    return select(revisions).join(line, revisions.c.id == line.c.id).order_by(revisions.c.number)


def _values(revision: Revision) -> dict[str, Any]:
    offset = revision.offset
    return {
        "id": revision.id,
        "parent": revision.parent,
        "conversation": revision.conversation,
        "number": revision.number,
        "author": revision.author,
        "instruction": revision.instruction,
        "plan": revision.plan.flat() if revision.plan else None,
        "seed": revision.seed,
        "backend": revision.backend,
        "models": dict(revision.models),
        "timings_ms": dict(revision.timings_ms),
        "created_at": revision.created_at,
        "height": revision.height,
        "width": revision.width,
        "pixels": revision.picture.pixels,
        "opacity": revision.picture.opacity,
        "based": revision.picture.based,
        "depth": revision.picture.depth,
        "drawn": revision.picture.drawn,
        "mask": revision.mask,
        "whole": revision.whole,
        "offset_x": offset.x if offset else None,
        "offset_y": offset.y if offset else None,
        "target": revision.target,
        "warnings": [list(notice) for notice in revision.warnings],
    }


def _revision(row: Row[Any]) -> Revision:
    return Revision(
        id=row.id,
        parent=row.parent,
        conversation=row.conversation,
        number=row.number,
        author=row.author,
        instruction=row.instruction,
        plan=Plan.model_validate(row.plan) if row.plan else None,
        seed=row.seed,
        backend=row.backend,
        models=row.models,
        timings_ms=row.timings_ms,
        created_at=row.created_at,
        height=row.height,
        width=row.width,
        picture=Stored(row.pixels, row.opacity, row.based, row.depth, row.drawn),
        mask=row.mask,
        whole=row.whole,
        offset=None if row.offset_x is None else Offset(row.offset_x, row.offset_y),
        target=row.target,
        warnings=tuple(Notice(*notice) for notice in row.warnings),
    )
