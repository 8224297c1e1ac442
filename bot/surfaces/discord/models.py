"""Which models a member may choose for what is painted anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from bot.config import Settings
from engine.weights import CATALOGUE, Kind, ModelStore

CHOSEN_BY_NAME: Final[tuple[Kind, ...]] = ("inpainting", "instruction", "text-to-image")
"""What a message's model may be."""
FRESH_S: Final = 60.0
"""How long what was found on the disk is told again: models are installed by hand, and seldom."""


class Models:
    """The models that are installed where this process runs; none where the engine is elsewhere."""

    def __init__(self, settings: Settings) -> None:
        self._store = None if settings.engine.url else ModelStore(settings.home / "models")
        self._found: tuple[str, ...] = ()
        self._until = 0.0

    async def installed(self) -> Sequence[str]:
        """Their names, in the catalogue's order."""
        if self._store is not None and time.monotonic() >= self._until:
            self._found = await asyncio.to_thread(_installed, self._store)
            self._until = time.monotonic() + FRESH_S
        return self._found


def _installed(store: ModelStore) -> tuple[str, ...]:
    wanted = (model.name for model in CATALOGUE.values() if model.kind in CHOSEN_BY_NAME)
    return tuple(name for name in wanted if store.installed(name) is not None)
