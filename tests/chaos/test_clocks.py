"""A clock that is set an hour back or forth, at any moment: nobody waits for it to come round again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.ledger.limits import QueueLimits, Rate
from engine.edits import EditRequest, EditResult
from engine.errors import Busy
from engine.reporting import Report
from tests.chaos.local import Post, amiss, blurred, editing, serving

pytestmark = pytest.mark.usefixtures("quickly")
HOUR = timedelta(hours=1)


class Clock:
    """The time of day, and how wrong it is."""

    def __init__(self) -> None:
        self.off = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.off


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_jobs_that_wait_run_and_are_delivered_meanwhile(tmp_path: Path, clock: Clock, jump: timedelta) -> None:
    begun, go, calls = asyncio.Event(), asyncio.Event(), list[int]()

    async def edit(request: EditRequest, report: Report | None) -> EditResult:
        calls.append(1)
        begun.set()
        await go.wait()
        return await editing(request, report)

    async with serving(tmp_path, post := Post(), edit, now=clock) as local:
        for number in range(6):
            await local.desk.take(blurred(number), key=f"before {number}")
        await begun.wait()
        clock.off = jump
        await asyncio.sleep(0.3)
        for number in range(6):
            await local.desk.take(blurred(10 + number), key=f"after {number}")
        go.set()
        await local.over()
    assert len(calls) == 12
    assert amiss(tmp_path, post) == []
    assert all(len(answers) == 1 for answers in post.brought.values())


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_what_a_dead_process_left_is_taken_up(tmp_path: Path, clock: Clock, jump: timedelta) -> None:
    async def none_of(request: EditRequest, report: Report | None) -> EditResult:
        raise AssertionError("nobody works here")

    async with serving(tmp_path, edit=none_of, hold=lambda: True) as local:
        for number in range(3):
            await local.desk.take(blurred(number))
        # Leased and never renewed, as by a process that was killed.
        assert await local.ledger.lease("dead", "quick")
    clock.off = jump
    async with serving(tmp_path, post := Post(), now=clock) as local:
        await local.over()
    assert amiss(tmp_path, post) == []


async def test_nobody_is_turned_away_for_the_hour(tmp_path: Path, clock: Clock) -> None:
    limits = QueueLimits(per_member=100, member_rate=Rate(per_minute=2, burst=2))
    async with serving(tmp_path, now=clock, limits=limits) as local:
        clock.off = HOUR
        for number in range(2):
            await local.desk.take(blurred(number))
        with pytest.raises(Busy):
            await local.desk.take(blurred(2))
        clock.off = timedelta(0)
        for number in range(2):
            await local.desk.take(blurred(number))
        with pytest.raises(Busy) as busy:
            await local.desk.take(blurred(2))
    assert 0 < busy.value.seconds <= 30
