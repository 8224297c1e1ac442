"""Looking again: tiles and turns put boxes back where the things are, and leave out what a seam makes up."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data import Box, Image, Region
from engine.geometry import iou
from engine.grounding.second_look import Look, closer, turned
from engine.grounding.yolox import YoloxDetector


def dot(height: int, width: int, box: Box) -> Image:
    image = np.zeros((height, width, 3), np.uint8)
    image[box.slices] = 255
    return image


def bright(label: str = "thing", score: float = 0.8, largest: int = 10**9) -> Look:
    """A detector of what is bright, and of at most so many px."""

    def look(image: Image) -> list[Region]:
        x, y, width, height = cv2.boundingRect(np.ascontiguousarray(image[..., 0]))
        found = Box(x, y, x + width, y + height)
        return [Region(found, score, label, "test")] if 0 < found.area <= largest else []

    return look


@pytest.mark.parametrize(("height", "width"), [(300, 500), (501, 301), (240, 240)])
@pytest.mark.parametrize("place", [(0.1, 0.1), (0.8, 0.15), (0.45, 0.5), (0.2, 0.85)])
def test_what_a_tile_shows_comes_back_where_it_is(height: int, width: int, place: tuple[float, float]) -> None:
    y, x = round(place[0] * height), round(place[1] * width)
    truth = Box(x, y, x + 13, y + 21)
    found = closer(dot(height, width, truth), bright(), [])

    assert [region.box for region in found] == [truth]


def test_a_thing_that_every_tile_cuts_off_is_left_out() -> None:
    whole = Box(40, 40, 460, 260)

    assert closer(dot(300, 500, whole), bright(), []) == []


def test_unsure_things_and_pieces_of_solid_things_are_left_out() -> None:
    truth = Box(40, 40, 80, 80)
    image = dot(300, 500, truth)
    dog = Region(Box(20, 20, 160, 160), 0.9, "dog", "test")
    person = Region(Box(20, 20, 160, 160), 0.9, "person", "test")

    assert closer(image, bright(score=0.45), []) == []
    assert closer(image, bright("bird"), [dog]) == []
    assert [region.box for region in closer(image, bright("tie"), [person])] == [truth]


@pytest.mark.parametrize(("height", "width"), [(200, 330), (331, 201)])
def test_turned_boxes_come_back_where_they_were(height: int, width: int) -> None:
    truth = Box(17, 33, 60, 52)
    found = turned(dot(height, width, truth), bright())

    assert [region.box for region in found] == [truth]


def test_a_dancer_on_his_hands_is_found_in_a_crowd_that_stands(real_data: Path) -> None:
    detector = YoloxDetector(real_data.parent / "weights" / "yolox_nano.onnx")
    frame = real_data / "masks" / "breakdance_00020.jpg"
    image = np.asarray(cv2.imread(str(frame), cv2.IMREAD_COLOR_RGB), np.uint8)
    dancer = Box(230, 192, 600, 452)

    assert iou(detector.detect(image, "breakdancer")[0].box, dancer) > 0.8
    assert iou(detector.detect(image, "man")[0].box, dancer) < 0.3
