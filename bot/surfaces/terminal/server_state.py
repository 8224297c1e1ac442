"""How a running server is doing, asked over HTTP as Prometheus and orchestrators ask it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

PATIENCE_S = 5.0
STALL_S = "0.25"
"""The bucket of the event loop's lag up to which nobody notices."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a server says about itself; where it is not `up`, `why` is all that is known."""

    url: str
    up: bool
    why: str = ""
    ready: bool = False
    failing: dict[str, str] = field(default_factory=dict[str, str])
    """Why it is not ready: the checks that failed, and what each found."""
    version: str = ""
    """Of Retouch; empty: an engine alone."""
    queue: dict[str, int] = field(default_factory=dict[str, int])
    """Jobs that are not over, by lane and state."""
    recent: dict[str, int] = field(default_factory=dict[str, int])
    """Edits of the last ten minutes, by outcome."""
    restarts: int = 0
    """Engines that took the place of another since the server started."""
    stages: dict[str, float] = field(default_factory=dict[str, float])
    """Mean seconds of each stage of an edit, the slowest first."""
    stalls: int = 0
    """Times that the event loop came back over a quarter of a second too late."""


def server_state(url: str) -> ServerState:
    """What the server at the URL says; it never raises."""
    try:
        with httpx.Client(base_url=url, timeout=PATIENCE_S, trust_env=False) as client:
            readiness, numbers = client.get("/readyz"), client.get("/metrics")
        checks: dict[str, Any] = readiness.json()["checks"]
        samples = list(_samples(numbers.text))
        if not any(sample.name.startswith("retouch_") for sample in samples):
            raise ValueError(url)
    except httpx.ConnectError:
        return ServerState(url, up=False, why="nothing answers there")
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        return ServerState(url, up=False, why=f"no answer: {type(exc).__name__}")
    except (ValueError, KeyError, TypeError):
        return ServerState(url, up=False, why="another program answers there")
    return ServerState(
        url,
        up=True,
        ready=readiness.is_success,
        failing={name: check["why"] for name, check in checks.items() if not check["ok"]},
        version=next((labels["version"] for labels, _ in _of("retouch_build_info", samples)), ""),
        queue={f"{labels['lane']} {labels['state']}": int(n) for labels, n in _of("retouch_queue_jobs", samples)},
        recent={labels["outcome"]: int(n) for labels, n in _of("retouch_jobs_recent", samples)},
        restarts=int(sum(n for _, n in _of("retouch_engine_restarts_total", samples))),
        stages=_means(samples),
        stalls=_stalls(samples),
    )


def _samples(text: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(text):
        yield from family.samples


def _of(name: str, samples: list[Sample]) -> Iterator[tuple[dict[str, str], float]]:
    return ((sample.labels, sample.value) for sample in samples if sample.name == name)


def _means(samples: list[Sample]) -> dict[str, float]:
    """Both lanes together, as the chat process counts, or the engine alone."""
    sums, counts = dict[str, float](), dict[str, float]()
    for totals, suffix in ((sums, "sum"), (counts, "count")):
        for name in ("retouch_job_seconds", "retouch_edit_seconds"):
            for labels, value in _of(f"{name}_{suffix}", samples):
                totals[labels["stage"]] = totals.get(labels["stage"], 0.0) + value
    means = {stage: sums[stage] / counts[stage] for stage in sums if counts[stage] and stage != "total"}
    return dict(sorted(means.items(), key=lambda item: -item[1]))


def _stalls(samples: list[Sample]) -> int:
    lag = "retouch_event_loop_lag_seconds"
    within = sum(value for labels, value in _of(f"{lag}_bucket", samples) if labels["le"] == STALL_S)
    return int(sum(value for _, value in _of(f"{lag}_count", samples)) - within)
