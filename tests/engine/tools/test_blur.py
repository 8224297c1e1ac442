"""Blur, pixels and bokeh."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Mask
from engine.errors import MaskEmpty
from engine.tools.blur import block_for, blur, bokeh, pixelate, sigma_for


def _mask(height: int, width: int, side: int) -> Mask:
    mask = np.zeros((height, width), np.bool_)
    mask[5 : 5 + side, 7 : 7 + side] = True
    return mask


@pytest.mark.parametrize("side", [20, 80, 200])
def test_what_hides_a_thing_grows_with_it(side: int) -> None:
    mask = _mask(300, 300, side)
    assert sigma_for(mask) == pytest.approx(0.15 * side)
    assert side / 8 < block_for(mask) < side / 6
    assert sigma_for(mask, 100) == pytest.approx(2 * sigma_for(mask))
    mask[290:295, 0:5] = True
    assert sigma_for(mask) == pytest.approx(0.15 * side), "a speck does not weaken it"


def test_a_whole_picture_is_softened_only() -> None:
    assert sigma_for(np.ones((200, 300), np.bool_)) == pytest.approx(3.0)


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(MaskEmpty):
        sigma_for(np.zeros((9, 9), np.bool_))


@pytest.mark.parametrize("sigma", [1.0, 6.0, 25.0])
def test_blur_smooths_as_wide_as_told(sigma: float) -> None:
    image = np.zeros((301, 301, 3), np.uint8)
    image[:, 150:] = 255
    soft = blur(image, sigma)[150, :, 0].astype(float)
    assert 0.7 < float(np.diff(soft).max()) / (255 / (sigma * 2.5066)) < 1.3
    assert soft[0] < 1
    assert soft[-1] > 254


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 50))
@settings(deadline=None, max_examples=40)
def test_pixels_are_flat_squares(height: int, width: int, block: int) -> None:
    image = np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)
    flat = pixelate(image, block)
    assert flat.shape == image.shape
    for top in range(0, height, block):
        for left in range(0, width, block):
            square = flat[top : top + block, left : left + block].reshape(-1, 3)
            assert np.ptp(square, axis=0).max() == 0


def test_bokeh_keeps_the_subject_and_its_colour_to_itself() -> None:
    image = np.full((120, 160, 3), (40, 60, 90), np.uint8)
    subject = _mask(120, 160, 50)
    image[subject] = (250, 20, 20)
    out = bokeh(image, subject, 100)
    assert np.array_equal(out[subject], image[subject])
    beyond = np.ones_like(subject)
    beyond[:60, :62] = False
    assert np.abs(out[beyond].astype(int) - (40, 60, 90)).max() <= 1


def test_bokeh_blurs_what_is_behind(rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, (120, 160, 3), np.uint8)
    out = bokeh(image, _mask(120, 160, 30))
    assert out[60:, 80:].std() < 0.5 * image[60:, 80:].std()


@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.3, 60))
@settings(deadline=None, max_examples=40)
def test_any_shape(height: int, width: int, sigma: float) -> None:
    image = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    everything = np.ones((height, width), np.bool_)
    for changed in (blur(image, sigma), bokeh(image, everything), bokeh(image, ~everything)):
        assert changed.shape == image.shape
        assert changed.dtype == np.uint8
