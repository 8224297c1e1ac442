from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Image, Mask
from engine.errors import MaskMismatch
from engine.inpainting.detail import with_detail
from engine.inpainting.erasing import Input, erase_holes

SMALL = Input(64, 8)
FIXED = Input(64, fixed=True)


class Paint:
    """An eraser that paints holes in one colour and spoils everything else."""

    def __init__(self) -> None:
        self.shown: list[tuple[Image, Mask]] = []

    def __call__(self, image: Image, hole: Mask) -> Image:
        self.shown.append((image, hole))
        painted = 255 - image
        painted[hole] = (10, 200, 30)
        return painted


def noise(height: int, width: int) -> Image:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


@settings(deadline=None, max_examples=30)
@given(
    st.integers(1, 300),
    st.integers(1, 300),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(1, 90), st.integers(1, 90)), max_size=3),
    st.sampled_from([SMALL, FIXED, Input(48, 16)]),
)
def test_only_the_hole_changes_and_models_are_shown_sizes_they_take(
    height: int, width: int, boxes: list[tuple[float, float, int, int]], size: Input
) -> None:
    image, mask = noise(height, width), np.zeros((height, width), np.bool_)
    for down, right, rows, columns in boxes:
        y, x = int(down * (height - 1)), int(right * (width - 1))
        mask[y : y + rows, x : x + columns] = True
    before, paint = image.copy(), Paint()
    filled = erase_holes(image, mask, 0, paint, size, None)
    assert np.array_equal(filled[~mask], image[~mask])
    assert np.array_equal(image, before)
    for shown, hole in paint.shown:
        assert shown.shape[:2] == hole.shape
        assert hole.any()
        if size.fixed:
            assert hole.shape == (size.side, size.side)
        else:
            assert max(hole.shape) <= size.longest + size.multiple
            assert not any(side % size.multiple for side in hole.shape)
    assert bool(paint.shown) == bool(mask.any())


def test_a_hole_that_fits_is_filled_with_exactly_what_the_model_gives() -> None:
    image, mask = noise(60, 70), np.zeros((60, 70), np.bool_)
    mask[20:31, 33] = True
    filled = erase_holes(image, mask, 0, Paint(), Input(512, 8), None)
    assert (filled[mask] == (10, 200, 30)).all()


def test_one_pixel() -> None:
    image, mask = noise(33, 47), np.zeros((33, 47), np.bool_)
    mask[32, 46] = True
    filled = erase_holes(image, mask, 0, Paint(), SMALL, None)
    assert tuple(filled[32, 46]) == (10, 200, 30)


def test_holes_far_apart_are_shown_apart_and_progress_is_told_between() -> None:
    image, mask = noise(900, 900), np.zeros((900, 900), np.bool_)
    mask[50:80, 50:80] = mask[800:830, 700:760] = True
    told: list[float] = []
    paint = Paint()
    erase_holes(image, mask, 0, paint, Input(512, 8), told.append)
    assert [shown.shape[:2] < (400, 400) for shown, _ in paint.shown] == [True, True]
    assert told == [0.0, pytest.approx(1 / 3), 1.0]


def test_what_progress_raises_stops_the_work() -> None:
    image, mask = noise(900, 900), np.zeros((900, 900), np.bool_)
    mask[50:80, 50:80] = mask[800:830, 700:760] = True
    paint = Paint()

    def cancel(part: float) -> None:
        if part > 0:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        erase_holes(image, mask, 0, paint, Input(512, 8), cancel)
    assert len(paint.shown) == 1


def test_a_wide_tangle_of_thin_strokes_is_shown_at_full_size() -> None:
    image, mask = noise(900, 1400), np.zeros((900, 1400), np.bool_)
    mask[::40, 100:1300] = mask[:, 100:1300:80] = True
    paint = Paint()
    filled = erase_holes(image, mask, 0, paint, Input(512, 8), None)
    assert len(paint.shown) > 6
    assert (filled[mask] == (10, 200, 30)).all()


def test_no_model_is_shown_a_trace_of_what_goes_outside_its_hole() -> None:
    image, mask = noise(640, 640), np.zeros((640, 640), np.bool_)
    cv2.circle(mask.view(np.uint8), (320, 320), 230, 1, -1)
    shown: list[Image] = []
    for level in (0, 255):
        image[mask] = level
        paint = Paint()
        erase_holes(image, mask, 0, paint, Input(96, 8), None)
        pixels, hole = paint.shown[0]
        assert max(hole.shape) == 96
        shown.append(np.where(hole[..., None], np.uint8(0), pixels))
    assert np.array_equal(shown[0], shown[1])


def test_only_a_round_hole_changes_of_its_box() -> None:
    image, mask = noise(90, 90), np.zeros((90, 90), np.bool_)
    cv2.circle(mask.view(np.uint8), (45, 45), 20, 1, -1)
    filled = erase_holes(image, mask, 0, Paint(), Input(512, 8), None)
    assert np.array_equal(filled[~mask], image[~mask])
    assert (filled[mask] == (10, 200, 30)).all()


def test_a_large_hole_gets_the_grain_of_the_picture() -> None:
    rng = np.random.default_rng(5)
    image = np.clip(120 + 30 * rng.standard_normal((480, 480, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    mask = np.zeros((480, 480), np.bool_)
    mask[150:330, 150:330] = True

    def flat(shown: Image, hole: Mask) -> Image:
        shown[hole] = 120
        return shown

    filled = erase_holes(image, mask, 0, flat, Input(96, 8), None)
    assert 15 < filled[mask].std() < 40
    assert abs(float(filled[mask].mean()) - 120) < 4
    again = erase_holes(image, mask, 0, flat, Input(96, 8), None)
    assert np.array_equal(filled, again)


def test_detail_is_the_enlarged_fill_where_there_is_nothing_to_copy() -> None:
    image, hole = noise(40, 40), np.ones((40, 40), np.bool_)
    filled = with_detail(image, hole, np.full((10, 10, 3), 90, np.uint8), np.ones((10, 10), np.bool_), 0)
    assert (filled == 90).all()


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(MaskMismatch):
        erase_holes(noise(20, 20), np.zeros((20, 21), np.bool_), 0, Paint(), SMALL, None)
