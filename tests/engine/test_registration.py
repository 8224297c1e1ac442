from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data import Image, Mask
from engine.imageio import read_picture
from engine.imageio.header import Limits
from engine.masks import grow
from engine.registration import changed_region, movement_between, registered


@pytest.fixture
def scene(rng: np.random.Generator) -> Image:
    """A drawn picture with corners to hold on to."""
    image = np.full((360, 520, 3), (150, 160, 170), np.uint8)
    for _ in range(160):
        x, y = int(rng.integers(0, 520)), int(rng.integers(0, 360))
        size, colour = int(rng.integers(6, 40)), tuple(int(c) for c in rng.integers(0, 255, 3))
        cv2.rectangle(image, (x, y), (x + size, y + size // 2), colour, -1)
    return cv2.GaussianBlur(image, (0, 0), 0.8).astype(np.uint8)


def redrawn(image: Image, zoom: float = 1.0, shift: tuple[float, float] = (0, 0), gain: float = 1.0) -> Image:
    """What a model makes of a picture it leaves alone: moved, drifted in colour, its finest detail redrawn."""
    height, width = image.shape[:2]
    matrix = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]], np.float64)
    moved = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    blurred = cv2.GaussianBlur(moved, (0, 0), 0.7).astype(np.float32)
    return np.clip(blurred * gain + 4, 0, 255).astype(np.uint8)


def with_disc(image: Image, x: int, y: int, radius: int) -> tuple[Image, Mask]:
    edited = image.copy()
    cv2.circle(edited, (x, y), radius, (220, 30, 40), -1)
    return edited, (edited != image).any(axis=2)


def overlap(found: Mask, truth: Mask) -> float:
    return float(np.count_nonzero(found & truth) / max(1, np.count_nonzero(found | truth)))


@pytest.mark.parametrize(("zoom", "shift"), [(1.02, (-5.0, -3.0)), (0.97, (8.0, 6.0)), (1.0, (4.0, -7.0))])
def test_drift_is_undone(scene: Image, zoom: float, shift: tuple[float, float]) -> None:
    repainted = redrawn(scene, zoom, shift)
    movement = movement_between(repainted, scene)
    assert movement is not None
    inverse = np.linalg.inv(np.vstack([movement, [0, 0, 1]]))
    corners = np.array([[0, 0, 1], [520, 0, 1], [0, 360, 1], [520, 360, 1]], np.float64)
    expected = corners[:, :2] * zoom + shift
    assert np.abs((corners @ inverse.T)[:, :2] - expected).max() < 0.8

    before = np.abs(repainted.astype(int) - scene)[20:-20, 20:-20].mean()
    after = np.abs(registered(repainted, scene).astype(int) - scene)[20:-20, 20:-20].mean()
    assert after < 0.5 * before


def test_what_did_not_move_is_not_resampled(scene: Image) -> None:
    edited, _ = with_disc(scene, 200, 150, 60)

    assert movement_between(redrawn(edited), scene) is None
    assert registered(edited, scene) is edited


def test_nothing_to_hold_on_to_is_left_as_it_is(rng: np.random.Generator) -> None:
    flat = np.full((200, 300, 3), 120, np.uint8)
    noise = rng.integers(0, 255, (200, 300, 3), np.uint8)

    assert movement_between(flat, flat) is None
    assert movement_between(noise, flat) is None


def test_large_pictures_are_moved_by_their_own_pixels(scene: Image) -> None:
    large = cv2.resize(scene, (2600, 1800), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    movement = movement_between(redrawn(large, 1.02, (-30, -20)), large)
    assert movement is not None
    middle = movement @ np.array([1300 * 1.02 - 30, 900 * 1.02 - 20, 1])
    assert np.abs(middle - (1300, 900)).max() < 2.5


@pytest.mark.parametrize("gain", [0.92, 1.0, 1.07])
def test_the_edit_is_told_from_drift_and_noise(scene: Image, gain: float) -> None:
    edited, truth = with_disc(scene, 300, 170, 55)
    found = changed_region(registered(redrawn(edited, 1.015, (-4, -2), gain), scene), scene)

    assert overlap(found, truth) > 0.8


def test_a_stretch_is_undone(scene: Image) -> None:
    """Models that work on a grid of cells stretch one side more than the other."""
    matrix = np.array([[1.02, 0, -4], [0, 0.995, 2]], np.float64)
    moved = cv2.warpAffine(scene, matrix, (520, 360), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    movement = movement_between(moved.astype(np.uint8), scene)
    assert movement is not None
    corners = np.array([[0, 0, 1], [520, 0, 1], [0, 360, 1], [520, 360, 1]], np.float64)
    back = np.hstack([corners @ matrix.T, np.ones((4, 1))]) @ movement.T
    assert np.abs(back - corners[:, :2]).max() < 0.8


def test_what_is_no_drift_is_left_as_it_is(scene: Image) -> None:
    turned = cv2.warpAffine(scene, cv2.getRotationMatrix2D((260, 180), 12, 1), (520, 360)).astype(np.uint8)
    mirrored = np.ascontiguousarray(scene[:, ::-1])

    assert movement_between(turned, scene) is None
    assert movement_between(mirrored, scene) is None


@pytest.mark.parametrize("share", [0.01, 0.4])
def test_a_bent_scale_of_light_is_no_edit(scene: Image, share: float) -> None:
    edited, truth = with_disc(scene, 260, 180, round(np.sqrt(share * scene.shape[0] * scene.shape[1] / np.pi)))
    bent = 255 * (redrawn(edited, 1.01, (2, -3)) / 255) ** np.array([0.85, 0.9, 0.95])
    found = changed_region(registered(bent.astype(np.uint8), scene), scene)

    assert found[truth].mean() > 0.95
    assert (found & ~grow(truth, 6)).mean() < 0.02


def test_where_nothing_was_edited_nothing_is_found(scene: Image) -> None:
    found = changed_region(registered(redrawn(scene, 1.01, (-3, -2), 1.05), scene), scene)

    assert found.mean() < 0.01


def test_everything_repainted_is_everything(scene: Image, rng: np.random.Generator) -> None:
    other = cv2.GaussianBlur(rng.integers(0, 255, scene.shape, np.uint8), (0, 0), 9)
    stretched = cv2.normalize(other, np.zeros_like(other), 0, 255, cv2.NORM_MINMAX).astype(np.uint8)

    assert changed_region(stretched, scene).mean() > 0.6


def test_real_photos(real_data: Path) -> None:
    """An object pasted into real photos that a model would have redrawn: found within its outline, nearly alone."""
    scores: list[float] = []
    for path in sorted((real_data / "masks").glob("*_00010.jpg")):
        photo = read_picture(path, Limits()).picture.rgb
        edited, truth = with_disc(photo, photo.shape[1] // 3, photo.shape[0] // 2, photo.shape[0] // 7)
        repainted = redrawn(edited, 1.012, (-5, -3), 1.04)
        scores.append(overlap(changed_region(registered(repainted, photo), photo), truth))

    assert np.median(scores) > 0.75, scores
