"""Whose turn it is, what is turned away, and how long the rest waits."""

from __future__ import annotations

import asyncio

import pytest

from bot.ledger.ledger import Ledger
from bot.ledger.limits import QueueLimits, Rate
from bot.ledger.records import Place
from engine.errors import Busy
from tests.bot.ledger.conftest import Ask, HandClock

FREELY = Rate(per_minute=6000, burst=1000)
GENEROUS = QueueLimits(per_member=100, member_rate=FREELY, guild_rate=FREELY)


async def served(ledger: Ledger, clock: HandClock, count: int) -> list[str]:
    """The authors of the next jobs, each done before the next begins."""
    authors: list[str] = []
    for _ in range(count):
        clock.pass_by(1)
        job = await ledger.lease("one", "quick")
        assert job is not None
        authors.append(job.author)
        await ledger.finish(job, "done", {})
    return authors


class TestGenerously:
    @pytest.fixture
    def limits(self) -> QueueLimits:
        return GENEROUS

    async def test_members_alternate_however_much_one_asks_for(
        self, ledger: Ledger, ask: Ask, clock: HandClock
    ) -> None:
        for author in ("ann", "ann", "ann", "ann", "bob", "bob", "cem"):
            await ask(author)
        assert await served(ledger, clock, 7) == ["ann", "bob", "cem", "ann", "bob", "ann", "ann"]

    async def test_who_comes_back_is_neither_ahead_nor_behind(self, ledger: Ledger, ask: Ask, clock: HandClock) -> None:
        for author in ("ann", "ann", "ann", "bob"):
            await ask(author)
        assert await served(ledger, clock, 4) == ["ann", "bob", "ann", "ann"]
        for author in ("bob", "ann", "bob", "bob", "ann", "cem"):
            await ask(author)
        assert await served(ledger, clock, 6) == ["bob", "cem", "ann", "bob", "bob", "ann"]

    async def test_cheap_work_passes_dear_work_but_not_for_ever(
        self, ledger: Ledger, ask: Ask, clock: HandClock
    ) -> None:
        await ask("ann", effort="dear")
        dear = await ledger.lease("one", "quick")
        assert dear is not None
        await ledger.finish(dear, "done", {}, 3.5)
        await ask("ann", effort="dear")
        for _ in range(6):
            await ask("bob")
        assert await served(ledger, clock, 7) == ["bob", "bob", "bob", "bob", "bob", "bob", "ann"]

    async def test_one_member_does_not_take_every_worker(self, ledger: Ledger, ask: Ask) -> None:
        for author in ("ann", "ann", "ann", "bob"):
            await ask(author)
        running = [await ledger.lease("one", "quick") for _ in range(4)]
        assert [job and job.author for job in running] == ["ann", "bob", "ann", None]

    async def test_the_place_is_where_the_job_is_begun(self, ledger: Ledger, ask: Ask, clock: HandClock) -> None:
        authors = ["ann", "ann", "bob", "cem", "bob", "ann", "dee", "cem"]
        asked = [await ask(author) for author in authors]
        places = {job.id: (await ledger.place(job)).ahead for job in asked}
        order: list[str] = []
        for _ in asked:
            clock.pass_by(1)
            job = await ledger.lease("one", "quick")
            assert job is not None
            order.append(job.id)
            await ledger.finish(job, "done", {})
        assert [places[job] for job in order] == list(range(len(asked)))

    async def test_a_job_that_runs_has_nothing_ahead(self, ledger: Ledger, ask: Ask) -> None:
        await ask()
        job = await ledger.lease("one", "quick")
        assert job is not None
        assert await ledger.place(job) == Place(0, 0.0)


class TestSparingly:
    @pytest.fixture
    def limits(self) -> QueueLimits:
        return QueueLimits(
            waiting=4, per_member=2, per_guild=3, member_rate=Rate(60, burst=3), guild_rate=Rate(6000, burst=1000)
        )

    async def test_a_member_has_so_many_waiting(self, ask: Ask) -> None:
        await ask()
        await ask()
        with pytest.raises(Busy) as busy:
            await ask()
        assert (busy.value.reason, busy.value.limit) == ("member", 2)
        assert busy.value.seconds > 0

    async def test_a_member_has_so_many_waiting_also_when_all_come_at_once(self, ask: Ask, ledger: Ledger) -> None:
        asked = await asyncio.gather(*(ask(key=f"message {index}") for index in range(8)), return_exceptions=True)
        assert sum(isinstance(one, Busy) for one in asked) == 6
        assert await ledger.counts() == {("quick", "accepted"): 2}

    async def test_a_guild_has_so_many_waiting(self, ask: Ask) -> None:
        for author in ("ann", "bob", "cem"):
            await ask(author, guild="g")
        with pytest.raises(Busy) as busy:
            await ask("dee", guild="g")
        assert busy.value.reason == "guild"
        await ask("dee", guild="h")

    async def test_there_are_only_so_many(self, ask: Ask) -> None:
        for author in ("ann", "bob", "cem", "dee"):
            await ask(author)
        with pytest.raises(Busy) as busy:
            await ask("eva")
        assert busy.value.reason == "queue"

    async def test_steps_through_the_history_are_never_turned_away(self, ask: Ask) -> None:
        for author in ("ann", "bob", "cem", "dee"):
            await ask(author)
        assert (await ask("eva", lease_to="one")).state == "leased"

    async def test_a_burst_is_allowed_and_then_a_pace(self, ledger: Ledger, ask: Ask, clock: HandClock) -> None:
        async def accepted() -> bool:
            try:
                await ask()
            except Busy as busy:
                reasons.append((busy.reason, 0 < busy.seconds <= 1))
                return False
            job = await ledger.lease("one", "quick")
            assert job is not None
            await ledger.finish(job, "done", {})
            return True

        async def at_once() -> int:
            """How many are accepted in a row."""
            return [await accepted() for _ in range(5)].index(False)

        reasons: list[tuple[str, bool]] = []
        assert await at_once() == 3
        clock.pass_by(1)
        assert await at_once() == 1
        clock.pass_by(60)
        assert await at_once() == 3
        assert set(reasons) == {("rate", True)}
