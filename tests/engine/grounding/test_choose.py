from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Region
from engine.grounding.choose import choose
from engine.operations import Target

HEIGHT, WIDTH = 600, 900


def at(x: int, y: int, side: int = 60, score: float = 0.9) -> Region:
    return Region(Box(x, y, x + side, y + side), score, "ball", "test")


LEFT, MIDDLE, RIGHT = at(50, 300), at(420, 280), at(800, 310)
SMALL, LARGE = at(100, 100, 30), at(500, 300, 200)
TOP, BOTTOM = at(400, 20), at(410, 500)
ROW = [MIDDLE, RIGHT, LEFT]
PLACES = ["left", "right", "top", "bottom", "middle", "foreground", "top left", "bottom right"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"position": "left"}, [LEFT]),
        ({"position": "on the right"}, [RIGHT]),
        ({"position": "far right"}, [RIGHT]),
        ({"position": "middle"}, [MIDDLE]),
        ({"position": "in the centre"}, [MIDDLE]),
        ({"ordinal": "first"}, [LEFT]),
        ({"ordinal": "second"}, [MIDDLE]),
        ({"ordinal": "2nd"}, [MIDDLE]),
        ({"ordinal": "third from the left"}, [RIGHT]),
        ({"ordinal": "first from the right"}, [RIGHT]),
        ({"ordinal": "second from the right"}, [MIDDLE]),
        ({"ordinal": "last"}, [RIGHT]),
        ({"ordinal": "second", "position": "right"}, [MIDDLE]),
        ({"quantity": "all"}, [LEFT, MIDDLE, RIGHT]),
        ({"quantity": "2", "position": "left"}, [LEFT, MIDDLE]),
        ({}, []),
        ({"ordinal": "fourth"}, []),
    ],
)
def test_words_choose_in_a_row(words: dict[str, str], expected: list[Region]) -> None:
    chosen = choose(ROW, Target.model_validate({"phrase": "ball", **words}), HEIGHT, WIDTH)

    assert sorted(region.box.x0 for region in chosen) == sorted(region.box.x0 for region in expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"size": "biggest"}, LARGE),
        ({"size": "large"}, LARGE),
        ({"size": "smallest"}, SMALL),
        ({"size": "little"}, SMALL),
        ({"size": "tallest"}, LARGE),
        ({"position": "top left"}, SMALL),
        ({"position": "bottom right corner"}, LARGE),
        ({"size": "biggest", "ordinal": "second"}, SMALL),
    ],
)
def test_words_choose_by_size_and_corner(words: dict[str, str], expected: Region) -> None:
    assert choose([SMALL, LARGE], Target.model_validate({"phrase": "ball", **words}), HEIGHT, WIDTH) == (expected,)


def test_words_left_in_the_phrase_choose_too() -> None:
    assert choose(ROW, Target(phrase="the second ball"), HEIGHT, WIDTH) == (MIDDLE,)
    assert choose([SMALL, LARGE], Target(phrase="smaller ball"), HEIGHT, WIDTH) == (SMALL,)
    assert choose(ROW, Target(phrase="the left one"), HEIGHT, WIDTH) == (LEFT,)
    assert len(choose(ROW, Target(phrase="both balls"), HEIGHT, WIDTH)) == 3


def test_a_plural_means_all_of_them_and_a_place_narrows_it() -> None:
    assert len(choose(ROW, Target(phrase="balls"), HEIGHT, WIDTH)) == 3
    assert choose(ROW, Target(phrase="balls", position="right"), HEIGHT, WIDTH) == (RIGHT,)
    assert choose([TOP, BOTTOM], Target(phrase="balls", position="top"), HEIGHT, WIDTH) == (TOP,)


def test_small_ones_are_those_before_the_gap_in_size() -> None:
    sizes = [at(0, 0, 30), at(100, 0, 33), at(200, 0, 150), at(500, 0, 140)]

    assert {region.box.width for region in choose(sizes, Target(phrase="balls", size="small"), HEIGHT, WIDTH)} == {
        30,
        33,
    }
    assert {region.box.width for region in choose(sizes, Target(phrase="balls", size="big"), HEIGHT, WIDTH)} == {
        140,
        150,
    }


def test_a_column_is_counted_downwards() -> None:
    assert choose([BOTTOM, TOP], Target(phrase="line", ordinal="first"), HEIGHT, WIDTH) == (TOP,)


def test_a_place_that_two_share_chooses_neither() -> None:
    assert choose([LEFT, at(795, 100), RIGHT], Target(phrase="ball", position="right"), HEIGHT, WIDTH) == ()


def test_equal_sizes_choose_neither() -> None:
    assert choose(ROW, Target(phrase="ball", size="biggest"), HEIGHT, WIDTH) == ()


def test_the_only_one_is_meant_wherever_the_words_put_it() -> None:
    assert choose([LEFT], Target(phrase="ball", position="right"), HEIGHT, WIDTH) == (LEFT,)


def test_noise_is_no_ambiguity() -> None:
    assert choose([LEFT, at(800, 10, 8, score=0.2)], Target(phrase="ball"), HEIGHT, WIDTH) == (LEFT,)


@pytest.mark.parametrize(
    ("relation", "anchors", "expected"),
    [
        ("next to the dog", [at(330, 290, 80)], MIDDLE),
        ("above the table", [at(400, 200, 100)], TOP),
        ("under the table", [at(400, 360, 90)], BOTTOM),
        ("to the left of the dog", [at(200, 300)], LEFT),
        ("right of the dog", [at(600, 300)], RIGHT),
        ("between the dog and the cat", [at(300, 280), at(560, 280)], MIDDLE),
        ("farthest from the dog", [at(0, 300, 40)], RIGHT),
    ],
)
def test_neighbours_choose(relation: str, anchors: list[Region], expected: Region) -> None:
    candidates = [LEFT, MIDDLE, RIGHT, TOP, BOTTOM]

    assert choose(candidates, Target(phrase="ball", relation=relation), HEIGHT, WIDTH, anchors) == (expected,)


def test_a_relation_without_its_anchor_chooses_nothing() -> None:
    assert choose(ROW, Target(phrase="ball", relation="next to the dog"), HEIGHT, WIDTH) == ()


@st.composite
def scattered(draw: st.DrawFn) -> list[Region]:
    count = draw(st.integers(1, 6))
    whole = st.integers(0, 500)
    return [at(draw(whole), draw(whole), draw(st.integers(4, 90)), draw(st.floats(0.1, 1))) for _ in range(count)]


@settings(deadline=None, max_examples=150)
@given(
    scattered(),
    st.sampled_from(PLACES),
    st.sampled_from([None, "biggest", "smallest"]),
    st.sampled_from([None, "all", "2"]),
)
def test_what_is_chosen_is_a_candidate_once(
    candidates: list[Region], place: str, size: str | None, quantity: str | None
) -> None:
    target = Target(phrase="ball", position=place, size=size, quantity=quantity)
    chosen = choose(candidates, target, HEIGHT, WIDTH)

    assert len({id(region) for region in chosen}) == len(chosen)
    assert {id(region) for region in chosen} <= {id(region) for region in candidates}
    assert set(chosen) == set(choose(list(reversed(candidates)), target, HEIGHT, WIDTH)) or quantity == "2"


@settings(deadline=None, max_examples=80)
@given(scattered())
def test_left_and_right_are_mirror_images(candidates: list[Region]) -> None:
    mirrored = [
        Region(
            Box(WIDTH - region.box.x1, region.box.y0, WIDTH - region.box.x0, region.box.y1),
            region.score,
            "ball",
            "test",
        )
        for region in candidates
    ]
    left = choose(candidates, Target(phrase="ball", position="left"), HEIGHT, WIDTH)
    right = choose(mirrored, Target(phrase="ball", position="right"), HEIGHT, WIDTH)

    assert [(WIDTH - region.box.x1, region.box.y0) for region in left] == [
        (region.box.x0, region.box.y0) for region in right
    ]
