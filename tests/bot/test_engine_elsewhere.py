"""An engine that others run: edits wait while it is away, and nothing is begun that it would not take."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from bot.engine_elsewhere import Attention, EngineElsewhere
from bot.engine_remote import Patience
from engine.blobs import Blobs
from engine.errors import BadOption, EngineLost
from tests.bot.engine_requests import files_in, request_for, until
from tests.bot.scripted_engine import Scripted, listening

ATTENTION = Attention(beat_s=0.02, answer_s=1, wait_s=20)
PATIENCE = Patience(connect_s=1, begin_s=2, silence_s=0.5, hang_s=0.5, busy_s=0.2)


def elsewhere(folder: Path, attention: Attention = ATTENTION) -> EngineElsewhere:
    return EngineElsewhere(f"unix:{folder / 's'}", str(folder / "exchange"), attention, PATIENCE)


@pytest.fixture
def scripted(tmp_path: Path) -> Scripted:
    return Scripted(Blobs(tmp_path / "exchange"))


async def test_an_edit_waits_for_an_engine_that_comes(tmp_path: Path, scripted: Scripted) -> None:
    request = request_for()
    async with elsewhere(tmp_path) as engine:
        editing = asyncio.create_task(engine.edit(request))
        await asyncio.sleep(0.1)
        assert (engine.ready, engine.starting, editing.done()) == (False, True, False)
        async with listening(scripted, tmp_path / "s"):
            result = await asyncio.wait_for(editing, 10)
            assert engine.ready
        await until(lambda: engine.starting)
    assert np.array_equal(result.picture.rgb, 255 - request.picture.rgb)
    assert files_in(scripted.exchange.folder) == []


async def test_what_no_engine_began_is_sent_again(tmp_path: Path, scripted: Scripted) -> None:
    """It was full for longer than an order is offered."""
    scripted.full = 6
    async with listening(scripted, tmp_path / "s"), elsewhere(tmp_path) as engine:
        await engine.edit(request_for())
    assert (scripted.full, len(scripted.orders)) == (0, 1)


async def test_what_an_engine_began_is_the_ledger_s_to_try_again(tmp_path: Path, scripted: Scripted) -> None:
    async with listening(scripted, tmp_path / "s"), elsewhere(tmp_path) as engine:
        with pytest.raises(EngineLost) as lost:
            await engine.edit(request_for("cut"))
    assert (lost.value.reason, len(scripted.orders)) == ("died", 1)


async def test_an_edit_does_not_wait_for_ever(tmp_path: Path) -> None:
    async with elsewhere(tmp_path, Attention(beat_s=0.02, wait_s=0.1)) as engine:
        with pytest.raises(EngineLost) as lost:
            await engine.edit(request_for())
    assert lost.value.reason == "unreachable"


async def test_an_exchange_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "exchange").write_text("a file")
    with pytest.raises(BadOption) as wrong:
        await elsewhere(tmp_path).__aenter__()
    assert wrong.value.name == "engine.exchange"
