from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from engine.data import Image, Mask
from engine.masks import grow, shrink
from engine.tools.matte import band_radius, decontaminate, soft_matte


def disc(height: int, width: int, radius: float) -> Mask:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.hypot(rows - height / 2, columns - width / 2) < radius


def red_on_blue(alpha: np.typing.NDArray[np.float32]) -> Image:
    front, back = np.array([200, 30, 20]), np.array([20, 40, 180])
    return np.rint(alpha[:, :, None] * front + (1 - alpha[:, :, None]) * back).astype(np.uint8)


@settings(deadline=None, max_examples=25)
@given(st.integers(20, 90), st.integers(20, 90), st.floats(3, 60), st.integers(0, 10))
def test_alpha_is_exact_away_from_the_edge(height: int, width: int, radius: float, seed: int) -> None:
    mask = disc(height, width, radius)
    image = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    alpha = soft_matte(image, mask)
    reach = band_radius(mask)
    assert alpha.dtype == np.float32
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert (alpha[shrink(mask, reach)] == 1).all()
    assert (alpha[~grow(mask, reach)] == 0).all()


def test_a_soft_edge_is_found_again() -> None:
    rows, columns = np.mgrid[0:160, 0:160]
    truth = np.clip((50.5 - np.hypot(rows - 80, columns - 80)) / 3 + 0.5, 0, 1).astype(np.float32)
    alpha = soft_matte(red_on_blue(truth), truth > 0.5)
    assert np.abs(alpha - truth).sum() < 0.6 * np.abs((truth > 0.5) - truth).sum()


def test_a_mask_two_pixels_off_is_drawn_to_the_edge() -> None:
    truth = disc(200, 200, 70).astype(np.float32)
    off = disc(200, 200, 72)
    alpha = soft_matte(red_on_blue(truth), off)
    assert np.abs(alpha - truth).sum() < 0.6 * np.abs(off - truth).sum()


def test_colours_lose_the_old_background_and_opaque_ones_stay() -> None:
    rows, columns = np.mgrid[0:120, 0:120]
    alpha = np.clip((40.5 - np.hypot(rows - 60, columns - 60)) / 4 + 0.5, 0, 1).astype(np.float32)
    image = red_on_blue(alpha)
    clean = decontaminate(image, alpha)
    assert np.array_equal(clean[alpha == 1], image[alpha == 1])
    assert np.array_equal(clean[alpha == 0], image[alpha == 0])
    half = (alpha > 0.2) & (alpha < 0.8)
    assert np.abs(clean[half].astype(int) - (200, 30, 20)).mean() < 12
    assert np.abs(image[half].astype(int) - (200, 30, 20)).mean() > 40


def test_masks_of_nothing_and_of_everything_stay_hard(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (40, 50, 3), np.uint8)
    for mask in (np.zeros((40, 50), np.bool_), np.ones((40, 50), np.bool_)):
        assert np.array_equal(soft_matte(image, mask), mask.astype(np.float32))


def test_a_subject_cut_by_the_border_is_opaque_there() -> None:
    mask = np.zeros((80, 80), np.bool_)
    mask[30:, :] = True
    assert (soft_matte(red_on_blue(mask.astype(np.float32)), mask)[40:] == 1).all()


def test_a_real_subject_keeps_its_area(real_data: Path) -> None:
    image = np.asarray(Pillow.open(real_data / "masks" / "camel_00000.jpg").convert("RGB"))
    mask = np.asarray(Pillow.open(real_data / "masks" / "camel_00000_mask.png").convert("L")) > 127
    assert abs(soft_matte(image, mask).sum() / mask.sum() - 1) < 0.03
