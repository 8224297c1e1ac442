"""The life of a job, told by the ledger's own clock."""

from __future__ import annotations

import asyncio

import pytest

from bot.history import History
from bot.history.once import Fenced
from bot.ledger.ledger import LEASE, MOST_ATTEMPTS, Ledger
from bot.ledger.records import Job
from tests.bot.ledger.conftest import Ask, HandClock

LONGER_THAN_A_LEASE = LEASE.total_seconds() + 1


async def leased(ledger: Ledger, owner: str = "one") -> Job:
    job = await ledger.lease(owner, "quick")
    assert job is not None
    return job


async def test_a_job_is_accepted_leased_done_and_delivered(ledger: Ledger, ask: Ask, clock: HandClock) -> None:
    accepted = await ask(key="message 1", guild="g", address={"channel": 5}, request={"instruction": "x"})
    assert (accepted.state, accepted.attempt, accepted.owner) == ("accepted", 0, None)
    assert accepted.address == {"channel": 5}
    job = await leased(ledger)
    assert (job.id, job.state, job.attempt, job.owner) == (accepted.id, "leased", 1, "one")
    assert await ledger.lease("two", "quick") is None
    await ledger.finish(job, "done", {"revisions": ["r"]}, 2.0)
    over = await ledger.job(job.id)
    assert over is not None
    assert (over.state, over.outcome, over.is_over) == ("done", {"revisions": ["r"]}, True)
    assert over.finished_at == clock()
    await ledger.delivered(job.id)
    clock.pass_by(LONGER_THAN_A_LEASE)
    assert await ledger.undelivered("two", ["test"]) == []


async def test_the_same_message_is_accepted_once(ledger: Ledger, ask: Ask) -> None:
    jobs = await asyncio.gather(*(ask(key="click 7") for _ in range(8)))
    assert len({job.id for job in jobs}) == 1
    assert (await ledger.known("click 7")) == jobs[0]
    assert await ledger.known("click 8") is None
    assert await ledger.counts() == {("quick", "accepted"): 1}


async def test_lanes_do_not_mix(ledger: Ledger, ask: Ask) -> None:
    await ask(lane="heavy")
    assert await ledger.lease("one", "quick") is None
    job = await ledger.lease("one", "heavy")
    assert job is not None
    assert job.expected_s == 20


async def test_a_silent_worker_loses_its_job_and_cannot_finish_it(ledger: Ledger, ask: Ask, clock: HandClock) -> None:
    await ask()
    lost = await leased(ledger, "one")
    clock.pass_by(LONGER_THAN_A_LEASE)
    assert await ledger.sweep() == 1
    found = await leased(ledger, "two")
    assert (found.id, found.attempt, found.crashes) == (lost.id, 2, 0)
    for late in (ledger.finish(lost, "done", {}), ledger.give_back(lost, crashed=True)):
        with pytest.raises(Fenced):
            await late
    await ledger.finish(found, "done", {})
    with pytest.raises(Fenced):
        await ledger.finish(found, "failed", {})


async def test_a_worker_that_renews_keeps_its_job(ledger: Ledger, ask: Ask, clock: HandClock) -> None:
    await ask()
    job = await leased(ledger)
    for _ in range(5):
        clock.pass_by(LEASE.total_seconds() - 1)
        assert [(kept.id, kept.attempt, kept.stop) for kept in await ledger.renew("one", [job.id])] == [
            (job.id, 1, False)
        ]
        assert await ledger.renew("two", [job.id]) == []
        assert await ledger.sweep() == 0


async def test_a_job_that_the_engine_dies_of_is_dead_after_three(ledger: Ledger, ask: Ask, clock: HandClock) -> None:
    await ask()
    for crash in (1, 2):
        assert await ledger.give_back(await leased(ledger), crashed=True, after_s=crash) == "accepted"
        assert await ledger.lease("one", "quick") is None
        clock.pass_by(crash)
    last = await leased(ledger)
    assert await ledger.give_back(last, crashed=True) == "dead"
    over = await ledger.job(last.id)
    assert over is not None
    assert (over.state, over.crashes) == ("dead", 3)


async def test_a_job_given_back_unharmed_waits_as_before(ledger: Ledger, ask: Ask) -> None:
    await ask()
    for attempt in range(1, 6):
        job = await leased(ledger)
        assert (job.attempt, job.crashes) == (attempt, 0)
        await ledger.give_back(job, crashed=False)


async def test_a_job_whose_workers_always_vanish_is_dead_at_last(ledger: Ledger, ask: Ask, clock: HandClock) -> None:
    accepted = await ask()
    for _ in range(MOST_ATTEMPTS):
        await leased(ledger)
        clock.pass_by(LONGER_THAN_A_LEASE)
        await ledger.sweep()
    over = await ledger.job(accepted.id)
    assert over is not None
    assert over.state == "dead"


async def test_only_its_author_cancels_a_job(ledger: Ledger, ask: Ask) -> None:
    waiting = await ask()
    assert not await ledger.cancel(waiting.id, "bob")
    assert await ledger.cancel(waiting.id, "ann")
    assert await ledger.lease("one", "quick") is None
    assert not await ledger.cancel(waiting.id, "ann")


async def test_a_running_job_is_told_to_stop(ledger: Ledger, ask: Ask) -> None:
    await ask()
    job = await leased(ledger)
    assert await ledger.cancel(job.id, "ann")
    assert [renewed.stop for renewed in await ledger.renew("one", [job.id])] == [True]
    await ledger.finish(job, "cancelled", {})
    assert await ledger.counts() == {}


async def test_an_answer_that_was_not_brought_is_somebody_elses_to_bring(
    ledger: Ledger, ask: Ask, clock: HandClock
) -> None:
    await ask()
    job = await leased(ledger)
    await ledger.finish(job, "done", {})
    assert await ledger.undelivered("two", ["test"]) == []
    clock.pass_by(LONGER_THAN_A_LEASE)
    assert await ledger.undelivered("two", ["discord"]) == []
    assert [found.id for found in await ledger.undelivered("two", ["test"])] == [job.id]
    assert await ledger.undelivered("three", ["test"]) == []
    await ledger.renew("two", [job.id])
    clock.pass_by(LONGER_THAN_A_LEASE)
    assert [found.id for found in await ledger.undelivered("three", ["test"])] == [job.id]


async def test_a_job_that_builds_on_another_waits_for_it(ledger: Ledger, ask: Ask) -> None:
    first = await ask("ann")
    second = await ask("ann", after=first.id)
    running = await leased(ledger)
    assert running.id == first.id
    assert await ledger.lease("two", "quick") is None
    await ledger.finish(running, "failed", {})
    assert (await leased(ledger)).id == second.id


async def test_what_is_begun_at_once_is_nobody_elses(ledger: Ledger, ask: Ask) -> None:
    job = await ask(lease_to="one")
    assert (job.state, job.attempt, job.owner) == ("leased", 1, "one")
    assert await ledger.lease("two", "quick") is None


async def test_efforts_are_learnt(ledger: Ledger, ask: Ask) -> None:
    assert (await ask(effort="remove")).expected_s == 1.0
    await ledger.finish(await leased(ledger), "done", {}, 10.0)
    assert (await ask(effort="remove")).expected_s == 10.0
    await ledger.finish(await leased(ledger), "done", {}, 20.0)
    assert (await ask(effort="remove")).expected_s == pytest.approx(13.0)
    assert (await ask(effort="blur")).expected_s == 1.0


async def test_who_is_forgotten_leaves_no_job(history: History, ledger: Ledger, ask: Ask) -> None:
    await ask("bob")
    await ask("ann")
    await history.forget("bob")
    assert [job.author for job in [await leased(ledger)]] == ["ann"]
    assert await ledger.lease("one", "quick") is None
