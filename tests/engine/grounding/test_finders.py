from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from engine.data import Box, Image
from engine.errors import NotGrounded
from engine.grounding import Grounder
from engine.grounding.faces import Face, PersonFinder, faces
from engine.grounding.lettering import likeness, matching, read_text
from engine.grounding.shapes import SHAPES, shapeliness
from engine.grounding.subject import main_subject
from engine.operations import Target
from engine.segmentation.classic import ClassicSegmenter
from tests.engine.grounding.scenes import HEIGHT, WIDTH, Drawn, draw, overlap


def photo(folder: Path, name: str) -> Image:
    found = cv2.imread(str(folder / "photos" / name))
    return np.asarray(cv2.cvtColor(np.asarray(found, np.uint8), cv2.COLOR_BGR2RGB), np.uint8)


def landscape(rng: np.random.Generator, top: tuple[int, int, int], low: tuple[int, int, int]) -> Image:
    """A sky that fades from `top` to `low` above a rough green field, the horizon at row 180 of 300."""
    share = np.linspace(0, 1, 180)[:, None, None]
    sky = np.broadcast_to((1 - share) * np.array(top) + share * np.array(low), (180, 400, 3))
    field = np.array((70, 120, 40)) + rng.normal(0, 25, (120, 400, 1))
    return np.clip(np.concatenate((sky, field)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("top", "low"),
    [((60, 120, 220), (170, 205, 245)), ((200, 200, 205), (240, 240, 240)), ((250, 160, 70), (255, 210, 120))],
)
def test_sky_and_grass_meet_at_the_horizon(
    top: tuple[int, int, int], low: tuple[int, int, int], rng: np.random.Generator
) -> None:
    image = landscape(rng, top, low)
    truth = np.arange(300)[:, None] < np.full((1, 400), 180)
    grounder = Grounder()

    assert overlap(grounder.locate(image, Target(phrase="sky")).chosen[0].on(300, 400), truth) > 0.97
    assert overlap(grounder.locate(image, Target(phrase="the grass")).chosen[0].on(300, 400), ~truth) > 0.95


def test_a_brick_wall_is_no_sky(rng: np.random.Generator) -> None:
    wall = np.clip(np.array((120, 70, 50)) + rng.normal(0, 30, (300, 400, 1)), 0, 255).astype(np.uint8)

    with pytest.raises(NotGrounded):
        Grounder().locate(wall, Target(phrase="sky"))


def test_background_is_all_but_the_main_subject(rng: np.random.Generator) -> None:
    thing = Drawn("orange", "ball", 300, 200, 80)
    image = draw([thing], rng, noisy=False)
    subject = main_subject(image)
    background = Grounder().locate(image, Target(phrase="background")).chosen[0].on(HEIGHT, WIDTH)

    assert overlap(subject.mask, thing.truth()) > 0.95
    assert subject.score > 0.5
    assert np.array_equal(background, ~subject.mask)
    assert np.array_equal(main_subject(image).mask, subject.mask)


@pytest.mark.parametrize(
    ("name", "share"), [("56.jpeg", (0.05, 0.2)), ("81.jpeg", (0.12, 0.35)), ("24.jpeg", (0.2, 0.4))]
)
def test_the_subject_of_a_real_photo(real_data: Path, name: str, share: tuple[float, float]) -> None:
    subject = main_subject(photo(real_data, name))

    assert share[0] < subject.mask.mean() < share[1]
    assert not subject.mask[:10].any()


def test_faces_of_real_photos(real_data: Path) -> None:
    image = photo(real_data, "18.jpeg")
    left = Grounder().locate(image, Target(phrase="face", position="left")).chosen

    assert len(faces(image)) == 2
    assert len(left) == 1
    assert left[0].on(*image.shape[:2])[255, 425]


@pytest.mark.parametrize("name", ["24.jpeg", "61.jpeg", "81.jpeg"])
def test_dogs_rucksacks_and_mongooses_have_no_human_face(real_data: Path, name: str) -> None:
    assert faces(photo(real_data, name)) == []


def poster() -> Image:
    picture = Pillow.new("RGB", (640, 360), (225, 220, 205))
    canvas = ImageDraw.Draw(picture)
    canvas.text((60, 60), "GRAND OPENING", fill=(30, 30, 60), font_size=60)
    canvas.text((60, 180), "free coffee", fill=(150, 30, 30), font_size=40)
    canvas.text((470, 325), "21.11.2026", fill=(90, 90, 90), font_size=26)
    return np.asarray(picture).copy()


def test_drawn_lettering_is_read_line_by_line() -> None:
    lines = read_text(poster())

    assert [line.text.upper() for line in lines] == ["GRAND OPENING", "FREE COFFEE", "21.11.2026"]
    assert lines[0].quad.shape == (4, 2)
    assert lines[0].box.y0 < lines[0].quad[:, 1].mean() < lines[0].box.y1


@pytest.mark.parametrize(("phrase", "row"), [('the word "coffee"', 205), ("date", 338), ("red text", 205)])
def test_words_choose_the_lettering(phrase: str, row: int) -> None:
    chosen = Grounder().locate(poster(), Target(phrase=phrase)).chosen

    assert len(chosen) == 1
    assert chosen[0].box.y0 < row < chosen[0].box.y1


def test_text_means_all_of_it_and_other_words_none() -> None:
    assert len(Grounder().locate(poster(), Target(phrase="text")).chosen) == 3
    with pytest.raises(NotGrounded):
        Grounder().locate(poster(), Target(phrase='the word "pizza"'))
    assert read_text(np.full((100, 200, 3), 90, np.uint8)) == []


def test_readings_match_whatever_their_case_and_spacing() -> None:
    assert likeness("GRAND OPENING", "grand opening") == 1
    assert likeness("Grand 0pening", "grand opening") > 0.9
    assert likeness("pizza", "grand opening") < 0.5
    assert matching([], "a") == []


@pytest.mark.parametrize("noun", ["ball", "square", "triangle"])
def test_each_shape_looks_most_like_itself(noun: str) -> None:
    scores = {
        shape: shapeliness(Drawn("red", noun, 300, 200, 70).truth(), SHAPES[shape])
        for shape in ("ball", "square", "triangle", "bar")
    }

    assert max(scores, key=lambda shape: scores[shape]) == noun
    assert scores[noun] > 0.9


def test_a_person_is_cut_out_with_the_head_however_bright_the_shirt(rng: np.random.Generator) -> None:
    """A head in the colours of what is behind it: nothing but the face tells that it belongs to the shirt."""
    image = np.full((400, 300, 3), (70, 45, 40), np.uint8)
    cv2.circle(image, (150, 90), 34, (72, 47, 42), cv2.FILLED)
    cv2.rectangle(image, (105, 130), (195, 330), (235, 235, 215), cv2.FILLED)
    image = np.clip(image + rng.normal(0, 6, image.shape), 0, 255).astype(np.uint8)
    face = Face(Box(124, 66, 176, 118), 0.9)
    (person,) = PersonFinder(ClassicSegmenter(), lambda _: [face]).detect(image, "person")
    mask = person.on(400, 300)
    head = np.zeros((400, 300), np.uint8)
    cv2.ellipse(head, ((150.0, 92.0), (44.0, 48.0), 0.0), 1, cv2.FILLED)
    assert mask[head > 0].mean() > 0.98
    assert mask[150:320, 115:185].mean() > 0.95
    assert person.source == "face"
