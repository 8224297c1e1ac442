"""What administrators did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.history import History
from bot.keeping.audit import Audit
from tests.bot.conftest import Place


async def test_what_was_done_is_told_newest_first(history: History, place: Place):
    audit = Audit(history.database)
    assert await audit.latest("7") == []
    for number in range(5):
        await audit.note("7", "ada", "limit", role=f"{number}", per_minute=number)
    await audit.note("8", "bob", "ban", member="eve")
    async with await place.open() as another:
        latest = await Audit(another.database).latest("7", 3)
        assert [entry.detail for entry in latest] == [{"role": f"{n}", "per_minute": n} for n in (4, 3, 2)]
        (banned,) = await Audit(another.database).latest("8")
    assert (banned.actor, banned.action, banned.detail) == ("bob", "ban", {"member": "eve"})
    assert timedelta(0) <= datetime.now(UTC) - banned.noted_at < timedelta(minutes=1)


async def test_it_stays_when_the_administrator_is_forgotten(history: History):
    audit = Audit(history.database)
    await audit.note("7", "ada", "unban", member="eve")
    await history.forget("ada")
    assert [entry.action for entry in await audit.latest("7")] == ["unban"]
