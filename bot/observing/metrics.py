"""What the chat process counts about itself, for Prometheus; the engine counts for itself, `engine.service.metrics`."""

from __future__ import annotations

import asyncio
import platform
import time
from collections import Counter as Tally
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.service.metrics import BUCKETS

QUICK_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds of what must be immediate: an acknowledgement within 1, no stall over 0.25."""
RECENT_S: Final = 600.0
"""The last minutes that `retouch doctor` tells of."""
LOOKS_S: Final = 0.1
"""Between two looks at the event loop."""


class Metrics(Collector):
    """Counters of one house, in a registry of their own, for one event loop."""

    def __init__(
        self, engine_restarts: Callable[[], int] = lambda: 0, now: Callable[[], float] = time.monotonic
    ) -> None:
        """engine_restarts: how often the engine took the place of one that died; asked when the numbers are."""
        self._restarts, self._now = engine_restarts, now
        self._recent: deque[tuple[float, str]] = deque(maxlen=10_000)
        registry = self.registry = CollectorRegistry()
        self._jobs = Counter("retouch_jobs", "Jobs that are over.", ["outcome"], registry=registry)
        self._seconds = Histogram(
            "retouch_job_seconds",
            "Where the time of jobs went; total: from acceptance to answer.",
            ["stage", "lane"],
            buckets=BUCKETS,
            registry=registry,
        )
        self._queue = Gauge("retouch_queue_jobs", "Jobs that are not over.", ["lane", "state"], registry=registry)
        self._acknowledge = Histogram(
            "retouch_acknowledge_seconds",
            "From a message to the sign that it is durably accepted.",
            buckets=QUICK_BUCKETS,
            registry=registry,
        )
        self._lag = Histogram(
            "retouch_event_loop_lag_seconds",
            "How much too late the event loop came back to a task.",
            buckets=QUICK_BUCKETS,
            registry=registry,
        )
        built = Info("retouch_build", "What runs here.", registry=registry)
        built.info({"version": version("retouch"), "python": platform.python_version()})
        ProcessCollector(namespace="retouch", registry=registry)
        registry.register(self)

    @contextmanager
    def acknowledging(self) -> Generator[None]:
        """A message is being accepted inside; one that is refused does not count."""
        start = time.perf_counter()
        yield
        self._acknowledge.observe(time.perf_counter() - start)

    def ended(self, lane: str, outcome: str, seconds: float, stages_ms: Mapping[str, float]) -> None:
        """A job is over. outcome: done, cancelled, dead, or the kind of its error. seconds: since it was accepted."""
        self._jobs.labels(outcome).inc()
        self._recent.append((self._now(), outcome))
        self._seconds.labels("total", lane).observe(seconds)
        for stage, milliseconds in stages_ms.items():
            self._seconds.labels(stage, lane).observe(milliseconds / 1000)

    def queued(self, counts: Mapping[tuple[str, str], int]) -> None:
        """How many jobs of each (lane, state) are not over now; those not named are none."""
        self._queue.clear()
        for (lane, state), count in counts.items():
            self._queue.labels(lane, state).set(count)

    async def watch_the_loop(self) -> None:
        """Measure the event loop's lag until cancelled."""
        while True:
            due = time.perf_counter() + LOOKS_S
            await asyncio.sleep(LOOKS_S)
            self._lag.observe(max(0.0, time.perf_counter() - due))

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)

    def collect(self) -> Iterable[Metric]:
        """What is known elsewhere, or only for a while; called by the registry."""
        yield CounterMetricFamily("retouch_engine_restarts", "Engines replaced by another.", value=self._restarts())
        recent = GaugeMetricFamily("retouch_jobs_recent", "Jobs over in the last ten minutes.", labels=["outcome"])
        since = self._now() - RECENT_S
        for outcome, count in Tally(outcome for at, outcome in self._recent if at >= since).items():
            recent.add_metric([outcome], count)
        yield recent
