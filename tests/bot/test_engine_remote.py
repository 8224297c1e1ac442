"""An edit over HTTP is the edit: the same result, the same errors, the same reports, and nothing left behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import structlog

from bot.engine_remote import Patience, RemoteEngine
from bot.parcels import Parcels
from engine.blobs import Blobs
from engine.data import Box, Image, Notice
from engine.errors import Ambiguous, NotGrounded
from engine.operations import Generate
from engine.reporting import Watcher
from tests.bot.engine_requests import WARMER, files_in, request_for
from tests.bot.scripted_engine import Scripted, listening

PATIENCE = Patience(connect_s=1, silence_s=0.5, hang_s=0.3, busy_s=0.5)


@pytest.fixture
def scripted(tmp_path: Path) -> Scripted:
    return Scripted(Blobs(tmp_path / "exchange"))


@pytest.fixture
async def engine(scripted: Scripted, tmp_path: Path) -> AsyncGenerator[RemoteEngine]:
    async with listening(scripted, tmp_path / "s"):
        remote = RemoteEngine(f"unix:{tmp_path / 's'}", Parcels(scripted.exchange), PATIENCE)
        yield remote
        await remote.close()


async def test_the_result_is_the_engine_s(engine: RemoteEngine, scripted: Scripted) -> None:
    request = request_for()
    with structlog.contextvars.bound_contextvars(job="job1", revision="rev1", attempt=2):
        result = await engine.edit(request)
    assert np.array_equal(result.picture.rgb, 255 - request.picture.rgb)
    assert result.picture.opacity is not None
    assert np.array_equal(result.picture.opacity, np.asarray(request.picture.opacity))
    assert result.mask is not None
    assert result.mask.all()
    assert (result.offset, result.outside_changed, result.target, result.backend) == ((0, 0), 0, None, "exact")
    assert result.notices == (Notice("main_subject", "dog"),)
    order = scripted.orders[0]
    assert (order.job, order.revision, order.attempt, order.seed) == ("job1", "rev1", 2, 5)
    assert order.operations == WARMER
    assert files_in(scripted.exchange.folder) == []


async def test_it_tells_of_itself_while_it_runs(engine: RemoteEngine) -> None:
    told: list[tuple[str, float]] = []
    left: list[float] = []
    seen: list[Image] = []
    request = request_for()
    await engine.edit(
        request, Watcher(lambda stage, fraction: told.append((stage, fraction)), left.append, seen.append)
    )
    assert told == [("edit", 0.25), ("edit", 0.5)]
    assert left == [1.5]
    assert [preview.shape for preview in seen] == [request.picture.rgb.shape]


async def test_a_report_that_raises_stops_the_edit(engine: RemoteEngine, scripted: Scripted) -> None:
    def report(stage: str, fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await engine.edit(request_for("slow"), report)
    await asyncio.wait_for(scripted.left.wait(), 5)


async def test_its_errors_keep_their_facts(engine: RemoteEngine, scripted: Scripted) -> None:
    with pytest.raises(NotGrounded) as failed:
        await engine.edit(request_for("fail"))
    assert (failed.value.phrase, failed.value.best_score, failed.value.alternatives) == ("the dog", 0.25, ("cat",))
    with pytest.raises(Ambiguous) as asked:
        await engine.edit(request_for("ask"))
    ball = asked.value.candidates[1]
    assert (asked.value.operation, ball.box) == (1, Box(1, 2, 9, 8))
    assert np.array_equal(np.asarray(ball.mask), np.eye(6, 8, dtype=np.bool_))
    assert files_in(scripted.exchange.folder) == []


async def test_cancelling_closes_the_connection_and_leaves_nothing(engine: RemoteEngine, scripted: Scripted) -> None:
    began = asyncio.Event()
    editing = asyncio.create_task(engine.edit(request_for("silent"), lambda stage, fraction: began.set()))
    await began.wait()
    editing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(editing, 5)
    await asyncio.wait_for(scripted.left.wait(), 5)
    assert files_in(scripted.exchange.folder) == []


async def test_variations_share_their_picture(engine: RemoteEngine, scripted: Scripted) -> None:
    request = request_for("slow")
    results = await asyncio.gather(*(engine.edit(request) for _ in range(20)))
    assert all(np.array_equal(one.picture.rgb, 255 - request.picture.rgb) for one in results)
    assert len({order.picture.blob for order in scripted.orders}) == 1
    assert files_in(scripted.exchange.folder) == []


async def test_pictures_that_go_far_are_packed_both_ways(scripted: Scripted, tmp_path: Path) -> None:
    async with listening(scripted, tmp_path / "far"):
        remote = RemoteEngine(f"unix:{tmp_path / 'far'}", Parcels(scripted.exchange), PATIENCE, form="png")
        request = request_for()
        result = await remote.edit(request)
        await remote.close()
    assert np.array_equal(result.picture.rgb, 255 - request.picture.rgb)
    assert scripted.orders[0].picture.form == "png"


async def test_what_has_no_engine_yet_is_asked_again(engine: RemoteEngine, scripted: Scripted) -> None:
    scripted.unknown = 2
    await engine.edit(request_for())
    assert (scripted.unknown, len(scripted.orders)) == (0, 1)


async def test_the_model_that_is_wanted_is_told_for_the_way(engine: RemoteEngine, scripted: Scripted) -> None:
    await engine.edit(request_for())
    await engine.edit(replace(request_for("sdxl+my style.safetensors"), operations=(Generate(prompt="a fox"),)))
    await engine.edit(replace(request_for(), operations=(Generate(prompt="a fox"),)))
    assert scripted.wanted == [None, "sdxl%2Bmy%20style.safetensors", "illustrator"]


async def test_a_full_engine_is_asked_again(engine: RemoteEngine, scripted: Scripted) -> None:
    scripted.full = 2
    await engine.edit(request_for())
    assert (scripted.full, len(scripted.orders)) == (0, 1)


async def test_an_engine_elsewhere_is_reached_by_its_url(scripted: Scripted) -> None:
    server = await asyncio.start_server(scripted.connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    remote = RemoteEngine(f"http://127.0.0.1:{port}", Parcels(scripted.exchange), PATIENCE)
    assert (await remote.edit(request_for())).backend == "exact"
    assert await remote.answers("/livez", 5)
    server.close()
    assert not await remote.answers("/livez", 5)
    await remote.close()
