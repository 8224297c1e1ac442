from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Mask, Picture
from engine.errors import MaskEmpty
from engine.masks import grow, shrink
from engine.tools.background import colour_background, cover, extract, remove_background, replace_background
from engine.tools.matte import band_radius


def block(height: int, width: int) -> Mask:
    mask = np.zeros((height, width), np.bool_)
    mask[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = True
    return mask


@settings(deadline=None, max_examples=25)
@given(st.integers(16, 80), st.integers(16, 80), st.integers(0, 5))
def test_what_is_opaque_is_the_pictures_own(height: int, width: int, seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    mask = block(height, width)
    cut = extract(Picture(rgb), mask)
    assert cut.opacity is not None
    assert np.array_equal(cut.rgb[cut.opacity == 255], rgb[cut.opacity == 255])
    assert (cut.opacity[shrink(mask, band_radius(mask))] == 255).all()
    assert (cut.opacity[~grow(mask, band_radius(mask))] == 0).all()


def test_nothing_of_the_background_is_left_in_the_file(rng: np.random.Generator) -> None:
    rgb = rng.integers(0, 200, (60, 60, 3), np.uint8)
    cut = remove_background(Picture(rgb), block(60, 60))
    assert cut.opacity is not None
    assert (cut.rgb[cut.opacity == 0] == 255).all()


def test_opacity_never_grows(rng: np.random.Generator) -> None:
    opacity = rng.integers(0, 256, (60, 60), np.uint8)
    cut = extract(Picture(rng.integers(0, 256, (60, 60, 3), np.uint8), opacity), block(60, 60))
    assert cut.opacity is not None
    assert (cut.opacity <= opacity).all()


def test_a_flat_background_is_that_colour_and_the_subject_its_own(rng: np.random.Generator) -> None:
    image, mask = rng.integers(0, 256, (80, 90, 3), np.uint8), block(80, 90)
    done = colour_background(image, mask, (10, 200, 30))
    radius = band_radius(mask)
    assert (done[~grow(mask, radius)] == (10, 200, 30)).all()
    assert np.array_equal(done[shrink(mask, radius)], image[shrink(mask, radius)])


@pytest.mark.parametrize("shape", [(200, 100), (40, 300), (80, 90), (17, 23)])
def test_a_backdrop_of_any_shape_covers_the_frame(rng: np.random.Generator, shape: tuple[int, int]) -> None:
    image, mask = np.full((80, 90, 3), 120, np.uint8), block(80, 90)
    done = replace_background(image, mask, rng.integers(0, 256, (*shape, 3), np.uint8))
    assert done.shape == image.shape
    assert np.array_equal(done[shrink(mask, 3)], image[shrink(mask, 3)])
    assert done[~grow(mask, 3)].std() > 5


def test_covering_keeps_the_middle() -> None:
    picture = np.zeros((100, 300, 3), np.uint8)
    picture[:, 100:200] = 255
    assert (cover(picture, 50, 50) == 255).all()


def test_no_subject_is_refused() -> None:
    nothing = np.zeros((20, 20), np.bool_)
    image = np.zeros((20, 20, 3), np.uint8)
    with pytest.raises(MaskEmpty):
        extract(Picture(image), nothing)
    with pytest.raises(MaskEmpty):
        colour_background(image, nothing, (0, 0, 0))
