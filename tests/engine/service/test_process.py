"""The engine as the process that it is: how it starts, and every way it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import numpy as np
import pytest

from engine.blobs import Blobs
from engine.data import Picture
from engine.edits import EditRequest
from engine.operations import Adjust, EditOperation, Flip
from engine.settings import EngineSettings
from engine.wire import Done, order_of, read_frame, result_of

LONG: tuple[EditOperation, ...] = (Adjust(property="clarity", amount=1),) * 2000
"""Half a minute of work, told of at each step."""


class Engine:
    """A process that was started in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "engine.sock"
        self.exchange = Blobs(folder / "exchange")
        self.process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    def start(self, *more: str, settings: str = "") -> subprocess.Popen[bytes]:
        self.stop()
        settings = settings or EngineSettings(models_at=self.folder / "models").model_dump_json()
        where = ("--socket", str(self.socket), "--exchange", str(self.exchange.folder), "--settings", settings)
        command = [sys.executable, "-m", "engine.service", *where, *more]
        environment = {**os.environ, "PYTHONWARNINGS": "error"}
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment)
        return self.process

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def http(self) -> httpx.Client:
        return httpx.Client(transport=httpx.HTTPTransport(uds=str(self.socket)), base_url="http://engine", timeout=20)

    def listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket)) == 0

    def wait_until_ready(self) -> None:
        assert self.process is not None
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up and self.process.poll() is None:
            if self.listens():
                with self.http() as client:
                    if client.get("/readyz").status_code == 200:
                        return
            time.sleep(0.05)
        raise AssertionError(self.log())

    def order(self, operations: tuple[EditOperation, ...]) -> str:
        rgb = np.random.default_rng(7).integers(0, 256, (128, 128, 3), np.uint8)
        return order_of(EditRequest(Picture(rgb), operations), self.exchange, job="job123").model_dump_json()

    def events_of_long_edit(self, disturb: Callable[[], None]) -> list[str]:
        """The events of an edit that is disturbed after its first."""
        events: list[str] = []
        with self.http() as client, client.stream("POST", "/edits", content=self.order(LONG)) as answer:
            try:
                for line in answer.iter_lines():
                    events.append(read_frame(line).event)
                    if len(events) == 1:
                        disturb()
            except httpx.RemoteProtocolError:
                pass
        return events


@pytest.fixture
def engine(tmp_path: Path) -> Generator[Engine]:
    made = Engine(tmp_path)
    yield made
    made.stop()


def test_it_serves_and_stops_at_once_when_told_to(engine: Engine) -> None:
    process = engine.start()
    engine.wait_until_ready()
    assert stat.S_IMODE(engine.socket.stat().st_mode) == 0o600
    with (
        engine.http() as client,
        client.stream("POST", "/edits", content=engine.order((Flip(axis="vertical"),))) as got,
    ):
        frame = read_frame(list(got.iter_lines())[-1])
    assert isinstance(frame, Done)
    assert result_of(frame.result, engine.exchange).picture.height == 128
    events = engine.events_of_long_edit(process.terminate)
    assert "done" not in events
    assert process.wait(10) == 0
    told = engine.log().splitlines()
    told.remove(f"unix:{engine.socket}")
    assert [json.loads(line)["event"] for line in told][:2] == ["engine_listens", "edit_ended"]


def test_killed_in_the_middle_it_leaves_no_end(engine: Engine) -> None:
    """And the next one takes its place, on the socket that is still there."""
    first = engine.start()
    engine.wait_until_ready()
    events = engine.events_of_long_edit(first.kill)
    assert events
    assert not {"done", "failed", "question"} & set(events)
    assert first.wait(10) == -signal.SIGKILL
    assert engine.socket.exists()
    second = engine.start("--with-parent")
    engine.wait_until_ready()
    assert second.stdin is not None
    second.stdin.close()
    assert second.wait(10) == 0
    second.stdin = None


def test_where_another_listens_it_does_not_begin(engine: Engine, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(engine.socket))
        other.listen()
        assert engine.start().wait(20) == 2
        assert "no other service listens" in engine.log()
        assert engine.socket.exists()


@pytest.mark.parametrize("settings", ["junk", '{"models_at": "x", "room": 0}', "{}"])
def test_settings_that_are_none_are_told(settings: str, engine: Engine) -> None:
    assert engine.start(settings=settings).wait(20) == 2
    assert "engine_cannot_start" in engine.log()
    assert "BadOption: settings" in engine.log()
