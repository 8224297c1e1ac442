"""What every test shares: no network beyond loopback, and the real pictures where they are at hand."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
import structlog

# A change is judged on its own merits in CI: the same examples each time. On a developer's machine they vary.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")

# What is logged beside a test, such as by a task that ends late, does not come between what a command prints.
structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))

pytest_plugins = ("tests.servers",)

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def rng() -> np.random.Generator:
    """A fixed source of random pixels."""
    return np.random.default_rng(7)


@pytest.fixture
def real_data() -> Path:
    """The folder of real photos ($RETOUCH_DATA, or ../shared/data); tests that need it skip without it."""
    folder = Path(os.environ.get("RETOUCH_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("no folder of real pictures at hand")
    return folder
