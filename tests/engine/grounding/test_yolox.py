"""The YOLOX adapter: words to classes, boxes back in the picture's own frame."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data import Box, Image
from engine.geometry import iou
from engine.grounding.yolox import (
    PADDING,
    YoloxDetector,
    class_names,
    classes_of,
    decode_grid,
    kin_of,
    letterbox,
    regions,
)

ROWS = 52 * 52 + 26 * 26 + 13 * 13


def names(phrase: str) -> set[str]:
    return {class_names()[index] for index in classes_of(phrase)}


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("dog", {"dog"}),
        ("the small puppy", {"dog"}),
        ("vehicles", {"bicycle", "car", "motorcycle", "bus", "truck"}),
        ("tourists", {"person"}),
        ("old fishing boat", {"boat"}),
        ("knives", {"knife"}),
        ("ponies", {"horse"}),
        ("benches", {"bench"}),
        ("hot dog", {"hot dog"}),
        ("brown teddy bear toy", {"teddy bear"}),
        ("kite surfer", {"person"}),
        ("german shepherd", {"dog"}),
        ("pickup truck", {"truck"}),
        ("polar bear cubs", {"bear"}),
        ("ice-cold beer bottle", {"bottle"}),
        ("lamp post", set[str]()),
        ("goat", set[str]()),
        ("hope", set[str]()),
        ("", set[str]()),
    ],
)
def test_words_mean_classes(phrase: str, expected: set[str]) -> None:
    assert names(phrase) == expected


def test_an_animal_it_was_never_taught_shows_as_any_animal() -> None:
    assert {"horse", "bear", "dog"} <= {class_names()[index] for index in kin_of("the old goat")}
    assert kin_of("dog") == kin_of("wombat hat") == kin_of("") == frozenset()


def test_everything_seen_holds_what_is_found_by_name(detector: YoloxDetector, real_data: Path) -> None:
    image = photo(real_data / "masks", "camel_00000.jpg")
    everything = {(region.label, region.box) for region in detector.see(image)}
    camel = detector.detect(image, "camel")

    assert camel
    assert (camel[0].label, camel[0].box) in everything
    assert detector.knows("horse")
    assert not detector.knows("camel")


def test_there_are_eighty_classes_in_cocos_order() -> None:
    assert len(class_names()) == 80
    assert (class_names()[0], class_names()[16], class_names()[79]) == ("person", "dog", "toothbrush")


def test_the_letterbox_keeps_the_aspect_and_swaps_to_bgr() -> None:
    image = np.zeros((100, 301, 3), np.uint8)
    image[:] = (10, 20, 30)
    blob, scale = letterbox(image, 416)
    assert blob.shape == (1, 3, 416, 416)
    assert scale == pytest.approx(416 / 301)
    assert blob[0, :, 0, 0].tolist() == [30, 20, 10]
    assert (blob[0, :, 200:] == PADDING).all()


@pytest.mark.parametrize(("height", "width"), [(416, 416), (300, 901), (1201, 333)])
def test_a_box_comes_back_where_it_was(height: int, width: int) -> None:
    scale = 416 / max(height, width)
    truth = Box(width // 4, height // 4, width // 2, height // 2)
    output = np.zeros((ROWS, 85), np.float32)
    cell = 52 * 52 + 26 * 3 + 5
    centre = np.array([(truth.x0 + truth.x1) / 2, (truth.y0 + truth.y1) / 2]) * scale
    output[cell, :2] = centre / 16 - (5, 3)
    output[cell, 2:4] = np.log(np.array([truth.width, truth.height]) * scale / 16)
    output[cell, 4], output[cell, 5 + 16] = 1.0, 0.9
    found = regions(decode_grid(output, 416), classes_of("dog"), scale, height, width)
    assert [region.label for region in found] == ["dog"]
    assert iou(found[0].box, truth) > 0.97
    assert regions(decode_grid(output, 416), classes_of("cat"), scale, height, width) == []


@pytest.fixture
def detector(real_data: Path) -> YoloxDetector:
    return YoloxDetector(real_data.parent / "weights" / "yolox_nano.onnx")


def photo(folder: Path, name: str) -> Image:
    data = np.frombuffer((folder / name).read_bytes(), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)


def test_real_frames(detector: YoloxDetector, real_data: Path) -> None:
    image = photo(real_data / "masks", "car-roundabout_00000.jpg")
    mask = cv2.imread(str(real_data / "masks" / "car-roundabout_00000_mask.png"), cv2.IMREAD_GRAYSCALE)
    rows, columns = np.nonzero(np.asarray(mask) > 127)
    truth = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    best = detector.detect(image, "the car")[0]
    assert iou(best.box, truth) > 0.7
    assert detector.detect(image, "hope") == []


@pytest.mark.parametrize(("height", "width"), [(480, 854), (301, 77), (50, 640)])
def test_the_cells_cover_the_picture_and_nothing_else(detector: YoloxDetector, height: int, width: int) -> None:
    rows, columns, features = detector.cells(np.full((height, width, 3), 90, np.uint8)).shape
    assert features == 85
    assert max(rows, columns) == 52
    assert rows / columns == pytest.approx(height / width, rel=0.05)


def test_what_scores_better_as_something_else_is_not_taken_for_it(detector: YoloxDetector, real_data: Path) -> None:
    bulldog = photo(real_data / "photos", "23.jpeg")
    assert [region.label for region in detector.detect(bulldog, "dog")] == ["dog"]
    assert detector.detect(bulldog, "bird") == []


def test_turned_and_odd_sizes(detector: YoloxDetector, real_data: Path) -> None:
    image = photo(real_data / "masks", "car-roundabout_00000.jpg")
    taller = np.pad(image, ((0, 301), (0, 0), (0, 0)))
    box, same = detector.detect(image, "car")[0].box, detector.detect(taller, "car")[0].box
    assert iou(box, same) > 0.7
