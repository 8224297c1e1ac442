from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Click, Image, Mask
from engine.geometry import bounding_box
from engine.grounding.yolox import YoloxDetector
from engine.segmentation.classic import ClassicSegmenter
from engine.segmentation.clues import seconded
from engine.segmentation.edges import fill_holes, outlined, reduced, sharpen, tidy


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


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 102), st.integers(0, 100), st.integers(0, 102), st.integers(0, 100), st.booleans())
def test_every_click_is_obeyed(x: int, y: int, other_x: int, other_y: int, boxed: bool) -> None:
    image = np.random.default_rng(x).integers(0, 255, (101, 103, 3), np.uint8)
    clicks = [Click(x, y), Click(other_x, other_y, include=False)]
    box = Box(0, 0, 103, 101) if boxed else None
    found = ClassicSegmenter().segment(image, box, clicks)

    assert found.shape == (101, 103)
    assert not found[other_y, other_x]
    assert found[y, x] or (x, y) == (other_x, other_y)


def discs(rng: np.random.Generator) -> Image:
    """A small and a large disc of the same green on grey, and a blue one in the large one."""
    y, x = np.mgrid[:300, :400]
    image = np.full((300, 400, 3), (140, 135, 130), np.float64)
    image[(np.hypot(x - 70, y - 80) < 25) | (np.hypot(x - 260, y - 160) < 90)] = (60, 150, 70)
    image[np.hypot(x - 260, y - 160) < 30] = (30, 60, 200)
    return np.clip(image + rng.normal(0, 8, image.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("x", "y", "inner", "outer"), [(70, 80, 0, 25), (260, 160, 0, 30), (200, 160, 30, 90)])
def test_a_click_takes_the_thing_under_it_whatever_its_size(
    rng: np.random.Generator, x: int, y: int, inner: int, outer: int
) -> None:
    rows, columns = np.mgrid[:300, :400]
    middle = (70, 80) if x == 70 else (260, 160)
    distance = np.hypot(columns - middle[0], rows - middle[1])
    truth = np.asarray((distance < outer) & (distance >= inner), np.bool_)

    assert overlap(ClassicSegmenter().segment(discs(rng), None, [Click(x, y)]), truth) > 0.9


def test_more_clicks_say_what_belongs_and_what_does_not(rng: np.random.Generator) -> None:
    image, segment = discs(rng), ClassicSegmenter().segment
    both = segment(image, None, [Click(200, 160), Click(260, 160)])
    ring = segment(image, Box(165, 65, 356, 256), [Click(200, 160), Click(260, 160, include=False)])

    assert both[160, 200]
    assert both[160, 260]
    assert both[160, 320]
    assert not both[80, 70]
    assert ring[160, 200]
    assert not ring[155:165, 255:265].any()


def test_a_detectors_cells_tell_apart_what_colours_do_not(real_data: Path) -> None:
    """A goat whose legs are of the colours of the rocks."""
    detector = YoloxDetector(real_data.parent / "weights" / "yolox_nano.onnx")
    folder = real_data / "masks"
    image = np.asarray(cv2.imread(str(folder / "goat_00039.jpg"), cv2.IMREAD_COLOR_RGB), np.uint8)
    truth = np.asarray(cv2.imread(str(folder / "goat_00039_mask.png"), cv2.IMREAD_GRAYSCALE), np.uint8) > 127
    box = bounding_box(truth)
    blind, told = ClassicSegmenter().segment(image, box), ClassicSegmenter(detector.cells).segment(image, box)

    assert overlap(told, truth) > overlap(blind, truth) + 0.01


def test_the_second_opinion_follows_the_cells_where_the_guess_is_wrong() -> None:
    inside = np.zeros((80, 80), np.bool_)
    inside[20:60, 20:60] = True
    kinds = np.zeros((20, 20, 1), np.float32)
    kinds[5:15, 5:10] = 1
    guess = np.where(inside, 0.6, 0).astype(np.float32)
    guess[20:60, 20:40] = 0.9
    answer = seconded(guess, inside, kinds)

    assert answer.shape == (80, 80)
    assert answer[40, 30] > 0.7
    assert answer[40, 30] > answer[40, 50] + 0.3
    assert answer[5, 5] < 0.3


def test_a_plain_border_is_better_outlined_than_none(rng: np.random.Generator) -> None:
    image, truth = disc(rng)
    shifted = np.roll(truth, 40, axis=1)

    assert outlined(image, truth) > 2 * outlined(image, shifted)
    assert outlined(image, np.zeros_like(truth)) == 0


def test_real_things_are_cut_out_of_their_boxes(real_data: Path) -> None:
    ratios: list[float] = []
    for path in sorted((real_data / "masks").glob("*_mask.png"))[::16]:
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
