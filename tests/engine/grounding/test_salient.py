"""The salient-object network: what it is fed, what is made of its answer, and who is believed about the subject."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data import Box, Image, Region
from engine.errors import NotGrounded, UnusableModel
from engine.fakes import BoxSegmenter
from engine.grounding.router import Grounder
from engine.grounding.salient import SalientCutter
from engine.operations import Target
from tests.engine.tiny_graphs import like_encoder

THING, REST = (40, 120, 200), (30, 20, 10)
U2NET = tuple((value / 200 - mean) / deviation for value, mean, deviation in zip(
    THING, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True
))  # fmt: skip
IS_NET = tuple(value / 255 - 0.5 for value in THING)
BOX = Box(120, 80, 300, 260)


def scene(height: int = 400, width: int = 500, box: Box = BOX) -> Image:
    """A thing on a dark ground; the picture's brightest value is 200."""
    image = np.zeros((height, width, 3), np.uint8)
    image[...] = REST
    image[box.slices] = THING
    return image


def overlap(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], box: Box) -> float:
    truth = np.zeros_like(mask)
    truth[box.slices] = True
    return float((mask & truth).sum() / (mask | truth).sum())


@pytest.fixture(params=[(320, U2NET), (1024, IS_NET)], ids=["u2net", "is-net"])
def cutter(request: pytest.FixtureRequest, tmp_path: Path) -> SalientCutter:
    side, wanted = request.param
    return SalientCutter(like_encoder(tmp_path / "salient.onnx", side, wanted))


@pytest.mark.parametrize(
    ("height", "width", "box"), [(400, 500, BOX), (611, 203, Box(50, 300, 150, 580)), (90, 70, Box(9, 9, 60, 60))]
)
def test_pixels_arrive_as_the_network_was_taught(cutter: SalientCutter, height: int, width: int, box: Box) -> None:
    image = scene(height, width, box)
    subject = cutter.subject(image)

    assert overlap(subject.mask, box) > 0.97
    assert subject.score > 0.5
    soft = cutter.saliency(image)
    assert (soft.shape, soft.dtype, soft.min(), soft.max()) == ((height, width), np.float32, 0, 1)
    assert overlap(soft > 0.5, box) > 0.93


def test_nothing_stands_out_of_a_flat_answer(cutter: SalientCutter) -> None:
    image = np.full((300, 200, 3), 77, np.uint8)
    subject = cutter.subject(image)

    assert (subject.mask.shape, bool(subject.mask.any()), subject.score) == ((300, 200), False, 0.0)
    assert not cutter.saliency(image).any()


def test_other_graphs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel):
        SalientCutter(like_encoder(tmp_path / "side.onnx", 416, U2NET)).subject(scene())
    with pytest.raises(UnusableModel):
        SalientCutter(like_encoder(tmp_path / "logits.onnx", 320, U2NET, logits=True)).subject(scene())


class Seeing:
    """A detector that sees things where it is told."""

    def __init__(self, *boxes: Box) -> None:
        self._seen = [Region(box, 0.9, "dog", "fixed") for box in boxes]

    def knows(self, phrase: str) -> bool:
        return phrase == "dog"

    def detect(self, image: Image, phrase: str) -> list[Region]:
        return self._seen if self.knows(phrase) else []

    def see(self, image: Image) -> list[Region]:
        return self._seen


def located(grounder: Grounder, phrase: str, image: Image) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    (region,) = grounder.locate(image, Target(phrase=phrase)).chosen
    return region.on(*image.shape[:2])


def test_it_tells_the_subject_the_background_and_unknown_nouns(cutter: SalientCutter) -> None:
    grounder, image = Grounder(salient=cutter), scene()
    # Colours alone would take the larger and livelier thing.
    image[20:380, 320:490] = (200, 30, 30)

    assert overlap(located(grounder, "main subject", image), BOX) > 0.97
    assert overlap(~located(grounder, "background", image), BOX) > 0.97
    assert overlap(located(grounder, "gizmo", image), BOX) > 0.97
    assert overlap(located(Grounder(), "main subject", image), BOX) < 0.5


def test_its_outline_is_taken_for_what_is_recognised(cutter: SalientCutter) -> None:
    loose = Box(BOX.x0 - 30, BOX.y0 - 30, BOX.x1 + 30, BOX.y1 + 30)
    grounder = Grounder([Seeing(loose, Box(400, 300, 480, 380))], BoxSegmenter(), cutter)

    assert overlap(located(grounder, "main subject", scene()), BOX) > 0.97


def test_what_is_recognised_elsewhere_is_believed(cutter: SalientCutter) -> None:
    seen = Box(320, 40, 480, 380)
    grounder = Grounder([Seeing(seen)], BoxSegmenter(), cutter)

    mask = located(grounder, "main subject", scene())
    assert overlap(mask, seen) > 0.8
    assert not mask[150, 200]


def test_a_backdrop_is_no_subject_though_it_covers_what_is_recognised(tmp_path: Path) -> None:
    wanted = tuple(value / 255 - 0.5 for value in REST)
    cutter = SalientCutter(like_encoder(tmp_path / "backdrop.onnx", 1024, wanted))
    seen = Box(320, 40, 480, 380)

    mask = located(Grounder([Seeing(seen)], BoxSegmenter(), cutter), "main subject", scene())
    assert overlap(mask, seen) > 0.8


def test_a_picture_of_nothing_has_no_subject(cutter: SalientCutter) -> None:
    with pytest.raises(NotGrounded):
        Grounder(salient=cutter).locate(np.full((200, 200, 3), 90, np.uint8), Target(phrase="gizmo"))
