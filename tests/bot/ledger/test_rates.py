"""How often a member may ask, and how that is told."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.history import History
from bot.history.schema import rates
from bot.ledger.ledger import Ledger
from bot.ledger.limits import QueueLimits, Rate
from bot.ledger.records import Allowance
from engine.errors import Busy
from tests.bot.ledger.conftest import Ask, HandClock

SLOW, FAST = Rate(per_minute=2, burst=2), Rate(per_minute=600, burst=7)


@pytest.fixture
def limits() -> QueueLimits:
    return QueueLimits(per_member=9, member_rate=Rate(per_minute=60, burst=4))


async def asked_until_refused(ask: Ask, rate: Rate | None) -> tuple[int, Busy]:
    for count in range(20):
        try:
            await ask("ann", rate=rate)
        except Busy as busy:
            return count, busy
    raise AssertionError("never refused")


@pytest.mark.parametrize("rate", [None, SLOW, FAST])
async def test_the_allowance_is_what_is_accepted(ledger: Ledger, ask: Ask, clock: HandClock, rate: Rate | None):
    allowed = (rate or ledger.limits.member_rate).burst
    assert await ledger.allowance("ann", rate) == Allowance(0, 9, allowed, 0.0)
    await ask("ann", rate=rate)
    left = await ledger.allowance("ann", rate)
    assert (left.waiting, left.free_now, left.next_s) == (1, allowed - 1, 0.0)
    count, busy = await asked_until_refused(ask, rate)
    none = await ledger.allowance("ann", rate)
    assert (busy.reason, count) == ("rate", left.free_now)
    assert (none.waiting, none.free_now) == (allowed, 0)
    assert none.next_s == pytest.approx(busy.seconds)
    clock.pass_by(none.next_s)
    assert (await ledger.allowance("ann", rate)).free_now == 1
    await ask("ann", rate=rate)


async def test_rates_of_one_s_own_are_counted_apart_and_are_a_member_s(ledger: Ledger, ask: Ask):
    await asked_until_refused(ask, SLOW)
    assert (await ledger.allowance("ann")).free_now == 4
    assert (await ledger.allowance("ann", FAST)).free_now == 7
    assert (await ledger.allowance("ann", SLOW)).free_now == 0
    assert (await ledger.allowance("bob", SLOW)).free_now == 2


async def test_whose_jobs_wait_must_wait_too(ledger: Ledger, ask: Ask, clock: HandClock):
    for _ in range(9):
        await ask("ann")
        clock.pass_by(30)
    full = await ledger.allowance("ann")
    assert (full.waiting, full.per_member, full.free_now) == (9, 9, 0)
    assert full.next_s > 0
    with pytest.raises(Busy) as busy:
        await ask("ann")
    assert busy.value.reason == "member"
    job = await ledger.lease("one", "quick")
    assert job is not None
    await ledger.finish(job, "done", {})
    # Four more would do by the rate, but only one may wait.
    assert await ledger.allowance("ann") == Allowance(8, 9, 1, 0.0)


async def test_forgetting_leaves_no_count_of_a_member(ledger: Ledger, ask: Ask, history: History):
    for author in ("eve", "eve 2"):
        for rate in (None, SLOW, FAST):
            await ask(author, rate=rate)
    await history.forget("eve")
    async with history.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(rates)) == 3
    assert (await ledger.allowance("eve 2", SLOW)).free_now == 1
