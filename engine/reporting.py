"""How an edit tells of itself while it runs: stages, the share done, the time left, and what it will look like."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

from engine.data import Image
from engine.protocols import Audience, Progress

Report: TypeAlias = Callable[[str, float], None]
"""(stage, fraction done): called before each operation; may raise to cancel."""


class Cancelled(BaseException):
    """Raised by a report, inside the edit's thread, once nobody waits for its result."""


@runtime_checkable
class Watching(Protocol):
    """A report that also wants to know the time left, and maybe to be shown previews."""

    def __call__(self, stage: str, fraction: float, /) -> None:
        """As a `Report`."""
        ...

    def left(self, seconds: float) -> None:
        """What the present operation still takes, as its last steps went."""
        ...

    @property
    def preview(self) -> Callable[[Image], None] | None:
        """Takes a small (h, w, 3) picture of what the present operation is making; None: it would not be looked at."""
        ...


class TimeLeft:
    """Seconds until a piece of work is done, from how long its steps took so far."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start: tuple[float, float] | None = None
        self._last = 0.0

    def at(self, share: float) -> float | None:
        """What is left when this share is done; None until a second step was heard of, also after a new start."""
        now = self._clock()
        # What comes before the first step, such as loading a model, says nothing about the others.
        if self._start is None or share < self._last:
            self._start = (share, now)
        self._last = share
        share_before, before = self._start
        return (1 - share) * (now - before) / (share - share_before) if share > share_before else None


def audience(report: Report | None, stage: str, index: int, count: int, company: int) -> Progress:
    """The progress of operation `index` of `count`, passed on to the report, with all that it wants to be told."""
    watching = report if isinstance(report, Watching) else None
    time_left = TimeLeft()

    def hear(share: float) -> None:
        if report is not None:
            report(stage, (index + share) / count)
        if watching is not None and (seconds := time_left.at(share)) is not None:
            watching.left(seconds)

    return Audience(hear, watching.preview if watching else None, company)


@dataclass(frozen=True, eq=False, slots=True)
class Watcher:
    """A `Watching` of three callables."""

    told: Report
    left: Callable[[float], None]
    preview: Callable[[Image], None] | None = None

    def __call__(self, stage: str, fraction: float, /) -> None:
        """As a `Report`."""
        self.told(stage, fraction)


def guarded(report: Report | None, check: Callable[[], None]) -> Report:
    """The report, asking before each stage and step whether to go on: what `check` raises cancels the edit."""

    def told(stage: str, fraction: float) -> None:
        check()
        if report is not None:
            report(stage, fraction)

    return Watcher(told, report.left, report.preview) if isinstance(report, Watching) else told


def shared(report: Report | None, count: int) -> list[Report | None]:
    """A report for each of so many edits that run at the same time: their mean is told, and the first is watched."""
    if report is None or count == 1:
        return [report] * count
    fractions = [0.0] * count

    def part(index: int) -> Report:
        def told(stage: str, fraction: float) -> None:
            fractions[index] = fraction
            report(stage, sum(fractions) / count)

        return told

    first = part(0)
    watched = Watcher(first, report.left, report.preview) if isinstance(report, Watching) else first
    return [watched, *(part(index) for index in range(1, count))]
