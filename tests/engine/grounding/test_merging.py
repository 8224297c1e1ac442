"""Two detectors as one: nothing lost, nothing twice, and no score passed off as another detector's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Region
from engine.geometry import iou
from engine.grounding.merging import SAME, comparable, merged


@st.composite
def seen_by(draw: st.DrawFn, source: str) -> list[Region]:
    """One detector's answer: boxes that hardly overlap each other, best first."""
    found: list[Region] = []
    for _ in range(draw(st.integers(0, 6))):
        x, y, width, height = (draw(st.integers(*limits)) for limits in ((0, 60), (0, 60), (1, 40), (1, 40)))
        box = Box(x, y, x + width, y + height)
        if all(iou(box, other.box) < SAME for other in found):
            found.append(Region(box, draw(st.floats(0, 1)), "dog", source))
    return sorted(found, key=lambda region: -region.score)


@settings(deadline=None, max_examples=150)
@given(seen_by("yolox"), seen_by("owlv2"))
def test_everything_seen_is_there_once_as_it_was(first: list[Region], second: list[Region]) -> None:
    both = merged(first, second)

    assert {id(region) for region in both} <= {id(region) for region in (*first, *second)}
    assert all(any(iou(region.box, kept.box) >= SAME for kept in both) for region in (*first, *second))
    assert all(iou(a.box, b.box) < SAME for a in both for b in both if a is not b)
    assert [region for region in both if region in first] == sorted(
        first, key=lambda region: all(iou(region.box, other.box) < SAME for other in second)
    )


@settings(deadline=None, max_examples=100)
@given(seen_by("yolox"))
def test_alone_a_detector_is_left_as_it_is(found: list[Region]) -> None:
    assert merged(found, []) == merged([], found) == merged(found, found) == found
    assert comparable(found) == [region.score for region in found]


def test_what_both_saw_comes_first_under_the_firsts_name() -> None:
    alone = Region(Box(50, 0, 60, 10), 0.9, "dog", "yolox")
    shared = Region(Box(0, 0, 10, 10), 0.6, "dog", "yolox")
    again = Region(Box(1, 0, 10, 10), 0.12, "dog", "owlv2")
    extra = Region(Box(0, 50, 10, 60), 0.99, "dog", "owlv2")

    assert merged([alone, shared], [extra, again]) == [shared, alone, extra]


def test_scores_are_weighed_within_their_own_source() -> None:
    scores = {"yolox": [0.9, 0.45], "owlv2": [0.2, 0.1, 0.0]}
    regions = [Region(Box(0, 0, 1, 1), score, "dog", source) for source, several in scores.items() for score in several]

    assert comparable(regions) == pytest.approx([0.9, 0.45, 0.9, 0.45, 0.0])
    assert comparable([]) == []
