"""Whoever is cancelled at whichever await: nothing is lost, doubled, stuck or kept for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest

from bot.ledger.records import Job
from bot.workbench import Workbench
from tests.chaos.local import Post, amiss, blurred, kept_for_nobody, serving

T = TypeVar("T")
pytestmark = pytest.mark.usefixtures("quickly")


class CancelledAt(Generic[T]):
    """A coroutine whose task is cancelled as it suspends for that time, counted from 0, and so many times in a row."""

    def __init__(self, deed: Coroutine[Any, Any, T], at: int, times: int = 1) -> None:
        self._deed, self._at, self._until = deed, at, at + times
        self.suspended = 0

    @property
    def came_so_far(self) -> bool:
        """Whether it was cancelled at all."""
        return self.suspended > self._at

    def __await__(self) -> Generator[Any, None, T]:
        steps = self._deed.__await__()
        thrown: BaseException | None = None
        while True:
            try:
                waiting = steps.send(None) if thrown is None else steps.throw(thrown)
            except StopIteration as end:
                return end.value
            task = asyncio.current_task()
            if task is not None and self._at <= self.suspended < self._until:
                task.cancel()
            self.suspended += 1
            try:
                yield waiting
                thrown = None
            except BaseException as error:
                thrown = error


async def at_every_await(deed: Callable[[int], Awaitable[CancelledAt[Any]]]) -> int:
    """Do it once for each of its awaits; how many there are."""
    at = 0
    while (await deed(at)).came_so_far:
        at += 1
    return at


async def outcome_of(cancelled: CancelledAt[T]) -> T | None:
    """What it led to; None: it was cancelled."""

    async def awaited() -> T:
        return await cancelled

    (outcome,) = await asyncio.gather(asyncio.create_task(awaited()), return_exceptions=True)
    if isinstance(outcome, asyncio.CancelledError):
        return None
    assert not isinstance(outcome, BaseException), outcome
    return outcome


@pytest.mark.parametrize("times", [1, 3])
async def test_whoever_brings_a_message(tmp_path: Path, times: int) -> None:
    async with serving(tmp_path, post := Post()) as local:

        async def take(at: int) -> CancelledAt[Job]:
            message, key = blurred(at), f"message {at}"
            taking = CancelledAt(local.desk.take(message, key=key), at, times)
            job = await outcome_of(taking)
            again = await local.desk.take(message, key=key)
            assert job is None or job.id == again.id
            return taking

        assert await at_every_await(take) > 5
        await local.over()
    assert amiss(tmp_path, post) == []


@pytest.mark.parametrize("times", [1, 3])
async def test_whoever_undoes(tmp_path: Path, times: int) -> None:
    async with serving(tmp_path) as local:
        made = await local.desk.answer(await local.desk.take(blurred(0)))

        async def undo(at: int) -> CancelledAt[Job]:
            message = blurred(0, picture=None, mask=None, reply_to=made.answer.revision.id, instruction="undo")
            taking = CancelledAt(local.desk.take(message, key=f"click {at}"), at, times)
            await outcome_of(taking)
            reply = await local.desk.answer(await local.desk.take(message, key=f"click {at}"))
            assert reply.answer.revision.number == 0
            await local.house.history.redo(made.answer.revision.conversation)
            return taking

        assert await at_every_await(undo) > 5
        assert kept_for_nobody(local.desk) == {}


@pytest.mark.parametrize("times", [1, 3])
async def test_whoever_works(tmp_path: Path, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    work_on = Workbench._work_on  # pyright: ignore[reportPrivateUsage]
    working: list[CancelledAt[None]] = []

    async def interrupted(bench: Workbench, job: Job) -> None:
        if job.attempt > 1:
            await work_on(bench, job)
            return
        working.append(CancelledAt(work_on(bench, job), len(working), times))
        await working[-1]

    monkeypatch.setattr(Workbench, "_work_on", interrupted)
    async with serving(tmp_path, post := Post()) as local:

        async def work(at: int) -> CancelledAt[None]:
            await local.desk.take(blurred(at), key=f"message {at}")
            await local.over()
            return working[at]

        assert await at_every_await(work) > 5
    assert amiss(tmp_path, post) == []


async def test_whoever_waits_for_an_answer(tmp_path: Path) -> None:
    async with serving(tmp_path) as local:

        async def wait(at: int) -> CancelledAt[Any]:
            job = await local.desk.take(blurred(at), key=f"message {at}")
            waiting = CancelledAt(local.desk.answer(job), at)
            await outcome_of(waiting)
            assert (await local.desk.answer(job)).answer.revision.number == 1
            return waiting

        assert await at_every_await(wait) > 1
        assert kept_for_nobody(local.desk) == {}
    assert amiss(tmp_path) == []


async def test_answers_that_nobody_collects_are_not_kept(tmp_path: Path) -> None:
    async with serving(tmp_path) as local:
        for number in range(30):
            job = await local.desk.take(blurred(number))
            waiting = asyncio.create_task(local.desk.answer(job))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await local.no_work_left()
        assert kept_for_nobody(local.desk) == {}
