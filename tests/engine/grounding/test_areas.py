"""Sentences that tell an area by words alone, read and found in a picture of 300 x 400 px."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pytest

from engine.data import Box, Click, Image, Mask, Region
from engine.errors import BadOption
from engine.fakes import BoxSegmenter
from engine.grounding.areas import AreaFinder
from engine.grounding.router import Grounder
from engine.operations import Context, Target
from engine.planner import RulesPlanner, parse_target
from engine.selection.areas import area_of, is_area, measured_areas_in

HEIGHT, WIDTH = 300, 400
IMAGE = np.random.default_rng(7).integers(90, 160, (HEIGHT, WIDTH, 3), np.uint8)
PLANNER = RulesPlanner()
Corners: TypeAlias = tuple[int, int, int, int]
LEFT, RIGHT, TOP, BOTTOM = (0, 0, 200, 300), (200, 0, 400, 300), (0, 0, 400, 150), (0, 150, 400, 300)
RECTANGLE = (100, 120, 300, 260)

SENTENCES: list[tuple[str, str, Corners]] = [
    ("blur the left half", "blur", LEFT),
    ("blur the left half of the picture", "blur", LEFT),
    ("pixelate the right half of the image", "blur", RIGHT),
    ("brighten the left side", "adjust", LEFT),
    ("make the left half brighter", "adjust", LEFT),
    ("the left half should be brighter", "adjust", LEFT),
    ("increase the contrast of the bottom half", "adjust", BOTTOM),
    ("make the bottom half of the image black and white", "style", BOTTOM),
    ("black and white on the right half", "style", RIGHT),
    ("apply sepia to the right half", "style", RIGHT),
    ("make it black and white in the top half", "style", TOP),
    ("reduce noise in the top half", "restore", TOP),
    ("blur on the left half", "blur", LEFT),
    ("brighten the picture on the right half", "adjust", RIGHT),
    ("blur everything in the top half", "blur", TOP),
    ("replace the left half with a garden", "replace", LEFT),
    ("keep only the left half", "extract", LEFT),
    ("blur the top left quarter", "blur", (0, 0, 200, 150)),
    ("make the area at the top left quarter blue", "recolor", (0, 0, 200, 150)),
    ("make the upper left quadrant darker", "adjust", (0, 0, 200, 150)),
    ("brighten the area in the lower left", "adjust", (0, 150, 200, 300)),
    ("darken the bottom right part of the photo", "adjust", (200, 150, 400, 300)),
    ("make the top third warmer", "adjust", (0, 0, 400, 100)),
    ("desaturate the right third of the image", "adjust", (266, 0, 400, 300)),
    ("crop to the middle third", "crop", (133, 0, 267, 300)),
    ("make the bottom quarter of the image more saturated", "adjust", (0, 225, 400, 300)),
    ("add some contrast in the bottom third", "adjust", (0, 200, 400, 300)),
    ("remove the top left corner", "remove", (0, 0, 134, 100)),
    ("make the area at the bottom right corner darker", "adjust", (266, 200, 400, 300)),
    ("make it darker in the top right corner", "adjust", (266, 0, 400, 100)),
    ("remove everything in the bottom right corner", "remove", (266, 200, 400, 300)),
    ("make the area in the top left corner blue", "recolor", (0, 0, 134, 100)),
    ("pixelate the middle of the picture", "blur", (100, 75, 300, 225)),
    ("sharpen the centre of the photo", "adjust", (100, 75, 300, 225)),
    ("sharpen it in the middle", "adjust", (100, 75, 300, 225)),
    ("darken the left edge", "adjust", (0, 0, 40, 300)),
    ("blur the edges", "blur", (0, 0, 400, 300)),
    ("darken the corners", "adjust", (0, 0, 400, 300)),
    ("darken the bottom 20%", "adjust", (0, 240, 400, 300)),
    ("darken the bottom 20 % of the picture by 30%", "adjust", (0, 240, 400, 300)),
    ("darken the top 100 px", "adjust", (0, 0, 400, 100)),
    ("erase the bottom 50 pixels", "remove", (0, 250, 400, 300)),
    ("blur the right 25 percent", "blur", (300, 0, 400, 300)),
    ("blur the outer 10%", "blur", (0, 0, 400, 300)),
    ("blur a strip 100 px high along the bottom", "blur", (0, 200, 400, 300)),
    ("remove a 40 px strip at the left edge", "remove", (0, 0, 40, 300)),
    ("blur the rectangle from 100,120 to 300,260", "blur", RECTANGLE),
    ("Blur the rectangle from (100, 120) to (300, 260), please.", "blur", RECTANGLE),
    ("make it darker in the rectangle from 100,120 to 300,260", "adjust", RECTANGLE),
    ("pixelate the region (100,120)-(300,260)", "blur", RECTANGLE),
    ("blur the box (100, 120, 300, 260)", "blur", RECTANGLE),
    ("blur the area in the box 100,120,300,260", "blur", RECTANGLE),
    ("blur the area x 100 y 120 width 200 height 140", "blur", RECTANGLE),
    ("crop to the rectangle from 100,120 to 300,260", "crop", RECTANGLE),
    ("make the box from 25%, 40% to 75%, 80% brighter", "adjust", (100, 120, 300, 240)),
    ("increase the brightness of the area from (10, 20) to (200, 100) by 30%", "adjust", (10, 20, 200, 100)),
    ("darken the top 20 % by 10 %", "adjust", (0, 0, 400, 60)),
    ("remove a 200x100 rectangle at 50,60", "remove", (50, 60, 250, 160)),
    ("blur the 100 x 50 box centred at 200, 150", "blur", (150, 125, 250, 175)),
    ("blur a circle of radius 40 at 200,150", "blur", (160, 110, 240, 190)),
    ("colour the circle at 200,150 with radius 40 red", "recolor", (160, 110, 240, 190)),
]  # fmt: skip

POINTS: list[tuple[str, str, tuple[int, int]]] = [
    ("remove the thing at 120,80", "remove", (120, 80)),
    ("remove thing at 120,80", "remove", (120, 80)),
    ("remove the thing at (120, 80)", "remove", (120, 80)),
    ("remove what is at 120, 80", "remove", (120, 80)),
    ("remove the object at 30% 40%", "remove", (120, 120)),
    ("remove the object at 0.3, 0.4", "remove", (120, 120)),
    ("remove the spot at x=120 y=80", "remove", (120, 80)),
    ("make the thing at 120,80 red", "recolor", (120, 80)),
    ("recolor the thing at 120, 80 to green", "recolor", (120, 80)),
    ("change the red car at 120,80 to blue", "recolor", (120, 80)),
    ("blur the face at 120, 80", "blur", (120, 80)),
    ("cut out the thing at 120,80", "extract", (120, 80)),
    ("move the cup at 120,80 to the right", "move", (120, 80)),
]


class Pointed:
    """A segmenter that takes the box around the last click for the thing."""

    click: Click | None = None

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        assert box is None
        (self.click,) = clicks
        x, y, _ = self.click
        return BoxSegmenter().segment(image, Box(x - 3, y - 3, x + 4, y + 4))


def only_operation(instruction: str) -> tuple[str, Target]:
    (operation,) = PLANNER.plan(instruction, Context()).operations
    target = getattr(operation, "target", None)
    assert isinstance(target, Target)
    return operation.kind, target


def found(target: Target) -> Region:
    region = AreaFinder(BoxSegmenter()).find(IMAGE, target)
    assert region is not None
    assert region.source == "area"
    return region


@pytest.mark.parametrize(("instruction", "kind", "corners"), SENTENCES, ids=[row[0] for row in SENTENCES])
def test_areas_in_sentences(instruction: str, kind: str, corners: Corners) -> None:
    read, target = only_operation(instruction)
    assert read == kind
    assert found(target).box == Box(*corners)


@pytest.mark.parametrize(("instruction", "kind", "point"), POINTS, ids=[row[0] for row in POINTS])
def test_points_in_sentences_are_clicks(instruction: str, kind: str, point: tuple[int, int]) -> None:
    read, target = only_operation(instruction)
    segmenter = Pointed()
    assert read == kind
    region = AreaFinder(segmenter).find(IMAGE, target)
    assert region is not None
    assert region.source == "click"
    assert segmenter.click == Click(*point)


def test_what_lies_along_all_sides_leaves_the_middle_out() -> None:
    for words, share in (("edges", 1 - 0.8**2), ("outer 10%", 1 - 0.8**2), ("corners", 4 / 9)):
        region = found(Target(phrase=words))
        assert region.mask is not None
        assert region.mask.mean() == pytest.approx(share, abs=0.02)
        assert not region.mask[140:160, 190:210].any()


def test_a_circle_is_round() -> None:
    mask = found(Target(phrase="circle of radius 40 at 200,150")).on(HEIGHT, WIDTH)
    assert mask.sum() == pytest.approx(np.pi * 1600, rel=0.02)
    assert not mask[115, 165]


@pytest.mark.parametrize(
    "instruction",
    [
        "remove the man on the left half of the picture",
        "remove the cup in the top left corner",
        "brighten the right side of the car",
        "make the top 3 buildings blue",
        "remove the corner shop",
        "make the left car red",
        "remove the left one",
        "blur the second car from the left",
        "remove the middle finger",
    ],
)
def test_things_with_a_place_are_no_areas(instruction: str) -> None:
    _, target = only_operation(instruction)
    assert AreaFinder(BoxSegmenter()).find(IMAGE, target) is None


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("crop to the left half", {"kind": "crop", "sides": ["right"], "amount": 50.0}),
        ("crop the bottom 20%", {"kind": "crop", "sides": ["bottom"], "amount": 20.0}),
        ("add a boat in the top left corner", {"kind": "add", "prompt": "a boat", "place": "in the top left corner"}),
        ("add a hat to the man at 120,80", {"kind": "add", "prompt": "a hat", "place": "to the man at 120,80"}),
        ('write "SOLD" at 100, 50', {"kind": "text", "action": "add", "text": "SOLD", "place": "at 100, 50"}),
    ],
)  # fmt: skip
def test_places_and_frames_stay_what_they_were(instruction: str, expected: dict[str, object]) -> None:
    (operation,) = PLANNER.plan(instruction, Context()).operations
    assert operation.flat() == expected


def test_the_plan_keeps_the_words() -> None:
    _, target = only_operation("Blur the Rectangle from 100,120 to 300,260 by 30%")
    assert target.phrase == "Rectangle from 100,120 to 300,260"
    plan = PLANNER.plan("florble the wug at 100,120", Context())
    assert plan.question is not None
    assert "wug at 100,120" in plan.question


@pytest.mark.parametrize(
    "phrase",
    ["the rectangle from 100,120 to 300,260", "the box (100, 120, 300, 260)", "the area from 100, 120 to 300, 260"],
)
def test_a_phrase_alone_is_an_area_too(phrase: str) -> None:
    assert Grounder().locate(IMAGE, parse_target(phrase)).chosen[0].box == Box(*RECTANGLE)


def test_everything_but_an_area() -> None:
    chosen = Grounder().locate(IMAGE, Target(phrase="everything", relation="except the left half")).chosen
    assert chosen[0].box == Box(*RIGHT)


def test_an_area_outside_the_picture_is_said() -> None:
    with pytest.raises(BadOption) as caught:
        Grounder().locate(IMAGE, parse_target("the thing at 900, 80"))
    assert "400 × 300" in caught.value.allowed


def test_spans_are_noun_phrases_without_their_article() -> None:
    text = "Blur the box (1, 2, 30, 40) and the red cup at 5, 6, then brighten the İ top 20 % by 10 %"
    assert [text[start:end] for start, end in measured_areas_in(text)] == [
        "box (1, 2, 30, 40)",
        "red cup at 5, 6",
        "top 20 %",
    ]


def test_corners_in_any_order_make_a_box() -> None:
    marks = area_of("box from 300,260 to 100,120", HEIGHT, WIDTH)
    assert marks is not None
    assert marks.box == RECTANGLE
    assert is_area("the rectangle from 5,5 to 5,5")
