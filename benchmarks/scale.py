"""The capacity model of `benchmarks/capacity.py` against a simulation, also of what it leaves out.

The same edits, by several ways to a GPU:

    one queue    as the model has it: each edit goes to the first engine that is free
    n each       as Retouch does it: the ledger leases n edits for each engine, Ray Serve gives each to the less busy of
                 two engines drawn by lot, and there it waits for those before it
    bursts       one queue, but half of all edits come in bursts of ten within five seconds, as in a busy channel

`uv run python -m benchmarks.scale [edits]`; no clock but the simulation's own.
"""

from __future__ import annotations

import heapq
import sys
from collections import deque
from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.capacity import MIX, Service, seconds_of, service_of, wait

EDITS: Final = 400_000
WORKERS_EACH: Final = (2, 4, 8)
"""Leased edits for each engine."""
BURST: Final = 10
BURST_S: Final = 5.0
BURSTY: Final = (1 + BURST) / 2
"""The variance of how many come over their mean, where half come by themselves and half in bursts."""
LOADS: Final = (0.5, 0.7, 0.85, 0.95)
ENGINES: Final = (1, 2, 8)
WARMING: Final = 0.1
"""The share of edits at the beginning, when nothing waits yet, that is not counted."""

Times: TypeAlias = NDArray[np.float64]


def services(edits: int, rng: np.random.Generator) -> Times:
    """GPU seconds of so many edits of the mix."""
    known = np.array([seconds_of(kind) for kind in MIX])
    return known[rng.choice(len(known), edits, p=list(MIX.values()))]


def at_random(per_s: float, edits: int, rng: np.random.Generator) -> Times:
    """When the edits come, s: each by itself."""
    return np.cumsum(rng.exponential(1 / per_s, edits))


def in_bursts(per_s: float, edits: int, rng: np.random.Generator) -> Times:
    """When the edits come, s: half of them together."""
    alone = edits // 2
    bursts = (edits - alone) // BURST
    span = edits / per_s
    starts = np.repeat(rng.uniform(0, span, bursts), BURST)
    together = starts + rng.uniform(0, BURST_S, len(starts))
    return np.sort(np.concatenate([rng.uniform(0, span, edits - len(together)), together]))


def one_queue(arrivals: Times, times: Times, engines: int) -> Times:
    """What each edit waits, s, where the first engine that is free takes the next one."""
    free = [0.0] * engines
    waited = np.empty(len(arrivals))
    for index, (at, seconds) in enumerate(zip(arrivals.tolist(), times.tolist(), strict=True)):
        begun = max(at, heapq.heappop(free))
        heapq.heappush(free, begun + seconds)
        waited[index] = begun - at
    return waited


def routed(arrivals: Times, times: Times, engines: int, workers: int, rng: np.random.Generator) -> Times:
    """The same where so many edits are leased at once, in their order, and each engine has a queue of its own."""
    drawn: list[list[int]] = rng.integers(0, engines, (len(arrivals), 2)).tolist()
    waiting, under_way = deque[int](), [0] * engines
    free_at, leaving = [0.0] * engines, list[tuple[float, int]]()
    waited = np.empty(len(arrivals))

    def begin(index: int, now: float) -> None:
        engine = min(drawn[index], key=under_way.__getitem__)
        begun = max(now, free_at[engine])
        waited[index] = begun - arrivals[index]
        free_at[engine] = begun + float(times[index])
        under_way[engine] += 1
        heapq.heappush(leaving, (free_at[engine], engine))

    def leave() -> None:
        now, engine = heapq.heappop(leaving)
        under_way[engine] -= 1
        if waiting:
            begin(waiting.popleft(), now)

    for index, at in enumerate(arrivals.tolist()):
        while leaving and leaving[0][0] <= at:
            leave()
        if len(leaving) < workers:
            begin(index, at)
        else:
            waiting.append(index)
    while leaving:
        leave()
    return waited


def percentiles(waited: Times) -> tuple[float, float]:
    """p50 and p95 of the wait, s."""
    settled = waited[int(WARMING * len(waited)) :]
    p50, p95 = np.percentile(settled, (50, 95))
    return float(p50), float(p95)


def compared(engines: int, load: float, service: Service, edits: int) -> Sequence[tuple[float, float]]:
    """p50 and p95 of the wait, s, by each of the columns."""
    rng = np.random.default_rng(7)
    per_s = load * engines / service.mean
    times = services(edits, rng)
    arrivals = at_random(per_s, edits, rng)
    known, bursty = (wait(per_s, engines, service, variation) for variation in (1.0, BURSTY))
    return (
        (known.percentile(0.5), known.percentile(0.95)),
        percentiles(one_queue(arrivals, times, engines)),
        *(percentiles(routed(arrivals, times, engines, each * engines, rng)) for each in WORKERS_EACH),
        (bursty.percentile(0.5), bursty.percentile(0.95)),
        percentiles(one_queue(in_bursts(per_s, edits, rng), times, engines)),
    )


def main(edits: int) -> None:
    service = service_of()
    print(f"wait p50 / p95, s, of {edits} edits that take {service.mean:.2f} s on average")
    each = " | ".join(f"{number} each" for number in WORKERS_EACH)
    print(f"| engines | busy | model | one queue | {each} | model of bursts | bursts |")
    print("|---" * (6 + len(WORKERS_EACH)) + "|")
    for engines in ENGINES:
        for load in LOADS:
            found = " | ".join(f"{p50:.1f} / {p95:.1f}" for p50, p95 in compared(engines, load, service, edits))
            print(f"| {engines} | {load:.0%} | {found} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EDITS)
