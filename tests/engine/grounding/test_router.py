from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data import Box, Image, Mask, Region
from engine.errors import NotGrounded
from engine.grounding import Grounder
from engine.operations import Target
from tests.engine.grounding.scenes import COLOURS, HEIGHT, WIDTH, Drawn, draw, overlap

SLOTS = [(110, 110), (320, 100), (530, 120), (110, 310), (320, 320), (530, 300)]


def on(regions: tuple[Region, ...]) -> Mask:
    return np.logical_or.reduce([region.on(HEIGHT, WIDTH) for region in regions])


def scene_of(seed: int) -> tuple[list[Drawn], Image]:
    """Three red balls in a row of clearly different sizes, among things of another colour or shape."""
    rng = np.random.default_rng(seed)
    colour, other = rng.choice(list(COLOURS), 2, replace=False)
    radii = rng.permutation([22, 40, 66])
    row = [
        Drawn(str(colour), "ball", x + int(rng.integers(-20, 20)), y, int(r))
        for (x, y), r in zip(SLOTS[:3], radii, strict=True)
    ]
    below = [
        Drawn(str(other), str(rng.choice(["ball", "square", "triangle"])), *SLOTS[3], 50),
        Drawn(str(colour), "square", *SLOTS[4], 45),
        Drawn(str(other), "rectangle", *SLOTS[5], 60),
    ]
    return row + below, draw(row + below, rng, noisy=bool(seed % 2))


@pytest.mark.parametrize("seed", range(60))
def test_words_find_the_drawn_thing(seed: int) -> None:
    things, image = scene_of(seed)
    row = sorted(things[:3], key=lambda thing: thing.x)
    by_size = sorted(row, key=lambda thing: thing.radius)
    phrase = f"{row[0].colour} ball"
    grounder = Grounder()
    asked = {
        "left": (Target(phrase=phrase, position="left"), row[:1]),
        "right": (Target(phrase=phrase, position="right"), row[2:]),
        "middle": (Target(phrase=phrase, position="middle"), row[1:2]),
        "second": (Target(phrase=phrase, ordinal="second"), row[1:2]),
        "last": (Target(phrase="ball", colour=row[0].colour, ordinal="last"), row[2:]),
        "biggest": (Target(phrase=phrase, size="biggest"), by_size[2:]),
        "smallest": (Target(phrase=phrase, size="smallest"), by_size[:1]),
        "all": (Target(phrase=f"{phrase}s"), row),
        "square": (Target(phrase=f"{row[0].colour} square"), [things[4]]),
    }
    words = list(asked)[seed % len(asked) :: len(asked)]
    for word in words:
        target, expected = asked[word]
        chosen = grounder.locate(image, target).chosen
        truth = np.logical_or.reduce([thing.truth() for thing in expected])
        assert len(chosen) == len(expected), (word, phrase)
        assert overlap(on(chosen), truth) > 0.97, (word, phrase)


def test_two_that_fit_are_both_offered_and_neither_chosen(rng: np.random.Generator) -> None:
    things = [
        Drawn("red", "ball", 120, 300, 70),
        Drawn("red", "ball", 500, 280, 80),
        Drawn("blue", "rectangle", 320, 100, 60),
    ]
    located = Grounder().locate(draw(things, rng), Target(phrase="red ball"))

    assert located.chosen == ()
    assert len(located.regions) == 2
    assert all(region.mask is not None for region in located.regions)


def test_hard_edges_on_noise_are_found_to_the_pixel(rng: np.random.Generator) -> None:
    things = [Drawn("red", "ball", 120, 300, 70), Drawn("red", "ball", 500, 280, 80)]
    found = on(Grounder().locate(draw(things, rng), Target(phrase="the red balls")).chosen)
    truth = things[0].truth() | things[1].truth()
    rim = cv2.dilate(truth.astype(np.uint8), np.ones((3, 3), np.uint8)) != cv2.erode(
        truth.astype(np.uint8), np.ones((3, 3), np.uint8)
    )

    assert not (found ^ truth)[~np.asarray(rim, np.bool_)].any()
    assert np.count_nonzero(found ^ truth) < 0.01 * np.count_nonzero(truth)


def test_a_thing_cut_off_by_the_border_is_found(rng: np.random.Generator) -> None:
    thing = Drawn("red", "ball", 0, 200, 90)
    found = on(Grounder().locate(draw([thing], rng), Target(phrase="red ball")).chosen)

    assert overlap(found, thing.truth()) > 0.97


@pytest.mark.parametrize("phrase", ["purple ball", "the orange one", "yellow car", "blue triangle"])
def test_what_is_not_there_is_not_found(phrase: str, rng: np.random.Generator) -> None:
    image = draw([Drawn("red", "ball", 320, 200, 80), Drawn("blue", "square", 520, 200, 60)], rng, noisy=False)

    with pytest.raises(NotGrounded) as caught:
        Grounder().locate(image, Target(phrase=phrase))
    assert caught.value.phrase == phrase
    assert "grey" in caught.value.alternatives


def test_a_shape_needs_no_colour(rng: np.random.Generator) -> None:
    things = [
        Drawn("red", "ball", 120, 200, 60),
        Drawn("blue", "square", 320, 200, 60),
        Drawn("green", "triangle", 520, 200, 60),
    ]
    image = draw(things, rng, noisy=False)

    for thing, noun in zip(things, ("circle", "square", "triangle"), strict=True):
        assert overlap(on(Grounder().locate(image, Target(phrase=noun)).chosen), thing.truth()) > 0.95


def test_neighbours_choose(rng: np.random.Generator) -> None:
    things = [
        Drawn("red", "ball", 120, 200, 40),
        Drawn("red", "ball", 420, 200, 40),
        Drawn("blue", "square", 530, 200, 40),
    ]
    chosen = Grounder().locate(draw(things, rng), Target(phrase="red ball", relation="next to the blue square")).chosen

    assert overlap(on(chosen), things[1].truth()) > 0.97


def test_everything_but_a_thing_is_its_complement(rng: np.random.Generator) -> None:
    thing = Drawn("red", "ball", 320, 200, 80)
    image = draw([thing], rng)
    located = Grounder().locate(image, Target(phrase="everything", relation="except the red ball"))

    assert overlap(~on(located.chosen), thing.truth()) > 0.97


@pytest.mark.parametrize("phrase", ["picture", "the whole image", "photo", "everything"])
def test_the_whole_picture_is_itself(phrase: str, rng: np.random.Generator) -> None:
    located = Grounder().locate(draw([], rng), Target(phrase=phrase))

    assert located.chosen[0].source == "whole"
    assert located.chosen[0].area == HEIGHT * WIDTH


def test_an_unknown_noun_means_the_main_subject_and_says_so(rng: np.random.Generator) -> None:
    thing = Drawn("orange", "ball", 300, 200, 80)
    image = draw([thing], rng, noisy=False)
    located = Grounder().locate(image, Target(phrase="wombat"))

    assert [notice.kind for notice in located.notices] == ["main_subject"]
    assert overlap(on(located.chosen), thing.truth()) > 0.9
    assert located.chosen[0].score <= 0.5


@pytest.mark.parametrize(
    "target",
    [
        Target(phrase="collar"),
        Target(phrase="handle", part_of="mug"),
        Target(phrase="wombat", ordinal="third"),
        Target(phrase="wombat", position="right"),
    ],
)
def test_parts_and_others_are_never_taken_for_the_main_subject(target: Target, rng: np.random.Generator) -> None:
    image = draw([Drawn("orange", "ball", 200, 200, 80)], rng, noisy=False)

    with pytest.raises(NotGrounded):
        Grounder().locate(image, target)


def test_nothing_stands_out_of_nothing() -> None:
    with pytest.raises(NotGrounded):
        Grounder().locate(np.full((200, 300, 3), 128, np.uint8), Target(phrase="wombat"))


class OneBox:
    """A detector that knows wombats, by their box."""

    def __init__(self, *boxes: Box) -> None:
        self.boxes = boxes

    def detect(self, image: Image, phrase: str) -> list[Region]:
        return [Region(box, 0.8, "wombat", "boxes") for box in self.boxes] if "wombat" in phrase else []


def test_a_plugged_in_detector_is_asked_first_and_its_box_cut_out(rng: np.random.Generator) -> None:
    thing = Drawn("orange", "ball", 300, 200, 80)
    located = Grounder([OneBox(Box(215, 115, 386, 286))]).locate(draw([thing], rng), Target(phrase="wombat"))

    assert located.notices == ()
    assert located.chosen[0].source == "boxes"
    assert overlap(on(located.chosen), thing.truth()) > 0.9


def test_a_colour_tells_boxes_apart(rng: np.random.Generator) -> None:
    things = [Drawn("red", "ball", 150, 200, 60), Drawn("blue", "ball", 450, 200, 60)]
    boxes = OneBox(Box(90, 140, 210, 260), Box(390, 140, 510, 260))
    located = Grounder([boxes]).locate(draw(things, rng), Target(phrase="blue wombat"))

    assert [region.box.x0 for region in located.chosen] == [390]


@pytest.mark.parametrize("shape", [(64, 64), (65, 301), (300, 64), (97, 101)])
def test_any_size_of_picture_is_searched(shape: tuple[int, int], rng: np.random.Generator) -> None:
    image = rng.integers(0, 255, (*shape, 3), np.uint8)
    image[20:50, 20:50] = (220, 20, 30)
    grounder = Grounder()
    chosen = grounder.locate(image, Target(phrase="red square")).chosen

    assert (
        overlap(chosen[0].on(*shape), np.pad(np.ones((30, 30), np.bool_), ((20, shape[0] - 50), (20, shape[1] - 50))))
        > 0.9
    )
    for phrase in ("sky", "face", "background", "grass", "wombat"):
        with suppress(NotGrounded):
            assert all(region.mask is not None for region in grounder.locate(image, Target(phrase=phrase)).chosen)


def test_the_yellow_ball_of_a_real_photo(real_data: Path) -> None:
    image = cv2.cvtColor(np.asarray(cv2.imread(str(real_data / "photos" / "24.jpeg")), np.uint8), cv2.COLOR_BGR2RGB)
    chosen = Grounder().locate(np.asarray(image, np.uint8), Target(phrase="yellow ball")).chosen
    mask = chosen[0].on(*image.shape[:2])

    assert len(chosen) == 1
    assert mask[650, 400]
    assert not mask[300, 700]
    assert 0.03 < mask.mean() < 0.12
