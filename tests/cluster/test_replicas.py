"""The engine under a real Ray Serve: told of while it works, stopped when nobody waits, and replaced when it dies."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Generator

import numpy as np
import pytest

from bot.engine_elsewhere import EngineElsewhere
from bot.engine_remote import RemoteEngine
from bot.parcels import Parcels
from engine.blobs import Blobs
from engine.data import Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.errors import BackendMissing, EngineLost
from engine.fakes import FillInpainter
from engine.grounding.router import Grounder
from engine.operations import Adjust, Alter, EditOperation, Restore
from tests.bot.engine_requests import files_in, until
from tests.cluster.ray_serve import RayServe, ray_serve

pytestmark = pytest.mark.cluster
SLOW: tuple[EditOperation, ...] = (Restore(defect="noise"),) * 30
"""Some thirty reports, a while apart."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[RayServe]:
    folder = tmp_path_factory.mktemp("cluster")
    args = {"exchange": str(folder / "exchange"), "models_at": str(folder / "models")}
    with ray_serve(folder, 2, args) as serving:
        yield serving


@pytest.fixture
def exchange(cluster: RayServe, tmp_path_factory: pytest.TempPathFactory) -> Blobs:
    return Blobs(tmp_path_factory.getbasetemp() / "cluster0" / "exchange")


@pytest.fixture
async def engine(cluster: RayServe, exchange: Blobs) -> AsyncGenerator[RemoteEngine]:
    remote = RemoteEngine(cluster.url, Parcels(exchange))
    yield remote
    await remote.close()


def asked(operations: tuple[EditOperation, ...], side: int = 256, model: str | None = None) -> EditRequest:
    rgb = np.random.default_rng(7).integers(0, 256, (side, side, 3), np.uint8)
    return EditRequest(Picture(rgb), operations, model=model)


async def test_an_edit_there_is_the_edit_here(engine: RemoteEngine, exchange: Blobs) -> None:
    request = asked((Adjust(property="warmth", amount=20),))
    there = await engine.edit(request)
    here = Editor(Grounder().locate, FillInpainter()).edit(request, None)
    assert np.array_equal(there.picture.rgb, here.picture.rgb)
    assert (there.offset, there.outside_changed, there.backend) == (here.offset, here.outside_changed, here.backend)
    with pytest.raises(BackendMissing) as missing:
        await engine.edit(asked((Alter(prompt="make it winter"),)))
    assert missing.value.backend == "diffusion"
    assert files_in(exchange.folder) == []


async def test_it_is_told_of_while_it_happens(engine: RemoteEngine) -> None:
    told: list[tuple[float, float]] = []
    await engine.edit(asked(SLOW), lambda _, fraction: told.append((time.monotonic(), fraction)))
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert len({round(at, 2) for at, _ in told}) > 5
    halfway = next(at for at, fraction in told if fraction >= 0.5)
    assert halfway - told[0][0] < 0.8 * (told[-1][0] - told[0][0])


async def test_whoever_leaves_stops_the_edit(cluster: RayServe, engine: RemoteEngine, exchange: Blobs) -> None:
    began = asyncio.Event()
    editing = asyncio.create_task(engine.edit(asked(SLOW, side=1024), lambda _, __: began.set()))
    await began.wait()
    editing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await editing
    cancelled = 'retouch_edits_total{lane="heavy",outcome="cancelled"}'
    await until(lambda: sum(cluster.numbers(cancelled).values()) == 1)
    assert sum(cluster.numbers('retouch_edits_running{lane="heavy"}').values()) == 0
    assert files_in(exchange.folder) == []


async def test_orders_for_one_model_go_to_one_replica(cluster: RayServe, engine: RemoteEngine) -> None:
    done = 'retouch_edits_total{lane="heavy",outcome="done"}'
    before = cluster.numbers(done)
    await engine.edit(asked(SLOW[:1], side=64, model="of this test"))
    # Which replica has it spreads within a moment.
    await asyncio.sleep(1)
    for _ in range(10):
        await engine.edit(asked(SLOW[:1], side=64, model="of this test"))
    after = cluster.numbers(done)
    assert sorted(after[replica] - before[replica] for replica in after) == [0, 11]


async def test_a_replica_that_dies_loses_its_edits_and_is_replaced(
    cluster: RayServe, engine: RemoteEngine, exchange: Blobs
) -> None:
    began = asyncio.Event()
    editing = asyncio.create_task(engine.edit(asked(SLOW, side=1024), lambda _, __: began.set()))
    await began.wait()
    for process in cluster.replicas():
        os.kill(process, signal.SIGKILL)
    with pytest.raises(EngineLost) as lost:
        await editing
    assert lost.value.reason == "died"
    async with EngineElsewhere(cluster.url, str(exchange.folder)) as patient:
        assert (await patient.edit(asked(SLOW[:1], side=64))).backend == "exact"
    assert files_in(exchange.folder) == []
