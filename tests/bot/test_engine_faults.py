"""Whatever happens to the engine, an edit ends in time: done, failed for a reason, or lost and to be tried again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from bot.engine_process import Care, EngineProcess
from bot.engine_remote import Patience, RemoteEngine
from bot.parcels import Parcels
from bot.replies import sentence
from engine.blobs import Blobs
from engine.errors import BackendFailed, EngineLost, StorageFailed
from tests.bot.engine_requests import files_in, request_for, until
from tests.bot.scripted_engine import Scripted, listening
from tests.bot.test_engine_process import CARE, SCRIPTED, SETTINGS, scripted

IMPATIENT = Patience(connect_s=1, silence_s=0.4, hang_s=0.3, busy_s=0.3)


@pytest.fixture
def there(tmp_path: Path) -> Scripted:
    return Scripted(Blobs(tmp_path / "exchange"))


@pytest.fixture
async def engine(there: Scripted, tmp_path: Path) -> AsyncGenerator[RemoteEngine]:
    async with listening(there, tmp_path / "s"):
        remote = RemoteEngine(f"unix:{tmp_path / 's'}", Parcels(there.exchange), IMPATIENT)
        yield remote
        await remote.close()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("cut", "died"),
        ("silent", "silent"),
        ("stuck", "hung"),
        ("junk", "junk"),
        ("noise", "junk"),
        ("poison", "poisoned"),
        ("lost", "blob"),
        ("damaged", "blob"),
    ],
)
async def test_what_is_not_done_is_lost(engine: RemoteEngine, there: Scripted, fault: str, reason: str) -> None:
    with pytest.raises(EngineLost) as lost:
        await engine.edit(request_for(fault))
    assert lost.value.reason == reason
    assert files_in(there.exchange.folder) == []


async def test_an_engine_that_stays_full_is_left(engine: RemoteEngine, there: Scripted) -> None:
    there.full = 100
    with pytest.raises(EngineLost) as lost:
        await engine.edit(request_for())
    assert (lost.value.reason, there.orders) == ("busy", [])


async def test_nobody_there_is_lost(there: Scripted, tmp_path: Path) -> None:
    remote = RemoteEngine(f"unix:{tmp_path / 'nowhere'}", Parcels(there.exchange), IMPATIENT)
    with pytest.raises(EngineLost) as lost:
        await remote.edit(request_for())
    assert lost.value.reason == "unreachable"
    await remote.close()


async def test_an_order_that_waits_is_not_hung_while_another_moves(engine: RemoteEngine) -> None:
    moving = asyncio.create_task(engine.edit(request_for("crawl")))
    waiting = asyncio.create_task(engine.edit(request_for("wait")))
    await moving
    assert not waiting.done()
    with pytest.raises(EngineLost) as lost:
        await waiting
    assert lost.value.reason == "hung"


async def test_a_full_exchange_is_a_storage_that_failed(engine: RemoteEngine, there: Scripted) -> None:
    (there.exchange.folder / "incoming").rmdir()
    with pytest.raises(StorageFailed) as failed:
        await engine.edit(request_for())
    assert "exchange" in sentence(failed.value)
    assert there.orders == []


@pytest.mark.parametrize(("fault", "reason"), [("die", "died"), ("freeze", "died"), ("poison", "poisoned")])
async def test_a_process_that_is_beyond_help_is_replaced(tmp_path: Path, fault: str, reason: str) -> None:
    async with scripted(tmp_path) as engine:
        with pytest.raises(EngineLost) as lost:
            await engine.edit(request_for(fault))
        assert lost.value.reason == reason
        request = request_for()
        result = await engine.edit(request)
        assert np.array_equal(result.picture.rgb, 255 - request.picture.rgb)
        assert engine.restarts == 1


async def test_an_edit_that_hangs_takes_its_process_along(tmp_path: Path) -> None:
    patience = Patience(hang_s=0.3)
    async with EngineProcess(tmp_path, SETTINGS, care=CARE, patience=patience, service=SCRIPTED) as engine:
        with pytest.raises(EngineLost) as lost:
            await engine.edit(request_for("stuck"))
        assert lost.value.reason == "hung"
        await engine.edit(request_for())
        assert engine.restarts == 1


async def test_one_that_never_starts_is_said_so_and_why_is_in_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    care = Care(tries=2, first_pause_s=0.02, longest_pause_s=0.05)
    with capture_logs() as logs:
        async with scripted(tmp_path, "--then", "refuse", care=care) as engine:
            with pytest.raises(BackendFailed) as failed:
                await engine.edit(request_for())
            assert not engine.ready
    assert not isinstance(failed.value, EngineLost)
    assert "secret" not in sentence(failed.value)
    refusals = [entry for entry in logs if entry["event"] == "engine_not_started"]
    assert len(refusals) >= 2
    assert refusals[0]["exit_code"] == 1
    assert capfd.readouterr().err.count("no such model: secret") >= 2


async def test_one_that_starts_at_last_takes_edits_again(tmp_path: Path) -> None:
    care = Care(tries=1, first_pause_s=0.02, longest_pause_s=0.05, stop_s=1)
    cure = tmp_path / "cure"
    async with scripted(tmp_path / "home", "--until", str(cure), care=care) as engine:
        with pytest.raises(BackendFailed):
            await engine.edit(request_for())
        cure.touch()
        await until(lambda: engine.ready)
        await engine.edit(request_for())


async def test_a_start_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    care = Care(start_s=0.3, tries=1, wait_s=20, answer_s=0.2, stop_s=0.2)
    began = time.monotonic()
    async with scripted(tmp_path, "--then", "sleep", care=care) as engine:
        with pytest.raises(BackendFailed):
            await engine.edit(request_for())
    assert time.monotonic() - began < care.wait_s


async def test_an_edit_does_not_wait_for_ever(tmp_path: Path) -> None:
    async with scripted(tmp_path, "--then", "sleep", care=Care(wait_s=0.2, stop_s=0.2)) as engine:
        with pytest.raises(EngineLost):
            await engine.edit(request_for())
