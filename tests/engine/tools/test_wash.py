"""A colour laid over a whole picture."""

from __future__ import annotations

import numpy as np
import pytest

from engine.colours import Colour, colour_of
from engine.data import Image
from engine.tools.colourspace import to_oklab
from engine.tools.wash import wash

STEPS = np.arange(0, 256, 5, dtype=np.uint8)


def _colour(words: str) -> Colour:
    colour = colour_of(words)
    assert colour is not None
    return colour


def _greys() -> Image:
    return np.repeat(STEPS[None, :, None], 3, axis=2).repeat(8, axis=0)


@pytest.mark.parametrize("words", ["red", "green", "navy", "yellow", "light pink", "teal"])
def test_greys_take_the_hue_and_keep_their_order(words: str) -> None:
    lab = to_oklab(wash(_greys(), _colour(words)))
    goal = to_oklab(np.array([[_colour(words).rgb]], np.uint8))[0, 0]
    middle = lab[0, len(STEPS) // 3 : 2 * len(STEPS) // 3, 1:]
    towards = middle @ goal[1:] / (np.linalg.norm(middle, axis=1) * np.linalg.norm(goal[1:]))
    assert towards.min() > 0.9
    assert (np.diff(lab[0, :, 0]) > -0.005).all()


@pytest.mark.parametrize("words", ["blue", "orange"])
def test_black_and_white_stay(words: str) -> None:
    ends = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    assert np.abs(wash(ends, _colour(words), 100).astype(int) - ends).max() <= 2


def test_more_of_it_is_nearer_and_none_of_it_is_the_picture(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    away = [
        float(np.abs(to_oklab(wash(image, _colour("green"), amount))[..., 1:].std(axis=(0, 1))).sum())
        for amount in (10, 50, 90)
    ]
    assert away[0] > away[1] > away[2]
    assert np.abs(wash(image, _colour("green"), 0).astype(int) - image).max() <= 1


def test_grey_drains_the_picture(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8)
    washed = to_oklab(wash(image, _colour("grey")))
    assert np.abs(washed[..., 1:]).mean() < 0.6 * np.abs(to_oklab(image)[..., 1:]).mean()


def test_large_pictures_are_done_in_strips_without_a_seam(rng: np.random.Generator) -> None:
    row = rng.integers(0, 256, (1, 1200, 3), dtype=np.uint8)
    washed = wash(np.repeat(row, 1500, axis=0), _colour("purple"))
    assert (washed == washed[:1]).all()
