from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from engine.data import Picture
from engine.errors import BadOption
from engine.tools.upscale import upscale


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from([1.1, 1.5, 2.0, 3.0, 4.0, 8.0]), st.booleans())
def test_the_size_is_the_scaled_one(height: int, width: int, scale: float, transparent: bool) -> None:
    noise = np.random.default_rng(1)
    opacity = noise.integers(0, 256, (height, width), np.uint8) if transparent else None
    large = upscale(Picture(noise.integers(0, 256, (height, width, 3), np.uint8), opacity), scale)
    assert (large.height, large.width) == (round(height * scale), round(width * scale))
    assert (large.opacity is not None) == transparent
    assert large.opacity is None or large.opacity.shape == (large.height, large.width)


def test_a_flat_picture_stays_flat() -> None:
    assert (upscale(Picture(np.full((20, 30, 3), 77, np.uint8)), 2).rgb == 77).all()


def test_edges_do_not_ring() -> None:
    edge = np.full((40, 40, 3), 60, np.uint8)
    edge[:, 20:] = 190
    large = upscale(Picture(edge), 3).rgb
    assert large.min() >= 59
    assert large.max() <= 191


def test_shrunk_again_it_is_closer_to_the_original_than_interpolation(real_data: Path) -> None:
    photo = np.asarray(Pillow.open(real_data / "photos" / "55.jpeg").convert("RGB"))[200:440, 480:780]
    small = np.asarray(cv2.resize(photo, (150, 120), interpolation=cv2.INTER_AREA), np.uint8)
    ours, plain = upscale(Picture(small), 2).rgb, cv2.resize(small, (300, 240), interpolation=cv2.INTER_CUBIC)

    def error(large: np.typing.NDArray[np.uint8], wanted: np.typing.NDArray[np.uint8]) -> float:
        fitted = cv2.resize(large, wanted.shape[1::-1], interpolation=cv2.INTER_AREA)
        return float(np.abs(fitted.astype(float) - wanted).mean())

    assert error(ours, small) < error(np.asarray(plain, np.uint8), small)
    assert error(ours, photo) < error(np.asarray(plain, np.uint8), photo)


@pytest.mark.parametrize("scale", [0.5, 1.0, 8.5, float("nan")])
def test_scales_out_of_range_are_refused(scale: float) -> None:
    with pytest.raises(BadOption):
        upscale(Picture(np.zeros((10, 10, 3), np.uint8)), scale)


def test_a_result_over_the_limit_is_refused_before_any_work() -> None:
    huge = np.broadcast_to(np.zeros(3, np.uint8), (4000, 4000, 3))
    with pytest.raises(BadOption) as refusal:
        upscale(Picture(huge), 2)
    assert "1.7" in refusal.value.allowed
