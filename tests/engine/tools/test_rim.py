from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.data import Image, Mask
from engine.tools.rim import carried_over_rim

RED, BLUE, GREEN = (200, 30, 40), (90, 150, 220), (40, 150, 60)


def disc(thing: tuple[int, int, int], ground: tuple[int, int, int]) -> tuple[Image, Mask]:
    """An antialiased disc on a ground, and the mask of where it mostly is."""
    large = np.zeros((4 * 96, 4 * 96), np.uint8)
    cv2.circle(large, (4 * 48, 4 * 48), 4 * 30, 255, -1)
    alpha = np.asarray(cv2.resize(large, (96, 96), interpolation=cv2.INTER_AREA), np.float32)[..., None] / 255
    image = alpha * np.array(thing, np.float32) + (1 - alpha) * np.array(ground, np.float32)
    return (image + 0.5).astype(np.uint8), alpha[..., 0] > 0.5


@pytest.mark.parametrize("off", [0, 1])
def test_the_rim_is_what_it_would_have_been(off: int) -> None:
    image, mask = disc(RED, BLUE)
    wanted, _ = disc(GREEN, BLUE)
    mask = np.roll(mask, off, axis=1)
    painted = image.copy()
    painted[mask] = GREEN
    result = carried_over_rim(image, painted, mask)
    assert np.abs(result.astype(int) - wanted).max() <= 3
    assert np.abs(painted.astype(int) - wanted).max() > 50


def test_far_from_the_border_nothing_is_touched(rng: np.random.Generator) -> None:
    image, mask = disc(RED, BLUE)
    edited = rng.integers(0, 256, image.shape, np.uint8)
    result = carried_over_rim(image, edited, mask)
    deep = cv2.erode(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    far = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert (result[deep] == edited[deep]).all()
    assert (result[far] == image[far]).all()


def test_a_thing_like_its_ground_is_left_to_the_edit() -> None:
    image, mask = disc((120, 120, 120), (124, 124, 124))
    edited = np.full_like(image, 200)
    result = carried_over_rim(image, edited, mask)
    assert (result[mask] == 200).all()


def test_everything_and_nothing() -> None:
    image, _ = disc(RED, BLUE)
    edited = 255 - image
    assert (carried_over_rim(image, edited, np.ones((96, 96), np.bool_)) == edited).all()
    assert (carried_over_rim(image, edited, np.zeros((96, 96), np.bool_)) == image).all()
