"""Which of the installed models serves: the best on a GPU, the lightest on a CPU, the one that is named on either."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from engine import backends
from engine.backends import ERASERS, RECOGNISERS, SALIENT, SEEKERS, SEGMENTERS, Choice, parts_of, segmenter_of
from engine.backends import specialists_of as specialists
from engine.errors import BadOption, ModelMissing
from engine.segmentation.classic import ClassicSegmenter
from engine.segmentation.onnx_sam import OnnxSamSegmenter
from engine.segmentation.sam import SamSegmenter
from engine.segmentation.sam2 import Sam2Segmenter
from engine.weights import CATALOGUE


@dataclass
class Shelf:
    """Models that lie somewhere under a folder; nothing is opened before it is used."""

    names: frozenset[str]

    def installed(self, name: str) -> Path | None:
        assert name in CATALOGUE
        return Path("models") / name if name in self.names else None


def shelf(*names: str) -> Shelf:
    return Shelf(frozenset(names))


@pytest.fixture(autouse=True)
def _libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "has_libraries", lambda: True)


CPU, GPU = Choice(gpu=False), Choice(gpu=True)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("detector", {*SEEKERS, *RECOGNISERS}),
        ("segmenter", {*SEGMENTERS} - {"sam3"}),
        ("faces", {backends.FACES}),
        ("salient", {*SALIENT}),
        ("eraser", {*ERASERS}),
        ("upscaler", {*backends.UPSCALERS}),
        ("restorer", {*backends.RESTORERS, backends.FACE_RESTORER}),
    ],
)
def test_every_model_that_can_be_pulled_is_used(kind: str, names: set[str]) -> None:
    assert {model.name for model in CATALOGUE.values() if model.kind == kind} == names


def test_nothing_installed_is_the_weightless_engine() -> None:
    assert isinstance(segmenter_of(shelf(), GPU), ClassicSegmenter)
    assert specialists(shelf(), GPU).eraser is None
    parts_of(shelf(), CPU)


def test_a_gpu_takes_the_best_and_a_cpu_the_lightest() -> None:
    both = shelf("sam2.1-hiera-large", "sam-vit-b", "mobile-sam")

    assert isinstance(segmenter_of(both, GPU), Sam2Segmenter)
    assert isinstance(segmenter_of(both, CPU), OnnxSamSegmenter)
    assert isinstance(segmenter_of(shelf("sam2.1-hiera-large", "sam-vit-b"), CPU), SamSegmenter)


def test_the_one_that_is_named_is_taken() -> None:
    both = shelf("sam2.1-hiera-large", "sam-vit-b", "mobile-sam")

    assert isinstance(segmenter_of(both, Choice(segmenter="sam-vit-b", gpu=False)), SamSegmenter)
    assert isinstance(segmenter_of(both, Choice(segmenter="classic", gpu=True)), ClassicSegmenter)


def test_without_the_libraries_their_models_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "has_libraries", lambda: False)

    assert isinstance(segmenter_of(shelf("sam-vit-b", "mobile-sam"), GPU), OnnxSamSegmenter)
    assert isinstance(segmenter_of(shelf("sam-vit-b"), GPU), ClassicSegmenter)


@pytest.mark.parametrize("choice", [Choice(segmenter="yolox-nano"), Choice(detector="slimsam"), Choice(eraser="x")])
def test_a_name_of_another_part_is_a_mistake(choice: Choice) -> None:
    with pytest.raises(BadOption):
        parts_of(shelf("yolox-nano", "slimsam"), choice)


@pytest.mark.parametrize("choice", [Choice(segmenter="slimsam"), Choice(detector="yolox-m"), Choice(eraser="migan")])
def test_a_named_model_that_is_not_here_is_an_error(choice: Choice) -> None:
    with pytest.raises(ModelMissing):
        parts_of(shelf(), choice)
