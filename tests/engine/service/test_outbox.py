"""Frames between threads and the loop."""

from __future__ import annotations

import asyncio
import threading

from engine.service.outbox import Outbox
from engine.wire import Frame, Progressed, Staged


async def taken(outbox: Outbox) -> list[Frame]:
    return [frame async for frame in outbox.frames()]


async def test_frames_of_another_thread_arrive_in_order() -> None:
    outbox = Outbox()

    def tell() -> None:
        for stage in "abc":
            outbox.put(Staged(stage=stage, fraction=0))
        outbox.close()

    thread = threading.Thread(target=tell)
    thread.start()
    frames = await taken(outbox)
    thread.join()
    assert [frame.stage for frame in frames if isinstance(frame, Staged)] == ["a", "b", "c"]


async def test_of_what_was_not_read_the_latest_counts() -> None:
    outbox = Outbox()
    for step in range(1000):
        outbox.put(Progressed(stage="add", fraction=step / 1000))
    outbox.put(Staged(stage="crop", fraction=1))
    outbox.close()
    await asyncio.sleep(0)
    assert await taken(outbox) == [Progressed(stage="add", fraction=0.999), Staged(stage="crop", fraction=1)]


async def test_a_stage_is_never_left_out() -> None:
    outbox = Outbox()
    for stage in "abab":
        outbox.put(Staged(stage=stage, fraction=0))
        outbox.put(Progressed(stage=stage, fraction=0.5))
    outbox.close()
    frames = await taken(outbox)
    assert [frame.stage for frame in frames if isinstance(frame, Staged)] == ["a", "b", "a", "b"]


def test_a_thread_that_outlives_the_loop_is_not_disturbed() -> None:
    async def make() -> Outbox:
        return Outbox()

    outbox = asyncio.run(make())
    outbox.put(Staged(stage="a", fraction=0))
    outbox.close()
