from __future__ import annotations

import numpy as np
import pytest

from engine.data import Box, Click
from engine.segmentation.finish import best_of, finished


def block(
    y0: int, y1: int, x0: int, x1: int, shape: tuple[int, int] = (60, 90)
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    mask = np.zeros(shape, np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


def test_agreement_with_the_box_outweighs_a_slightly_better_score() -> None:
    part, thing, everything = block(20, 30, 20, 30), block(10, 50, 10, 60), block(0, 60, 0, 90)
    masks = np.stack([part, thing, everything])

    assert best_of(masks, (0.95, 0.9, 0.97), Box(10, 10, 60, 50), ()) == 1


def test_without_a_box_the_clicks_decide_then_the_score() -> None:
    left, both = block(10, 50, 10, 30), block(10, 50, 10, 80)
    masks = np.stack([left, both])

    assert best_of(masks, (0.8, 0.9), None, (Click(15, 20),)) == 1
    assert best_of(masks, (0.8, 0.9), None, (Click(15, 20), Click(70, 20, include=False))) == 0


def test_specks_go_and_holes_close() -> None:
    mask = block(10, 50, 10, 60)
    mask[30, 30] = False
    mask[5, 85] = True

    assert np.array_equal(finished(mask, Box(10, 10, 60, 50)), block(10, 50, 10, 60))


@pytest.mark.parametrize("turns", range(4))
def test_a_mask_that_all_but_touches_the_border_reaches_it(turns: int) -> None:
    short, whole = block(2, 30, 20, 40, (60, 60)), block(0, 30, 20, 40, (60, 60))

    assert np.array_equal(finished(np.rot90(short, turns).copy(), None), np.rot90(whole, turns))


def test_a_mask_well_inside_stays_where_it_is() -> None:
    assert np.array_equal(finished(block(5, 30, 20, 40), None), block(5, 30, 20, 40))


def test_nothing_far_from_the_box_is_kept_and_an_empty_answer_is_the_box() -> None:
    found = finished(block(10, 50, 10, 90), Box(10, 10, 40, 50))

    assert np.array_equal(found, block(10, 50, 10, 43))
    assert np.array_equal(finished(block(0, 0, 0, 0), Box(10, 10, 40, 50)), block(10, 50, 10, 40))


def test_clicks_are_obeyed() -> None:
    found = finished(block(10, 50, 10, 40), None, (Click(5, 5), Click(20, 20, include=False)))

    assert found[5, 5]
    assert not found[20, 20]
