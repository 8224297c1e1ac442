"""Windows, sizes and margins for generative models: pure geometry, no model needed."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Mask
from engine.errors import MaskEmpty
from engine.inpainting.diffusion.settings import FAMILIES, MANNERS, Kind, family_of, reach_of
from engine.inpainting.diffusion.window import (
    SHAPES,
    filled,
    frame_size,
    from_canvas,
    place_in_frame,
    to_canvas,
    window_for,
)

sizes = st.integers(1, 700)


@st.composite
def holes(draw: st.DrawFn) -> Mask:
    height, width = draw(sizes), draw(sizes)
    y, x = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
    mask = np.zeros((height, width), np.bool_)
    mask[y : draw(st.integers(y + 1, height)), x : draw(st.integers(x + 1, width))] = True
    return mask


@settings(deadline=None, max_examples=80)
@given(hole=holes(), side=st.sampled_from([64, 512, 1024]))
def test_the_window_holds_the_hole_and_lies_inside(hole: Mask, side: int) -> None:
    height, width = hole.shape
    window = window_for(hole, side)
    assert 0 <= window.x0 < window.x1 <= width
    assert 0 <= window.y0 < window.y1 <= height
    assert np.count_nonzero(hole[window.slices]) == np.count_nonzero(hole)
    shaped = any(window.width * down == window.height * across for across, down in SHAPES)
    columns, rows = (int(np.ptp(np.nonzero(hole)[axis])) + 1 for axis in (1, 0))
    units = [(min(width // across, height // down), across, down) for across, down in SHAPES]
    assert shaped or not any(unit * across >= columns and unit * down >= rows for unit, across, down in units)
    again = window_for(hole[window.slices], side)
    assert again == Box(0, 0, window.width, window.height)


def test_a_small_hole_is_enlarged_and_a_thin_one_seen_in_a_near_square() -> None:
    mask = np.zeros((3000, 4000), np.bool_)
    mask[1500:1520, 2000:2030] = True
    small = window_for(mask, 1024)
    assert (small.width, small.height) == (512, 512)
    mask[1500:1510, 500:3500] = True
    thin = window_for(mask, 1024)
    assert thin.height >= 0.6 * thin.width


def test_nothing_to_paint_is_an_error() -> None:
    with pytest.raises(MaskEmpty):
        window_for(np.zeros((9, 9), np.bool_), 512)


@pytest.mark.parametrize(
    ("height", "width", "side", "multiple", "expected"),
    [
        (512, 512, 512, 8, (512, 512)),
        (256, 455, 512, 8, (288, 512)),
        (455, 256, 512, 8, (512, 288)),
        (3000, 4000, 1024, 16, (768, 1024)),
        (3100, 4000, 1024, 16, (768, 1024)),
        (64, 64, 1024, 16, (1024, 1024)),
        (1, 4000, 512, 8, (256, 512)),
        (10, 10, 64, 16, (64, 64)),
    ],
)
def test_frames(height: int, width: int, side: int, multiple: int, expected: tuple[int, int]) -> None:
    assert frame_size(height, width, side, multiple) == expected


@settings(deadline=None, max_examples=200)
@given(height=st.integers(1, 5000), width=st.integers(1, 5000), side=st.sampled_from([64, 512, 1024]))
def test_nothing_is_distorted_in_its_frame(height: int, width: int, side: int) -> None:
    rows, columns = frame_size(height, width, side, 8)
    place = place_in_frame(height, width, rows, columns)
    assert place.height == rows or place.width == columns
    across, down = place.width / width, place.height / height
    # Half a pixel of rounding, and one pixel at least.
    assert abs(across - down) <= 1 / min(width, height)
    if max(height, width) <= 2 * min(height, width):
        assert place.area >= 0.84 * rows * columns


def test_a_circle_stays_a_circle_in_a_panorama() -> None:
    crop, hole = np.zeros((100, 700, 3), np.uint8), np.zeros((100, 700), np.bool_)
    rows, columns = np.ogrid[:100, :700]
    hole[(rows - 50) ** 2 + (columns - 300) ** 2 < 40**2] = True
    canvas = to_canvas(crop, hole, 512, 8, "keep")
    inside = canvas.hole[place_in_frame(100, 700, *canvas.hole.shape).slices]
    ys, xs = np.nonzero(inside)
    assert abs(int(np.ptp(ys)) - int(np.ptp(xs))) <= 2


@settings(deadline=None, max_examples=60)
@given(hole=holes(), side=st.sampled_from([64, 128]), fill=st.sampled_from(["keep", "grey", "surroundings"]))
def test_a_canvas_has_the_models_size_and_loses_none_of_the_hole(hole: Mask, side: int, fill: str) -> None:
    height, width = hole.shape
    crop = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    canvas = to_canvas(crop, hole, side, 8, fill)  # type: ignore[arg-type]
    assert max(canvas.hole.shape) == side
    assert all(length % 8 == 0 for length in canvas.hole.shape)
    ys, xs = np.nonzero(hole)
    place = place_in_frame(height, width, *canvas.hole.shape)
    down, across = (2 * ys + 1) * place.height // (2 * height), (2 * xs + 1) * place.width // (2 * width)
    mapped = canvas.hole[place.y0 + down, place.x0 + across]
    assert mapped.all()
    assert from_canvas(canvas.image, height, width).shape == crop.shape


def test_what_a_hole_is_filled_with() -> None:
    image = np.full((64, 96, 3), (200, 30, 90), np.uint8)
    hole = np.zeros((64, 96), np.bool_)
    hole[20:40, 30:70] = True
    image[hole] = 255
    assert (filled(image, hole, "keep") == image).all()
    assert (filled(image, hole, "grey")[hole] == 127).all()
    surroundings = filled(image, hole, "surroundings")
    assert np.abs(surroundings[hole].astype(int) - (200, 30, 90)).max() <= 3
    for kind in ("grey", "surroundings"):
        assert (filled(image, hole, kind)[~hole] == image[~hole]).all()
        assert (filled(image, np.ones_like(hole), kind) == 127).all()


@settings(deadline=None, max_examples=200)
@given(kind=st.sampled_from(get_args(Kind)), width=st.integers(1, 9000), height=st.integers(1, 9000))
def test_no_manner_reaches_further_than_promised(kind: Kind, width: int, height: int) -> None:
    reach = reach_of(MANNERS[kind], Box(0, 0, width, height))
    assert reach.grow + reach.feather <= max(64, 0.1 * np.hypot(width, height))


def test_families_are_told_by_their_class() -> None:
    assert family_of("StableDiffusionXLInpaintPipeline").strongest < 1
    assert family_of("StableDiffusionInpaintPipeline").guidance_scale == 7.5
    assert family_of("FluxFillPipeline").guidance_scale == 30
    assert family_of("SomethingElse").steps > 0
    starts = [start for start, _ in FAMILIES]
    assert all(not later.startswith(earlier) for n, earlier in enumerate(starts) for later in starts[n + 1 :])
