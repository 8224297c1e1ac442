"""The real service as a child: twenty edits at once, and deaths in the middle of them, make the pictures made here."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

import numpy as np

from bot.engine_client import LocalEngine
from bot.engine_process import Care, EngineProcess
from engine.data import Image
from engine.edits import EditRequest
from engine.errors import EngineLost
from engine.settings import EngineSettings
from engine.weights import ModelStore
from tests.bot.engine_requests import files_in, request_for, until
from tests.processes import below

CARE = Care(beat_s=0.2, first_pause_s=0.01)
KILLS = 2


def process(home: Path) -> EngineProcess:
    return EngineProcess(home / "engine", EngineSettings(models_at=home / "models"), care=CARE)


async def expected(requests: list[EditRequest], home: Path) -> list[Image]:
    """What the engine in this process makes of them."""
    here = LocalEngine(ModelStore(home / "models"))
    return [(await here.edit(request)).picture.rgb for request in requests]


async def insistent(engine: EngineProcess, request: EditRequest) -> Image:
    """The edit's picture, tried until it is not lost."""
    while True:
        try:
            return (await engine.edit(request)).picture.rgb
        except EngineLost:
            continue


async def test_twenty_edits_at_once(tmp_path: Path) -> None:
    requests = [request_for(seed=seed) for seed in range(20)]
    async with process(tmp_path) as engine:
        results = await asyncio.gather(*(engine.edit(request) for request in requests))
        (folder,) = (tmp_path / "engine").glob("*/exchange")
        assert files_in(folder) == []
    assert all(map(np.array_equal, [one.picture.rgb for one in results], await expected(requests, tmp_path)))


async def test_every_edit_is_done_though_the_engine_is_killed_again_and_again(tmp_path: Path) -> None:
    chance = random.Random(3)
    requests = [request_for(seed=seed, side=200) for seed in range(8)]
    pictures: list[Image] = []
    async with process(tmp_path) as engine:

        async def work() -> None:
            pictures[:] = await asyncio.gather(*(insistent(engine, request) for request in requests))

        for kill in range(KILLS):
            await until(lambda: engine.ready)
            working = asyncio.create_task(work())
            await asyncio.sleep(chance.uniform(0, 0.1))
            os.kill(below(running="engine.service")[0], signal.SIGKILL)
            await working
            assert all(map(np.array_equal, pictures, await expected(requests, tmp_path)))
            await until(lambda kill=kill: engine.restarts == kill + 1)
    assert below(running="engine.service") == []
