"""Kill -9 of the chat process and of the engine, hundreds of times under load, and what was lost by it: nothing.

Each round kills the chat process once at every named step, from the first byte of an upload on disk to the delivered
answer, and the chat process or the engine at random moments besides. A client sends messages all the while, and sends
those again that were not acknowledged. At the end every acknowledged message must have exactly one job, one revision
and an answer, the database must be sound, and every blob there.

`uv run python -m benchmarks.chaos [kills] [seed]`; some 1.5 s a kill.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.chat import STEPS
from tests.chaos.driver import Tale, audit, finish, kill_at, kill_at_random

KILLS, SEED = 200, 7


async def rounds(home: Path, kills: int, seed: int) -> Tale:
    """So many kills: a round of the steps, and twice as many at random, again and again."""
    tale, chance = Tale(), random.Random(seed)
    while (left := kills - sum(tale.kills.values())) > 0:
        for step in list(STEPS)[:left]:
            await kill_at(home, tale, step, chance.randint(1, 8))
        await kill_at_random(home, tale, chance, min(2 * len(STEPS), max(0, left - len(STEPS))), longest_s=4.0)
        print(f"{sum(tale.kills.values())} kills, {len(tale.acknowledged)} acknowledged", flush=True)
    return tale


async def main(kills: int, seed: int) -> int:
    """Print what came of it; how much was wrong."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        tale = await rounds(home, kills, seed)
        left = await finish(home, tale)
        wrong = audit(home, tale)
    by = {name: tale.kills[name] for name in ("chat", "engine")}
    print(
        f"{sum(tale.kills.values())} kills ({by['chat']} of the chat process and {by['engine']} of the engine at "
        f"random, the rest at {len(STEPS)} named steps) in {time.monotonic() - start:.0f} s"
    )
    print(
        f"{len(tale.acknowledged)} messages acknowledged, {len(tale.delivered)} answered, "
        f"{sum(tale.delivered.values()) - len(tale.delivered)} of them told twice; the rest was done {left:.1f} s "
        "after the last restart"
    )
    print("nothing lost, nothing doubled, database sound, no blob missing" if not wrong else "\n".join(wrong))
    return len(wrong)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:3]]
    sys.exit(asyncio.run(main(*numbers, *(KILLS, SEED)[len(numbers) :])) > 0)
