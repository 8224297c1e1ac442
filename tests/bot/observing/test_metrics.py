"""The numbers are those of what happened."""

from __future__ import annotations

import asyncio
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.observing import Metrics
from bot.observing.metrics import RECENT_S


def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
    """The value of each sample, by its name and its labels' values."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {(one.name, " ".join(one.labels.values())): one.value for family in families for one in family.samples}


def test_jobs_are_counted_by_outcome_and_stage() -> None:
    metrics = Metrics()
    metrics.ended("quick", "done", 0.4, {"plan": 2.0, "edit": 350.0})
    metrics.ended("quick", "done", 0.2, {"edit": 150.0})
    metrics.ended("heavy", "OutOfMemory", 70.0, {})
    got = samples(metrics)
    assert got["retouch_jobs_total", "done"] == 2
    assert got["retouch_jobs_total", "OutOfMemory"] == 1
    assert got["retouch_job_seconds_sum", "quick edit"] == pytest.approx(0.5)
    assert got["retouch_job_seconds_count", "quick total"] == 2
    assert got["retouch_job_seconds_bucket", "heavy 30.0 total"] == 0
    assert got["retouch_job_seconds_bucket", "heavy 100.0 total"] == 1


def test_houses_do_not_share_numbers() -> None:
    first, second = Metrics(), Metrics()
    first.ended("quick", "done", 1.0, {})
    assert ("retouch_jobs_total", "done") not in samples(second)


def test_the_queue_is_as_it_is_now() -> None:
    metrics = Metrics()
    metrics.queued({("quick", "accepted"): 3, ("heavy", "leased"): 1})
    metrics.queued({("heavy", "leased"): 2})
    got = samples(metrics)
    assert got["retouch_queue_jobs", "heavy leased"] == 2
    assert ("retouch_queue_jobs", "quick accepted") not in got


def test_what_is_recent_is_forgotten_in_time() -> None:
    now = 1000.0
    metrics = Metrics(now=lambda: now)
    metrics.ended("quick", "done", 1.0, {})
    now += RECENT_S - 1
    metrics.ended("quick", "failed", 1.0, {})
    assert samples(metrics)["retouch_jobs_recent", "done"] == 1
    now += 2
    got = samples(metrics)
    assert ("retouch_jobs_recent", "done") not in got
    assert got["retouch_jobs_recent", "failed"] == 1
    assert got["retouch_jobs_total", "done"] == 1


def test_restarts_are_asked_for() -> None:
    restarts = 0
    metrics = Metrics(engine_restarts=lambda: restarts)
    assert samples(metrics)["retouch_engine_restarts_total", ""] == 0
    restarts = 4
    assert samples(metrics)["retouch_engine_restarts_total", ""] == 4


def test_only_what_was_accepted_counts_as_acknowledged() -> None:
    metrics = Metrics()
    with metrics.acknowledging():
        pass
    with pytest.raises(ValueError, match="refused"), metrics.acknowledging():
        raise ValueError("refused")
    assert samples(metrics)["retouch_acknowledge_seconds_count", ""] == 1


async def test_a_stalled_loop_is_seen() -> None:
    metrics = Metrics()
    watching = asyncio.create_task(metrics.watch_the_loop())
    await asyncio.sleep(0.05)
    time.sleep(0.8)  # noqa: ASYNC251
    await asyncio.sleep(0.05)
    watching.cancel()
    got = samples(metrics)
    assert got["retouch_event_loop_lag_seconds_sum", ""] > 0.6
    assert got["retouch_event_loop_lag_seconds_bucket", "0.5"] < got["retouch_event_loop_lag_seconds_count", ""]


def test_every_name_is_ours() -> None:
    names = {name for name, _ in samples(Metrics())}
    assert "retouch_build_info" in names
    assert all(name.startswith("retouch_") for name in names)
