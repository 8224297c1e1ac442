from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.composite import changed_outside, match_colour, paste, paste_opacity
from engine.data import Alpha, Box, Image, Offset, Picture
from engine.masks import feather, feather_inside


def noise(rng: np.random.Generator, height: int, width: int) -> Image:
    return rng.integers(0, 256, (height, width, 3), np.uint8)


@st.composite
def pastes(draw: st.DrawFn) -> tuple[tuple[int, int], Box, int]:
    """The (height, width) of a parent, often odd or 64, a window often at its border, and a seed."""
    height, width = (draw(st.sampled_from([1, 2, 63, 64, 65]) | st.integers(1, 150)) for _ in range(2))
    x0, y0 = draw(st.just(0) | st.integers(0, width - 1)), draw(st.just(0) | st.integers(0, height - 1))
    x1, y1 = draw(st.just(width) | st.integers(x0 + 1, width)), draw(st.just(height) | st.integers(y0 + 1, height))
    return (height, width), Box(x0, y0, x1, y1), draw(st.integers(0, 999))


def weights(rng: np.random.Generator, window: Box) -> Alpha:
    """Alpha of every kind: one pixel, disjoint soft parts, hard noise, everything."""
    mask = np.zeros((window.height, window.width), np.bool_)
    mask[rng.integers(window.height), rng.integers(window.width)] = True
    speckled = rng.random(mask.shape) < 0.2
    return (
        feather(mask, 5),
        feather_inside(speckled, 3),
        speckled.astype(np.float32),
        rng.random(mask.shape, np.float32) * speckled,
        np.ones(mask.shape, np.float32),
        np.zeros(mask.shape, np.float32),
    )[rng.integers(6)]


@given(pastes())
@settings(deadline=None, max_examples=200)
def test_a_paste_changes_nothing_where_alpha_is_0_and_everything_where_it_is_1(
    case: tuple[tuple[int, int], Box, int],
) -> None:
    (height, width), window, seed = case
    rng = np.random.default_rng(seed)
    parent, edited, alpha = noise(rng, height, width), noise(rng, window.height, window.width), weights(rng, window)
    before = parent.copy()
    child = paste(parent, window, edited, alpha)
    reached = np.zeros((height, width), np.bool_)
    reached[window.slices] = alpha > 0
    assert np.array_equal(child[~reached], parent[~reached])
    assert np.array_equal(child[window.slices][alpha == 1], edited[alpha == 1])
    assert np.array_equal(parent, before)
    assert changed_outside(Picture(parent), Picture(child), reached, Offset(0, 0)) == 0
    opacity = paste_opacity(parent[..., 0].copy(), window, edited[..., 0].copy(), alpha)
    assert np.array_equal(opacity, child[..., 0])


def test_every_pair_of_bytes_blends_to_the_nearest_byte() -> None:
    before, after = (plane.astype(np.uint8) for plane in np.mgrid[:256, :256])
    for weight in (0.0, 0.25, 0.5, 0.99, 1.0):
        alpha = np.full(before.shape, weight, np.float32)
        blended = paste_opacity(before, Box(0, 0, 256, 256), after, alpha)
        exact = before * (1 - weight) + after * weight
        assert np.abs(blended - exact).max() <= (0.51 if weight % 1 else 0)


def test_a_paste_that_does_not_fit_is_refused(rng: np.random.Generator) -> None:
    parent = noise(rng, 20, 20)
    with pytest.raises(ValueError, match="do not fit"):
        paste(parent, Box(2, 2, 12, 12), noise(rng, 9, 10), np.ones((9, 10), np.float32))
    with pytest.raises(ValueError, match="do not fit"):
        paste(parent, Box(15, 15, 25, 25), noise(rng, 10, 10), np.ones((10, 10), np.float32))


def test_fifty_megapixels(rng: np.random.Generator) -> None:
    parent = np.zeros((5774, 8660, 3), np.uint8)
    parent[::7] = rng.integers(0, 256, (8660, 3), np.uint8)
    window = Box(8000, 5000, 8660, 5774)
    alpha = feather_inside(rng.random((window.height, window.width)) < 0.5, 4)
    child = paste(parent, window, noise(rng, window.height, window.width), alpha)
    reached = np.zeros(parent.shape[:2], np.bool_)
    reached[window.slices] = alpha > 0
    assert changed_outside(Picture(parent), Picture(child), reached, Offset(0, 0)) == 0
    assert changed_outside(Picture(parent), Picture(child), None, Offset(0, 0)) > 100_000


def test_fifty_edits_of_twelve_megapixels_leave_the_rest_as_it_was(rng: np.random.Generator) -> None:
    original = np.tile(noise(rng, 300, 400), (10, 10, 1))
    picture = original
    touched = np.zeros(original.shape[:2], np.bool_)
    for _ in range(50):
        x0, y0, side = rng.integers(0, 3900), rng.integers(0, 2900), rng.integers(1, 400)
        window = Box(int(x0), int(y0), int(min(x0 + side, 4000)), int(min(y0 + side, 3000)))
        mask = rng.random((window.height, window.width)) < 0.7
        alpha = feather(mask, 6) if side % 2 else feather_inside(mask, 6)
        picture = paste(picture, window, noise(rng, window.height, window.width), alpha)
        touched[window.slices] |= alpha > 0
    assert changed_outside(Picture(original), Picture(picture), touched, Offset(0, 0)) == 0
    assert changed_outside(Picture(original), Picture(picture), None, Offset(0, 0)) > 0.9 * touched.sum()


@given(st.integers(1, 200), st.integers(1, 40), st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_what_changed_is_counted_pixel_by_pixel(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    parent, mask = noise(rng, height, width), rng.random((height, width)) < 0.5
    changed = rng.random((height, width)) < 0.3
    child = np.where(changed[..., None], parent ^ np.uint8(1), parent)
    count = changed_outside(Picture(parent), Picture(child), mask, Offset(0, 0))
    assert count == np.sum(changed & ~mask)


def test_one_channel_of_one_pixel_counts(rng: np.random.Generator) -> None:
    parent = noise(rng, 70, 50)
    for channel in range(3):
        child = parent.copy()
        child[66, 49, channel] ^= 1
        assert changed_outside(Picture(parent), Picture(child), None, Offset(0, 0)) == 1


def test_opacity_counts_too_and_none_is_opaque(rng: np.random.Generator) -> None:
    rgb = noise(rng, 80, 30)
    faded = np.full((80, 30), 255, np.uint8)
    assert changed_outside(Picture(rgb), Picture(rgb, faded), None, Offset(0, 0)) == 0
    faded[70, 2:5] = 254
    assert changed_outside(Picture(rgb), Picture(rgb, faded), None, Offset(0, 0)) == 3
    assert changed_outside(Picture(rgb, faded), Picture(rgb, faded.copy()), None, Offset(0, 0)) == 0


@pytest.mark.parametrize("offset", [Offset(-7, -3), Offset(5, 4), Offset(-2, 6)])
def test_frames_that_moved_are_compared_where_both_show(offset: Offset, rng: np.random.Generator) -> None:
    world = noise(rng, 100, 100)
    parent = world[20:60, 20:70]
    child = world[20 - offset.y : 55 - offset.y, 20 - offset.x : 60 - offset.x].copy()
    assert changed_outside(Picture(parent), Picture(child), None, offset) == 0
    assert changed_outside(Picture(parent), Picture(child), None, Offset(offset.x + 1, offset.y)) > 1000
    child[10, 10] ^= 1
    assert changed_outside(Picture(parent), Picture(child), None, offset) == 1
    mask = np.zeros(child.shape[:2], np.bool_)
    mask[10, 10] = True  # in the frame of the child
    assert changed_outside(Picture(parent), Picture(child), mask, offset) == 0


def test_frames_that_share_nothing_have_nothing_changed(rng: np.random.Generator) -> None:
    picture = Picture(noise(rng, 10, 10))
    assert changed_outside(picture, picture, None, Offset(10, 0)) == 0


def photo(rng: np.random.Generator) -> Image:
    """Smooth colours with some texture, far from the ends of the scale."""
    y, x = np.mgrid[:80, :120]
    planes = 110 + 30 * np.stack([np.sin(x / 17), np.cos(y / 13), np.sin((x + y) / 29)], axis=2)
    return (planes + rng.normal(0, 5, planes.shape)).astype(np.uint8)


def test_a_colour_shift_is_measured_outside_and_undone_everywhere(rng: np.random.Generator) -> None:
    original = photo(rng)
    outside = np.ones(original.shape[:2], np.bool_)
    outside[20:60, 30:90] = False
    shifted = (0.9 * original + (18, -4, 9)).astype(np.uint8)
    shifted[~outside] += 10  # new content: brighter by intention
    matched = match_colour(shifted, original, outside)
    assert np.abs(matched[outside] - original[outside].astype(int)).mean() < 2.5
    assert (matched[~outside].astype(int) - original[~outside]).mean() == pytest.approx(11, abs=3)


def test_colours_that_agree_are_left_alone(rng: np.random.Generator) -> None:
    original = photo(rng)
    outside = np.ones(original.shape[:2], np.bool_)
    assert match_colour(original, original, outside) is original
    assert match_colour(original, original[::-1], np.zeros_like(outside)) is original


def test_a_few_pixels_cannot_turn_a_crop_over(rng: np.random.Generator) -> None:
    original, generated = photo(rng), photo(rng)
    outside = np.zeros(original.shape[:2], np.bool_)
    outside[0, :4] = True
    original[outside] = (255, 0, 0)
    matched = match_colour(generated, original, outside)
    assert np.abs(matched.astype(int) - generated).mean() < 4


def test_contrast_is_stretched_within_limits(rng: np.random.Generator) -> None:
    flat = np.full((40, 40, 3), 128, np.uint8)
    flat[::2] += 2
    wild = noise(rng, 40, 40)
    outside = np.ones((40, 40), np.bool_)
    matched = match_colour(flat, wild, outside)
    assert np.ptp(matched, axis=(0, 1)).max() <= 4
