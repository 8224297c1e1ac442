from __future__ import annotations

import cv2
import numpy as np

from engine.data import Box
from engine.geometry import grow_box
from engine.inpainting.holes import bounding_box, by_thickness, nearest, radius, separate


def test_crossing_scratches_are_thin_and_a_disc_is_not() -> None:
    drawn = np.zeros((100, 100), np.uint8)
    cv2.line(drawn, (5, 30), (90, 30), 1, 3)
    cv2.line(drawn, (40, 2), (50, 58), 1, 3)
    cv2.circle(drawn, (48, 84), 12, 1, -1)
    thin, thick = by_thickness(drawn > 0, 4.0)
    assert np.array_equal(thin | thick, drawn > 0)
    assert not (thin & thick).any()
    assert not thick[:60].any()
    assert thick[70:98].sum() == drawn[70:98].sum()


def test_parts_far_apart_are_separate() -> None:
    mask = np.zeros((60, 120), np.bool_)
    mask[10:20, 10:20] = mask[25:30, 10:20] = mask[10:20, 90:95] = True
    parts = list(separate(mask, 16))
    assert sorted(int(part.mask.sum()) for part in parts) == [50, 150]
    joined = np.zeros_like(mask)
    for part in parts:
        joined[part.box.slices] |= part.mask
    assert np.array_equal(joined, mask)
    assert list(separate(np.zeros_like(mask), 16)) == []


def test_nearest_leads_to_an_allowed_pixel_and_keeps_allowed_ones() -> None:
    allowed = np.zeros((5, 7), np.bool_)
    allowed[1, 1] = allowed[3, 6] = True
    found = nearest(allowed)
    assert found[1, 1] == 8
    assert found[4, 6] == 27
    assert set(found.ravel()) == {8, 27}


def test_boxes() -> None:
    mask = np.zeros((20, 30), np.bool_)
    mask[4, 7] = mask[9, 3] = True
    assert bounding_box(mask) == Box(3, 4, 8, 10)
    assert grow_box(Box(3, 4, 8, 10), 5, *mask.shape) == Box(0, 0, 13, 15)


def test_a_hole_is_as_deep_as_its_middle_and_goes_on_at_the_border() -> None:
    mask = np.zeros((100, 100), np.bool_)
    mask[40:51, 30:71] = True
    (hole,) = separate(mask, 16)
    assert abs(radius(hole, mask.shape) - 6) < 0.5
    mask = np.zeros((100, 100), np.bool_)
    mask[:11, 30:71] = True
    (hole,) = separate(mask, 16)
    assert abs(radius(hole, mask.shape) - 11) < 0.5
