"""A ledger in a place of its own, a clock that is moved by hand, and conversations to have jobs in."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import numpy as np
import pytest

from bot.history import History
from bot.history.records import new_id
from bot.ledger.ledger import Ledger
from bot.ledger.limits import QueueLimits
from bot.ledger.records import Application, Job
from engine.data import Picture
from tests.bot.conftest import Place

Ask: TypeAlias = Callable[..., Awaitable[Job]]


class HandClock:
    """A moment that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def history(place: Place) -> AsyncGenerator[History]:
    async with await place.open() as opened:
        yield opened


@pytest.fixture
def limits() -> QueueLimits:
    return QueueLimits()


@pytest.fixture
def ledger(history: History, clock: HandClock, limits: QueueLimits) -> Ledger:
    return Ledger(history.database, limits, clock)


@pytest.fixture
async def ask(history: History, ledger: Ledger, clock: HandClock) -> Ask:
    """Accepts a job of an author, a second after the last one."""
    picture = Picture(np.zeros((8, 8, 3), np.uint8))
    original = await history.begin(surface="test", channel="", author="ann", name="", picture=picture)

    async def accepted(author: str = "ann", **values: Any) -> Job:
        clock.pass_by(0.001)
        given: dict[str, Any] = {"lane": "quick", "effort": "blur", "surface": "test", "request": {}}
        lease_to = values.pop("lease_to", None)
        application = Application(author=author, conversation=original.conversation, **{**given, **values})
        return await ledger.accept(application, new_id(), lease_to=lease_to)

    return accepted
