"""What an engine in a process of its own costs: edits that do next to nothing, there and in this process.

Process, HTTP, exchange, hashes: all that stands between a caller and the editor, without ledger and history.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np

from bot.engine_client import LocalEngine
from bot.engine_process import EngineProcess
from engine.data import Picture
from engine.edits import EditRequest, EditResult
from engine.operations import Crop
from engine.settings import EngineSettings
from engine.weights import ModelStore

RUNS = 40
GOAL_MS = 20.0
"""At 1024 px; with ledger and history the goal is 60."""
SIZES = {"512 px": (512, 512), "1024 px": (1024, 1024), "12 MP": (3000, 4000)}


async def median_ms(
    edit: Callable[[EditRequest], Awaitable[EditResult]], height: int, width: int
) -> tuple[float, float]:
    """The median and the worst of so many runs, each on a picture of its own; two to get warm."""
    pixels = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    nothing = (Crop(box=(0, 0, width, height - 1)),)
    taken: list[float] = []
    for run in range(RUNS + 2):
        pixels[0, 0] = run
        request = EditRequest(Picture(pixels.copy()), nothing)
        start = time.perf_counter()
        await edit(request)
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken[2:]), max(taken[2:])


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = EngineSettings(models_at=home / "models")
        here = LocalEngine(ModelStore(settings.models_at))
        async with EngineProcess(home, settings) as there:
            for name, (height, width) in SIZES.items():
                near, _ = await median_ms(here.edit, height, width)
                far, worst = await median_ms(there.edit, height, width)
                cost = far - near
                print(
                    f"{name:8} here {near:6.1f} ms   there {far:6.1f} ms   worst {worst:6.1f} ms   cost {cost:6.1f} ms"
                )
                if name == "1024 px":
                    print(f"{'':8} of an edit of one second that is {cost / 10:.1f} %; the goal is {GOAL_MS:.0f} ms")


if __name__ == "__main__":
    asyncio.run(main())
