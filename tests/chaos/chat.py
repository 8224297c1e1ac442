"""A chat process to be killed: `python -m tests.chaos.chat HOME [STEP NUMBER]`.

It takes messages as JSON lines on stdin, says what it acknowledged and what it delivered on stdout, and is otherwise
the server that the surfaces run in. With a step it kills itself, as SIGKILL does, the so-manieth time it comes there.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import numpy as np

from bot.chat import Message, Reply
from bot.config import QueueSettings, Settings
from bot.courier import Courier
from bot.engine_remote import RemoteEngine
from bot.history import History
from bot.ledger.ledger import Ledger
from bot.ledger.records import Job
from bot.serving import Server, open_server
from engine.blobs import Blobs
from engine.data import Picture
from engine.errors import EditError

QUEUE = QueueSettings(per_member=10_000, waiting=10_000, member_per_minute=1e6, member_burst=10_000, crashes=1000)
"""Everything is accepted, and no job is given up: here the engine dies of nothing but the test."""
STEPS: dict[str, tuple[type, str, bool]] = {
    "begin": (History, "begin", False),
    "begun": (History, "begin", True),
    "blob": (Blobs, "put", False),
    "blob put": (Blobs, "put", True),
    "accept": (Ledger, "accept", False),
    "accepted": (Ledger, "accept", True),
    "leased": (Ledger, "lease", True),
    "commit": (History, "commit", False),
    "committed": (History, "commit", True),
    "finish": (Ledger, "finish", False),
    "finished": (Ledger, "finish", True),
    "deliver": (Courier, "_bring", False),
    "delivered": (Ledger, "delivered", True),
    "renew": (Ledger, "renew", True),
    "edit": (RemoteEngine, "edit", False),
    "edited": (RemoteEngine, "edit", True),
}
"""What is killed at, by name: before or after a method."""


def say(**words: Any) -> None:
    sys.stdout.write(f"{json.dumps(words)}\n")
    sys.stdout.flush()


def die_at(step: str, number: int) -> None:
    """The process ends as it comes to the step for that time, counted from 1."""
    owner, name, afterwards = STEPS[step]
    method: Callable[..., Any] = getattr(owner, name)
    left = [number]

    def here() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if inspect.iscoroutinefunction(method):

        @wraps(method)
        async def waited(*args: Any, **kwargs: Any) -> Any:
            if not afterwards:
                here()
            result = await method(*args, **kwargs)
            if afterwards and (name != "lease" or result is not None):
                here()
            return result

        setattr(owner, name, waited)
        return

    @wraps(method)
    def called(*args: Any, **kwargs: Any) -> Any:
        if not afterwards:
            here()
        result = method(*args, **kwargs)
        if afterwards:
            here()
        return result

    setattr(owner, name, called)


def photo(number: int, side: int | None = None) -> Picture:
    """Another noisy picture for each number, small where no side is said, px."""
    shape = (side, side, 3) if side else (72, 96, 3)
    return Picture(np.random.default_rng(number).integers(60, 190, shape, np.uint8))


async def main(home: Path) -> None:
    """Serve until stdin ends and nothing is left to do."""
    settings = Settings(home=home, queue=QUEUE)
    async with open_server(settings, warm=False) as server:
        server.desk.deliver_by("chaos", _deliver)
        say(ready=os.getpid())
        tasks: set[asyncio.Task[None]] = set()
        while line := await asyncio.to_thread(sys.stdin.readline):
            task = asyncio.create_task(_take(json.loads(line), server))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        while await server.ledger.counts():  # noqa: ASYNC110 (the database tells nobody)
            await asyncio.sleep(0.1)


async def _take(asked: dict[str, Any], server: Server) -> None:
    picture = photo(asked["number"], asked["side"])
    message = Message(asked["words"], asked["author"], "chaos", asked["key"], picture, "noise.png", seed=1)
    try:
        job = await server.desk.take(message, key=asked["key"])
    except EditError as error:
        say(refused=asked["key"], error=type(error).__name__)
    else:
        say(acknowledged=asked["key"], job=job.id)


async def _deliver(job: Job, answer: Reply | EditError) -> None:
    revisions = [one.revision.id for one in answer.answers] if isinstance(answer, Reply) else []
    say(delivered=job.key, revisions=revisions, error=None if isinstance(answer, Reply) else type(answer).__name__)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        die_at(sys.argv[2], int(sys.argv[3]))
    asyncio.run(main(Path(sys.argv[1])))
