from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box
from engine.geometry import bounding_box, clip, crop_window, grow_box, intersection, iou, union_box


@st.composite
def boxes(draw: st.DrawFn, height: int = 90, width: int = 120) -> Box:
    """A non-empty box inside (height, width)."""
    x0, y0 = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return Box(x0, y0, draw(st.integers(x0 + 1, width)), draw(st.integers(y0 + 1, height)))


def holds(outer: Box, inner: Box) -> bool:
    return outer.x0 <= inner.x0 and outer.y0 <= inner.y0 and outer.x1 >= inner.x1 and outer.y1 >= inner.y1


@given(boxes())
def test_a_mask_of_a_box_has_that_bounding_box(box: Box) -> None:
    mask = np.zeros((90, 120), np.bool_)
    mask[box.y0, box.x0] = mask[box.y1 - 1, box.x1 - 1] = True
    assert bounding_box(mask) == box


def test_nothing_selected_has_no_bounding_box() -> None:
    assert bounding_box(np.zeros((5, 7), np.bool_)) is None


def test_a_crop_of_a_mask_has_a_bounding_box_in_its_own_frame() -> None:
    mask = np.zeros((50, 60), np.bool_)
    mask[20:30, 40:45] = True
    assert bounding_box(mask[10:35, 30:50]) == Box(10, 10, 15, 20)


@pytest.mark.parametrize(
    ("box", "clipped"),
    [
        (Box(2, 3, 5, 6), Box(2, 3, 5, 6)),
        (Box(-4, -9, 5, 6), Box(0, 0, 5, 6)),
        (Box(7, 8, 99, 99), Box(7, 8, 20, 10)),
        (Box(30, 2, 40, 5), Box(20, 2, 20, 5)),
        (Box(-8, 2, -3, 5), Box(0, 2, 0, 5)),
        (Box(9, 9, 4, 4), Box(9, 9, 9, 9)),
    ],
)
def test_clip(box: Box, clipped: Box) -> None:
    assert clip(box, 10, 20) == clipped


def test_grow_box_stops_at_the_border() -> None:
    assert grow_box(Box(2, 5, 8, 9), 4, 10, 20) == Box(0, 1, 12, 10)


@given(boxes(), boxes())
def test_boxes_agree_with_their_pixels(a: Box, b: Box) -> None:
    first, second = np.zeros((2, 90, 120), np.bool_)
    first[a.slices] = True
    second[b.slices] = True
    assert intersection(a, b) == bounding_box(first & second)
    assert union_box(a, b) == bounding_box(first | second)
    assert iou(a, b) == pytest.approx(np.sum(first & second) / np.sum(first | second))


@given(boxes(), st.floats(0, 3), st.integers(1, 200), st.sampled_from([1, 8, 16, 64]))
@settings(deadline=None)
def test_a_crop_window_holds_its_box_inside_the_picture(box: Box, context: float, minimum: int, multiple: int) -> None:
    window = crop_window(box, 90, 120, context=context, minimum=minimum, multiple=multiple)
    assert holds(window, box)
    assert holds(Box(0, 0, 120, 90), window)
    assert window.width >= min(minimum, 120 // multiple * multiple)
    assert window.height >= min(minimum, 90 // multiple * multiple)
    for side, needed, available in ((window.width, box.width, 120), (window.height, box.height, 90)):
        assert side % multiple == 0 or available // multiple * multiple < needed


@pytest.mark.parametrize(
    ("box", "window"),
    [
        (Box(500, 400, 600, 440), Box(430, 300, 670, 540)),  # minimum 240 both ways, centred
        (Box(0, 0, 300, 100), Box(0, 0, 480, 280)),  # shifted inside, not cut
        (Box(900, 700, 1000, 800), Box(760, 560, 1000, 800)),
        (Box(10, 10, 990, 790), Box(0, 0, 1000, 800)),
    ],
)
def test_crop_windows_by_hand(box: Box, window: Box) -> None:
    assert crop_window(box, 800, 1000, context=0.3, minimum=240) == window
