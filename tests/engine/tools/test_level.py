"""How far pictures lean, and setting them straight: drawn houses turned by known angles, and what gives no answer."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Image, Picture
from engine.tools.level import levelled, tilt_of

HEIGHT, WIDTH = 420, 640


def house(degrees: float) -> Image:
    """A wall with windows under a straight eave, turned clockwise about its middle."""
    image = np.full((HEIGHT, WIDTH, 3), (150, 190, 230), np.uint8)
    cv2.rectangle(image, (-300, 210), (WIDTH + 300, HEIGHT + 300), (120, 110, 100), -1)
    for left in range(-100, WIDTH + 100, 110):
        cv2.rectangle(image, (left, 250), (left + 60, 360), (60, 60, 80), -1)
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), -degrees, 1)
    return np.asarray(cv2.warpAffine(image, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), np.uint8)


@given(st.floats(-9, 9))
@settings(max_examples=12, deadline=None)
def test_a_lean_is_told_from_lines(degrees: float) -> None:
    told = tilt_of(house(degrees))
    assert told is not None
    assert told == pytest.approx(degrees, abs=0.4)


@pytest.mark.parametrize("degrees", [-6.0, 3.5])
def test_a_levelled_picture_is_level_and_full(degrees: float) -> None:
    done = levelled(Picture(house(degrees)))
    assert done is not None
    again = tilt_of(done.picture.rgb)
    assert again is not None
    assert abs(again) < 0.4
    assert done.picture.opacity is None
    assert done.picture.width / done.picture.height == pytest.approx(WIDTH / HEIGHT, abs=0.02)
    assert 0.7 * WIDTH < done.picture.width < WIDTH
    # The corners that turning leaves empty are white, and nothing in the house is.
    assert done.picture.rgb.max() < 250


def test_opacity_is_turned_along() -> None:
    opacity = np.full((HEIGHT, WIDTH), 255, np.uint8)
    opacity[:, : WIDTH // 2] = 0
    done = levelled(Picture(house(5), opacity))
    assert done is not None
    assert done.picture.opacity is not None
    assert done.picture.opacity.shape == done.picture.rgb.shape[:2]
    assert (done.picture.opacity[:, 3] == 0).all()


def test_what_is_level_stays_as_it_is() -> None:
    image = house(0)
    done = levelled(Picture(image))
    assert done is not None
    assert np.array_equal(done.picture.rgb, image)


def test_no_answer_where_lines_do_not_agree(rng: np.random.Generator) -> None:
    noise = rng.integers(0, 256, (200, 300, 3), np.uint8)
    assert tilt_of(noise) is None
    assert levelled(Picture(noise)) is None
    assert tilt_of(np.full((1, 1, 3), 90, np.uint8)) is None
    scattered = np.full((300, 400, 3), 200, np.uint8)
    for degrees in range(0, 180, 7):
        reach = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]) * 140
        start, end = np.array([200, 150]) - reach, np.array([200, 150]) + reach
        cv2.line(scattered, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), (0, 0, 0), 2)
    assert tilt_of(scattered) is None
