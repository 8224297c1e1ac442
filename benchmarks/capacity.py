"""How many engines a community needs: arrivals, GPU seconds an edit, and the wait that is allowed.

An engine makes one edit, or one batch, at a time; edits wait in one queue for the first engine that is free. With
arrivals at random (Poisson) that is the queue M/G/c. Its mean wait is that of M/M/c, which Erlang gave in 1917, times
half the sum of two squared coefficients of variation, that of the arrivals, 1 at random, and that of the service times:
the approximation of Allen and Cunneen (Allen, "Probability, Statistics, and Queueing Theory", 1978), exact for one
engine and arrivals at random (Pollaczek 1930, Khinchin 1932). Who has to wait at all does so for an exponential time,
nearly: the heavy-traffic limit of Kingman (1961), from which the percentiles come. `benchmarks/scale.py` simulates the
same and says how far off that is.

`uv run python -m benchmarks.capacity [edits an hour] [seconds]` prints how many engines keep the 95th percentile of the
wait under so many seconds.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FLOORS_MS: Final = {"SDXL, 8 steps": 156, "SDXL, 30 steps": 533, "FLUX Fill, 8 steps": 773, "FLUX Fill, 28 steps": 2656}
"""What an edit of 1024 x 1024 px takes an H200 at least, counted from its operations; SDXL with guidance."""
EFFICIENCY: Final = {"SDXL": 0.33, "FLUX": 0.65}
"""The share of the floor's speed that public systems reach: convolutions less, transformers more."""
FINDING_S: Final = 0.03
"""Finding the region and cutting it out on the same GPU, rounded up: floors of 1 ms and 8 ms."""
SECONDS: Final[Mapping[str, float]] = {
    kind: round(floor / 1000 / EFFICIENCY[kind.split()[0].rstrip(",")] + FINDING_S, 2)
    for kind, floor in FLOORS_MS.items()
}
"""GPU seconds of an edit, by kind."""
FOUR: Final = "four variations, FLUX Fill, 8 steps"
MIX: Final[Mapping[str, float]] = {
    "SDXL, 8 steps": 0.50,
    "FLUX Fill, 8 steps": 0.30,
    "FLUX Fill, 28 steps": 0.15,
    FOUR: 0.05,
}
"""The share of each kind among the edits that need a GPU; a guess, to be replaced by what `retouch_edit_seconds` of
one's own engine tells. A batch of four takes a GPU that is busy anyway four times as long as one."""
TARGET_S: Final = 10.0
HOURLY: Final = (500, 1000, 2000, 4000, 8000, 16_000, 32_000)


def seconds_of(kind: str) -> float:
    """GPU seconds of an edit of the kind."""
    return 4 * SECONDS["FLUX Fill, 8 steps"] if kind == FOUR else SECONDS[kind]


@dataclass(frozen=True, slots=True)
class Service:
    """How long edits take, s."""

    mean: float
    variation: float
    """The squared coefficient of variation."""


def service_of(mix: Mapping[str, float] = MIX) -> Service:
    """Of edits of these kinds, in these shares."""
    mean = sum(share * seconds_of(kind) for kind, share in mix.items())
    square = sum(share * seconds_of(kind) ** 2 for kind, share in mix.items())
    return Service(mean, square / mean**2 - 1)


def waits(engines: int, load: float) -> float:
    """The chance that an edit has to wait (Erlang C). load: mean edits being made, under the number of engines."""
    blocked = 1.0
    for servers in range(1, engines + 1):
        blocked = load * blocked / (servers + load * blocked)
    return blocked / (1 - load / engines * (1 - blocked))


@dataclass(frozen=True, slots=True)
class Wait:
    """How long edits wait before an engine begins them, by the model."""

    chance: float
    """That one waits at all."""
    mean_s: float
    """Of those that wait."""

    def percentile(self, share: float) -> float:
        """What so many of all edits wait at most, s."""
        return self.mean_s * max(0.0, math.log(self.chance / (1 - share)))


def wait(per_s: float, engines: int, service: Service, arrivals: float = 1.0) -> Wait:
    """The wait of so many edits a second. Raises: ValueError where they are more than the engines can make.

    arrivals: the squared coefficient of variation of the time between two, for long: the variance of how many come over
    their mean. In bursts of n alone it is n.
    """
    load = per_s * service.mean
    if load >= engines:
        raise ValueError(f"{engines} engines cannot do the work of {load:.2f}")
    return Wait(waits(engines, load), (arrivals + service.variation) / 2 * service.mean / (engines - load))


def engines_for(per_s: float, service: Service, target_s: float, share: float = 0.95) -> int:
    """The fewest engines with which so many of all edits wait at most that long."""
    engines = math.floor(per_s * service.mean) + 1
    while wait(per_s, engines, service).percentile(share) > target_s:
        engines += 1
    return engines


def row(hourly: float, service: Service, target_s: float) -> str:
    """A line of the table in docs/scale.md."""
    engines = engines_for(hourly / 3600, service, target_s)
    found = wait(hourly / 3600, engines, service)
    busy = hourly / 3600 * service.mean / engines
    p50, p95 = (found.percentile(share) for share in (0.5, 0.95))
    return f"| {hourly:,.0f} | {engines} | {busy:.0%} | {p50:.1f} s | {p95:.1f} s |"


def main(hourly: tuple[float, ...], target_s: float) -> None:
    service = service_of()
    print(
        f"an edit takes a GPU {service.mean:.2f} s on average, squared coefficient of variation {service.variation:.2f}"
    )
    print("| edits an hour | engines | busy | wait p50 | wait p95 |\n|---|---|---|---|---|")
    print("\n".join(row(each, service, target_s) for each in hourly))


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:3]]
    main((given[0],) if given else HOURLY, given[1] if len(given) > 1 else TARGET_S)
