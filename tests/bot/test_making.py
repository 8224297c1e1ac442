"""Variations of one edit are made at the same time, and stopped together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from bot.chat import Message
from bot.history import History
from bot.house import House
from bot.turn import turn
from engine.data import Picture
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.errors import OutOfMemory
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.planner import RulesPlanner
from engine.reporting import Report

COUNT = 3


@dataclass
class Engine:
    """The real editor; every edit waits until all have begun, and one may fail then."""

    failing: int | None = None
    """The seed that runs out of memory."""
    endless: bool = False
    began: list[EditRequest] = field(default_factory=list[EditRequest])
    stopped: list[int] = field(default_factory=list[int])
    all_here: asyncio.Event = field(default_factory=asyncio.Event)

    async def edit(self, request: EditRequest, report: Report | None) -> EditResult:
        self.began.append(request)
        if len(self.began) == COUNT:
            self.all_here.set()
        try:
            await asyncio.wait_for(self.all_here.wait(), 10)
            if request.seed == self.failing:
                raise OutOfMemory("diffusion")
            if self.endless or self.failing is not None:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.stopped.append(request.seed)
            raise
        return Editor(Grounder().locate, FillInpainter()).edit(request, report)


@pytest_asyncio.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    async with await History.open(tmp_path) as history:
        yield history


def message() -> Message:
    picture = Picture(np.random.default_rng(1).integers(0, 255, (80, 90, 3), np.uint8))
    return Message("make it a bit warmer", "ann", "test", picture=picture, name="a.png", seed=5, count=COUNT)


def house_of(history: History, engine: Engine, tmp_path: Path) -> House:
    return House(history, RulesPlanner(), engine.edit, tmp_path)


async def test_all_are_made_at_once_and_committed_in_order(history: History, tmp_path: Path) -> None:
    engine, heard = Engine(), list[float]()
    reply = await turn(message(), house_of(history, engine, tmp_path), lambda _, fraction: heard.append(fraction))
    assert [answer.revision.seed for answer in reply.answers] == [5, 6, 7]
    assert [answer.revision.number for answer in reply.answers] == [1, 2, 3]
    assert {request.company for request in engine.began} == {COUNT}
    assert heard == sorted(heard)


async def test_when_one_fails_the_others_stop_and_nothing_is_kept(history: History, tmp_path: Path) -> None:
    engine = Engine(failing=6)
    with pytest.raises(OutOfMemory):
        await turn(message(), house_of(history, engine, tmp_path))
    await asyncio.sleep(0)
    assert sorted(engine.stopped) == [5, 7]
    latest = await history.latest(author="ann", surface="test", channel="")
    assert latest is None or latest.parent is None


async def test_cancelling_the_turn_stops_all(history: History, tmp_path: Path) -> None:
    engine = Engine(endless=True)
    waiting = asyncio.ensure_future(turn(message(), house_of(history, engine, tmp_path)))
    await asyncio.wait_for(engine.all_here.wait(), 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.sleep(0)
    assert sorted(engine.stopped) == [5, 6, 7]
