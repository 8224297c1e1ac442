"""Nothing acknowledged is lost or done twice, whoever is killed whenever; `benchmarks/chaos.py` goes on longer."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.chaos.chat import STEPS
from tests.chaos.driver import Tale, audit, finish, kill_at, kill_at_random

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the engine among the children in /proc")
RANDOM_KILLS = 15


async def test_every_named_step_and_random_moments(tmp_path: Path) -> None:
    home, tale = tmp_path / "home", Tale()
    for index, step in enumerate(STEPS):
        await kill_at(home, tale, step, 1 + index % 3)
    await kill_at_random(home, tale, random.Random(7), RANDOM_KILLS)
    await finish(home, tale)
    assert sum(tale.kills.values()) >= 30
    assert len(tale.acknowledged) == tale.sent > 30
    assert audit(home, tale) == []
