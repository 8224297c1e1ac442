"""The receipt of a revision that was made before: its pictures, and what they prove about each other."""

from __future__ import annotations

import asyncio

from bot.chat import Answer
from bot.history import History, Revision
from bot.pictures import side_by_side
from engine.composite import changed_outside


async def comparison(revision: Revision, history: History) -> Answer:
    """The original and the revision side by side."""
    branch = await history.branch(revision.id)
    before = await history.picture(branch[0])
    after = await history.picture(revision)
    picture = await asyncio.to_thread(side_by_side, before, after, ("before", "after"))
    return Answer(revision, picture, offset=None, resized=True, compared=True)


async def answer_of(revision: Revision, history: History) -> Answer:
    """The answer that the revision was, told from what is stored: the proof is made anew from its pixels.

    Raises: DamagedImage, NoSuchRevision where its parent is gone.
    """
    picture = await history.picture(revision)
    mask = await history.mask(revision)
    if revision.parent is None:
        return Answer(revision, picture)
    above = await history.revision(revision.parent)
    outside = None
    if mask is not None and revision.offset is not None:
        before = await history.picture(above)
        outside = await asyncio.to_thread(changed_outside, before, picture, mask, revision.offset)
    resized = (revision.height, revision.width) != (above.height, above.width)
    return Answer(revision, picture, mask, revision.offset, outside, whole=revision.whole, resized=resized)
