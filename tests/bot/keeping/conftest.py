"""A database of its own for everything that is kept beside pictures and jobs."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import numpy as np
import pytest

from bot.history import History
from engine.data import Picture
from tests.bot.conftest import Place


@pytest.fixture
async def history(place: Place) -> AsyncGenerator[History]:
    async with await place.open() as opened:
        yield opened


@pytest.fixture
def photo(rng: np.random.Generator) -> Picture:
    return Picture(rng.integers(0, 256, (80, 100, 3), np.uint8))
