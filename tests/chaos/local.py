"""A server without its processes: the real history, blobs, ledger, desk and editor over one home."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.chat import Message, Reply
from bot.desk import Desk
from bot.history import History
from bot.history.rows import now as this_moment
from bot.house import House
from bot.ledger.ledger import Ledger
from bot.ledger.limits import QueueLimits, Rate
from bot.ledger.records import Job
from bot.workbench import Tools
from engine.data import Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import EditError, StorageFailed, TimedOut
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.planner import RulesPlanner
from engine.reporting import Report
from tests.chaos.chat import photo
from tests.chaos.driver import blobs_amiss

PLENTY: Final = QueueLimits(
    waiting=10_000, per_member=10_000, running_each=100, member_rate=Rate(1e6, 10_000), guild_rate=Rate(1e6, 10_000)
)

OF_JOBS: Final = ("_running", "_withdrawn", "_tasks", "_waiting", "_answers")
"""What the parts of a desk know by job."""


@dataclass
class Post:
    """What was brought to the authors, by job: the revisions of each answer, or the name of its error."""

    brought: dict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))

    async def deliver(self, job: Job, answer: Reply | EditError) -> None:
        """As a surface does."""
        told = [one.revision.id for one in answer.answers] if isinstance(answer, Reply) else [type(answer).__name__]
        self.brought[job.id].append(" ".join(told))


@dataclass(frozen=True)
class Local:
    """One desk and what it works with."""

    house: House
    ledger: Ledger
    desk: Desk

    async def over(self, within_s: float = 10) -> None:
        """Until nothing is left to do or to deliver."""
        async with asyncio.timeout(within_s):
            while await self.unfinished():  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0.02)

    async def no_work_left(self, within_s: float = 10) -> None:
        """Until everything is answered, delivered or not."""
        async with asyncio.timeout(within_s):
            while await self.ledger.counts():  # noqa: ASYNC110 (it tells nobody)
                await asyncio.sleep(0.02)

    async def unfinished(self) -> int:
        """How many jobs are not answered, or not delivered; 1 where a fault meant for others strikes this."""
        try:
            async with self.house.history.database.read() as connection:
                rows = await connection.exec_driver_sql("SELECT count(*) FROM jobs WHERE delivered_at IS NULL")
                return rows.scalar_one()
        except (StorageFailed, TimedOut):
            return 1


async def editing(request: EditRequest, report: Report | None) -> EditResult:
    """The real editor, in a thread."""
    editor = Editor(Grounder().locate, FillInpainter())
    return await asyncio.to_thread(editor.edit, request, report)


@asynccontextmanager
async def serving(
    home: Path,
    post: Post | None = None,
    edit: Callable[[EditRequest, Report | None], Awaitable[EditResult]] | None = None,
    *,
    limits: QueueLimits = PLENTY,
    now: Callable[[], datetime] = this_moment,
    hold: Callable[[], bool] = lambda: False,
) -> AsyncGenerator[Local]:
    """A desk over the home, which brings answers to the post; without one they are to be asked for."""
    async with await History.open(home) as history:
        house = House(history, RulesPlanner(), edit or editing, home)
        ledger = Ledger(history.database, limits, now)
        async with Desk(Tools(house=house, ledger=ledger, hold=hold)) as desk:
            if post is not None:
                desk.deliver_by("test", post.deliver)
            yield Local(house, ledger, desk)


def blurred(number: int, author: str = "ann", **otherwise: Any) -> Message:
    """A message with a picture of its own and a mask, so that blobs of all kinds are written."""
    mask = np.zeros((72, 96, 3), np.uint8)
    mask[20:40, 30 : 60 + number % 7] = 255
    message = Message("blur this", author, "test", "here", photo(number), "noise.png", mask=Picture(mask), seed=1)
    return replace(message, **otherwise)


def kept_for_nobody(desk: Desk) -> dict[str, int]:
    """How much the desk remembers of jobs, by what it is; nothing, where nothing runs and nobody waits."""
    known: dict[str, Any] = {}
    for part in ("_workbench", "_courier", "_room"):
        held: object = vars(desk)[part]
        known.update(vars(held))
    return {name: len(known[name]) for name in OF_JOBS if known[name]}


def amiss(home: Path, post: Post | None = None, failures: tuple[str, ...] = ()) -> list[str]:
    """Everything that is wrong in a home where nothing is left to do.

    failures: the errors that an answer may be; every other job has exactly one revision. post: what was delivered.
    """
    with closing(sqlite3.connect(home / "retouch.db")) as database:
        wrong = [f"integrity: {row[0]}" for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        wrong += [f"foreign key: {row}" for row in database.execute("PRAGMA foreign_key_check")]
        wrong += blobs_amiss(home, database)
        query = """SELECT id, state, json_extract(outcome, '$.type'), (SELECT count(*) FROM steps WHERE job = jobs.id),
            (SELECT max(id) FROM revisions WHERE conversation = jobs.conversation AND parent IS NOT NULL),
            (SELECT count(*) FROM revisions WHERE conversation = jobs.conversation AND parent IS NOT NULL) FROM jobs"""
        for job, state, failure, steps, revision, made in database.execute(query):
            answer = failure if state == "failed" else revision
            if state not in ("done", "failed") or (state == "failed" and failure not in failures):
                wrong.append(f"{job} is {state} of {failure}")
            if (steps, made) != ((1, 1) if state == "done" else (0, 0)):
                wrong.append(f"{job}, {state}, has {steps} steps and {made} revisions")
            if post is not None and set(post.brought[job]) != {answer}:
                wrong.append(f"{job}: {answer} was brought as {post.brought[job]}")
    return wrong
