"""Marks are read strictly, and select exactly what they say."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Click, Image, Mask
from engine.errors import BadOption
from engine.fakes import BoxSegmenter
from engine.selection.marked import mask_of
from engine.selection.marks import MOST_CORNERS, Marks, read_marks

HEIGHT, WIDTH = 90, 141
IMAGE = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


class Asked:
    """A segmenter that remembers what it was asked."""

    def __init__(self) -> None:
        self.box: Box | None = None
        self.clicks: tuple[Click, ...] = ()

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        self.box, self.clicks = box, tuple(clicks)
        return BoxSegmenter().segment(image, Box(0, 0, 3, 2), clicks)


def selected(**marks: object) -> Mask:
    return mask_of(Marks.model_validate(marks), IMAGE, BoxSegmenter())


def region(x0: int, y0: int, x1: int, y1: int) -> Mask:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


def test_boxes_are_half_open_and_cut_at_the_border() -> None:
    assert np.array_equal(selected(box=(10, 20, 30, 40)), region(10, 20, 30, 40))
    assert np.array_equal(selected(box=(-50, 80, 20, 500)), region(0, 80, 20, HEIGHT))
    assert np.array_equal(
        selected(box=(0, 0, 5, 5), boxes=[(100, 50, 110, 60)]), region(0, 0, 5, 5) | region(100, 50, 110, 60)
    )


def test_a_box_covers_every_pixel_that_it_touches() -> None:
    assert np.array_equal(selected(box=(10.4, 20.9, 12.1, 22.5)), region(10, 20, 13, 23))


@given(shares=st.tuples(*[st.integers(0, 10)] * 4))
@settings(deadline=None, max_examples=40)
def test_fractions_are_shares_of_the_sides(shares: tuple[int, int, int, int]) -> None:
    x0, x1, y0, y1 = shares
    x0, x1, y0, y1 = min(x0, x1), max(x0, x1) + 1, min(y0, y1), max(y0, y1) + 1
    image = np.zeros((11 * 7, 11 * 3, 3), np.uint8)
    box = (x0 / 11, y0 / 11, x1 / 11, y1 / 11)
    mask = mask_of(Marks(unit="fraction", box=box), image, BoxSegmenter())
    assert mask.sum() == 3 * (x1 - x0) * 7 * (y1 - y0)
    assert mask[7 * y0 : 7 * y1, 3 * x0 : 3 * x1].all()


@pytest.mark.parametrize(
    ("start", "end", "columns"), [(0.29, 0.57, (29, 57)), (0.07, 0.14, (7, 14)), (0, 0.001, (0, 1))]
)
def test_what_floating_point_adds_selects_nothing(start: float, end: float, columns: tuple[int, int]) -> None:
    image = np.zeros((10, 100, 3), np.uint8)
    mask = mask_of(Marks(unit="fraction", box=(start, 0, end, 1)), image, BoxSegmenter())
    assert np.array_equal(np.flatnonzero(mask[0]), np.arange(*columns))


@given(
    corners=st.tuples(st.integers(-20, 140), st.integers(-20, 89), st.integers(1, 60), st.integers(1, 60)),
    backwards=st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_a_polygon_of_a_boxs_corners_is_the_box(corners: tuple[int, int, int, int], backwards: bool) -> None:
    x0, y0 = corners[:2]
    x1, y1 = x0 + corners[2], y0 + corners[3]
    outline = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    if x1 <= 0 or y1 <= 0:
        with pytest.raises(BadOption):
            selected(polygon=outline)
        return
    expected = region(max(x0, 0), max(y0, 0), x1, y1)
    assert np.array_equal(selected(polygon=outline[::-1] if backwards else outline), expected)


def test_lobes_of_a_lasso_that_crosses_itself_all_count() -> None:
    bow = selected(polygon=[(10, 10), (60, 60), (60, 10), (10, 60)])
    assert bow[30, 15]
    assert bow[30, 55]
    assert not bow[12, 35]
    turns = [(70 + 20 * math.cos(angle), 45 + 20 * math.sin(angle)) for angle in np.linspace(0, 4 * math.pi, 100)]
    assert selected(polygon=turns)[45, 70]


def test_a_polygons_area_is_its_area() -> None:
    mask = selected(polygon=[(5.2, 3.1), (120.7, 20.4), (60.3, 85.9)])
    area = abs((120.7 - 5.2) * (85.9 - 3.1) - (60.3 - 5.2) * (20.4 - 3.1)) / 2
    assert mask.sum() == pytest.approx(area, rel=0.01)


def test_circles_and_ellipses() -> None:
    assert selected(circle=(70, 45, 30)).sum() == pytest.approx(math.pi * 900, rel=0.02)
    ellipse = selected(ellipse=(70, 45, 50, 20))
    assert ellipse.sum() == pytest.approx(math.pi * 1000, rel=0.02)
    assert ellipse[45, 25]
    assert not ellipse[20, 70]
    assert selected(unit="fraction", circle=(0.5, 0.5, 0.5)).sum() == pytest.approx(math.pi * 45**2, rel=0.02)


def test_clicks_go_to_the_segmenter_with_the_box() -> None:
    asked = Asked()
    marks = Marks.model_validate(
        {
            "box": (10, 10, 50, 60),
            "boxes": [(40, 5, 70, 30)],
            "points": [(20, 30)],
            "exclude": [(45.9, 59.9)],
            "clicks": [{"x": WIDTH, "y": HEIGHT, "include": False}, {"x": 33, "y": 12}],
            "circle": (120, 70, 5),
        }
    )
    mask = mask_of(marks, IMAGE, asked)
    assert asked.box == Box(10, 5, 70, 60)
    assert asked.clicks == (Click(20, 30), Click(45, 59, False), Click(WIDTH - 1, HEIGHT - 1, False), Click(33, 12))
    assert mask[70, 120]
    assert mask[0, 0]
    assert not mask[40, 30]


def test_clicks_need_no_box() -> None:
    asked = Asked()
    mask_of(Marks(unit="fraction", points=((0.5, 0.25),)), IMAGE, asked)
    assert asked.box is None
    assert asked.clicks == (Click(70, 22),)


@pytest.mark.parametrize(
    "marks",
    [
        {"box": (200, 10, 300, 20)},
        {"box": (-20, 10, 0, 20)},
        {"points": [(141.5, 10)]},
        {"points": [(10, -1)]},
        {"circle": (300, 300, 20)},
        {"ellipse": (-50, 10, 20, 90)},
        {"polygon": [(150, 1), (160, 1), (155, 9)]},
        {"unit": "fraction", "box": (10, 20, 30, 40)},
    ],
    ids=str,
)
def test_what_lies_outside_the_picture_is_refused_with_its_size(marks: dict[str, object]) -> None:
    with pytest.raises(BadOption) as caught:
        selected(**marks)
    assert f"{WIDTH} × {HEIGHT} px" in caught.value.allowed


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"box": [1, 2, 3]}', "box"),
        ('{"box": [5, 2, 3, 9]}', "box"),
        ('{"box": [5, 9, 8, 9]}', "box"),
        ('{"boxes": [[1, 2, 3, 4], [5, 2, 3, 9]]}', "boxes"),
        ('{"box": ["a", 2, 3, 4]}', "box"),
        ('{"box": [1e999, 2, 3, 4]}', "box"),
        ('{"box": {"x": 1}}', "box"),
        ('{"circle": [1, 2, 0]}', "circle"),
        ('{"ellipse": [1, 2, 3]}', "ellipse"),
        ('{"polygon": [[1, 2], [3, 4]]}', "polygon"),
        ('{"points": [[1, 2, 3]]}', "points"),
        ('{"clicks": [{"x": 1}]}', "clicks"),
        ('{"unit": "cm", "box": [1, 2, 3, 4]}', "unit"),
        ('{"points": [[1, NaN]]}', ""),
        ('{"points": [], "boxes": []}', ""),
        ('{"exclude": [[3, 4]]}', ""),
        ('{"colour": "red"}', ""),
        ("{}", ""),
        ("[1, 2, 3, 4]", ""),
        ("mask", ""),
        ("[" * 100_000, ""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_is_named(text: str, field: str) -> None:
    with pytest.raises(BadOption) as caught:
        read_marks(text)
    assert caught.value.name == (f"mask: {field}" if field else "mask")
    assert len(str(caught.value.value)) <= 60


def test_an_endless_outline_is_refused() -> None:
    with pytest.raises(BadOption):
        read_marks(json.dumps({"polygon": [[1, 2]] * (MOST_CORNERS + 1)}))


def test_marks_survive_json() -> None:
    marks = Marks.model_validate(
        {"box": (1, 2, 3, 4), "clicks": [{"x": 2, "y": 3, "include": False}], "points": [(2, 3)]}
    )
    assert read_marks(marks.model_dump_json()) == marks


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ({"box": (0.2, 0.5, 0.5, 0.95)}, True),
        ({"circle": (0.35, 0.74, 0.13)}, True),
        ({"points": ((0.35, 0.75),)}, True),
        ({"box": (0, 0, 1, 1)}, False),
        ({"box": (0.5, 0.5, 200, 100)}, False),
        ({"unit": "px", "box": (0.2, 0.5, 0.5, 0.95)}, False),
        ({"unit": "fraction", "box": (0, 0, 1, 1)}, True),
    ],
)
def test_fractions_are_told_by_the_numbers_where_no_unit_is(marks: dict[str, object], told: bool) -> None:
    assert Marks.model_validate(marks).in_fractions is told
