"""Where each conversation stands: an append-only log of moves, whose last one is the head.

Nothing is ever taken back. A commit, an undo, a redo, a goto and a question each append the revision that is head from
then on, and one log for all conversations also says which was used last. Redo needs no stack: it goes one step towards
the revision below the head that was head most recently, so after undo, goto or restart it retraces the way back down,
and where a new edit was made since then that branch is the one it follows.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history import rows
from bot.history.records import Revision, Summary
from bot.history.schema import conversations, moves, questions, revisions
from engine.errors import NoSuchRevision


async def move(connection: AsyncConnection, revision: Revision) -> None:
    """Make the revision the head of its conversation; a question that was open there is closed."""
    values = {"conversation": revision.conversation, "revision": revision.id, "made_at": rows.now()}
    await connection.execute(insert(moves).values(values))
    await connection.execute(delete(questions).where(questions.c.conversation == revision.conversation))


async def head(connection: AsyncConnection, conversation: str) -> Revision:
    """Where the conversation stands. Raises: NoSuchRevision for one that is not there."""
    found = await _last(connection, moves.c.conversation == conversation)
    if found is None:
        raise NoSuchRevision(conversation)
    return found


async def latest(
    connection: AsyncConnection,
    author: str | None,
    surface: str | None,
    channel: str | None,
    *,
    before: str | None = None,
) -> Revision | None:
    """The head of the conversation used last among those of the author, surface and channel; None: any.

    `before`: a conversation to leave out, and with it all that moved after its first move.
    """
    wanted = {"author": author, "surface": surface, "channel": channel}
    conditions = [conversations.c[name] == value for name, value in wanted.items() if value is not None]
    if before is not None:
        first = select(func.min(moves.c.id)).where(moves.c.conversation == before).scalar_subquery()
        conditions.append(moves.c.id < first)
    return await _last(connection, *conditions)


async def step_back(connection: AsyncConnection, conversation: str, count: int, at: str | None = None) -> Revision:
    """The revision `count` steps above the head, or above `at`. Raises: NoSuchRevision("undo") beyond the original."""
    here = await _start(connection, conversation, at)
    line = await rows.branch(connection, here.id)
    if not 1 <= count < len(line):
        raise NoSuchRevision("undo")
    return line[-1 - count]


async def step_forward(connection: AsyncConnection, conversation: str, count: int, at: str | None = None) -> Revision:
    """The revision `count` steps below the head, or below `at`, on the way that was taken last.

    Raises: NoSuchRevision("redo") where the way ends before.
    """
    here = await _start(connection, conversation, at)
    if count < 1:
        raise NoSuchRevision("redo")
    for _ in range(count):
        below = await connection.scalar(_way_down(here.id))
        if below is None:
            raise NoSuchRevision("redo")
        here = await rows.find(connection, below)
    return here


async def said(connection: AsyncConnection, author: str, count: int) -> list[str]:
    """The words that the author's latest plans were read from, newest first."""
    own = revisions.c.author == author, revisions.c.plan.is_not(None)
    query = select(revisions.c.plan).where(*own).order_by(revisions.c.created_at.desc(), revisions.c.id.desc())
    return [plan["instruction"] for plan in await connection.scalars(query.limit(count))]


async def summaries(connection: AsyncConnection, limit: int) -> list[Summary]:
    """The conversations used last, newest first."""
    last = select(moves.c.conversation, func.max(moves.c.id).label("move")).group_by(moves.c.conversation).subquery()
    edits = select(func.count() - 1).where(revisions.c.conversation == conversations.c.id).scalar_subquery()
    query = (
        select(conversations, moves.c.made_at, moves.c.revision, edits.label("edits"))
        .join(last, last.c.conversation == conversations.c.id)
        .join(moves, moves.c.id == last.c.move)
        .order_by(moves.c.id.desc())
        .limit(limit)
    )
    return [
        Summary(
            conversation=row.id,
            surface=row.surface,
            channel=row.channel,
            author=row.author,
            name=row.name,
            created_at=row.created_at,
            used_at=row.made_at,
            head=row.revision,
            edits=row.edits,
        )
        for row in await connection.execute(query)
    ]


async def with_pixels(connection: AsyncConnection, fingerprint: str) -> list[str]:
    """The conversations that have a revision of these very pixels, the one used last first."""
    used = select(func.max(moves.c.id)).where(moves.c.conversation == revisions.c.conversation).scalar_subquery()
    query = select(revisions.c.conversation, used.label("used")).where(revisions.c.pixels == fingerprint).distinct()
    return [row.conversation for row in await connection.execute(query.order_by(used.desc()))]


async def _start(connection: AsyncConnection, conversation: str, at: str | None) -> Revision:
    """Where steps are counted from. Raises: NoSuchRevision."""
    return await (head(connection, conversation) if at is None else rows.find(connection, at, conversation))


async def _last(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> Revision | None:
    query = (
        select(revisions)
        .join(moves, moves.c.revision == revisions.c.id)
        .join(conversations, conversations.c.id == moves.c.conversation)
        .where(*conditions)
        .order_by(moves.c.id.desc())
        .limit(1)
    )
    found = await rows.read(connection, query)
    return found[0] if found else None


def _way_down(revision: str) -> Select[str]:
    """The child of the revision under which the most recent move went."""
    below = select(revisions.c.id, revisions.c.id.label("child")).where(revisions.c.parent == revision)
    below = below.cte("below", recursive=True)
    deeper = select(revisions.c.id, below.c.child).join(below, revisions.c.parent == below.c.id)
    below = below.union_all(deeper)
    return select(below.c.child).join(moves, moves.c.revision == below.c.id).order_by(moves.c.id.desc()).limit(1)
