"""A conversation of somebody's own that begins where another one stands: its rows are copied, its blobs are shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history import moves, questions, rows
from bot.history.records import Revision, new_id
from bot.history.schema import conversations, revisions


async def fork(connection: AsyncConnection, wanted: str, owner: Mapping[str, str]) -> Revision:
    """The copy of a revision at the head of a new conversation; `owner`: its author, surface and channel.

    Copied are the way from the original to the revision, and what was made together with it, so that "more like 2"
    means the same; they keep their numbers, authors and times. A question that is open about one of them is open there
    too. Raises: NoSuchRevision.
    """
    source = await rows.find(connection, wanted)
    conversation, line = new_id(), await rows.branch(connection, source.id)
    name = select(conversations.c.name).where(conversations.c.id == source.conversation)
    values = {"id": conversation, "name": await connection.scalar(name), "created_at": rows.now(), **owner}
    await connection.execute(insert(conversations).values(values))
    copies = await _copied(connection, await _with_others_made(connection, line), conversation)
    await moves.move(connection, copies[source.id])
    await _ask_again(connection, source, copies)
    return copies[source.id]


async def _with_others_made(connection: AsyncConnection, line: list[Revision]) -> list[Revision]:
    """The line, and the other variations of its last revision, by number."""
    last = line[-1]
    variation = (revisions.c.parent == last.parent) & (revisions.c.instruction == last.instruction)
    along = revisions.c.id.in_([revision.id for revision in line])
    query = select(revisions).where(revisions.c.conversation == last.conversation, or_(along, variation))
    return await rows.read(connection, query.order_by(revisions.c.number))


async def _copied(connection: AsyncConnection, originals: list[Revision], conversation: str) -> dict[str, Revision]:
    """The copy of each revision, parents first, by the id of the one that it is a copy of."""
    pieces = await rows.read_pieces(connection, [revision.id for revision in originals])
    copies: dict[str, Revision] = {}
    for revision in originals:
        parent = copies[revision.parent].id if revision.parent else None
        copies[revision.id] = replace(revision, id=new_id(), parent=parent, conversation=conversation)
    await rows.write(connection, [(copies[revision.id], pieces[revision.id]) for revision in originals])
    return copies


async def _ask_again(connection: AsyncConnection, source: Revision, copies: Mapping[str, Revision]) -> None:
    found = await questions.open_question(connection, source.conversation)
    if found is not None and found[0].revision in copies:
        question, digests = found
        about = copies[question.revision].id
        await questions.ask(connection, copies[source.id], replace(question, revision=about), digests)
