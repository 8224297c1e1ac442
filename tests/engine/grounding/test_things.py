"""Detectors plugged in: what they know, what catches the eye, parts, rides, and nothing taken for something else."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import Box, Image, Region
from engine.errors import NotGrounded
from engine.fakes import BoxSegmenter
from engine.grounding import Grounder
from engine.grounding.completion import completed
from engine.grounding.regions import region_of
from engine.grounding.things import Things, cast_of, loosened, noticed
from engine.grounding.yolox import YoloxDetector
from engine.operations import Target
from tests.engine.grounding.scenes import HEIGHT, WIDTH, Drawn, draw, overlap

GREY: Image = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
WORDS = {"person": ("man", "rider", "people", "woman"), "dog": ("dog",), "car": ("car", "cars"), "horse": ("horse",)}


def seen(label: str, x: int, y: int, width: int, height: int, score: float = 0.8) -> Region:
    return Region(Box(x, y, x + width, y + height), score, label, "boxes")


class Knowing:
    """A detector that knows people, dogs, cars and horses, and sees what it is told."""

    def __init__(self, *there: Region) -> None:
        self.there = there

    def _label(self, phrase: str) -> str | None:
        words = phrase.split()
        return next((label for label, known in WORDS.items() if words and words[-1] in known), None)

    def knows(self, phrase: str) -> bool:
        return self._label(phrase) is not None

    def detect(self, image: Image, phrase: str) -> list[Region]:
        return [region for region in self.there if region.label == self._label(phrase)]

    def see(self, image: Image) -> list[Region]:
        return list(self.there)


def grounder(*there: Region) -> Grounder:
    return Grounder([Knowing(*there)], BoxSegmenter())


MAN, OTHER = seen("person", 60, 100, 120, 280), seen("person", 420, 110, 120, 270)
HORSE, RIDER = seen("horse", 200, 200, 240, 200), seen("person", 270, 100, 80, 180)


def test_what_a_detector_knows_and_does_not_see_is_not_found() -> None:
    with pytest.raises(NotGrounded) as caught:
        grounder(HORSE, RIDER).locate(GREY, Target(phrase="dog"))

    assert set(caught.value.alternatives) == {"horse", "person"}


def test_a_word_nobody_knows_is_not_a_person_that_is_seen() -> None:
    with pytest.raises(NotGrounded) as caught:
        grounder(MAN).locate(GREY, Target(phrase="lamppost"))

    assert caught.value.alternatives == ("person",)


@pytest.mark.parametrize(
    "target",
    [
        Target(phrase="wombats"),
        Target(phrase="wombat", quantity="all"),
        Target(phrase="wombat", quantity="2"),
        Target(phrase="seagulls", quantity="all", relation="on the sky"),
        Target(phrase="wombat", relation="next to the tree"),
    ],
)
def test_plurals_and_neighbours_are_never_the_main_subject(target: Target, rng: np.random.Generator) -> None:
    image = draw([Drawn("orange", "ball", 300, 200, 80)], rng, noisy=False)

    with pytest.raises(NotGrounded):
        Grounder().locate(image, target)


@pytest.mark.parametrize(("position", "expected"), [("left", MAN), ("right", OTHER)])
def test_position_words_choose_among_people(position: str, expected: Region) -> None:
    chosen = grounder(MAN, OTHER).locate(GREY, Target(phrase="man", position=position)).chosen

    assert len(chosen) == 1
    assert chosen[0].box == loosened(expected.box, HEIGHT, WIDTH)


def test_two_alike_are_asked_about_and_one_far_larger_is_not() -> None:
    tiny = seen("person", 600, 20, 14, 30)

    assert grounder(MAN, OTHER).locate(GREY, Target(phrase="man")).chosen == ()
    assert len(grounder(MAN, tiny).locate(GREY, Target(phrase="man")).chosen) == 1
    assert len(grounder(MAN, tiny).locate(GREY, Target(phrase="people")).chosen) == 2


def test_a_colour_tells_cars_apart_and_a_colour_none_has_finds_none() -> None:
    image = GREY.copy()
    image[100:200, 50:250] = (200, 30, 30)
    image[100:200, 350:550] = (30, 60, 200)
    cars = grounder(seen("car", 50, 100, 200, 100), seen("car", 350, 100, 200, 100))

    assert cars.locate(image, Target(phrase="red car", colour="red")).chosen[0].box.x0 < 100
    assert cars.locate(image, Target(phrase="blue car", colour="blue")).chosen[0].box.x0 > 300
    with pytest.raises(NotGrounded):
        cars.locate(image, Target(phrase="yellow car", colour="yellow"))


def test_the_subject_is_who_rides_and_what_is_ridden_and_the_background_is_the_rest() -> None:
    located = grounder(HORSE, RIDER, seen("car", 0, 0, 40, 20)).locate(GREY, Target(phrase="main subject"))
    behind = grounder(HORSE, RIDER).locate(GREY, Target(phrase="background")).chosen[0].on(HEIGHT, WIDTH)
    subject = located.chosen[0].on(HEIGHT, WIDTH)

    assert subject[120, 300]
    assert subject[380, 220]
    assert not subject[:20, :40].any()
    assert np.array_equal(behind, ~subject)


@pytest.mark.parametrize(
    "target", [Target(phrase="rider and his horse"), Target(phrase="man", relation="on the horse")]
)
def test_a_rider_comes_with_the_ride(target: Target) -> None:
    mask = grounder(HORSE, RIDER, OTHER).locate(GREY, target).chosen[0].on(HEIGHT, WIDTH)

    assert mask[120, 300]
    assert mask[380, 220]
    assert not mask[:, 500:].any()


def test_a_part_is_sought_within_the_whole_and_never_is_the_whole() -> None:
    image = GREY.copy()
    image[100:130, 90:150] = (200, 30, 30)
    image[300:400, 560:640] = (200, 30, 30)
    people = grounder(MAN)
    hat = people.locate(image, Target(phrase="red hat", colour="red", part_of="man")).chosen

    assert len(hat) == 1
    assert overlap(hat[0].on(HEIGHT, WIDTH)[100:130, 90:150], np.ones((30, 60), np.bool_)) > 0.95
    assert hat[0].area < 2500
    with pytest.raises(NotGrounded) as caught:
        people.locate(image, Target(phrase="hat", part_of="man"))
    assert caught.value.alternatives == ("person",)


@st.composite
def boxes(draw: st.DrawFn) -> list[Region]:
    x, y = st.integers(0, 500), st.integers(0, 300)
    side = st.integers(5, 140)
    labels = st.sampled_from(["person", "dog", "car", "horse"])
    return [
        seen(draw(labels), draw(x), draw(y), draw(side), draw(side), draw(st.floats(0.25, 1)))
        for _ in range(draw(st.integers(0, 5)))
    ]


@settings(deadline=None, max_examples=150)
@given(
    boxes(),
    st.sampled_from(["man", "dog", "people", "rider and horse", "wombat"]),
    st.fixed_dictionaries(
        {},
        optional={
            "position": st.sampled_from(["left", "top right", "middle"]),
            "ordinal": st.sampled_from(["second", "last", "fourth"]),
            "size": st.sampled_from(["biggest", "smallest"]),
            "quantity": st.sampled_from(["all", "2"]),
            "relation": st.sampled_from(["next to the dog", "on the horse", "between the dog and the car"]),
            "part_of": st.sampled_from(["man", "car"]),
        },
    ),
)
def test_a_question_has_at_least_two_answers(there: list[Region], phrase: str, words: dict[str, str]) -> None:
    try:
        located = grounder(*there).locate(GREY, Target.model_validate({"phrase": phrase, **words}))
    except NotGrounded:
        return
    wanted = located.chosen or located.regions

    assert located.chosen or len(located.regions) >= 2
    assert all(region.mask is not None and region.mask.any() for region in wanted)


@settings(deadline=None, max_examples=100)
@given(boxes())
def test_the_cast_is_seen_and_the_noticed_keep_their_boxes(there: list[Region]) -> None:
    cast = cast_of(there, HEIGHT, WIDTH)

    assert {id(region) for region in cast} <= {id(region) for region in there}
    assert len({id(region) for region in cast}) == len(cast)
    assert {region.box for region in noticed(there, HEIGHT, WIDTH)} <= {region.box for region in there}
    assert bool(noticed(there, HEIGHT, WIDTH)) == bool(there)


def test_a_shaded_ball_is_completed_without_what_lies_in_front(rng: np.random.Generator) -> None:
    ball = Drawn("yellow", "ball", 300, 200, 90)
    image = draw([ball], rng, noisy=False)
    rows = np.arange(HEIGHT)[:, None] > 255
    truth = ball.truth()
    image[truth & rows] = (205, 140, 20)
    image[120:180, 330:420] = (245, 245, 245)
    visible = truth.copy()
    visible[120:180, 330:420] = False
    lit = region_of(visible & ~rows, 0.9, "yellow ball", "colour")
    assert lit is not None

    assert overlap(completed(image, lit).on(HEIGHT, WIDTH), visible) > 0.97


def test_a_square_is_no_ball_to_complete(rng: np.random.Generator) -> None:
    square = Drawn("yellow", "ball", 300, 200, 90)
    region = region_of(square.truth(), 0.9, "yellow ball", "colour")
    assert region is not None

    assert completed(draw([square], rng), region) is region


@pytest.fixture
def real(real_data: Path) -> Grounder:
    return Grounder([YoloxDetector(real_data.parent / "weights" / "yolox_nano.onnx")])


def photo(folder: Path, number: int) -> Image:
    found = cv2.imread(str(folder / "photos" / f"{number}.jpeg"), cv2.IMREAD_COLOR_RGB)
    return np.asarray(found, np.uint8)


def test_real_photos_with_the_detector(real: Grounder, real_data: Path) -> None:
    horse = photo(real_data, 33)
    subject = real.locate(horse, Target(phrase="main subject")).chosen[0].on(*horse.shape[:2])

    assert subject[220, 480]
    assert subject[400, 400]
    assert not subject[:, 1000:].any()
    with pytest.raises(NotGrounded) as caught:
        real.locate(horse, Target(phrase="dog"))
    assert caught.value.alternatives[:2] == ("horse", "person")


def test_a_tiger_shows_though_the_detector_was_never_taught_one(real: Grounder, real_data: Path) -> None:
    chosen = real.locate(photo(real_data, 52), Target(phrase="tiger")).chosen

    assert len(chosen) == 1
    assert chosen[0].box.x1 < 930


@pytest.mark.parametrize("number", [27, 45, 52, 74, 81])
def test_a_backdrop_or_half_a_night_is_no_sky(number: int, real_data: Path) -> None:
    with pytest.raises(NotGrounded):
        Grounder().locate(photo(real_data, number), Target(phrase="sky"))


@pytest.mark.parametrize("number", [10, 13, 29, 37, 56, 62, 66, 80])
def test_a_real_sky_is_found(number: int, real_data: Path) -> None:
    image = photo(real_data, number)
    mask = Grounder().locate(image, Target(phrase="sky")).chosen[0].on(*image.shape[:2])

    assert mask[:5].mean() > 0.5


def test_detectors_are_asked_in_turn() -> None:
    things = Things([Knowing(), Knowing(MAN)])

    assert things.find(GREY, "man") == [MAN]
    assert things.labels(GREY) == ("person",)
    assert things.knows("dog")
    assert not things.knows("wombat")
