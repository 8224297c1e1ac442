"""Defects undone: each test makes the defect, and asks that the picture is nearer the truth afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Image
from engine.errors import BackendMissing, BadOption
from engine.operations import Defect
from engine.tools.deblur import softness_of
from engine.tools.denoise import noise_of
from engine.tools.restore import can_restore, restore
from engine.tools.specks import find_blemishes, find_scratches


@pytest.fixture
def photo(real_data: Path) -> Image:
    """A real photo at 600 px."""
    pixels = np.asarray(cv2.imread(str(real_data / "photos/10.jpeg")), np.uint8)[..., ::-1]
    height, width = pixels.shape[:2]
    return np.asarray(cv2.resize(pixels, (600, 600 * height // width), interpolation=cv2.INTER_AREA), np.uint8)


def _psnr(image: Image, truth: Image) -> float:
    return float(10 * np.log10(255**2 / max(float(np.mean((image.astype(np.float32) - truth) ** 2)), 1e-9)))


def _noisy(image: Image, sigma: float) -> Image:
    return np.clip(image + np.random.default_rng(5).normal(0, sigma, image.shape), 0, 255).astype(np.uint8)


def test_every_defect_is_known() -> None:
    for defect in get_args(Defect):
        assert can_restore(defect) == (defect not in ("rain", "snow"))


@pytest.mark.parametrize("defect", ["rain", "snow"])
def test_weather_needs_a_model(defect: str) -> None:
    with pytest.raises(BackendMissing):
        restore(np.zeros((8, 8, 3), np.uint8), defect)


def test_an_unknown_defect_is_refused() -> None:
    with pytest.raises(BadOption):
        restore(np.zeros((8, 8, 3), np.uint8), "ugliness")


@pytest.mark.parametrize("sigma", [6.0, 15.0, 30.0])
def test_noise_is_measured(photo: Image, sigma: float) -> None:
    # Three independent channels average to 0.66 of their noise in luma.
    assert noise_of(_noisy(photo, sigma)) == pytest.approx(0.66 * sigma, rel=0.2)


@pytest.mark.parametrize(("sigma", "gain"), [(10.0, 2.5), (25.0, 5.0)])
def test_noise_is_taken_out(photo: Image, sigma: float, gain: float) -> None:
    noisy = _noisy(photo, sigma)
    assert _psnr(restore(noisy, "noise"), photo) > _psnr(noisy, photo) + gain


@pytest.mark.parametrize("sigma", [1.0, 2.0])
def test_softness_is_measured_and_undone(photo: Image, sigma: float) -> None:
    soft = np.asarray(cv2.GaussianBlur(photo, (0, 0), sigma), np.uint8)
    assert softness_of(soft) == pytest.approx(sigma, rel=0.25)
    assert _psnr(restore(soft, "blur"), photo) > _psnr(soft, photo) + 0.8


def test_sharpening_makes_no_halo() -> None:
    image = np.full((80, 80, 3), 60, np.uint8)
    image[:, 40:] = 190
    sharp = restore(np.asarray(cv2.GaussianBlur(image, (0, 0), 1.5), np.uint8), "blur")
    assert sharp.min() >= 55
    assert sharp.max() <= 195


def test_blocks_of_a_hard_jpeg_are_smoothed(photo: Image) -> None:
    _, data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 10])
    blocky = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    assert _psnr(restore(blocky, "jpeg"), photo) > _psnr(blocky, photo) + 0.3


def test_haze_is_thinned(photo: Image) -> None:
    depth = np.linspace(0.75, 0.25, photo.shape[0])[:, None, None]
    hazy = (photo * (1 - depth) + 225 * depth).astype(np.uint8)
    clear = restore(hazy, "haze")
    assert clear.std() > 1.3 * hazy.std()
    assert _psnr(clear, photo) > _psnr(hazy, photo) + 2


def test_darkness_is_lifted_and_daylight_hardly_changed(photo: Image) -> None:
    dark = _noisy((255 * (photo / 255.0) ** 2 * 0.3).astype(np.uint8), 2)
    lifted = restore(dark, "lowlight")
    assert 70 < lifted.mean() < 160
    assert _psnr(lifted, photo) > _psnr(dark, photo) + 5
    bright = np.clip(photo.astype(int) + 70, 0, 255).astype(np.uint8)
    assert np.abs(restore(bright, "lowlight").astype(int) - bright).mean() < 12


def test_a_colour_cast_is_taken_out(photo: Image) -> None:
    cast = (photo * np.array((1.0, 0.85, 0.65))).astype(np.uint8)
    assert _psnr(restore(cast, "colour"), photo) > _psnr(cast, photo) + 2


def test_a_faded_print_gets_its_range_back(photo: Image) -> None:
    faded = (photo * 0.45 + 95).astype(np.uint8)
    restored = restore(faded, "faded")
    assert restored.std() > 1.6 * faded.std()
    assert _psnr(restored, photo) > _psnr(faded, photo) + 3


def test_scratches_and_dust_on_calm_ground_are_healed() -> None:
    ramp = np.linspace(70, 150, 300)[None, :, None] * np.ones((240, 1, 3))
    clean = _noisy(ramp.astype(np.uint8), 2)
    marked = clean.copy()
    cv2.line(marked, (30, 10), (60, 200), (240, 240, 235), 2, cv2.LINE_AA)
    cv2.circle(marked, (200, 120), 2, (245, 245, 245), -1)
    found = find_scratches(marked)
    assert found[100, 44] or found[100, 45]
    assert found[120, 200]
    assert found.mean() < 0.06
    assert np.abs(restore(marked, "scratches").astype(int) - clean).max() < 25


def test_spots_on_skin_are_found_and_healed_within_the_region() -> None:
    rng = np.random.default_rng(2)
    shade = np.linspace(1.05, 0.8, 200)[:, None, None]
    skin = np.clip(np.array((214, 160, 132)) * shade + rng.normal(0, 2, (200, 200, 3)), 0, 255).astype(np.uint8)
    marked = skin.copy()
    for x, y in ((60, 60), (120, 90), (150, 160)):
        cv2.circle(marked, (x, y), 2, (165, 92, 84), -1, cv2.LINE_AA)
    region = np.zeros((200, 200), np.bool_)
    region[:, :140] = True
    found = find_blemishes(marked, region)
    assert found[60, 60]
    assert found[90, 120]
    assert not found[~region].any()
    assert found.mean() < 0.02
    assert find_blemishes(marked)[160, 150], "without a region, skin is the region"
    healed = restore(marked, "blemishes", region)
    assert np.abs(healed[55:66, 55:66].astype(int) - skin[55:66, 55:66]).max() < 25
    assert np.array_equal(healed[~region], marked[~region])


CURABLE = [defect for defect in get_args(Defect) if can_restore(defect)]


@given(st.sampled_from(CURABLE), st.integers(1, 20), st.integers(1, 20))
@settings(deadline=None, max_examples=60)
def test_any_shape(defect: str, height: int, width: int) -> None:
    image = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    restored = restore(image, defect)
    assert restored.shape == image.shape
    assert restored.dtype == np.uint8


@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize("defect", CURABLE)
def test_a_flat_picture_survives(defect: str, level: int) -> None:
    image = np.full((40, 50, 3), level, np.uint8)
    assert np.ptp(restore(image, defect), axis=(0, 1)).max() <= 2
