from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.composite import changed_outside
from engine.data import Box, Offset, Picture
from engine.errors import BadOption
from engine.tools.transform import (
    Transformed,
    crop_border,
    crop_pixels,
    crop_sides,
    crop_to_aspect,
    crop_to_box,
    expand_canvas,
    flip,
    resize,
    rotate,
)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Random pixels of any small size, with or without opacity."""
    height, width = draw(st.integers(1, 70)), draw(st.integers(1, 70))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    opacity = rng.integers(0, 256, (height, width), np.uint8) if draw(st.booleans()) else None
    return Picture(rng.integers(0, 256, (height, width, 3), np.uint8), opacity)


def same(a: Picture, b: Picture) -> bool:
    if (a.opacity is None) != (b.opacity is None):
        return False
    opacities = a.opacity is None or b.opacity is None or np.array_equal(a.opacity, b.opacity)
    return np.array_equal(a.rgb, b.rgb) and opacities


def size(done: Transformed) -> tuple[int, int]:
    return done.picture.width, done.picture.height


def plain(height: int, width: int, level: int = 90) -> Picture:
    return Picture(np.full((height, width, 3), level, np.uint8))


def moved_only(parent: Picture, done: Transformed) -> bool:
    """Whether every pixel of the parent that still shows is where the offset says."""
    return done.offset is not None and changed_outside(parent, done.picture, None, done.offset) == 0


@given(pictures(), st.floats(0.05, 20))
@settings(deadline=None)
def test_crop_to_aspect_is_the_largest_and_moves_no_pixel(picture: Picture, ratio: float) -> None:
    done = crop_to_aspect(picture, ratio)
    width, height = size(done)
    assert moved_only(picture, done)
    assert width == picture.width or height == picture.height
    assert abs(width - height * ratio) <= max(1, ratio) / 2 + 1e-6 or min(width, height) == 1
    assert done.offset in (
        Offset(-((picture.width - width) // 2), 0),
        Offset(0, -((picture.height - height) // 2)),
    )


@given(pictures())
@settings(deadline=None, max_examples=30)
def test_a_square_has_the_shorter_side(picture: Picture) -> None:
    assert size(crop_to_aspect(picture, 1)) == (min(picture.width, picture.height),) * 2


@pytest.mark.parametrize(
    ("focus", "offset"),
    [
        (None, Offset(-75, 0)),
        (Box(100, 10, 120, 20), Offset(-75, 0)),  # already inside
        (Box(0, 10, 30, 20), Offset(0, 0)),
        (Box(60, 10, 90, 20), Offset(-60, 0)),  # shifted no further than it takes
        (Box(200, 0, 245, 100), Offset(-145, 0)),
        (Box(20, 0, 160, 100), Offset(-40, 0)),  # too wide: centred on it
    ],
)
def test_the_focus_of_a_crop(focus: Box | None, offset: Offset) -> None:
    done = crop_to_aspect(plain(100, 250), 1, focus)
    assert done.offset == offset
    assert size(done) == (100, 100)


@pytest.mark.parametrize("ratio", [0, -1, math.nan, math.inf])
def test_impossible_aspects(ratio: float) -> None:
    with pytest.raises(BadOption):
        crop_to_aspect(plain(9, 9), ratio)


@given(pictures(), st.tuples(*[st.integers(-20, 90)] * 4))
@settings(deadline=None)
def test_crop_to_box_keeps_what_is_inside_or_refuses(picture: Picture, corners: tuple[int, int, int, int]) -> None:
    box = Box(*corners)
    y, x = np.indices(picture.rgb.shape[:2])
    inside = (x >= box.x0) & (x < box.x1) & (y >= box.y0) & (y < box.y1)
    if not inside.any():
        with pytest.raises(BadOption):
            crop_to_box(picture, box)
        return
    done = crop_to_box(picture, box)
    assert moved_only(picture, done)
    assert done.picture.width * done.picture.height == inside.sum()
    assert not np.shares_memory(done.picture.rgb, picture.rgb)


@pytest.mark.parametrize(
    ("sides", "percent", "kept", "offset"),
    [
        (("left",), 10, (180, 100), (-20, 0)),
        (("right", "top"), 25, (150, 75), (0, -25)),
        (("bottom", "bottom"), 50, (200, 50), (0, 0)),
        (("all",), 20, (120, 60), (-40, -20)),
    ],
)
def test_crop_sides(sides: tuple[str, ...], percent: float, kept: tuple[int, int], offset: tuple[int, int]) -> None:
    done = crop_sides(plain(100, 200), sides, percent)
    assert size(done) == kept
    assert done.offset == offset


@pytest.mark.parametrize(
    ("sides", "percent"),
    [(("all",), 50), (("middle",), 10), ((), 10), (("left",), 0), (("left",), 100), (("top",), -5)],
)
def test_crop_sides_that_leave_nothing_or_are_none(sides: tuple[str, ...], percent: float) -> None:
    with pytest.raises(BadOption):
        crop_sides(plain(100, 200), sides, percent)


@given(pictures(), st.integers(-8, 8))
@settings(deadline=None)
def test_quarter_turns_are_exact(picture: Picture, quarters: int) -> None:
    done = rotate(picture, 90.0 * quarters)
    assert np.array_equal(done.picture.rgb, np.rot90(picture.rgb, -quarters))
    assert (done.offset is None) == (quarters % 4 != 0)
    back = rotate(done.picture, 360 - 90.0 * quarters)
    assert same(back.picture, picture)


def test_four_quarter_turns_are_none() -> None:
    rng = np.random.default_rng(0)
    picture = turned = Picture(rng.integers(0, 256, (33, 64, 3), np.uint8), rng.integers(0, 256, (33, 64), np.uint8))
    for _ in range(4):
        turned = rotate(turned, 90).picture
    assert same(turned, picture)


def test_clockwise_is_positive() -> None:
    picture = plain(101, 101)
    picture.rgb[5:25, 40:61] = (255, 0, 0)  # at the top
    for degrees in (90, 89):
        turned = rotate(picture, degrees).picture.rgb
        assert turned[50, -20, 0] > 200  # now at the right
        assert turned[50, 20, 0] < 100


@pytest.mark.parametrize("degrees", [5, -30, 45, 135, 200, 359.9, 0.01])
def test_other_angles_keep_the_whole_picture(degrees: float) -> None:
    done = rotate(plain(60, 100), degrees)
    radians = math.radians(degrees)
    across = 100 * abs(math.cos(radians)) + 60 * abs(math.sin(radians))
    assert done.offset is None
    assert done.picture.width == pytest.approx(across, abs=1.01)
    opacity = done.picture.opacity
    assert opacity is not None
    assert opacity.sum() / 255 == pytest.approx(6000, rel=0.01)
    assert (done.picture.rgb[opacity > 0] == 90).all()  # no dark or light rim
    assert (done.picture.rgb[opacity == 0] == 255).all()


def test_what_is_invisible_does_not_bleed_into_a_turned_or_resized_cutout() -> None:
    picture = Picture(np.zeros((80, 80, 3), np.uint8), np.zeros((80, 80), np.uint8))
    picture.rgb[20:60, 20:60] = (200, 120, 40)
    opacity = picture.opacity
    assert opacity is not None
    opacity[20:60, 20:60] = 255
    for done in (rotate(picture, 17), resize(picture, width=200), resize(picture, scale=0.37)):
        result = done.picture.opacity
        assert result is not None
        seen = done.picture.rgb[result > 0]
        assert np.abs(seen.astype(int) - (200, 120, 40)).max() <= 2


@pytest.mark.parametrize("degrees", [math.nan, math.inf])
def test_angles_that_are_none(degrees: float) -> None:
    with pytest.raises(BadOption):
        rotate(plain(9, 9), degrees)


def test_a_turn_that_outgrows_the_limit_is_refused() -> None:
    with pytest.raises(BadOption):
        rotate(plain(1600, 16384), 3)


@given(pictures())
@settings(deadline=None, max_examples=30)
def test_flips(picture: Picture) -> None:
    mirrored = flip(picture, "horizontal")
    assert np.array_equal(mirrored.picture.rgb, picture.rgb[:, ::-1])
    assert np.array_equal(flip(picture, "vertical").picture.rgb, picture.rgb[::-1])
    assert mirrored.offset is None
    assert same(flip(mirrored.picture, "horizontal").picture, picture)
    both = flip(mirrored.picture, "vertical").picture
    assert same(both, rotate(picture, 180).picture)


@pytest.mark.parametrize(
    ("width", "height", "scale", "wanted"),
    [
        (100, None, None, (100, 75)),
        (None, 60, None, (80, 60)),
        (50, 200, None, (50, 200)),
        (None, None, 0.5, (100, 75)),
        (None, None, 1.333, (267, 200)),
        (1, None, None, (1, 1)),
    ],
)
def test_resize_gives_the_size_asked_for(
    width: int | None, height: int | None, scale: float | None, wanted: tuple[int, int]
) -> None:
    done = resize(plain(150, 200), width, height, scale)
    assert size(done) == wanted
    assert done.offset is None
    assert (done.picture.rgb == 90).all()


def test_shrinking_averages_and_enlarging_keeps_means() -> None:
    stripes = plain(64, 64, 0)
    stripes.rgb[:, ::2] = 200
    assert (resize(stripes, scale=0.5).picture.rgb == 100).all()
    assert resize(stripes, 32, 128).picture.rgb.mean() == pytest.approx(100)
    assert resize(stripes, scale=3).picture.rgb.mean() == pytest.approx(100, abs=4)


@pytest.mark.parametrize(
    ("width", "height", "scale"),
    [
        (None, None, None),
        (100, None, 2.0),
        (0, None, None),
        (-5, 10, None),
        (None, 0, None),
        (16385, 10, None),
        (12000, 12000, None),
        (None, None, 0.0),
        (None, None, -1.0),
        (None, None, 1e9),
        (None, None, math.nan),
    ],
)
def test_sizes_that_cannot_be(width: int | None, height: int | None, scale: float | None) -> None:
    with pytest.raises(BadOption):
        resize(plain(150, 200), width, height, scale)


@given(pictures(), st.tuples(*[st.integers(0, 30)] * 4))
@settings(deadline=None)
def test_an_expanded_canvas_keeps_the_picture(picture: Picture, margins: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = margins
    done, new = expand_canvas(picture, left, top, right, bottom)
    assert done.offset == (left, top)
    assert size(done) == (picture.width + left + right, picture.height + top + bottom)
    assert moved_only(picture, done)
    assert new.shape == done.picture.rgb.shape[:2]
    assert np.sum(~new) == picture.width * picture.height
    assert not new[top : top + picture.height, left : left + picture.width].any()


def test_new_canvas_repeats_the_border_and_has_limits() -> None:
    picture = plain(10, 10)
    picture.rgb[:, 0] = 7
    done, _ = expand_canvas(picture, left=5)
    assert (done.picture.rgb[:, :5] == 7).all()
    for left in (-1, 16384):
        with pytest.raises(BadOption):
            expand_canvas(picture, left=left)


@given(pictures(), st.sampled_from(["left", "top", "right", "bottom", "all"]), st.integers(1, 40))
@settings(deadline=None)
def test_px_are_cut_off_the_sides_named(picture: Picture, side: str, pixels: int) -> None:
    wide = 2 if side == "all" else side in ("left", "right")
    high = 2 if side == "all" else side in ("top", "bottom")
    width, height = picture.width - wide * pixels, picture.height - high * pixels
    if width < 1 or height < 1:
        with pytest.raises(BadOption):
            crop_pixels(picture, [side], pixels)
        return
    done = crop_pixels(picture, [side], pixels)
    assert size(done) == (width, height)
    assert moved_only(picture, done)


def test_less_than_a_pixel_is_not_cut() -> None:
    with pytest.raises(BadOption):
        crop_pixels(plain(10, 10), ["left"], 0)


@pytest.mark.parametrize("margins", [(6, 9, 3, 12), (0, 20, 0, 20), (8, 0, 0, 0)])
def test_a_plain_border_goes_with_the_px_that_holds_some_of_both(
    rng: np.random.Generator, margins: tuple[int, int, int, int]
) -> None:
    left, top, right, bottom = margins
    inside = rng.integers(0, 200, (300, 400, 3), np.uint8)
    framed = np.pad(inside, ((top, bottom), (left, right), (0, 0)), constant_values=250)
    framed[:2, 0] = 90  # A speck of dust is no end of the border.
    done = crop_border(Picture(framed))
    assert done is not None
    more = [margin and margin + 1 for margin in margins]
    assert done.offset == Offset(-more[0], -more[1])
    assert size(done) == (left + 400 + right - more[0] - more[2], top + 300 + bottom - more[1] - more[3])


def test_no_border_is_no_crop(rng: np.random.Generator) -> None:
    assert crop_border(Picture(rng.integers(0, 256, (50, 70, 3), np.uint8))) is None
    assert crop_border(plain(20, 30)) is None
