"""What administrators did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from bot.history import History
from bot.history.schema import audit
from bot.keeping.audit import Audit
from tests.bot.conftest import Place


async def test_what_was_done_is_told_newest_first(history: History, place: Place):
    record = Audit(history.database)
    assert await record.latest("7") == []
    for number in range(5):
        await record.note("7", "ada", "limit", role=f"{number}", per_minute=number)
    await record.note("8", "bob", "ban", member="eve")
    async with await place.open() as another:
        latest = await Audit(another.database).latest("7", 3)
        assert [entry.detail for entry in latest] == [{"role": f"{n}", "per_minute": n} for n in (4, 3, 2)]
        (banned,) = await Audit(another.database).latest("8")
    assert (banned.actor, banned.action, banned.detail) == ("bob", "ban", {"member": "eve"})
    assert timedelta(0) <= datetime.now(UTC) - banned.noted_at < timedelta(minutes=1)


async def test_it_stays_when_the_administrator_is_forgotten(history: History):
    record = Audit(history.database)
    await record.note("7", "ada", "unban", member="eve")
    await history.forget("ada")
    assert [entry.action for entry in await record.latest("7")] == ["unban"]


async def test_what_is_old_is_trimmed(history: History):
    record = Audit(history.database)
    for action in ("ban", "unban", "limit"):
        await record.note("7", "ada", action)
    async with history.database.write() as connection:
        old = datetime.now(UTC) - timedelta(days=91)
        await connection.execute(update(audit).where(audit.c.action != "limit").values(noted_at=old))
    assert await record.trim(timedelta(days=92)) == 0
    assert await record.trim(timedelta(days=90)) == 2
    assert [entry.action for entry in await record.latest("7")] == ["limit"]
