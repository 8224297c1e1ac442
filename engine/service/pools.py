"""Threads for edits, apart for quick ones and heavy ones, and room for only so many."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from engine.lanes import Lane

CORES: Final = os.cpu_count() or 1


class Full(Exception):
    """There is room for no more work."""


class Pools:
    """A pool of threads for each lane; work waits for a thread of its own lane alone."""

    def __init__(self, room: int) -> None:
        """room: pieces of work at once, waiting ones counted."""
        self.room = room
        # Variations of one edit come as so many heavy ones, which a model does in one batch if all are there.
        self._pools: dict[Lane, ThreadPoolExecutor] = {
            "quick": ThreadPoolExecutor(max(2, CORES), thread_name_prefix="quick"),
            "heavy": ThreadPoolExecutor(min(32, CORES + 8), thread_name_prefix="heavy"),
        }
        self._inside: set[Future[None]] = set()

    @property
    def inside(self) -> int:
        """Pieces of work that are not done."""
        return len(self._inside)

    def submit(self, lane: Lane, work: Callable[[], None]) -> Future[None]:
        """The work is done when its lane has a thread for it. Raises: Full. From one thread only."""
        if self.inside >= self.room:
            raise Full
        future = self._pools[lane].submit(work)
        self._inside.add(future)
        future.add_done_callback(self._inside.discard)
        return future

    def close(self) -> None:
        """Nothing more is begun; what runs is not waited for."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
