"""The engine's process is started, watched and ended; how it fares with edits under way is in test_engine_faults."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.engine_process import Care, EngineProcess
from bot.run_folder import LONGEST_SOCKET, run_folder, socket_path
from engine.errors import EngineLost
from engine.settings import EngineSettings
from tests.bot.engine_requests import files_in, request_for, until
from tests.processes import below

SCRIPTED = (sys.executable, str(Path(__file__).with_name("scripted_engine.py")))
SETTINGS = EngineSettings(models_at=Path("models"))
DIES = """
import os, pathlib, sys
from bot.run_folder import run_folder
with run_folder(pathlib.Path(sys.argv[1])) as folder:
    (folder / "left").touch()
    os._exit(9)
"""
CARE = Care(beat_s=0.05, answer_s=0.5, stop_s=1)


def scripted(home: Path, *then: str, care: Care = CARE) -> EngineProcess:
    return EngineProcess(home, SETTINGS, care=care, service=(*SCRIPTED, *then))


async def test_an_edit_waits_for_the_start_and_leaves_nothing(tmp_path: Path) -> None:
    request = request_for()
    async with scripted(tmp_path) as engine:
        assert not engine.ready
        result = await engine.edit(request)
        assert engine.ready
    assert np.array_equal(result.picture.rgb, 255 - request.picture.rgb)
    assert engine.restarts == 0
    assert below(running="scripted_engine") == []
    assert [path.name for path in files_in(tmp_path)] == ["lock"]


async def test_ctrl_c_in_the_terminal_does_not_reach_it(tmp_path: Path) -> None:
    async with scripted(tmp_path) as engine:
        await engine.edit(request_for())
        (pid,) = below(running="scripted_engine")
        assert os.getsid(pid) == os.getpgid(pid) == pid


async def test_what_is_killed_is_started_again(tmp_path: Path) -> None:
    async with scripted(tmp_path) as engine:
        for count in (1, 2):
            await engine.edit(request_for())
            (pid,) = below(running="scripted_engine")
            os.kill(pid, signal.SIGKILL)
            await until(lambda count=count: engine.restarts == count)
        await engine.edit(request_for())


async def test_what_ends_by_itself_is_started_again(tmp_path: Path) -> None:
    async with scripted(tmp_path, "--then", "leave") as engine:
        await until(lambda: engine.restarts >= 1)


async def test_what_ignores_being_asked_to_end_is_killed(tmp_path: Path) -> None:
    async with scripted(tmp_path, "--then", "stay") as engine:
        await engine.edit(request_for())
    assert below(running="scripted_engine") == []


async def test_edits_under_way_when_it_is_ended_are_lost_at_once(tmp_path: Path) -> None:
    began = asyncio.Event()
    async with scripted(tmp_path) as engine:
        editing = asyncio.create_task(engine.edit(request_for("silent"), lambda stage, fraction: began.set()))
        await began.wait()
    with pytest.raises(EngineLost):
        await asyncio.wait_for(editing, 5)
    with pytest.raises(EngineLost):
        await asyncio.wait_for(engine.edit(request_for()), 5)


async def test_one_that_grew_too_large_is_started_afresh_when_idle(tmp_path: Path) -> None:
    care = Care(beat_s=0.05, answer_s=5, stop_s=1, memory_mb=300)
    async with scripted(tmp_path, "--then", "grow", care=care) as engine:
        await engine.edit(request_for("slow"))
        assert engine.restarts == 0
        await until(lambda: engine.restarts == 1)
        await engine.edit(request_for())


async def test_processes_share_a_home(tmp_path: Path) -> None:
    async with scripted(tmp_path) as one, scripted(tmp_path) as other:
        await asyncio.gather(one.edit(request_for()), other.edit(request_for()))
        assert len(below(running="scripted_engine")) == 2


def test_a_folder_is_left_to_its_process_and_removed_after_its_death(tmp_path: Path) -> None:
    with run_folder(tmp_path) as mine:
        subprocess.run([sys.executable, "-c", DIES, str(tmp_path)], check=False)
        (left,) = tmp_path.glob("*/left")
        with run_folder(tmp_path) as other:
            assert not left.parent.exists()
            assert mine.is_dir()
            assert other != mine
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_the_path_of_a_socket_is_short(tmp_path: Path) -> None:
    far = tmp_path.joinpath(*["far"] * 30)
    with socket_path(tmp_path) as near, socket_path(far) as other:
        assert near == tmp_path / "engine.sock"
        assert len(os.fsencode(other)) <= LONGEST_SOCKET
        assert other.parent.stat().st_mode & 0o777 == 0o700
    assert not other.parent.exists()
