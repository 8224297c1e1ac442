"""What makes a fault pass in a fraction of a second."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot import courier, desk, workbench
from bot.ledger import ledger as ledger_module


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Leases end soon, nobody looks away for long, and no traceback is rendered."""
    monkeypatch.setattr(ledger_module, "LEASE", timedelta(seconds=0.3))
    for module in (desk, workbench):
        monkeypatch.setattr(module, "POLL_S", 0.03)
    monkeypatch.setattr(courier, "LONGEST_PAUSE_S", 0.03)
    with capture_logs():
        yield
