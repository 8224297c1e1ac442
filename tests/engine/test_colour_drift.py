from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.colour_drift import without_drift
from engine.data import Box, Image

HEIGHT, WIDTH = 301, 423
EVERYWHERE = Box(0, 0, WIDTH, HEIGHT)


@pytest.fixture
def photo(rng: np.random.Generator) -> Image:
    """Every colour that photos have much of, softly mixed."""
    coarse = rng.uniform(30, 220, (9, 12, 3)).astype(np.float32)
    return cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC).clip(0, 255).astype(np.uint8)


def drifted(image: Image) -> Image:
    bent = 255 * (image / 255) ** np.array([0.92, 0.96, 1.03])
    return np.clip(bent * 1.02 + 3, 0, 255).astype(np.uint8)


def off(image: Image, photo: Image) -> float:
    return float(np.abs(image.astype(int) - photo).mean())


def test_drift_is_undone(photo: Image) -> None:
    window = Box(51, 30, 380, 299)
    back = without_drift(drifted(photo), photo, window)

    assert back.shape == (window.height, window.width, 3)
    assert off(back, photo[window.slices]) < 0.25 * off(drifted(photo), photo)


@pytest.mark.parametrize("radius", [30, 120])
def test_what_was_edited_neither_steers_nor_follows(photo: Image, radius: int) -> None:
    edited = photo.copy()
    cv2.circle(edited, (210, 150), radius, (230, 20, 40), -1)
    changed = (edited != photo).any(axis=2)
    back = without_drift(drifted(edited), photo, EVERYWHERE)

    assert off(back[~changed], photo[~changed]) < 0.35 * off(drifted(photo), photo)
    assert off(back[changed], edited[changed]) < 8


def test_another_colour_everywhere_stays_asked_for(photo: Image) -> None:
    negative = 255 - photo
    assert off(without_drift(negative, photo, EVERYWHERE), photo) > 0.6 * off(negative, photo)


def test_what_did_not_drift_stays(photo: Image) -> None:
    assert np.abs(without_drift(photo, photo, EVERYWHERE).astype(int) - photo).max() <= 1
