"""How late the chat process's event loop is, idle and while the engine's process works on every core.

Probe: a task that sleeps 10 ms and notes how much longer it took. Two kinds of edits keep the cores busy: things taken
off 1024 px pictures, and 12-megapixel pictures made warmer, whose 36 MB cross to the engine and back.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bot.engine_process import EngineProcess
from engine.data import Picture
from engine.edits import EditRequest
from engine.operations import Adjust, Remove, Target
from engine.settings import EngineSettings

SECONDS = 20.0
NAP_S = 0.01
GOAL_MS = 250.0


def removal() -> EditRequest:
    """A disc to be taken off a gradient."""
    rows, columns = np.mgrid[:1024, :1024]
    rgb = np.dstack([rows // 4, columns // 4, (rows + columns) // 8]).astype(np.uint8)
    hole = (rows - 500) ** 2 + (columns - 500) ** 2 < 180**2
    return EditRequest(Picture(rgb), (Remove(target=Target(phrase="disc")),), mask=hole)


def large() -> EditRequest:
    """A picture as phones take them."""
    rgb = np.random.default_rng(1).integers(0, 256, (3000, 4000, 3), np.uint8)
    return EditRequest(Picture(rgb), (Adjust(property="warmth", amount=20),))


async def probe(lateness_ms: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(NAP_S)
        lateness_ms.append(1000 * (time.perf_counter() - began - NAP_S))


async def measured(what: str, engine: EngineProcess, *requests: EditRequest) -> float:
    """Print how late the loop was while the requests were made again and again; the worst, ms."""
    lateness_ms: list[float] = []
    done = 0

    async def again(request: EditRequest) -> None:
        nonlocal done
        while True:
            await engine.edit(request)
            done += 1

    tasks = [asyncio.create_task(probe(lateness_ms)), *(asyncio.create_task(again(one)) for one in requests)]
    await asyncio.sleep(SECONDS)
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError):
            raise RuntimeError(what) from (ended if isinstance(ended, BaseException) else None)
    p99 = statistics.quantiles(lateness_ms, n=100)[98]
    worst = max(lateness_ms)
    print(f"{what:44} {statistics.median(lateness_ms):6.1f} {p99:6.1f} {worst:6.1f}   {done:4} edits")
    return worst


async def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        async with EngineProcess(Path(home), EngineSettings(models_at=Path(home) / "models")) as engine:
            await engine.edit(removal())
            print(f"{'lateness of the event loop, ms':44} {'p50':>6} {'p99':>6} {'max':>6}")
            await measured("idle", engine)
            worst = await measured("two removals at 1024 px", engine, removal(), removal())
            worst = max(worst, await measured("and two 12 MP pictures", engine, removal(), removal(), large(), large()))
    print(f"goal: at most {GOAL_MS:.0f} ms: {'met' if worst < GOAL_MS else 'MISSED'}")
    sys.exit(worst >= GOAL_MS)


if __name__ == "__main__":
    asyncio.run(main())
