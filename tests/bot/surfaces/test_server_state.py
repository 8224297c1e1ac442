"""The doctor tells how a running server is doing, and what is wrong with one that is not well."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from importlib.metadata import version

import pytest
import typer
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from bot.observing import Metrics, health_app
from bot.surfaces.terminal.doctor import doctor, told
from bot.surfaces.terminal.server_state import ServerState, server_state

VERSION = version("retouch")


@contextmanager
def serving(app: ASGIApp) -> Generator[str]:
    """The app on a port of its own; its URL."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


async def well() -> None:
    """A check that passes."""


async def starting() -> str:
    return "starting"


async def counts() -> dict[tuple[str, str], int]:
    return {("heavy", "accepted"): 3, ("heavy", "leased"): 1}


@pytest.fixture
def busy() -> Iterator[str]:
    metrics = Metrics(engine_restarts=lambda: 2)
    metrics.ended("quick", "done", 0.5, {"edit": 0.2e3, "encode": 0.1e3})
    metrics.ended("heavy", "done", 9.5, {"edit": 9.0e3})
    metrics.ended("heavy", "OutOfMemory", 3.0, {"load": 2.0e3})
    with serving(health_app(metrics, {"database": well, "engine": starting}, counts)) as url:
        yield url


def test_what_a_busy_server_says(busy: str) -> None:
    state = server_state(busy)
    assert state == ServerState(
        busy,
        up=True,
        failing={"engine": "starting"},
        version=VERSION,
        queue={"heavy accepted": 3, "heavy leased": 1},
        recent={"done": 2, "OutOfMemory": 1},
        restarts=2,
        stages={"edit": 4.6, "load": 2.0, "encode": 0.1},
    )
    assert list(state.stages) == ["edit", "load", "encode"]
    assert list(told(state)) == [
        f"Retouch {VERSION} at {busy}: NOT READY",
        "engine: starting",
        "queue: 3 heavy waiting, 1 heavy running",
        "last ten minutes: 1 OutOfMemory, 2 done",
        "engine restarts since the server started: 2",
        "slowest stage: edit, 4.6 s on average",
    ]


def test_a_server_that_rests_and_is_well() -> None:
    with serving(health_app(Metrics(), {"database": well})) as url:
        state = server_state(url)
    assert state.ready
    assert list(told(state))[1:] == ["queue: empty", "last ten minutes: no edits"]
    assert not server_state(url).up


def test_another_program_is_not_taken_for_it() -> None:
    with serving(Starlette()) as url:
        assert server_state(url).why == "another program answers there"
    assert server_state("nonsense://x").why.startswith("no answer: ")


def shown(capsys: pytest.CaptureFixture[str], ask: Callable[[], None]) -> str:
    capsys.readouterr()
    ask()
    return capsys.readouterr().out


def test_the_doctor_tells_it_all_in_json(
    busy: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = busy.rpartition(":")[2]
    monkeypatch.setenv("RETOUCH_WEB__PORT", port)
    monkeypatch.setenv("RETOUCH_WEB__HOST", "0.0.0.0")
    found = json.loads(shown(capsys, lambda: doctor(as_json=True)))
    assert found["server"]["queue"] == {"heavy accepted": 3, "heavy leased": 1}
    assert found["facts"]["retouch"].startswith(VERSION)
    assert found["abilities"].keys() < found["memory"].keys()
    words = shown(capsys, doctor)
    assert "NOT READY" in words
    assert all(finding in words for finding in found["facts"].values())


def test_a_named_server_that_is_not_well_is_an_error(busy: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        doctor(busy)
    assert ended.value.exit_code == 5
    assert "engine: starting" in capsys.readouterr().out
