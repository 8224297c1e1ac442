"""The history: every picture of every conversation, and where each conversation stands."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.history import codec, commits, forks, moves, questions, rows, upkeep
from bot.history.database import Database, unbroken
from bot.history.once import Once
from bot.history.recent import Recent
from bot.history.records import Draft, Question, Revision, Summary
from bot.history.schema import conversations, revisions
from bot.history.storage import Kept, Parent, Storage
from engine.blobs import GRACE_S, BlobLost, BlobStore
from engine.data import Mask, Picture
from engine.errors import DamagedImage

BUDGET = 128 * 2**20
"""Bytes of decoded pictures kept in memory."""
AT_ONCE = 500
"""Blobs that are removed while all writes wait."""
LONGEST_NUMBER = 6
"""Digits: a longer run of them is the beginning of an id."""


class History:
    """Conversations as trees of revisions, in a database and a store of blobs.

    What a method has answered with is on disk, also after a power cut; what it has not is there whole or not at all.
    Any number of tasks and processes may use one home, or from several machines one server and bucket. Encoding,
    hashing and the disk stay off the event loop. Pictures come back as read-only arrays. Where stored pixels or masks
    are damaged, reading them raises DamagedImage.
    """

    def __init__(self, home: Path, database: Database, blobs: BlobStore, *, budget: int = BUDGET) -> None:
        self._home, self._database, self._storage = home, database, Storage(blobs)
        self._recent = Recent(budget)
        self._once: Once | None = None

    @classmethod
    async def open(cls, home: Path, *, database: str = "", blobs: str = "", budget: int = BUDGET) -> History:
        """The history in `home`, made where there is none: `retouch.db` and `blobs/`. Once a day orphans are collected.

        `database`: the URL of a PostgreSQL database instead; `blobs`: s3://bucket/prefix instead; `budget`: bytes of
        decoded pictures kept in memory. Raises: BadOption for a history of a later release, or for what leads nowhere,
        and whatever Database.open and open_blobs raise.
        """
        stored = await asyncio.to_thread(upkeep.furnish, home, blobs)
        history = cls(home, await Database.open(database or home / "retouch.db"), stored, budget=budget)
        if await asyncio.to_thread(upkeep.collection_due, home):
            await history.collect()
        return history

    @property
    def database(self) -> Database:
        """Where its rows are, for the ledger to share."""
        return self._database

    @property
    def blobs(self) -> BlobStore:
        """Where its pixels are."""
        return self._storage.blobs

    async def close(self) -> None:
        """Let go of the files."""
        self._recent.clear()
        await self._database.close()

    async def __aenter__(self) -> History:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def within(self, job: str, attempt: int) -> History:
        """The same history for one attempt at a job: what an earlier attempt wrote is answered with, not written again.

        The attempts must make the same writes in the same order. Where the lease is somebody else's by now, writing
        raises Fenced.
        """
        history = copy.copy(self)
        history._once = Once(job, attempt)
        return history

    @unbroken
    async def recalled(self, count: int) -> list[Revision]:
        """The revisions that the next `count` writes made in an earlier attempt at the job; none unless all are there.

        They are passed over: the next write is the one after them.
        """
        if self._once is None:
            return []
        async with self._database.read() as connection:
            return await self._once.recalled(connection, count)

    @unbroken
    async def begin(self, *, surface: str, channel: str, author: str, name: str, picture: Picture) -> Revision:
        """A new conversation; answers with its original, number 0, which is its head."""
        fingerprint = await asyncio.to_thread(codec.fingerprint, picture)
        async with self._database.read() as connection:
            known = await rows.whole_blob(connection, fingerprint)
        kept = await asyncio.to_thread(self._storage.keep_known, picture, fingerprint, known)
        draft = Draft(picture=picture, instruction="", author=author, offset=None)
        revision = commits.original(draft, kept)
        values = {"surface": surface, "channel": channel, "author": author, "name": name}
        async with self._writing(revision.conversation, kept.blobs) as connection:
            await connection.execute(
                insert(conversations).values(id=revision.conversation, created_at=revision.created_at, **values)
            )
            await commits.append(connection, revision, kept)
        self._recent.put(fingerprint, picture)
        return revision

    @unbroken
    async def commit(self, parent: Revision | str, draft: Draft) -> Revision:
        """A new child of `parent`, a revision or its id; it is now the head. Raises: NoSuchRevision."""
        above = await self._named(parent)
        kept = await self._keep(draft, above)
        async with self._writing(above.conversation, kept.blobs) as connection:
            revision = await self._once_only(connection, partial(commits.commit, connection, above, draft, kept))
        if revision.picture.pixels == kept.picture.pixels:
            self._recent.put(kept.picture.pixels, draft.picture)
        return revision

    @unbroken
    async def fork(self, revision: Revision | str, *, author: str, surface: str, channel: str) -> Revision:
        """The copy of a revision at the head of a new conversation of the author, with all that led to it.

        Nothing of either conversation is changed by what becomes of the other; only blobs are shared, which costs no
        pixels. Raises: NoSuchRevision.
        """
        source, owner = await self._named(revision), {"author": author, "surface": surface, "channel": channel}
        async with self._database.write(source.conversation) as connection:
            return await self._once_only(connection, partial(forks.fork, connection, source.id, owner))

    @unbroken
    async def revision(self, wanted: str) -> Revision:
        """The revision of that id, or the only one whose id begins so. Raises: NoSuchRevision."""
        async with self._database.read() as connection:
            return await rows.find(connection, wanted)

    @unbroken
    async def picture(self, wanted: Revision | str) -> Picture:
        """The exact pixels of a revision, or of that id, opacity included. Raises: NoSuchRevision."""
        revision = await self._named(wanted)
        kept = self._recent.get(revision.picture.pixels)
        if kept is not None:
            return kept
        async with self._database.read() as connection:
            chain = await rows.chain(connection, revision.id)
            chain, start = self._after_recent(chain)
            pieces = await rows.read_pieces(connection, [each.id for each in chain])
        with _readable():
            steps = [(each, pieces[each.id]) for each in chain]
            picture = await asyncio.to_thread(self._storage.restore, steps, start)
        return self._recent.put(revision.picture.pixels, picture)

    @unbroken
    async def mask(self, wanted: Revision | str) -> Mask | None:
        """The (H, W) bool composite mask of a revision; None where it has none. Raises: NoSuchRevision."""
        return await self._mask((await self._named(wanted)).mask)

    @unbroken
    async def mask_file(self, wanted: str) -> bytes | None:
        """That mask as 8-bit grey PNG, white wherever a pixel may have changed. Raises: NoSuchRevision."""
        digest = (await self.revision(wanted)).mask
        if digest is None:
            return None
        with _readable():
            return await asyncio.to_thread(self._storage.blobs.get, digest)

    @unbroken
    async def target_mask(self, wanted: Revision | str) -> Mask | None:
        """The mask of what "it" means after a revision; None where nothing is meant. Raises: NoSuchRevision."""
        return await self._mask((await self._named(wanted)).target)

    @unbroken
    async def put_aside(self, picture: Picture) -> str:
        """The blob of a picture that no revision has; an hour later it may be gone, unless a job names it.

        Raises: StorageFailed.
        """
        return await asyncio.to_thread(self._storage.put_aside, picture)

    @unbroken
    async def aside(self, blob: str) -> Picture:
        """A picture that was put aside."""
        with _readable():
            return await asyncio.to_thread(self._storage.aside, blob)

    @unbroken
    async def branch(self, wanted: str) -> list[Revision]:
        """From the original to the revision. Raises: NoSuchRevision."""
        async with self._database.read() as connection:
            return await rows.branch(connection, (await rows.find(connection, wanted)).id)

    @unbroken
    async def tree(self, conversation: str) -> list[Revision]:
        """All revisions of a conversation by number; none where there is no such conversation."""
        query = select(revisions).where(revisions.c.conversation == conversation).order_by(revisions.c.number)
        async with self._database.read() as connection:
            return await rows.read(connection, query)

    @unbroken
    async def around(self, revision: Revision) -> list[Revision]:
        """The revisions made from the same parent, itself among them, and those made from it, by number."""
        near = or_(revisions.c.parent == revision.parent, revisions.c.parent == revision.id)
        query = select(revisions).where(revisions.c.conversation == revision.conversation, near)
        async with self._database.read() as connection:
            return await rows.read(connection, query.order_by(revisions.c.number))

    @unbroken
    async def head(self, conversation: str) -> Revision:
        """Where the conversation stands. Raises: NoSuchRevision where there is no such conversation."""
        async with self._database.read() as connection:
            return await moves.head(connection, conversation)

    @unbroken
    async def latest(
        self, author: str | None = None, surface: str | None = None, channel: str | None = None
    ) -> Revision | None:
        """The head of the conversation used last among those that match; None where none does."""
        async with self._database.read() as connection:
            return await moves.latest(connection, author, surface, channel)

    @unbroken
    async def latest_before(self, conversation: str, *, author: str | None = None) -> Revision | None:
        """Where the author's last conversation stood when this one began; None where there was none."""
        async with self._database.read() as connection:
            return await moves.latest(connection, author, None, None, before=conversation)

    @unbroken
    async def said(self, author: str, count: int) -> list[str]:
        """The words that so many of the author's latest plans were read from, newest first."""
        async with self._database.read() as connection:
            return await moves.said(connection, author, count)

    @unbroken
    async def conversations(self, limit: int = 20) -> list[Summary]:
        """The conversations used last, newest first."""
        async with self._database.read() as connection:
            return await moves.summaries(connection, limit)

    @unbroken
    async def name(self, conversation: str) -> str:
        """What the first picture's file was called; "" where there is no such conversation."""
        query = select(conversations.c.name).where(conversations.c.id == conversation)
        async with self._database.read() as connection:
            return await connection.scalar(query) or ""

    @unbroken
    async def conversations_of(self, picture: Picture) -> list[str]:
        """The conversations in which some revision is this very picture, the one used last first."""
        fingerprint = await asyncio.to_thread(codec.fingerprint, picture)
        async with self._database.read() as connection:
            return await moves.with_pixels(connection, fingerprint)

    @unbroken
    async def belongs(self, conversation: str, author: str) -> bool:
        """Whether the conversation is the author's."""
        query = select(conversations.c.id).where(conversations.c.id == conversation, conversations.c.author == author)
        async with self._database.read() as connection:
            return await connection.scalar(query) is not None

    @unbroken
    async def undo(self, conversation: str, count: int = 1, at: str | None = None) -> Revision:
        """Back from the head, or from the revision `at`, to its parent, `count` times or not at all.

        Raises: NoSuchRevision("undo") beyond the original, NoSuchRevision(at) where the conversation has none such.
        """
        async with self._database.write(conversation) as connection:
            return await self._go(connection, partial(moves.step_back, connection, conversation, count, at))

    @unbroken
    async def redo(self, conversation: str, count: int = 1, at: str | None = None) -> Revision:
        """Forward again from the head, or from `at`, `count` times or not at all, the way last taken.

        Raises: NoSuchRevision("redo") where nothing follows, NoSuchRevision(at) where the conversation has none such.
        """
        async with self._database.write(conversation) as connection:
            return await self._go(connection, partial(moves.step_forward, connection, conversation, count, at))

    @unbroken
    async def goto(self, conversation: str, wanted: str | int) -> Revision:
        """To a revision of the conversation by number, id or the beginning of an id. Raises: NoSuchRevision."""
        async with self._database.write(conversation) as connection:
            await moves.head(connection, conversation)
            if isinstance(wanted, int) or (wanted.isdecimal() and len(wanted) <= LONGEST_NUMBER):
                return await self._go(connection, partial(rows.numbered, connection, conversation, int(wanted)))
            return await self._go(connection, partial(rows.find, connection, wanted, conversation))

    @unbroken
    async def restart(self, conversation: str) -> Revision:
        """Back to the original. Raises: NoSuchRevision where there is no such conversation."""
        return await self.goto(conversation, 0)

    @unbroken
    async def ask(self, conversation: str, question: Question) -> None:
        """Leave a question open until the conversation next moves, or is asked another. Raises: NoSuchRevision."""
        masks = [region.mask for region in question.candidates]
        digests, blobs = await asyncio.to_thread(self._storage.put_masks, masks)
        async with self._writing(conversation, blobs) as connection:
            await questions.ask(connection, await moves.head(connection, conversation), question, digests)

    @unbroken
    async def open_question(self, conversation: str) -> Question | None:
        """The question that the conversation waits on; None where it waits on none."""
        async with self._database.read() as connection:
            found = await questions.open_question(connection, conversation)
        if found is None:
            return None
        question, digests = found
        masks = [await self._mask(digest) for digest in digests]
        pairs = zip(question.candidates, masks, strict=True)
        return replace(question, candidates=tuple(replace(region, mask=mask) for region, mask in pairs))

    @unbroken
    async def answered(self, conversation: str) -> None:
        """Close the open question, if there is one."""
        async with self._database.write(conversation) as connection:
            await questions.close(connection, conversation)

    @unbroken
    async def forget(self, author: str) -> int:
        """Delete an author's conversations, their blobs, and what is kept beside; how many conversations there were.

        In other people's conversations the pictures stay, which are theirs, but the author's name and words go.
        """
        async with self._database.write(alone=True) as connection:
            before = await upkeep.referenced(connection)
            count = await upkeep.delete_author(connection, author)
        self._recent.clear()
        async with self._database.write(alone=True) as connection:
            orphans = before - await upkeep.referenced(connection)
            await asyncio.to_thread(self._storage.blobs.remove, orphans)
        await self._database.erase()
        return count

    @unbroken
    async def collect(self, *, grace_s: float = GRACE_S) -> int:
        """Remove blobs that crashes left behind; answers with how many. `grace_s`: seconds a new one is left alone."""
        blobs, removed = self._storage.blobs, 0
        async with self._database.read() as connection:
            named = await upkeep.referenced(connection)
        stale = await asyncio.to_thread(blobs.stale, named, grace_s=grace_s)
        for start in range(0, len(stale), AT_ONCE):
            batch = stale[start : start + AT_ONCE]
            async with self._database.write(alone=True) as connection:
                orphans = set(batch) - await upkeep.referenced(connection, batch)
                await asyncio.to_thread(blobs.remove, orphans, grace_s=grace_s)
            removed += len(orphans)
        await asyncio.to_thread(blobs.tidy, grace_s=grace_s)
        await asyncio.to_thread(upkeep.note_collection, self._home)
        return removed

    async def _named(self, wanted: Revision | str) -> Revision:
        return wanted if isinstance(wanted, Revision) else await self.revision(wanted)

    async def _keep(self, draft: Draft, above: Revision) -> Kept:
        parent = None
        if draft.offset is not None:
            parent = Parent(await self.picture(above), above.picture, draft.offset)
        kept = await asyncio.to_thread(self._storage.keep, draft.picture, parent)
        return await asyncio.to_thread(self._storage.keep_masks, kept, draft.mask, draft.target)

    @asynccontextmanager
    async def _writing(self, conversation: str, blobs: dict[str, bytes]) -> AsyncGenerator[AsyncConnection]:
        """A write to a conversation in which the blobs are sure to be there: whoever removes blobs writes alone."""
        async with self._database.write(conversation) as connection:
            await asyncio.to_thread(self._storage.make_sure, blobs)
            yield connection

    async def _go(self, connection: AsyncConnection, find: Callable[[], Awaitable[Revision]]) -> Revision:
        async def go() -> Revision:
            revision = await find()
            await moves.move(connection, revision)
            return revision

        return await self._once_only(connection, go)

    async def _once_only(self, connection: AsyncConnection, make: Callable[[], Awaitable[Revision]]) -> Revision:
        """What `make` leads to, or led to in an earlier attempt at the job. Raises: Fenced."""
        if self._once is None:
            return await make()
        revision = await self._once.earlier(connection)
        if revision is None:
            revision = await make()
            await self._once.note(connection, revision)
        return revision

    async def _mask(self, digest: str | None) -> Mask | None:
        if digest is None:
            return None
        with _readable():
            return await asyncio.to_thread(self._storage.mask, digest)

    def _after_recent(self, chain: list[Revision]) -> tuple[list[Revision], Picture | None]:
        """What of the chain must still be drawn, and the picture in memory to draw it on."""
        for index in range(len(chain) - 1, -1, -1):
            start = self._recent.get(chain[index].picture.pixels)
            if start is not None:
                return chain[index + 1 :], start
        return chain, None


@contextmanager
def _readable() -> Generator[None]:
    try:
        yield
    except BlobLost as exc:
        raise DamagedImage("history") from exc
