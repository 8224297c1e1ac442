"""What a server adds around an edit, how soon it acknowledges under load, and what it weighs.

- An edit that does nothing, on a photo of 1024 px, from the message to the answer: desk, ledger, exchange, HTTP, the
  engine's process, and the commit to the history. The editor's own time is taken off.
- With 200 edits waiting and the engine at work on every core: how long another message takes to be durably accepted,
  a step through the history to be answered, and how late the event loop is.
- Memory of the chat process with nothing to do, and of an engine without torch.

`uv run python -m benchmarks.service`. Goals: 60 ms; 1 s at p99; 250 ms at most; 150 MB; 400 MB.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from bot.chat import Message
from bot.config import QueueSettings, Settings
from bot.sample import draw_sample
from bot.serving import Server, open_server
from engine.data import Picture
from engine.operations import Adjust, Plan, Remove, Target
from engine.selection.marks import Marks

RUNS = 60
WAITING = 200
ASKED = 100
NAP_S = 0.01
SAMPLE = draw_sample().rgb
QUEUE = QueueSettings(waiting=10_000, per_member=1_000, member_per_minute=1e6, member_burst=10_000)


def photo(side: int = 1024, number: int = 0) -> Picture:
    """The drawn sample with a little noise, so that it compresses as a photo does; another for each number."""
    drawn = np.asarray(cv2.resize(SAMPLE, (side, side), interpolation=cv2.INTER_AREA), np.float32)
    noise = np.random.default_rng(number).normal(0, 3, drawn.shape)
    return Picture(np.clip(drawn + noise, 0, 255).astype(np.uint8))


def planned(*operations: Adjust | Remove) -> Plan:
    return Plan(instruction="", operations=operations, confidence=1.0)


def told(name: str, seconds: Sequence[float], goal_ms: float, *, of: float = 0.5) -> None:
    """Print the distribution; `of` is the quantile that the goal is about."""
    taken = sorted(1000 * one for one in seconds)
    at = {share: taken[min(len(taken) - 1, int(share * len(taken)))] for share in (0.5, 0.99)}
    holds = (taken[-1] if of == 1 else at[of]) <= goal_ms
    print(
        f"{name:44} p50 {at[0.5]:7.1f} ms   p99 {at[0.99]:7.1f} ms   max {taken[-1]:7.1f} ms   "
        f"{'holds' if holds else 'MISSED'} ({goal_ms:.0f})"
    )


async def overhead(server: Server) -> None:
    """Edits that do nothing, one after the other."""
    original = await server.house.history.begin(surface="b", channel="", author="ann", name="", picture=photo())
    nothing = planned(Adjust(property="brightness", amount=0))
    added, acknowledged = list[float](), list[float]()
    for run in range(RUNS + 5):
        start = time.perf_counter()
        job = await server.desk.take(Message("", "ann", "b", reply_to=original.id, plan=nothing, seed=1), key=f"n{run}")
        acknowledged.append(time.perf_counter() - start)
        reply = await server.desk.answer(job)
        stages = reply.answer.revision.timings_ms
        added.append(time.perf_counter() - start - stages.get("edit", 0.0) / 1000)
    told("acknowledged, nothing else to do", acknowledged[5:], 1000, of=0.99)
    told("server around an edit that does nothing", added[5:], 60)
    print(f"    of an edit of one second that is {100 * statistics.median(added[5:]):.1f} %")


async def probe(late: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(NAP_S)
        late.append(time.perf_counter() - began - NAP_S)


async def under_load(server: Server) -> None:
    """A long queue of things to be taken off pictures, and somebody who asks meanwhile."""
    original = await server.house.history.begin(surface="b", channel="", author="bob", name="", picture=photo())
    removal = planned(Remove(target=Target(phrase="disc")))
    marks = Marks(circle=(500, 500, 180))
    for index in range(WAITING):
        author = f"member {index % 20}"
        await server.desk.take(Message("", author, "b", reply_to=original.id, plan=removal, mask=marks, seed=1))
    pictures = [photo(640, number) for number in range(ASKED)]
    accepted, old, late = list[float](), list[float](), list[float]()
    watching = asyncio.create_task(probe(late))
    for index in range(ASKED):
        start = time.perf_counter()
        message = Message("make it warmer", f"asker {index}", "b", picture=pictures[index], seed=1)
        await server.desk.take(message, key=f"a{index}")
        accepted.append(time.perf_counter() - start)
        start = time.perf_counter()
        await server.desk.take(
            Message("", "bob", "b", reply_to=original.id, plan=planned(Adjust(property="brightness", amount=0)))
        )
        old.append(time.perf_counter() - start)
        await asyncio.sleep(0.05)
    watching.cancel()
    left = sum((await server.ledger.counts()).values())
    print(f"{left} edits still waiting when the last was asked for")
    told("a new picture accepted, 200 waiting", accepted, 1000, of=0.99)
    told("an edit of an old one accepted, 200 waiting", old, 1000, of=0.99)
    told("event loop late, engine on every core", late, 250, of=1)


def resident_mb(process: str) -> float:
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096 / 1e6


IDLE = """
import asyncio, sys
from pathlib import Path
from bot.config import Settings
from bot.serving import open_server
import uvicorn
async def main():
    async with open_server(Settings(home=Path(sys.argv[1])), warm=True) as server:
        while True:
            try:
                await server.house.edit.__self__._readiness(10**9)
                break
            except Exception:
                await asyncio.sleep(0.1)
        children = Path("/proc/self/task").glob("*/children")
        engine = next(child for path in children for child in path.read_text().split())
        for process in ("self", engine):
            print(int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096 / 1e6)
asyncio.run(main())
"""


def memory(home: Path) -> None:
    """An idle server in a process of its own, its engine warm."""
    run = subprocess.run([sys.executable, "-c", IDLE, str(home)], capture_output=True, text=True, check=True)
    chat, engine = (float(line) for line in run.stdout.split())
    print(f"chat process, idle: {chat:.0f} MB ({'holds' if chat < 150 else 'MISSED'}, 150)")
    print(f"engine without torch, warm: {engine:.0f} MB ({'holds' if engine < 400 else 'MISSED'}, 400)")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_server(Settings(home=Path(folder), queue=QUEUE), warm=False) as server:
            await overhead(server)
            await under_load(server)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        memory(Path(folder))
    asyncio.run(main())
