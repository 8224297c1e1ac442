"""How fairly the ledger serves: thousands of members, bursts and heavy users, on a clock that jumps between events.

The ledger is the real one, on a real SQLite file; only time is simulated. Each job's time from being accepted to being
done is set against the fair share: what it would have been had all members with work shared the workers equally at
every moment (generalised processor sharing, Parekh and Gallager 1993, where no member has more than one worker). No
real queue can keep to that, for a worker is not taken from an edit it has begun: their theorem allows one more edit of
the longest kind, and so does the second figure. The same arrivals, first come, first served, are the peer.

`uv run python benchmarks/fairness.py [members] [workers]` prints, over all members, how much longer than their share
everything took that they asked for, and how many were turned away.
"""

from __future__ import annotations

import asyncio
import heapq
import statistics
import sys
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import numpy as np

from bot.history import History
from bot.history.records import new_id
from bot.ledger.ledger import Ledger
from bot.ledger.limits import QueueLimits, Rate
from bot.ledger.records import Application, Job
from engine.data import Picture
from engine.errors import Busy

MEMBERS, WORKERS = 2000, 4
MINUTES = 30
GOAL = 2.0
KINDS = {"few steps": 2.0, "replace": 5.0, "four variations": 15.0, "expand at 12 MP": 30.0}
"""Seconds of work of what is asked for; each edit takes a tenth more or less."""
OFTEN = (0.4, 0.4, 0.15, 0.05)
FREELY = Rate(per_minute=100_000, burst=100_000)
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A member asks for an edit of a kind at a time, s, which takes a worker so long, s."""

    at: float
    member: str
    kind: str
    work: float


Done: TypeAlias = dict[Arrival, float]
"""When each job was done, s."""


def arrivals(members: int, workers: int) -> list[Arrival]:
    """Half an hour in which about as much is asked for as can be done, and far more in its middle.

    Most members ask now and then; one in fifty has a script that asks for twenty edits at once; in the middle everybody
    of a hundredth comes within a minute, as after an announcement.
    """
    rng = np.random.default_rng(7)
    seconds = 60.0 * MINUTES
    found: list[Arrival] = []
    for index in range(members):
        member = f"member {index:04}"
        if index % 50 == 0:
            times = np.sort(np.repeat(rng.uniform(0, seconds, 2), 10))
        elif index % 100 == 1:
            times = seconds / 2 + rng.uniform(0, 60, 3)
        else:
            times = rng.uniform(0, seconds, rng.poisson(1.5))
        for at in np.sort(times):
            kind = str(rng.choice(list(KINDS), p=OFTEN))
            found.append(Arrival(float(at), member, kind, KINDS[kind] * rng.uniform(0.9, 1.1)))
    scale = workers * seconds * 0.95 / sum(one.work for one in found)
    scaled = (replace(one, work=one.work * scale) for one in found)
    return sorted(scaled, key=lambda one: (one.at, one.member))


class Simulated:
    """A ledger whose clock jumps."""

    def __init__(self, ledger: Ledger, conversation: str, workers: int) -> None:
        self._ledger, self._conversation, self._free = ledger, conversation, workers
        self._running: list[tuple[float, int, Job]] = []
        self._of: dict[str, Arrival] = {}
        self.now = 0.0
        self.done: Done = {}
        self.refused = 0

    async def run(self, arriving: Sequence[Arrival]) -> None:
        """Every arrival is accepted or refused, and what is accepted is done."""
        waiting = deque(arriving)
        while waiting or self._running:
            over = self._running[0][0] if self._running else float("inf")
            if waiting and waiting[0].at <= over:
                await self._accept(waiting.popleft())
            else:
                await self._finish()
            await self._begin()

    async def _accept(self, one: Arrival) -> None:
        self.now = one.at
        application = Application(
            surface="test",
            author=one.member,
            conversation=self._conversation,
            lane="heavy",
            request={},
            effort=one.kind,
        )
        try:
            job = await self._ledger.accept(application, new_id())
        except Busy:
            self.refused += 1
        else:
            self._of[job.id] = one

    async def _begin(self) -> None:
        while self._free and (job := await self._ledger.lease("simulation", "heavy")):
            self._free -= 1
            heapq.heappush(self._running, (self.now + self._of[job.id].work, len(self.done) + self._free, job))

    async def _finish(self) -> None:
        self.now, _, job = heapq.heappop(self._running)
        self._free += 1
        await self._ledger.finish(job, "done", {}, self._of[job.id].work)
        self.done[self._of[job.id]] = self.now


def shared(accepted: Iterable[Arrival], workers: int) -> Done:
    """Every member with work has the same share of the workers, at most one, and does one job after the other with it.

    Told in virtual time, which runs as fast as each of them works: a job begun at v is over at v + work.
    """
    arriving = deque(sorted(accepted, key=lambda one: one.at))
    queues, heads = defaultdict[str, deque[Arrival]](deque), list[tuple[float, str]]()
    now = virtual = 0.0
    done: Done = {}
    while arriving or heads:
        rate = min(1.0, workers / len(heads)) if heads else 0.0
        over = now + (heads[0][0] - virtual) / rate if heads else float("inf")
        coming = arriving[0].at if arriving else float("inf")
        virtual += (min(over, coming) - now) * rate
        now = min(over, coming)
        if coming <= over:
            one = arriving.popleft()
            queues[one.member].append(one)
            if len(queues[one.member]) == 1:
                heapq.heappush(heads, (virtual + one.work, one.member))
        else:
            virtual, member = heapq.heappop(heads)
            done[queues[member].popleft()] = now
            if queues[member]:
                heapq.heappush(heads, (virtual + queues[member][0].work, member))
    return done


def in_order(accepted: Iterable[Arrival], workers: int) -> Done:
    """First come, first served."""
    free = [0.0] * workers
    done: Done = {}
    for one in sorted(accepted, key=lambda one: one.at):
        done[one] = max(heapq.heappop(free), one.at) + one.work
        heapq.heappush(free, done[one])
    return done


def ratios(done: Done, fair: Done, allowed: float) -> dict[str, float]:
    """By member: the time all jobs took together, over what each would have taken with a fair share and so much more.

    allowed: s.
    """
    took, share = defaultdict[str, float](float), defaultdict[str, float](float)
    for one, over in done.items():
        took[one.member] += over - one.at
        share[one.member] += fair[one] - one.at + allowed
    return {member: took[member] / share[member] for member in took}


def told(name: str, done: Done, fair: Done) -> None:
    """Print how the members fared."""
    waits = sorted(over - one.at - one.work for one, over in done.items())
    longest = max(one.work for one in done)
    print(f"{name:24} wait p50 {waits[len(waits) // 2]:6.1f} s, p99 {waits[int(len(waits) * 0.99)]:6.1f} s")
    for allowed, of in ((0.0, "their share"), (longest, f"that and one longest edit ({longest:.0f} s)")):
        found = ratios(done, fair, allowed)
        above = sum(ratio > GOAL for ratio in found.values())
        median, worst = statistics.median(found.values()), max(found.values())
        print(f"    {of:40} median {median:5.2f}x   worst {worst:6.2f}x   above {GOAL:.0f}x: {above:4} members")


async def simulate(members: int, workers: int) -> None:
    """Print how it went."""
    limits = QueueLimits(
        waiting=10_000, member_rate=FREELY, guild_rate=FREELY, workers={"quick": workers, "heavy": workers}
    )
    arriving = arrivals(members, workers)
    with tempfile.TemporaryDirectory() as home:
        async with await History.open(Path(home)) as history:
            picture = Picture(np.zeros((8, 8, 3), np.uint8))
            one = await history.begin(surface="test", channel="", author="", name="", picture=picture)
            simulated: list[Simulated] = []
            ledger = Ledger(history.database, limits, lambda: START + timedelta(seconds=simulated[0].now))
            simulated.append(Simulated(ledger, one.conversation, workers))
            await simulated[0].run(arriving)
            done, refused = simulated[0].done, simulated[0].refused
    fair = shared(done, workers)
    print(f"{members} members, {workers} workers, {len(arriving)} edits asked for, {refused} turned away with a reason")
    told("Retouch's ledger", done, fair)
    told("first come, first served", in_order(done, workers), fair)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]] + [MEMBERS, WORKERS][len(sys.argv) - 1 :]
    asyncio.run(simulate(*numbers[:2]))
