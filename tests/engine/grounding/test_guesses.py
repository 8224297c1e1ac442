"""What is done about a noun that nobody knows: what stands out is offered, and hardly ever taken for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from engine.data import GUESS, Box, Image
from engine.errors import NotGrounded
from engine.grounding import Grounder
from engine.grounding.faces import Face
from engine.grounding.yolox import YoloxDetector
from engine.operations import Target
from tests.engine.grounding.scenes import HEIGHT, WIDTH, Drawn, draw, overlap

BALL = Drawn("orange", "ball", 190, 200, 80)
OTHER = Drawn("blue", "ball", 470, 210, 70)


def photo(folder: Path, number: int) -> Image:
    return np.asarray(Pillow.open(folder / "photos" / f"{number}.jpeg").convert("RGB"))


@pytest.mark.parametrize(("number", "noun"), [(7, "bicycle"), (27, "dog"), (80, "dog"), (48, "dog")])
def test_in_a_photo_nobody_decides_for_the_author(number: int, noun: str, real_data: Path) -> None:
    located = Grounder().locate(photo(real_data, number), Target(phrase=noun))

    assert located.chosen == ()
    assert {region.source for region in located.regions} == {GUESS}
    assert all(region.mask is not None for region in located.regions)


def test_things_apart_are_offered_one_by_one(rng: np.random.Generator) -> None:
    located = Grounder().locate(draw([BALL, OTHER], rng), Target(phrase="wombat"))
    found = sorted(
        (region.on(HEIGHT, WIDTH) for region in located.regions), key=lambda mask: int(np.argmax(mask.any(0)))
    )

    assert located.chosen == ()
    assert [overlap(mask, ball.truth()) > 0.9 for mask, ball in zip(found, (BALL, OTHER), strict=True)] == [True, True]
    assert len(Grounder().locate(draw([BALL, OTHER], rng), Target(phrase="wombat", position="left")).regions) == 1


def test_whoever_has_a_face_is_not_taken_for_a_thing(rng: np.random.Generator) -> None:
    image = draw([BALL], rng, noisy=False)
    face = Face(Box(150, 150, 230, 230), 0.9)

    assert Grounder().locate(image, Target(phrase="wombat")).chosen
    assert not Grounder(find_faces=lambda _: [face]).locate(image, Target(phrase="wombat")).chosen


def test_all_but_an_unknown_noun_is_all_but_what_stands_out(real_data: Path) -> None:
    image = photo(real_data, 48)
    offered = Grounder().locate(image, Target(phrase="slalomist")).regions
    located = Grounder().locate(image, Target(phrase="everything", relation="except the slalomist"))

    assert [notice.kind for notice in located.notices] == ["main_subject"]
    rest = ~np.logical_or.reduce([region.on(*image.shape[:2]) for region in offered])
    assert np.array_equal(located.chosen[0].on(*image.shape[:2]), rest)


def test_a_neighbour_that_nobody_recognises_tells_nothing_apart(rng: np.random.Generator) -> None:
    image = draw([BALL, Drawn("blue", "ball", 350, 120, 50), Drawn("blue", "ball", 520, 300, 50)], rng)
    target = Target(phrase="blue ball", colour="blue", relation="next to the wombat")

    assert Grounder().locate(image, target).chosen == ()


@pytest.mark.parametrize("number", [27, 81])
def test_what_a_detector_knows_is_not_there_where_it_sees_none(number: int, real_data: Path) -> None:
    grounder = Grounder([YoloxDetector(real_data.parent / "weights" / "yolox_nano.onnx")])

    for noun in ("zebra", "dirt bike", "pizza"):
        with pytest.raises(NotGrounded):
            grounder.locate(photo(real_data, number), Target(phrase=noun))
