from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Image, Mask
from engine.errors import BadOption, MaskEmpty
from engine.tools.relocate import Shift, duplicate, move, shift_of

BALL = (220, 40, 40)


def scene(height: int = 160, width: int = 240, x: int = 60, y: int = 90, radius: int = 14) -> tuple[Image, Mask]:
    """A red ball on grass."""
    noise = np.random.default_rng(3).integers(-6, 7, (height, width, 3))
    image = np.clip(np.array([70, 130, 60]) + noise, 0, 255).astype(np.uint8)
    rows, columns = np.mgrid[0:height, 0:width]
    mask = np.hypot(rows - y, columns - x) <= radius
    image[mask] = BALL
    return image, mask


def fill(image: Image, mask: Mask) -> Image:
    return np.asarray(cv2.inpaint(image, mask.astype(np.uint8), 3, cv2.INPAINT_TELEA), np.uint8)


def red(image: Image) -> Mask:
    return np.abs(image.astype(int) - BALL).max(axis=2) < 40


@pytest.mark.parametrize(
    ("place", "shift"),
    [
        ("left", (-50, 0)),
        ("a bit to the right", (20, 0)),
        ("up", (0, -25)),
        ("50 px to the right", (50, 0)),
        ("to the right by 50 pixels", (50, 0)),
        ("10% down", (0, 10)),
        ("20 percent left", (-40, 0)),
        ("30px left and 12 px up", (-30, -12)),
        ("to the top left corner", (-38, -38)),
        ("to the far right", (138, 0)),
        ("to the bottom", (0, 38)),
        ("to the centre", (50, 0)),
    ],
)
def test_words_become_shifts(place: str, shift: tuple[int, int]) -> None:
    assert shift_of(place, Box(40, 40, 60, 60), 100, 200) == shift


def test_words_that_are_no_place_are_refused() -> None:
    with pytest.raises(BadOption):
        shift_of("sideways in time", Box(0, 0, 5, 5), 50, 50)


@settings(deadline=None, max_examples=25)
@given(st.integers(-300, 300), st.integers(-300, 300))
def test_a_moved_thing_stays_whole_and_only_the_mask_changes(dx: int, dy: int) -> None:
    image, mask = scene()
    if (dx, dy) == (0, 0):
        return
    moved, changed = move(image, mask, Shift(dx, dy), fill)
    assert np.array_equal(moved[~changed], image[~changed])
    if not (red(moved) & mask).any():
        assert abs(red(moved).sum() / mask.sum() - 1) < 0.15


def test_the_old_place_is_filled() -> None:
    image, mask = scene()
    moved, _ = move(image, mask, "100 px to the right", fill)
    assert not red(moved)[mask].any()
    assert red(moved)[90, 160]


def test_a_thing_already_there_is_refused() -> None:
    image, mask = scene(x=14)
    with pytest.raises(BadOption):
        move(image, mask, "left", fill)


def test_a_thing_cut_by_the_border_goes_along_it() -> None:
    image, mask = scene(y=158)
    moved, _ = move(image, mask, "80 px right and 40 px up", fill)
    assert red(moved)[-1, 140]
    assert red(moved).sum() == pytest.approx(mask.sum(), rel=0.15)


@settings(deadline=None, max_examples=25)
@given(st.integers(20, 220), st.integers(20, 140), st.integers(2, 5))
def test_copies_are_whole_and_leave_the_first_alone(x: int, y: int, count: int) -> None:
    image, mask = scene(x=x, y=y)
    done, changed = duplicate(image, mask, count)
    assert np.array_equal(done[~changed], image[~changed])
    assert np.array_equal(done[mask], image[mask])
    parts, _, stats, _ = cv2.connectedComponentsWithStats(red(done).astype(np.uint8))
    assert parts - 1 == count
    assert stats[1:, cv2.CC_STAT_AREA].min() > 0.85 * mask.sum()


def test_a_copy_stands_on_the_side_asked_for() -> None:
    image, mask = scene(x=120)
    assert red(duplicate(image, mask, 2, "to the left")[0])[:, :100].any()
    assert red(duplicate(image, mask, 2, "above")[0])[:70].any()


def test_more_copies_than_fit_are_refused() -> None:
    image, mask = scene(radius=50, x=120, y=80)
    with pytest.raises(BadOption) as refusal:
        duplicate(image, mask, 4)
    assert refusal.value.name == "count"


def test_a_count_that_is_no_copy_is_refused() -> None:
    image, mask = scene()
    with pytest.raises(BadOption):
        duplicate(image, mask, 1)


def test_nothing_cannot_be_moved() -> None:
    image, mask = scene()
    with pytest.raises(MaskEmpty):
        move(image, np.zeros_like(mask), "left", fill)
    with pytest.raises(MaskEmpty):
        duplicate(image, np.zeros_like(mask), 2)
