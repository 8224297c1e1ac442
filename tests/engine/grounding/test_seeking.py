"""Detectors that can look for anything, beside those that know few nouns: who is asked, and what is believed."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.data import Box, Image, Region
from engine.errors import NotGrounded
from engine.fakes import BoxSegmenter
from engine.grounding import Grounder
from engine.grounding.things import Things, loosened, noticed
from engine.grounding.yolox import YoloxDetector
from engine.operations import Target
from tests.engine.grounding.scenes import HEIGHT, WIDTH, Drawn, draw
from tests.engine.grounding.test_things import GREY, MAN, OTHER, Knowing, seen


class Seeking:
    """A detector that can look for anything, and finds what it is told under the words it is told."""

    def __init__(
        self, there: dict[str, list[Region]], *, swift: bool = False, hints: dict[str, list[Region]] | None = None
    ) -> None:
        self.there, self.swift, self.faint = there, swift, hints or {}
        self.asked: list[tuple[str, tuple[int, ...]]] = []

    def is_swift(self) -> bool:
        return self.swift

    def detect(self, image: Image, phrase: str) -> list[Region]:
        self.asked.append((phrase, image.shape[:2]))
        return self.there.get(phrase, [])

    def hints(self, image: Image, phrase: str) -> list[Region]:
        return self.faint.get(phrase, [])


def sought(label: str, x: int, y: int, width: int, height: int, score: float = 0.15) -> Region:
    return Region(Box(x, y, x + width, y + height), score, label, "owlv2")


WOMAN = sought("person", 420, 110, 120, 270)
DOG, PUP = seen("dog", 60, 100, 120, 80), sought("dog", 420, 110, 120, 90)
POST = sought("post", 300, 50, 40, 300)


def test_a_noun_that_is_known_and_seen_costs_no_search() -> None:
    seeker = Seeking({"dog": [PUP]})
    located = Grounder([seeker, Knowing(DOG)], BoxSegmenter()).locate(GREY, Target(phrase="dog"))

    assert [region.source for region in located.chosen] == ["boxes"]
    assert seeker.asked == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target(phrase="man", ordinal="second"), [WOMAN]),
        (Target(phrase="people", quantity="2"), [MAN, WOMAN]),
        (Target(phrase="people"), [MAN, WOMAN]),
    ],
)
def test_fewer_than_the_words_need_are_searched_for(target: Target, expected: list[Region]) -> None:
    seeker = Seeking({"man": [WOMAN], "people": [WOMAN]})
    chosen = Grounder([Knowing(MAN), seeker], BoxSegmenter()).locate(GREY, target).chosen

    assert [region.source for region in chosen] == [region.source for region in expected]
    assert [region.box for region in chosen] == [loosened(region.box, HEIGHT, WIDTH) for region in expected]


def test_known_but_not_seen_is_searched_for_and_then_not_found() -> None:
    found = Grounder([Knowing(MAN), Seeking({"dog": [PUP]})], BoxSegmenter()).locate(GREY, Target(phrase="dog"))

    assert [region.source for region in found.chosen] == ["owlv2"]
    with pytest.raises(NotGrounded) as caught:
        Grounder([Knowing(MAN), Seeking({})], BoxSegmenter()).locate(GREY, Target(phrase="dog"))
    assert caught.value.alternatives == ("person",)


def test_unknown_nouns_and_attributes_are_searched_for() -> None:
    spotted = sought("dog", 60, 100, 118, 80)
    seeker = Seeking({"lamp post": [POST], "spotted dog": [spotted]})
    grounder_ = Grounder([Knowing(DOG, OTHER), seeker], BoxSegmenter())

    assert grounder_.locate(GREY, Target(phrase="lamp post")).regions[0].label == "post"
    assert [region.source for region in Things([Knowing(DOG), Seeking({})]).find(GREY, "spotted dog")] == ["boxes"]
    assert grounder_.locate(GREY, Target(phrase="spotted dog")).regions[0].source == "owlv2"


def test_only_a_word_that_the_real_detector_overlooks_costs_a_search(real_data: Path) -> None:
    yolox = YoloxDetector(real_data.parent / "weights" / "yolox_nano.onnx")
    image = np.asarray(cv2.imread(str(real_data / "photos" / "33.jpeg"), cv2.IMREAD_COLOR_RGB), np.uint8)
    seeker = Seeking({"brown horse": [POST], "galloping horse": [POST]})
    things = Things([yolox, seeker])

    assert things.find(image, "brown horse")[0].source == "yolox"
    assert things.find(image, "galloping horse") == [POST]
    assert seeker.asked == [("galloping horse", image.shape[:2])]


def test_where_it_is_swift_the_seeker_is_asked_first() -> None:
    seeker = Seeking({"dog": [PUP, sought("dog", 62, 100, 118, 80)]}, swift=True)
    things = Things([Knowing(DOG), seeker])

    assert things.find(GREY, "dog") == seeker.there["dog"]
    assert things.find(GREY, "dog", lambda found: len(found) > 2) == [seeker.there["dog"][1], PUP]


def test_a_colour_none_of_the_known_shows_is_searched_for() -> None:
    image = GREY.copy()
    image[110:200, 420:540] = (200, 30, 30)
    both = Grounder([Knowing(DOG), Seeking({"red dog": [PUP]})], BoxSegmenter())

    assert both.locate(image, Target(phrase="red dog", colour="red")).chosen[0].source == "owlv2"


@pytest.mark.parametrize("phrase", ["background", "picture", "main subject", "the red one"])
def test_what_has_a_finder_of_its_own_is_not_searched_for(phrase: str, rng: np.random.Generator) -> None:
    seeker = Seeking({phrase: [POST]})
    located = Grounder([seeker]).locate(draw([Drawn("red", "ball", 300, 200, 80)], rng), Target(phrase=phrase))

    assert located.regions[0].source != "owlv2"
    assert seeker.asked == []


def test_a_face_that_no_finder_sees_is_searched_for() -> None:
    muzzle = sought("face", 100, 100, 60, 60)

    assert Grounder([Seeking({"face": [muzzle]})], BoxSegmenter()).locate(GREY, Target(phrase="face")).chosen[0].source
    with pytest.raises(NotGrounded):
        Grounder([Seeking({})]).locate(GREY, Target(phrase="face"))


@pytest.mark.parametrize(("where", "found"), [((215, 115, 170, 170), True), ((20, 20, 60, 60), False)])
def test_the_main_subject_stands_in_only_where_the_seeker_saw_a_hint(
    where: tuple[int, int, int, int], found: bool, rng: np.random.Generator
) -> None:
    image = draw([Drawn("orange", "ball", 300, 200, 80)], rng, noisy=False)
    grounder_ = Grounder([Seeking({}, hints={"wombat": [sought("wombat", *where, score=0.06)]})])

    if found:
        assert [notice.kind for notice in grounder_.locate(image, Target(phrase="wombat")).notices] == ["main_subject"]
    else:
        with pytest.raises(NotGrounded):
            grounder_.locate(image, Target(phrase="wombat"))


def test_a_part_is_searched_for_in_the_crop_of_its_whole() -> None:
    man = seen("person", 200, 150, 100, 200)
    seeker = Seeking({"hat": [sought("hat", 40, 45, 50, 30), sought("hat", 0, 0, 140, 270)]})
    located = Grounder([Knowing(man), seeker], BoxSegmenter()).locate(GREY, Target(phrase="hat", part_of="man"))
    ((_, (height, width)),) = seeker.asked
    left, top = 250 - width // 2, 250 - height // 2

    assert (height, width) == (308, 154)
    assert [region.box for region in located.chosen] == [
        loosened(Box(left + 40, top + 45, left + 90, top + 75), HEIGHT, WIDTH)
    ]


def test_several_things_are_told_apart_by_their_articles() -> None:
    seeker = Seeking({"post": [POST], "the bin": [sought("bin", 500, 300, 60, 60)], "salt and pepper mill": [PUP]})
    both = Grounder([seeker], BoxSegmenter()).locate(GREY, Target(phrase="post and the bin")).chosen[0]
    mill = Grounder([seeker], BoxSegmenter()).locate(GREY, Target(phrase="salt and pepper mill")).chosen[0]

    assert both.on(HEIGHT, WIDTH)[100, 320]
    assert both.on(HEIGHT, WIDTH)[330, 530]
    assert mill.box == loosened(PUP.box, HEIGHT, WIDTH)


def test_faint_scales_do_not_lose_to_loud_ones() -> None:
    loud, faint = seen("dog", 60, 100, 120, 120, 0.9), sought("dog", 460, 100, 120, 120, 0.15)

    weighed = noticed([loud, faint], HEIGHT, WIDTH)

    assert {region.source for region in weighed} == {"boxes", "owlv2"}
    assert weighed[0].score == pytest.approx(weighed[1].score, rel=0.05)
