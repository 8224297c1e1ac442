from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drawing import PALETTE
from bot.pictures import LONGEST, SHORTEST, mask_overlay, overlay, side_by_side
from engine.data import Box, Picture, Region


def plain(height: int, width: int, level: int = 128) -> Picture:
    return Picture(np.full((height, width, 3), level, np.uint8))


def region(x0: int, y0: int, x1: int, y1: int) -> Region:
    return Region(Box(x0, y0, x1, y1), 0.9, "thing", "test")


@settings(deadline=None, max_examples=25)
@given(st.integers(16, 500), st.integers(16, 500), st.data())
def test_an_overlay_of_any_picture_is_of_a_size_to_look_at(height: int, width: int, data: st.DataObject) -> None:
    regions: list[Region] = []
    for _ in range(data.draw(st.integers(0, 5))):
        x, y = data.draw(st.integers(0, width - 2)), data.draw(st.integers(0, height - 2))
        regions.append(region(x, y, data.draw(st.integers(x + 1, width)), data.draw(st.integers(y + 1, height))))
    shown = overlay(plain(height, width), regions)
    assert SHORTEST <= max(shown.height, shown.width) <= LONGEST
    assert shown.width / shown.height == pytest.approx(width / height, rel=0.1)


def test_a_large_photo_is_shown_smaller() -> None:
    assert overlay(plain(3000, 4000), [region(0, 0, 4000, 3000)]).width == LONGEST


def test_each_region_is_marked_in_a_colour_of_its_own() -> None:
    shown = overlay(plain(480, 800), [region(50, 100, 250, 400), region(500, 100, 700, 400)]).rgb
    for colour, columns in ((PALETTE[0], slice(50, 250)), (PALETTE[1], slice(500, 700))):
        exact = (shown == colour).all(axis=2)
        assert exact[:, columns].sum() > 1000
        assert exact[:, slice(300, 450)].sum() == 0


def test_what_is_no_candidate_is_dimmed() -> None:
    shown = overlay(plain(480, 800, 200), [region(100, 100, 300, 300)]).rgb
    assert shown[470, 790].max() < 130


def test_badges_of_one_spot_do_not_cover_each_other() -> None:
    shown = overlay(plain(480, 800), [region(0, 0, 12, 12)] * 4).rgb
    for colour in PALETTE[:4]:
        assert (shown == colour).all(axis=2).sum() > 250


def test_the_picture_and_its_mask_are_not_touched() -> None:
    picture, mask = plain(100, 120), np.zeros((100, 120), np.bool_)
    mask[20:60, 30:70] = True
    mask_overlay(picture, mask)
    overlay(picture, [Region(Box(30, 20, 70, 60), 1.0, "thing", "test", mask[20:60, 30:70])])
    assert (picture.rgb == 128).all()


def test_a_mask_is_tinted_where_it_selects() -> None:
    mask = np.zeros((400, 700), np.bool_)
    mask[100:300, 200:500] = True
    shown = mask_overlay(plain(400, 700), mask).rgb
    assert shown[200, 350, 0] > shown[200, 350, 1] + 40
    assert np.ptp(shown[20, 20].astype(int)) < 5


@pytest.mark.parametrize(
    "sizes", [((300, 400), (300, 400)), ((300, 400), (700, 200)), ((200, 900), (100, 450)), ((64, 64), (3000, 4000))]
)
def test_a_comparison_takes_pictures_of_any_sizes(sizes: tuple[tuple[int, int], tuple[int, int]]) -> None:
    first, second = sizes
    sheet = side_by_side(plain(*first, 250), plain(*second, 5), ("before", "after"))
    assert (sheet.rgb > 240).all(axis=2).sum() > 5000
    assert (sheet.rgb < 10).all(axis=2).sum() > 5000
    assert max(sheet.height, sheet.width) <= 4200


def test_a_panorama_stands_above_its_other_self() -> None:
    assert side_by_side(plain(200, 900), plain(200, 900)).height > 500


def test_transparency_is_shown_as_a_checkerboard() -> None:
    clear = Picture(np.zeros((200, 300, 3), np.uint8), np.zeros((200, 300), np.uint8))
    middle = side_by_side(clear, clear, ("", "")).rgb[100:400, 100:400]
    assert set(np.unique(middle)) == {205, 240}
