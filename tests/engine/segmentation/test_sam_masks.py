from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Click, Image, Mask
from engine.geometry import bounding_box
from engine.segmentation.sam_masks import Answer, picture_mask


def disc(height: int, width: int, x: float, y: float, radius: float) -> Mask:
    rows, columns = np.mgrid[:height, :width]
    return np.asarray(np.hypot(columns + 0.5 - x, rows + 0.5 - y) < radius, np.bool_)


def answer(*truths: Mask, scores: tuple[float, ...] = (), side: int = 256) -> Answer:
    """Logits as a model gives them of these masks: on a small square over the whole picture."""
    small = [cv2.resize(truth.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA) for truth in truths]
    return Answer(np.stack(small).astype(np.float32) - 0.5, np.array(scores or (0.9,) * len(truths), np.float32))


def overlap(found: Mask, truth: Mask) -> float:
    return float(np.count_nonzero(found & truth) / np.count_nonzero(found | truth))


@pytest.mark.parametrize(("height", "width"), [(301, 517), (1000, 211), (1024, 1024), (1500, 2999), (3001, 1501)])
def test_a_thing_is_where_the_logits_say_at_any_size_and_shape(
    height: int, width: int, rng: np.random.Generator
) -> None:
    x, y, radius = 0.3 * width, 0.7 * height, 0.2 * min(height, width)
    truth = disc(height, width, x, y, radius)
    image = rng.integers(0, 255, (height, width, 3), np.uint8)
    box = bounding_box(truth)

    assert overlap(picture_mask(image, answer(truth), box), truth) > 0.96


def test_the_outline_of_a_large_picture_is_that_of_the_logits_resampled(rng: np.random.Generator) -> None:
    truth = disc(1501, 2003, 700, 800, 300) | disc(1501, 2003, 1200, 700, 350)
    maps = answer(truth)
    plain = np.asarray(cv2.resize(maps.logits[0], (2003, 1501)), np.float32) > 0
    mask = picture_mask(rng.integers(0, 255, (1501, 2003, 3), np.uint8), maps, bounding_box(truth))

    assert np.count_nonzero(mask != plain) < 0.002 * np.count_nonzero(plain)


def test_holes_are_filled_and_specks_dropped_at_full_size_too() -> None:
    whole = disc(1501, 2003, 700, 800, 400)
    flawed = (whole & ~disc(1501, 2003, 640, 800, 30)) | disc(1501, 2003, 1080, 500, 20)
    mask = picture_mask(np.zeros((1501, 2003, 3), np.uint8), answer(flawed), bounding_box(whole))

    assert mask[800, 640]
    assert not mask[500, 1080]
    assert overlap(mask, whole) > 0.99


def test_the_map_that_agrees_with_the_box_is_taken_though_another_scores_more() -> None:
    part, whole = disc(300, 400, 200, 150, 30), disc(300, 400, 200, 150, 100)
    image = np.zeros((300, 400, 3), np.uint8)
    maps = answer(part, whole, scores=(0.99, 0.8))

    assert overlap(picture_mask(image, maps, bounding_box(whole)), whole) > 0.97
    assert overlap(picture_mask(image, maps, bounding_box(part)), part) > 0.9
    assert overlap(picture_mask(image, maps, None, (Click(120, 150),)), whole) > 0.97


def test_scores_beyond_one_count_as_one() -> None:
    part, whole = disc(300, 400, 200, 150, 60), disc(300, 400, 200, 150, 100)
    maps = answer(part, whole, scores=(9.0, 0.9))

    assert overlap(picture_mask(np.zeros((300, 400, 3), np.uint8), maps, bounding_box(whole)), whole) > 0.97


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 1300), st.integers(1, 1300), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.integers(0, 9))
def test_the_mask_lies_near_its_box_is_never_empty_and_obeys_the_clicks(
    height: int, width: int, left: float, top: float, share: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    image: Image = np.full((height, width, 3), 90, np.uint8)
    x0, y0 = int(left * (width - 1)), int(top * (height - 1))
    box = Box(x0, y0, x0 + 1 + int(share * (width - 1 - x0)), y0 + 1 + int(share * (height - 1 - y0)))
    maps = Answer(rng.normal(0, 1, (3, 16, 16)).astype(np.float32), rng.random(3).astype(np.float32))
    inside, outside = Click(x0, y0), Click(box.x1 - 1, box.y1 - 1, include=False)
    clicks = (inside, outside) if box.area > 1 else (inside,)
    mask = picture_mask(image, maps, box)
    clicked = picture_mask(image, maps, box, clicks)

    assert mask.shape == (height, width)
    assert mask.any()
    found = bounding_box(mask)
    # A tenth of the box, a px of the frame for the rounding either way, and as far as the border is moved.
    slack = 0.1 * max(box.width, box.height) + 5 * max(1, max(height, width) / 1024) + 0.006 * max(height, width)
    assert found is not None
    assert found.x0 >= box.x0 - slack
    assert found.y0 >= box.y0 - slack
    assert found.x1 <= box.x1 + slack
    assert found.y1 <= box.y1 + slack
    assert all(clicked[click.y, click.x] == click.include for click in clicks)


def test_a_picture_in_which_nothing_was_found_by_click_has_only_the_click() -> None:
    nothing = Answer(np.full((1, 16, 16), -1, np.float32), np.ones(1, np.float32))
    mask = picture_mask(np.zeros((2000, 1500, 3), np.uint8), nothing, None, (Click(3, 5),))

    assert mask[5, 3]
    assert np.count_nonzero(mask) <= 16
