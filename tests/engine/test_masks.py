from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.data import Mask
from engine.masks import (
    connected_parts,
    drop_specks,
    feather,
    feather_inside,
    fill_holes,
    grow,
    invert,
    parts_touching,
    shrink,
    union,
)


@st.composite
def masks(draw: st.DrawFn) -> Mask:
    """A mask of any small shape: nothing, one pixel, a few rectangles, noise or everything."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    kind = draw(st.sampled_from(["nothing", "pixel", "rectangles", "noise", "everything"]))
    mask = np.full((height, width), kind == "everything", np.bool_)
    if kind == "pixel":
        mask[rng.integers(height), rng.integers(width)] = True
    if kind == "rectangles":
        for _ in range(3):
            y, x = rng.integers(height), rng.integers(width)
            mask[y : y + rng.integers(1, 20), x : x + rng.integers(1, 20)] = True
    return rng.random((height, width)) < 0.1 if kind == "noise" else mask


def distances(mask: Mask) -> NDArray[np.float64]:
    """From every pixel to the nearest selected one, the slow way; infinite where there is none."""
    y, x = np.indices(mask.shape)
    selected = np.argwhere(mask)
    if not len(selected):
        return np.full(mask.shape, np.inf)
    return np.min([np.hypot(y - row, x - column) for row, column in selected], axis=0)


@given(masks(), st.integers(0, 12))
@settings(deadline=None, max_examples=60)
def test_grow_takes_all_within_the_distance(mask: Mask, px: int) -> None:
    assert np.array_equal(grow(mask, px), distances(mask) <= px)


@given(masks(), st.integers(0, 12))
@settings(deadline=None, max_examples=60)
def test_shrinking_is_growing_the_outside(mask: Mask, px: int) -> None:
    assert np.array_equal(shrink(mask, px), ~grow(~mask, px))


@given(masks(), st.integers(0, 12))
@settings(deadline=None, max_examples=60)
def test_feather_is_exact_away_from_the_border(mask: Mask, px: int) -> None:
    alpha = feather(mask, px)
    square = 2**0.5 * px + 1e-9  # `px` counts along rows and columns
    assert alpha.dtype == np.float32
    assert (alpha[distances(mask) > square] == 0).all()
    assert (alpha[distances(~mask) > square] == 1).all()
    assert alpha.min() >= 0
    assert alpha.max() <= 1


def test_feather_reaches_both_ways_and_is_half_at_a_straight_border() -> None:
    mask = np.zeros((60, 200), np.bool_)
    mask[:, 100:] = True
    row = feather(mask, 16)[30]
    assert row[84] > 0
    assert row[115] < 1
    assert row[83] == 0
    assert row[116] == 1
    assert (row[99] + row[100]) / 2 == pytest.approx(0.5)
    assert (np.diff(row) >= 0).all()


@given(masks(), st.integers(0, 12))
@settings(deadline=None, max_examples=100)
def test_feather_inside_never_leaves_the_mask_and_is_full_at_its_deepest(mask: Mask, px: int) -> None:
    alpha = feather_inside(mask, px)
    depth = np.where(mask, distances(~mask), 0)
    assert np.array_equal(alpha > 0, mask)
    assert (alpha[depth >= max(px, 1)] == 1).all()
    if mask.any():
        assert (alpha[depth == depth.max()] == 1).all()


def test_feather_inside_rises_over_its_reach_without_steps() -> None:
    mask = np.zeros((120, 120), np.bool_)
    mask[30:90, 30:90] = True
    mask[58:62, 90:115] = True  # a limb of 4 px on a body of 60
    alpha = feather_inside(mask, 12)
    rise = alpha[35, 29:60]  # past the corner's reach the border is straight
    assert (np.diff(rise) >= 0).all()
    assert alpha[60, 30] < 0.1
    assert alpha[60, 41] == 1
    assert alpha[60, 110] == 1  # the limb's ridge, although it is only 2 px deep
    assert np.abs(np.diff(alpha[60, 85:112])).max() < 0.3


def test_the_border_of_the_picture_is_not_a_border_of_the_mask() -> None:
    mask = np.zeros((40, 40), np.bool_)
    mask[20:] = True
    assert (feather_inside(mask, 8)[39] == 1).all()
    assert (feather(mask, 8)[39] == 1).all()
    assert shrink(mask, 5)[25:].all()


def test_holes_are_filled_and_bays_are_not() -> None:
    mask = np.zeros((30, 30), np.bool_)
    mask[5:15, 5:15] = True
    mask[8:12, 8:12] = False  # a hole
    mask[20:30, 5:15] = True
    mask[24:30, 8:12] = False  # open to the border of the picture
    filled = fill_holes(mask)
    assert filled[8:12, 8:12].all()
    assert not filled[24:30, 8:12].any()
    assert filled.sum() == mask.sum() + 16


@given(masks())
@settings(deadline=None, max_examples=60)
def test_filling_keeps_the_mask_and_twice_is_once(mask: Mask) -> None:
    filled = fill_holes(mask)
    assert (filled | mask).sum() == filled.sum()
    assert np.array_equal(fill_holes(filled), filled)


@given(masks(), st.integers(1, 30))
@settings(deadline=None, max_examples=60)
def test_specks_are_the_parts_under_the_area(mask: Mask, min_area: int) -> None:
    kept = drop_specks(mask, min_area)
    labels, stats = connected_parts(mask)
    for label in range(1, len(stats)):
        part = labels == label
        assert kept[part].all() if part.sum() >= min_area else not kept[part].any()
    assert not kept[~mask].any()


def test_parts_touching_are_whole() -> None:
    mask = np.zeros((10, 20), np.bool_)
    mask[2:6, 2:6] = mask[2:6, 12:16] = True
    seeds = np.zeros_like(mask)
    seeds[3, 3] = seeds[8, 18] = True
    touched = parts_touching(mask, seeds)
    assert touched[2:6, 2:6].all()
    assert touched.sum() == 16


def test_union_and_invert(rng: np.random.Generator) -> None:
    a, b, c = rng.random((3, 12, 9)) < 0.3
    before = a.copy()
    assert np.array_equal(union(a, b, c), a | b | c)
    assert np.array_equal(invert(a), ~a)
    assert np.array_equal(a, before)
