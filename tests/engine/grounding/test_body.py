"""Parts of people and vehicles: where they must be, and only there."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data import Box, Image, Mask, Region
from engine.errors import NotGrounded
from engine.grounding import Grounder
from engine.grounding.body import body_part
from engine.grounding.faces import Face, skin
from engine.grounding.parts import built_in, is_worn
from engine.grounding.wheels import wheels
from engine.grounding.yolox import YoloxDetector
from engine.planner import parse_target

HEAD = 40
SKIN, HAIR, SHIRT, JEANS, SHOES = (224, 172, 140), (60, 35, 20), (190, 40, 50), (40, 70, 150), (20, 20, 20)


def figure(rng: np.random.Generator) -> tuple[Image, dict[str, Mask], Region, Face]:
    """A person drawn seven and a half heads tall, what is worn where, and where they and their face are."""
    canvas = np.full((360, 240, 3), (120, 160, 110), np.uint8)
    worn = {name: np.zeros(canvas.shape[:2], np.uint8) for name in ("hair", "face", "shirt", "trousers", "shoes")}
    cv2.ellipse(worn["hair"], (120, 50), (17, 22), 0, 0, 360, 1, cv2.FILLED)
    cv2.ellipse(worn["face"], (120, 54), (13, 16), 0, 0, 360, 1, cv2.FILLED)
    cv2.rectangle(worn["shirt"], (85, 72), (155, 180), 1, cv2.FILLED)
    cv2.rectangle(worn["trousers"], (92, 181), (148, 310), 1, cv2.FILLED)
    cv2.rectangle(worn["shoes"], (88, 311), (152, 328), 1, cv2.FILLED)
    cv2.rectangle(worn["face"], (114, 66), (126, 72), 1, cv2.FILLED)
    worn["hair"] &= 1 - worn["face"]
    for name, colour in zip(worn, (HAIR, SKIN, SHIRT, JEANS, SHOES), strict=True):
        canvas[worn[name] > 0] = colour
    noisy = np.clip(canvas + rng.normal(0, 5, canvas.shape), 0, 255).astype(np.uint8)
    whole = np.logical_or.reduce([mask > 0 for mask in worn.values()])
    box = Box(85, 28, 156, 329)
    person = Region(box, 0.9, "person", "test", whole[box.slices])
    return noisy, {name: mask > 0 for name, mask in worn.items()}, person, Face(Box(104, 38, 136, 70), 0.9)


def overlap(found: Mask, truth: Mask) -> float:
    return float(np.count_nonzero(found & truth) / np.count_nonzero(found | truth))


@pytest.mark.parametrize(
    ("noun", "part", "least"),
    [
        ("shirt", "shirt", 0.9),
        ("jacket", "shirt", 0.9),
        ("jeans", "trousers", 0.8),
        ("shoe", "shoes", 0.5),
        ("hair", "hair", 0.6),
    ],
)
def test_garments_are_where_they_are_worn(rng: np.random.Generator, noun: str, part: str, least: float) -> None:
    image, worn, person, face = figure(rng)
    found = body_part(image, noun, person, [face])

    assert found is not None
    assert found.label == noun
    assert overlap(found.on(*image.shape[:2]), worn[part]) > least


def test_a_head_is_told_from_the_silhouette_with_less_confidence(rng: np.random.Generator) -> None:
    image, worn, person, face = figure(rng)
    faced, unfaced = body_part(image, "shirt", person, [face]), body_part(image, "shirt", person, [])

    assert faced is not None
    assert unfaced is not None
    assert unfaced.score < faced.score
    assert overlap(unfaced.on(*image.shape[:2]), worn["shirt"]) > 0.7


def test_what_is_out_of_sight_is_not_made_up(rng: np.random.Generator) -> None:
    image, _, person, face = figure(rng)
    bust = Region(Box(85, 28, 156, 120), 0.9, "person", "test", person.on(*image.shape[:2])[28:120, 85:156])
    lying = Region(Box(0, 0, 200, 60), 0.9, "person", "test", np.ones((60, 200), np.bool_))

    assert body_part(image[:120], "trousers", bust, [face]) is None
    assert body_part(image[:120], "shoe", bust, [face]) is None
    assert body_part(image[:120], "shirt", bust, [face]) is not None
    assert body_part(image, "shirt", lying, []) is None
    assert body_part(image, "wing", person, [face]) is None


def test_skin_is_told_by_its_chroma() -> None:
    colours = np.array([[SKIN, JEANS, (90, 60, 45), (120, 160, 110)]], np.uint8)

    assert skin(colours).tolist() == [[True, False, True, False]]


def test_wheels_are_the_dark_round_things_below(rng: np.random.Generator) -> None:
    image = np.full((260, 420, 3), 150, np.uint8)
    cv2.rectangle(image, (60, 80), (360, 180), (60, 90, 190), cv2.FILLED)
    for x in (120, 300):
        cv2.circle(image, (x, 180), 30, (25, 25, 25), cv2.FILLED)
        cv2.circle(image, (x, 180), 16, (190, 190, 190), cv2.FILLED)
    cv2.circle(image, (210, 110), 22, (15, 15, 15), cv2.FILLED)
    image = np.clip(image + rng.normal(0, 4, image.shape), 0, 255).astype(np.uint8)
    car = Region(Box(58, 78, 363, 213), 0.9, "car", "test")
    found = wheels(image, car)

    assert sorted(round((wheel.box.x0 + wheel.box.x1) / 2, -1) for wheel in found) == [120, 300]
    assert all(abs((wheel.box.y0 + wheel.box.y1) / 2 - 180) < 8 for wheel in found)
    assert built_in(image, "wheel", [car]) != []
    assert built_in(image, "wheel", [Region(car.box, 0.9, "dog", "test")]) == []


def test_which_words_are_parts_of_people() -> None:
    assert all(map(is_worn, ("shirt", "hair", "trousers", "helmet", "shoe")))
    assert not any(map(is_worn, ("wheel", "tail", "umbrella", "")))


def test_parts_in_real_pictures(real_data: Path) -> None:
    grounder = Grounder([YoloxDetector(real_data.parent / "weights" / "yolox_nano.onnx")])

    def photo(name: str) -> Image:
        return np.asarray(cv2.imread(str(real_data / name), cv2.IMREAD_COLOR_RGB), np.uint8)

    car = photo("masks/car-roundabout_00000.jpg")
    found = grounder.locate(car, parse_target("the wheels of the car"))
    assert len(found.chosen) == 2
    jacket = grounder.locate(photo("photos/63.jpeg"), parse_target("his jacket")).chosen[0]
    assert jacket.mask is not None
    yellow = np.median(photo("photos/63.jpeg")[jacket.box.slices][jacket.mask], axis=0)
    assert yellow[0] > 150 > yellow[2]
    with pytest.raises(NotGrounded):
        grounder.locate(photo("photos/32.jpeg"), parse_target("the horse's tail"))
