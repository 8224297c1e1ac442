"""Many at once, or one alone."""

from __future__ import annotations

import asyncio

from bot.gate import Gate


async def test_many_are_inside_at_once_but_one_alone() -> None:
    gate, inside, seen, go = Gate(), list[str](), list[tuple[str, ...]](), asyncio.Event()

    async def pass_by(name: str, *, alone: bool) -> None:
        async with gate.through(alone=alone):
            inside.append(name)
            seen.append(tuple(inside))
            await go.wait()
            inside.remove(name)

    first = [asyncio.create_task(pass_by(name, alone=False)) for name in "ab"]
    await asyncio.sleep(0)
    later = [asyncio.create_task(pass_by(name, alone=name == "c")) for name in "cd"]
    await asyncio.sleep(0.01)
    assert seen == [("a",), ("a", "b")]
    go.set()
    await asyncio.gather(*first, *later)
    assert seen[2:] == [("c",), ("d",)]


async def test_who_gives_up_waiting_holds_up_nobody() -> None:
    gate = Gate()
    async with gate.through(alone=False):
        waiting = asyncio.create_task(gate.through(alone=True).__aenter__())
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(1), gate.through(alone=False):
            pass
    async with asyncio.timeout(1), gate.through(alone=True):
        pass
