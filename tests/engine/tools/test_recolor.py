"""Painting a thing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.colours import BASIC, Colour, basic_colour, colour_of, likeness
from engine.data import Image, Mask
from engine.errors import MaskEmpty
from engine.tools.recolor import recolor


def _colour(words: str) -> Colour:
    colour = colour_of(words)
    assert colour is not None
    return colour


def _ball(rgb: tuple[int, int, int]) -> tuple[Image, Mask]:
    """A shaded ball with a white highlight on grey, 120 x 120."""
    down, across = np.mgrid[-1:1:120j, -1:1:120j].astype(np.float32)
    inside = down**2 + across**2 < 0.7
    shade = np.clip(0.95 - 0.55 * (down + across), 0.2, 1)[..., None]
    image = np.full((120, 120, 3), 128, np.uint8)
    image[inside] = (np.array(rgb) * shade)[inside].astype(np.uint8)
    highlight = (down + 0.4) ** 2 + (across + 0.4) ** 2 < 0.01
    image[highlight] = 250
    return image, inside


@pytest.mark.parametrize("source", [(200, 30, 40), (40, 70, 190), (235, 235, 230), (35, 35, 38), (120, 120, 120)])
@pytest.mark.parametrize("words", [term for term in BASIC if term != "brown"])
def test_a_ball_of_any_colour_takes_any_colour(source: tuple[int, int, int], words: str) -> None:
    image, mask = _ball(source)
    painted = recolor(image, mask, _colour(words))
    reads = likeness(painted, _colour(words))[mask]
    assert np.median(reads) > 0.5, painted[60, 60]


@pytest.mark.parametrize("words", ["blue", "black", "white", "dark green", "#ff8800"])
def test_shading_keeps_its_order(words: str) -> None:
    image, mask = _ball((200, 30, 40))
    painted = recolor(image, mask, _colour(words))
    along = painted[np.arange(50, 84), np.arange(50, 84)].sum(axis=1).astype(int)
    assert along[0] > along[-1] + 10
    assert (np.diff(along) <= 6).all()


def test_a_highlight_stays_near_white() -> None:
    image, mask = _ball((200, 30, 40))
    painted = recolor(image, mask, _colour("blue"))
    assert painted[36, 36].min() > 200


def test_parts_of_another_colour_stay() -> None:
    image, mask = _ball((200, 30, 40))
    image[55:65, 20:100] = (30, 120, 60)
    painted = recolor(image, mask, _colour("blue"))
    assert np.abs(painted[60, 40:80].astype(int) - image[60, 40:80]).max() < 12


@pytest.mark.parametrize("rgb", [(200, 30, 40), (205, 25, 35)])
def test_the_red_ball_on_the_right_turns_green(rng: np.random.Generator, rgb: tuple[int, int, int]) -> None:
    image = rng.integers(90, 165, (240, 240, 3), np.uint8)
    cv2.circle(image, (120, 120), 90, rgb, -1)
    mask = np.asarray(cv2.circle(np.zeros((240, 240), np.uint8), (120, 120), 90, 1, -1), np.bool_)
    red, green, blue = (int(value) for value in recolor(image, mask, _colour("green"))[120, 120])
    assert green > max(red, blue) + 30


@given(st.integers(1, 9), st.integers(1, 9), st.data())
@settings(deadline=None, max_examples=40)
def test_any_shape_and_mask(height: int, width: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    image = rng.integers(0, 256, (height, width, 3), np.uint8)
    mask = rng.random((height, width)) < 0.5
    mask[0, 0] = True
    painted = recolor(image, mask, _colour(data.draw(st.sampled_from(BASIC))))
    assert painted.shape == image.shape
    assert painted.dtype == np.uint8


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(MaskEmpty):
        recolor(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.bool_), _colour("red"))


@pytest.mark.parametrize("words", ["red", "blue", "yellow", "pink", "white"])
def test_a_real_dark_car(real_data: Path, words: str) -> None:
    image = np.asarray(cv2.imread(str(real_data / "masks/car-roundabout_00000.jpg")), np.uint8)[..., ::-1].copy()
    mask = np.asarray(cv2.imread(str(real_data / "masks/car-roundabout_00000_mask.png"), 0), np.uint8) > 127
    painted = recolor(image, mask, _colour(words))
    assert np.median(likeness(painted, _colour(words))[mask]) > 0.6
    before, after = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[mask] for picture in (image, painted))
    assert np.corrcoef(before, after)[0, 1] > 0.6, "shading and texture are still those of the car"
    assert basic_colour(words) == words
