"""What becomes of a draft: a revision, its row, and the move to it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history import moves, rows
from bot.history.records import Draft, Revision, new_id
from bot.history.storage import Kept


def original(draft: Draft, kept: Kept) -> Revision:
    """The draft as the first revision of a new conversation; nothing is written yet."""
    return _revision(draft, kept, conversation=new_id(), parent=None, number=0)


async def append(connection: AsyncConnection, revision: Revision, kept: Kept) -> None:
    """Write the revision; it is the head of its conversation."""
    await rows.write(connection, [(revision, kept.pieces)])
    await moves.move(connection, revision)


async def commit(connection: AsyncConnection, above: Revision, draft: Draft, kept: Kept) -> Revision:
    """Write the draft as a new child of a revision; it is the head now. Raises: NoSuchRevision."""
    above = await rows.find(connection, above.id)
    number = await rows.next_number(connection, above.conversation)
    revision = _revision(draft, kept, conversation=above.conversation, parent=above.id, number=number)
    await append(connection, revision, kept)
    return revision


def _revision(draft: Draft, kept: Kept, *, conversation: str, parent: str | None, number: int) -> Revision:
    return Revision(
        id=new_id(),
        parent=parent,
        conversation=conversation,
        number=number,
        author=draft.author,
        instruction=draft.instruction,
        plan=draft.plan,
        seed=draft.seed,
        backend=draft.backend,
        models=dict(draft.models),
        timings_ms=dict(draft.timings_ms),
        created_at=rows.now(),
        height=draft.picture.height,
        width=draft.picture.width,
        picture=kept.picture,
        mask=kept.mask,
        whole=draft.whole,
        offset=draft.offset,
        target=kept.target,
        warnings=draft.warnings,
    )
