"""A history in a folder of its own, and small pictures to put in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
import pytest

from bot.history import History
from engine.data import Picture


@pytest.fixture
async def history(tmp_path: Path) -> AsyncGenerator[History]:
    async with await History.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def photo(rng: np.random.Generator) -> Picture:
    return Picture(rng.integers(0, 256, (80, 100, 3), np.uint8))
