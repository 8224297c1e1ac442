"""Kills a chat process and its engine again and again, under load, and looks afterwards whether anything was lost."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.blobs import BlobLost, Blobs, BlobStore
from tests.processes import below

INSTRUCTIONS: Final = ("make it 10% brighter", "make it 20% warmer", "crop to square", "make it black and white")
QUERIES: Final = {
    "jobs": "SELECT key, id, state, delivered_at, conversation FROM jobs",
    "steps": "SELECT job, count(*) FROM steps GROUP BY job",
    "revisions": "SELECT conversation, count(*) FROM revisions WHERE parent IS NOT NULL GROUP BY conversation",
    "blobs": "SELECT blob FROM pieces UNION SELECT mask FROM revisions UNION SELECT target FROM revisions",
}
"""What an audit reads, in any database."""
READY_S: Final = 60.0
PACE_S: Final = 0.02
"""Between two messages."""
AT_ONCE: Final = 40
"""Messages that are sent and not yet answered: a queue, but one that ends."""


@dataclass
class Tale:
    """What the outside world saw, over the lives of all processes."""

    wanted: int | None = None
    """How many messages are sent at most; None: any number."""
    side: int | None = None
    """Px of their pictures' sides, where those are not small."""
    sent: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict[str, str])
    """Message -> job."""
    delivered: Counter[str] = field(default_factory=Counter[str])
    failed: list[str] = field(default_factory=list[str])
    kills: Counter[str] = field(default_factory=Counter[str])


class Life:
    """One chat process, from its start to its end."""

    def __init__(self, process: asyncio.subprocess.Process, tale: Tale) -> None:
        self._process, self._tale = process, tale
        self._ready = asyncio.Event()
        self._sent: set[str] = set()
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._feed())]

    @classmethod
    async def begin(cls, home: Path, tale: Tale, *step: str) -> Life:
        """A process over the home; step: what it kills itself at, and at which time."""
        pipe = asyncio.subprocess.PIPE
        with (home.parent / "chaos.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.chaos.chat", str(home), *step, stdin=pipe, stdout=pipe, stderr=log
            )
        return cls(process, tale)

    async def work(self, seconds: float) -> None:
        """Until it has been ready for so long, or is dead."""
        ready = asyncio.create_task(self._ready.wait())
        dead = asyncio.create_task(self._process.wait())
        await asyncio.wait([ready, dead], timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([dead], timeout=seconds)
        ready.cancel()

    async def die(self) -> None:
        """SIGKILL, where it has not killed itself."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._gone()

    async def end(self, within_s: float) -> int:
        """Everything left is sent, done and delivered; the exit code."""
        while len(self._tale.acknowledged) < self._tale.sent:  # noqa: ASYNC110 (it is heard line by line)
            await asyncio.sleep(0.05)
        self._tasks[1].cancel()
        assert self._process.stdin is not None
        self._process.stdin.close()
        code = await asyncio.wait_for(self._process.wait(), within_s)
        await self._gone()
        return code

    def kill_the_engine(self) -> bool:
        """SIGKILL; whether there was one."""
        for child in below(self._process.pid, running="engine.service"):
            os.kill(child, signal.SIGKILL)
            return True
        return False

    async def _gone(self) -> None:
        await self._process.wait()
        await self._tasks[0]
        self._tasks[1].cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            with suppress(json.JSONDecodeError):
                self._hear(json.loads(line))

    def _hear(self, said: dict[str, Any]) -> None:
        if "ready" in said:
            self._ready.set()
        elif "acknowledged" in said:
            earlier = self._tale.acknowledged.setdefault(said["acknowledged"], said["job"])
            assert earlier == said["job"], "one message became two jobs"
        elif "delivered" in said:
            self._tale.delivered[said["delivered"]] += 1
            if said["error"]:
                self._tale.failed.append(said["error"])
        elif "refused" in said:
            self._tale.failed.append(said["error"])

    async def _feed(self) -> None:
        """New messages, and first of all those that no process acknowledged, as a chat sends them again."""
        await self._ready.wait()
        assert self._process.stdin is not None
        with suppress(ConnectionError, BrokenPipeError):
            while True:
                number = self._next()
                if number is not None:
                    self._sent.add(f"message {number}")
                    self._process.stdin.write(f"{json.dumps({**_message(number), 'side': self._tale.side})}\n".encode())
                    await self._process.stdin.drain()
                await asyncio.sleep(PACE_S)

    def _next(self) -> int | None:
        tale = self._tale
        for number in range(tale.sent):
            key = f"message {number}"
            if key not in tale.acknowledged and key not in self._sent:
                return number
        if tale.sent - len(tale.delivered) >= AT_ONCE or tale.sent == tale.wanted:
            return None
        tale.sent += 1
        return tale.sent - 1


async def kill_at(home: Path, tale: Tale, step: str, number: int) -> None:
    """One life that ends at a named step."""
    life = await Life.begin(home, tale, step, str(number))
    await life.work(8.0)
    await life.die()
    tale.kills[step] += 1


async def kill_at_random(home: Path, tale: Tale, chance: random.Random, kills: int, longest_s: float = 2.0) -> None:
    """Lives in which the engine is killed now and then, each ended by killing the chat process.

    longest_s: between two kills, at most, once the process takes messages.
    """
    life = await Life.begin(home, tale)
    for _ in range(kills):
        await life.work(chance.uniform(0.05, longest_s))
        if chance.random() < 0.5 and life.kill_the_engine():
            tale.kills["engine"] += 1
            continue
        await life.die()
        tale.kills["chat"] += 1
        life = await Life.begin(home, tale)
    await life.die()


async def finish(home: Path, tale: Tale) -> float:
    """A last life without any kill; the seconds it took to do what was left."""
    start = time.monotonic()
    life = await Life.begin(home, tale)
    await life.work(0.0)
    assert await life.end(180) == 0
    return time.monotonic() - start


def audit(home: Path, tale: Tale) -> list[str]:
    """Everything that is wrong; nothing, if every acknowledged message has one job, one revision and one answer."""
    with closing(sqlite3.connect(home / "retouch.db")) as database:
        wrong = [f"integrity: {row[0]}" for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        wrong += [f"foreign key: {row}" for row in database.execute("PRAGMA foreign_key_check")]
        found = {name: database.execute(query).fetchall() for name, query in QUERIES.items()}
    return wrong + audited(found, Blobs(home / "blobs"), tale)


def audited(found: Mapping[str, Iterable[Sequence[Any]]], blobs: BlobStore, tale: Tale) -> list[str]:
    """What is wrong with the rows that the `QUERIES` found, and with what they name."""
    jobs = {key: (job, state, delivered, conversation) for key, job, state, delivered, conversation in found["jobs"]}
    made = {name: dict(tuple(row) for row in found[name]) for name in ("steps", "revisions")}
    wrong: list[str] = []
    for key, acknowledged in tale.acknowledged.items():
        if key not in jobs:
            wrong.append(f"{key} was lost")
            continue
        job, _, delivered, conversation = jobs[key]
        counts = made["steps"].get(job, 0), made["revisions"].get(conversation, 0)
        wrong += [f"{key} became two jobs"] if job != acknowledged else []
        wrong += [f"{key} has {counts[0]} steps and {counts[1]} revisions"] if counts != (1, 1) else []
        wrong += [f"{key} is not known to be delivered"] if delivered is None else []
    wrong += [f"{key} is {state}" for key, (_, state, _, _) in jobs.items() if state != "done"]
    wrong += _damage([digest for (digest,) in found["blobs"] if digest], blobs)
    wrong += [f"{key} was never delivered" for key in tale.acknowledged if not tale.delivered[key]]
    return wrong + [f"an answer was {error}" for error in tale.failed]


def blobs_amiss(home: Path, database: sqlite3.Connection) -> list[str]:
    """The blobs that some row names and that are not there as they were."""
    return _damage([digest for (digest,) in database.execute(QUERIES["blobs"]) if digest], Blobs(home / "blobs"))


def _damage(named: Iterable[str], blobs: BlobStore) -> list[str]:
    wrong: list[str] = []
    for digest in named:
        try:
            blobs.get(digest)
        except BlobLost as lost:
            wrong.append(f"blob {digest} is {lost.reason}")
    return wrong


def _message(number: int) -> dict[str, Any]:
    words = INSTRUCTIONS[number % len(INSTRUCTIONS)]
    return {"key": f"message {number}", "author": f"member {number % 7}", "words": words, "number": number}
