"""What the engine counts about itself, for Prometheus."""

from __future__ import annotations

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from engine.lanes import Lane

BUCKETS: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 600.0)
"""Seconds: from a crop to a slow model on a CPU."""


class Metrics:
    """Counters of one service, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._edits = Counter("retouch_edits", "Edits that ended.", ["outcome", "lane"], registry=self.registry)
        self._seconds = Histogram(
            "retouch_edit_seconds",
            "Where the time of edits went; total: all of it but waiting for a thread.",
            ["stage", "lane"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._running = Gauge(
            "retouch_edits_running", "Edits that a thread works on.", ["lane"], registry=self.registry
        )
        self._orders = Gauge("retouch_orders", "Orders in the house, waiting ones counted.", registry=self.registry)
        self._refused = Counter("retouch_orders_refused", "Orders sent away: no room.", registry=self.registry)
        ProcessCollector(namespace="retouch", registry=self.registry)
        gpu = Gauge("retouch_gpu_memory_bytes", "What torch holds of the GPU.", registry=self.registry)
        gpu.set_function(_gpu_memory)
        for lane in get_args(Lane):
            self._running.labels(lane)

    @contextmanager
    def running(self, lane: Lane) -> Generator[None]:
        """An edit of the lane runs inside."""
        with self._running.labels(lane).track_inprogress():
            yield

    def ended(self, lane: Lane, outcome: str, seconds: float, stages_ms: Mapping[str, float]) -> None:
        """An edit ended; outcome: done, cancelled, or the kind of its error."""
        self._edits.labels(outcome, lane).inc()
        self._seconds.labels("total", lane).observe(seconds)
        for stage, milliseconds in stages_ms.items():
            self._seconds.labels(stage, lane).observe(milliseconds / 1000)

    def housed(self, orders: int) -> None:
        """So many orders are in the house now."""
        self._orders.set(orders)

    def refused(self) -> None:
        """An order found no room."""
        self._refused.inc()

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


def _gpu_memory() -> float:
    """0 where torch is not loaded: asking must not load it."""
    torch: Any = sys.modules.get("torch")
    return torch.cuda.memory_reserved() if torch is not None and torch.cuda.is_initialized() else 0.0
