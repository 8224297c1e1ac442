from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Image, Mask
from engine.geometry import bounding_box
from engine.segmentation.classic import ClassicSegmenter
from engine.segmentation.edges import fill_holes, reduced, sharpen, tidy


def overlap(found: Mask, truth: Mask) -> float:
    return float(np.count_nonzero(found & truth) / np.count_nonzero(found | truth))


def disc(rng: np.random.Generator, radius: int = 70) -> tuple[Image, Mask]:
    """A noisy green disc on noisy grey, and where it is."""
    y, x = np.mgrid[:240, :320]
    truth = np.hypot(x - 160, y - 120) < radius
    image = np.where(truth[..., None], (60, 150, 70), (140, 135, 130)) + rng.normal(0, 12, (240, 320, 3))
    return np.clip(image, 0, 255).astype(np.uint8), np.asarray(truth, np.bool_)


def test_a_disc_is_cut_out_of_its_box(rng: np.random.Generator) -> None:
    image, truth = disc(rng)
    box = Box(85, 45, 236, 196)
    found = ClassicSegmenter().segment(image, box)

    assert overlap(found, truth) > 0.97
    assert np.array_equal(ClassicSegmenter().segment(image, box), found)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(1, 40))
def test_the_mask_stays_in_the_box_and_is_never_empty(x: int, y: int, width: int, height: int) -> None:
    image = np.random.default_rng(x).integers(0, 255, (101, 103, 3), np.uint8)
    box = Box(x, y, x + width, y + height)
    found = ClassicSegmenter().segment(image, box)

    assert found.shape == (101, 103)
    assert found.any()
    assert found.sum() == found[box.slices].sum()


def test_a_box_that_is_the_whole_picture_can_be_cut(rng: np.random.Generator) -> None:
    image, _ = disc(rng)

    assert ClassicSegmenter().segment(image, Box(0, 0, 320, 240)).any()


def test_real_things_are_cut_out_of_their_boxes(real_data: Path) -> None:
    ratios: list[float] = []
    for path in sorted((real_data / "masks").glob("*_mask.png"))[::12]:
        truth = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8) > 127
        frame = cv2.imread(str(path).replace("_mask.png", ".jpg"))
        box = bounding_box(truth)
        assert box is not None
        image = np.asarray(cv2.cvtColor(np.asarray(frame, np.uint8), cv2.COLOR_BGR2RGB), np.uint8)
        ratios.append(overlap(ClassicSegmenter().segment(image, box), truth))

    assert np.median(ratios) > 0.6


@pytest.mark.parametrize("scale", [1, 2, 3.7])
def test_a_coarse_border_moves_onto_the_edge(scale: float) -> None:
    height, width = round(120 * scale), round(160 * scale)
    y, x = np.mgrid[:height, :width]
    truth = np.hypot(x - width / 2, y - height / 2) < 40 * scale
    image = np.where(truth[..., None], np.uint8(210), np.uint8(60)).repeat(3, 2)
    small = np.asarray(cv2.resize(truth.astype(np.uint8), (160, 120), interpolation=cv2.INTER_NEAREST), np.uint8)
    coarse = np.asarray(cv2.dilate(small, np.ones((3, 3), np.uint8)), np.bool_)

    assert overlap(sharpen(image, coarse), np.asarray(truth, np.bool_)) > 0.995


def test_sharpening_changes_nothing_far_from_the_border(rng: np.random.Generator) -> None:
    image = rng.integers(0, 255, (90, 90, 3), np.uint8)
    coarse = np.zeros((90, 90), np.bool_)
    coarse[30:60, 30:60] = True
    found = sharpen(image, coarse)

    assert found[34:56, 34:56].all()
    assert not found[:25].any()
    assert not sharpen(image, np.zeros((90, 90), np.bool_)).any()
    assert sharpen(image, np.ones((90, 90), np.bool_)).all()


def test_reduced_keeps_small_pictures_and_the_aspect() -> None:
    image = np.zeros((100, 400, 3), np.uint8)

    assert reduced(image, 400) is image
    assert reduced(image, 200).shape == (50, 200, 3)
    assert reduced(np.zeros((3, 900, 3), np.uint8), 90).shape == (1, 90, 3)


def test_tidy_drops_specks_and_fills_small_holes_only() -> None:
    mask = np.zeros((60, 60), np.bool_)
    mask[10:50, 10:50] = True
    mask[20:22, 20:22] = False
    mask[25:45, 25:45] = False
    mask[2, 2] = True
    found = tidy(mask)

    assert found[20, 20]
    assert not found[30, 30]
    assert not found[2, 2]
    assert fill_holes(mask, 1000)[30, 30]
