"""What an edit tells while it runs: the share done, the time left, previews, and whose they are."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import Image
from engine.protocols import Audience, part_of
from engine.reporting import TimeLeft, Watcher, audience, guarded, shared

PREVIEW = np.zeros((2, 2, 3), np.uint8)


class Onlooker:
    """A report that writes down everything."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, float]] = []
        self.seconds: list[float] = []
        self.previews: list[Image] = []

    def __call__(self, stage: str, fraction: float, /) -> None:
        self.stages.append((stage, fraction))

    def left(self, seconds: float) -> None:
        self.seconds.append(seconds)

    def preview(self, image: Image) -> None:
        self.previews.append(image)


class Ticking:
    """A clock that is set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_from_the_steps_and_not_from_what_came_before_them() -> None:
    clock = Ticking()
    time_left = TimeLeft(clock)
    assert time_left.at(0.2) is None
    clock.now += 2
    assert time_left.at(0.4) == pytest.approx(6)
    clock.now += 2
    assert time_left.at(0.6) == pytest.approx(4)
    assert time_left.at(1.0) == 0
    assert time_left.at(0.1) is None, "a new start, after memory ran out"
    clock.now += 1
    assert time_left.at(0.2) == pytest.approx(8)


def test_an_operation_tells_its_part_of_the_plan_and_what_it_looks_like() -> None:
    report = Onlooker()
    progress = audience(report, "replace", 1, 2, 3)
    assert isinstance(progress, Audience)
    assert progress.company == 3
    progress(0.5)
    assert report.stages == [("replace", 0.75)]
    assert progress.see is not None
    progress.see(PREVIEW)
    assert report.previews == [PREVIEW]


def test_plain_reports_are_shown_nothing() -> None:
    progress = audience(Onlooker().__call__, "replace", 0, 1, 1)
    assert isinstance(progress, Audience)
    assert progress.see is None


def test_a_part_of_the_work_keeps_its_audience() -> None:
    report = Onlooker()
    piece = part_of(audience(report, "expand", 0, 1, 1), 0.5, 0.25)
    piece(1.0)
    assert report.stages == [("expand", 0.75)]
    assert isinstance(piece, Audience)
    assert piece.see is not None


@pytest.mark.parametrize("watches", [True, False])
def test_a_guarded_report_stops_when_it_is_told_to(watches: bool) -> None:
    report, stopped = Onlooker(), False

    def check() -> None:
        if stopped:
            raise KeyError

    guard = guarded(report if watches else report.__call__, check)
    assert isinstance(guard, Watcher) is watches
    guard("replace", 0.5)
    stopped = True
    with pytest.raises(KeyError):
        guard("replace", 0.6)
    assert report.stages == [("replace", 0.5)]


def test_edits_at_the_same_time_tell_their_mean_and_one_of_them_is_watched() -> None:
    report = Onlooker()
    first, second = shared(report, 2)
    assert isinstance(first, Watcher)
    assert second is not None
    assert not isinstance(second, Watcher)
    first("replace", 0.5)
    second("replace", 1.0)
    assert report.stages == [("replace", 0.25), ("replace", 0.75)]
    assert first.preview is not None
    first.preview(PREVIEW)
    first.left(3)
    assert (report.previews, report.seconds) == ([PREVIEW], [3])
    assert shared(report, 1) == [report]
    assert shared(None, 2) == [None, None]
