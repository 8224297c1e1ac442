"""What the tests of the engine behind HTTP share: what they ask it for, and a look at what is left of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.data import Picture
from engine.edits import EditRequest
from engine.operations import Adjust

WARMER = (Adjust(property="warmth", amount=20),)


def request_for(model: str | None = None, *, side: int = 64, seed: int = 5) -> EditRequest:
    """A picture of noise to be made warmer; the model says how a scripted engine behaves, a real one needs none."""
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (side, side + 16, 3), np.uint8)
    opacity = rng.integers(0, 256, rgb.shape[:2], np.uint8)
    return EditRequest(Picture(rgb, opacity), WARMER, seed=seed, model=model)


def files_in(folder: Path) -> list[Path]:
    """Every file below the folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for it."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it never came to be"
        await asyncio.sleep(0.02)
