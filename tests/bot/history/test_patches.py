from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.history.patches import (
    KEYS,
    MOST_PIECES,
    Pixels,
    canvas,
    differences,
    draw,
    picture_of,
    pixels_of,
)
from engine.data import Offset, Picture

SIDES = st.integers(1, 150)


def textured(rng: np.random.Generator, height: int, width: int, channels: int) -> Pixels:
    return rng.integers(0, 256, (height, width, channels), np.uint8)


def redrawn(base: Pixels, pixels: Pixels) -> Pixels:
    again = base.copy()
    draw(again, differences(base, pixels))
    return again


@settings(deadline=None, max_examples=120)
@given(SIDES, SIDES, st.sampled_from([3, 4]), st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_pieces_turn_the_base_into_the_picture_exactly(height: int, width: int, channels: int, edits: int, seed: int):
    rng = np.random.default_rng(seed)
    base = textured(rng, height, width, channels)
    pixels = base.copy()
    for _ in range(edits):
        y, x = rng.integers(0, height), rng.integers(0, width)
        area = pixels[y : y + rng.integers(1, 40), x : x + rng.integers(1, 40)]
        area[:] = rng.choice([area + 9, textured(rng, *area.shape), np.zeros_like(area), area[::-1]])
    assert np.array_equal(redrawn(base, pixels), pixels)
    assert len(differences(base, pixels)) <= MOST_PIECES


@settings(deadline=None, max_examples=120)
@given(
    SIDES, SIDES, SIDES, SIDES, st.integers(-200, 200), st.integers(-200, 200), st.sampled_from([3, 4]), st.booleans()
)
def test_a_canvas_shows_the_parent_where_it_lies(
    height: int, width: int, above: int, across: int, x: int, y: int, channels: int, opaque: bool
):
    parent = textured(np.random.default_rng(0), above, across, 3 if opaque else 4)
    drawn = canvas(parent, Offset(x, y), height, width, channels)
    assert drawn.shape == (height, width, channels)
    rows, columns = np.mgrid[:height, :width]
    inside = (rows - y >= 0) & (rows - y < above) & (columns - x >= 0) & (columns - x < across)
    shown = parent[(rows - y)[inside], (columns - x)[inside]]
    assert np.array_equal(drawn[inside][:, :3], shown[:, :3])
    assert not drawn[~inside].any()
    if channels == 4:
        assert np.array_equal(drawn[inside][:, 3], np.full(len(shown), 255) if opaque else shown[:, 3])


def test_the_same_picture_has_no_pieces(rng: np.random.Generator):
    pixels = textured(rng, 70, 90, 3)
    assert differences(pixels, pixels.copy()) == []


def test_what_was_recoloured_is_added_and_what_is_new_is_pasted(rng: np.random.Generator):
    base = textured(rng, 100, 100, 3)
    warmer, other = base.copy(), np.full_like(base, 128)
    warmer[10:60, 10:60] += 5
    other[10:60, 10:60] = 90
    assert [piece.mode for piece in differences(base, warmer)] == ["add"]
    assert [piece.mode for piece in differences(base, other)] == ["paste"]


def test_a_changed_pixel_in_the_key_colour_is_not_taken_for_an_unchanged_one(rng: np.random.Generator):
    base = textured(rng, 64, 64, 3)
    pixels = base.copy()
    pixels[5:60, 5:60] = 7
    for index, key in enumerate(KEYS):
        pixels[10 + index, 20] = (key >> 16, key >> 8 & 255, key & 255)
    pixels[30:40, 30:40] = base[30:40, 30:40]
    assert np.array_equal(redrawn(base, pixels), pixels)


def test_distant_changes_are_separate_small_pieces(rng: np.random.Generator):
    base = textured(rng, 1000, 1000, 3)
    pixels = base.copy()
    for y, x in ((3, 5), (500, 900), (990, 10)):
        pixels[y : y + 8, x : x + 8] ^= 255
    boxes = [piece.box for piece in differences(base, pixels)]
    assert [(box.x0, box.y0, box.width, box.height) for box in boxes] == [
        (5, 3, 8, 8),
        (900, 500, 8, 8),
        (10, 990, 8, 8),
    ]


def test_a_change_inside_the_box_of_another_is_told_once(rng: np.random.Generator):
    base = textured(rng, 400, 400, 3)
    pixels = base.copy()
    pixels[:40] += 5
    pixels[:, :40] += 5
    pixels[-40:] += 5
    pixels[180:200, 180:200] += 9
    assert [piece.mode for piece in differences(base, pixels)] == ["add"]
    assert np.array_equal(redrawn(base, pixels), pixels)


def test_a_thousand_specks_become_few_pieces(rng: np.random.Generator):
    base = textured(rng, 900, 900, 3)
    pixels = base.copy()
    pixels[rng.integers(0, 900, 1000), rng.integers(0, 900, 1000)] ^= 255
    assert 1 <= len(differences(base, pixels)) <= MOST_PIECES
    assert np.array_equal(redrawn(base, pixels), pixels)


@pytest.mark.parametrize("opaque", [True, False])
def test_a_picture_is_one_array_and_back(rng: np.random.Generator, opaque: bool):
    picture = Picture(textured(rng, 20, 30, 3), None if opaque else textured(rng, 20, 30, 1)[:, :, 0])
    again = picture_of(pixels_of(picture))
    assert np.array_equal(again.rgb, picture.rgb)
    assert again.rgb.flags.c_contiguous
    assert (again.opacity is None) == opaque
    if picture.opacity is not None and again.opacity is not None:
        assert np.array_equal(again.opacity, picture.opacity)
