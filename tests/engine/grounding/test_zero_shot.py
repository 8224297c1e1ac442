"""Open-vocabulary detectors: the real classes with random weights, against the library's own way through them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, cast

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from engine.data import Box, Image, Region
from engine.errors import BackendFailed, ModelMissing, UnusableModel
from engine.fakes import BoxSegmenter
from engine.grounding import Grounder, grounding_dino, owl, zero_shot
from engine.grounding.sightings import Network
from engine.grounding.zero_shot import NETWORKS, ZeroShotDetector
from engine.operations import Target
from engine.segmentation.edges import reduced
from tests.engine.grounding.tiny_detectors import save_grounding_dino, save_owl

MAKERS: dict[str, Callable[[Path], Path]] = {
    "grounding-dino": save_grounding_dino,
    "mm-grounding-dino": lambda folder: save_grounding_dino(folder, "MMGroundingDino"),
    "owlv2": save_owl,
}
SHAPES = [(64, 64), (90, 60), (19, 96), (95, 15), (61, 67)]
PHRASES = ["wooden bench", "dog", "wombat", "lamp post"]


class Library(NamedTuple):
    model: Any
    processor: Any


@pytest.fixture(scope="module", params=list(MAKERS))
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return MAKERS[request.param](tmp_path_factory.mktemp("models") / request.param)


@pytest.fixture(scope="module")
def library(folder: Path) -> Library:
    """The model and its processor, as the library loads them."""
    transformers: Any = import_module("transformers")
    kind = transformers.Owlv2Processor if folder.name == "owlv2" else transformers.GroundingDinoProcessor
    model = transformers.AutoModelForZeroShotObjectDetection.from_pretrained(folder)
    return Library(model, kind.from_pretrained(folder))


@pytest.fixture(scope="module")
def shared_detector(folder: Path) -> ZeroShotDetector:
    """For tests that do not care what it remembers."""
    return ZeroShotDetector(folder)


def picture(height: int, width: int, seed: int = 7) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


def library_answer(library: Library, image: Image, prompt: str) -> list[tuple[Box, float]]:
    """What the library's processor, model and post-processing make of it, best first and each thing once."""
    torch: Any = import_module("torch")
    owlish = library.model.config.model_type == "owlv2"
    text = [[f"a photo of a {prompt}"]] if owlish else [f"{prompt}."]
    inputs = library.processor(images=image, text=text, return_tensors="pt")
    with torch.no_grad():
        outputs = library.model(**inputs)
    options = {"threshold": 0.1} if owlish else {"threshold": 0.3, "text_threshold": 0.25}
    post_process = library.processor.post_process_grounded_object_detection
    (found,) = post_process(outputs, target_sizes=[image.shape[:2]], **options)
    named = [owlish or prompt.split()[-1] in words for words in found["text_labels"] or found["scores"]]
    height, width = image.shape[:2]
    kept: list[tuple[list[float], float]] = []
    rows = zip(found["scores"].tolist(), found["boxes"].tolist(), named, strict=False)
    for score, (x0, y0, x1, y1), noun in sorted(rows, reverse=True):
        inside = [min(max(x0, 0), width), min(max(y0, 0), height), min(max(x1, 0), width), min(max(y1, 0), height)]
        if noun and all(shared(inside, other) <= 0.5 for other, _ in kept):
            kept.append((inside, score))
    boxes = [(Box(*map(round, sides)), score) for sides, score in kept]
    return [(box, score) for box, score in boxes if box.area]


def shared(a: list[float], b: list[float]) -> float:
    """Intersection over union."""
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(across, 0) * max(down, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both + 1e-9)


def alike(ours: list[tuple[Box, float]], theirs: list[tuple[Box, float]]) -> bool:
    """Whether both are the same boxes, to a px, with the same scores; equal scores may change places."""

    def same(a: tuple[Box, float], b: tuple[Box, float]) -> bool:
        near = np.abs(np.subtract(corners(a[0]), corners(b[0]))).max() <= 1
        return bool(near and abs(a[1] - b[1]) < 1e-3)

    return len(ours) == len(theirs) and all(any(same(one, other) for other in theirs) for one in ours)


def corners(box: Box) -> tuple[int, int, int, int]:
    return box.x0, box.y0, box.x1, box.y1


def told(regions: list[Region]) -> list[tuple[Box, float]]:
    return [(region.box, region.score) for region in regions]


@pytest.mark.parametrize("shape", SHAPES)
def test_boxes_are_the_librarys_for_any_shape_of_picture(
    shared_detector: ZeroShotDetector, library: Library, shape: tuple[int, int]
) -> None:
    image = picture(*shape)
    found = {phrase: shared_detector.detect(image, phrase) for phrase in ("wooden bench", "wombat")}

    assert any(found.values())
    for phrase, regions in found.items():
        assert alike(told(regions), library_answer(library, image, phrase))
        assert all(0 <= region.box.x0 < region.box.x1 <= shape[1] for region in regions)
        assert all(0 <= region.box.y0 < region.box.y1 <= shape[0] for region in regions)


def test_regions_bear_a_plain_word_and_rank_by_score(folder: Path, shared_detector: ZeroShotDetector) -> None:
    regions = shared_detector.detect(picture(90, 60), "the wooden benches")

    assert {region.label for region in regions} == {"bench"}
    assert {region.source for region in regions} == {folder.name}
    assert [region.score for region in regions] == sorted((region.score for region in regions), reverse=True)


def test_a_batch_answers_like_single_phrases(folder: Path) -> None:
    image = picture(90, 60)
    batch = ZeroShotDetector(folder).detect_each(image, [*PHRASES, "the dog"])
    alone = ZeroShotDetector(folder)
    single = [alone.detect(image, phrase) for phrase in PHRASES]

    assert [len(regions) for regions in batch[:-1]] == [len(regions) for regions in single]
    assert all(alike(told(many), told(one)) for many, one in zip(batch[:-1], single, strict=True))
    assert told(batch[-1]) == told(batch[1])
    assert told(batch[0]) != told(batch[1])


def test_a_picture_is_looked_at_once_and_what_is_remembered_changes_no_answer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind: Any = NETWORKS[folder.name]
    look, looks = kind.look, list[tuple[int, ...]]()

    def counted(self: object, image: Image) -> Any:
        looks.append(image.shape)
        return look(self, image)

    monkeypatch.setattr(kind, "look", counted)
    detector, first, second = ZeroShotDetector(folder), picture(90, 60), picture(60, 80, seed=8)
    answers = [detector.detect(image, phrase) for image in (first, second, first) for phrase in ("dog", "cat")]

    assert looks == [first.shape, second.shape]
    assert told(answers[1]) == told(ZeroShotDetector(folder).detect(first, "cat"))
    assert told(answers[2]) == told(ZeroShotDetector(folder).detect(second, "dog"))
    assert [told(answer) for answer in answers[4:]] == [told(answer) for answer in answers[:2]]


def test_a_large_photo_is_reduced_before_the_network_and_answered_in_its_own_pixels(folder: Path) -> None:
    large = np.asarray(cv2.resize(picture(40, 60), (1200, 800), interpolation=cv2.INTER_CUBIC), np.uint8)
    detector = ZeroShotDetector(folder)
    found = detector.detect(large, "dog")
    small = reduced(large, 2 * NETWORKS[folder.name](folder).side)
    grown = large.shape[1] / small.shape[1]
    near = np.array([corners(region.box) for region in detector.detect(small, "dog")])
    far = np.array([corners(region.box) for region in found])

    assert grown > 5
    assert len(near)
    assert all(np.abs(far - box * grown).max(1).min() <= grown for box in near)


@pytest.mark.parametrize("name", ["bfloat16", "float16"])
def test_half_precision_sees_nearly_the_same_and_boxes_stay_exact(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch: Any = import_module("torch")
    image, kind = picture(90, 60), NETWORKS[folder.name]
    whole = kind(folder).look(image)
    for module in (grounding_dino, owl):
        monkeypatch.setattr(module, "best_device", lambda: ("cpu", getattr(torch, name)))
    network = kind(folder)
    half = network.look(image)

    for ours, theirs in zip(half.tensors, whole.tensors, strict=True):
        assert ours.dtype == torch.float32
        assert not torch.equal(ours, theirs)
        assert torch.linalg.vector_norm(ours - theirs) < 0.05 * torch.linalg.vector_norm(theirs)
    corners = network.seek(half, ["dog"])[0].corners
    assert np.isfinite(corners).all()
    assert np.unique(corners).size > 0.9 * corners.size


def test_two_threads_do_not_disturb_each_other(folder: Path) -> None:
    images, detector = [picture(60, 90, seed) for seed in range(4)], ZeroShotDetector(folder)
    found: dict[int, list[Region]] = {}

    def work(numbers: range) -> None:
        for number in numbers:
            found[number] = detector.detect(images[number], PHRASES[number])

    threads = [threading.Thread(target=work, args=(range(start, 4, 2),)) for start in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    alone = ZeroShotDetector(folder)
    for number, image in enumerate(images):
        assert told(found[number]) == told(alone.detect(image, PHRASES[number]))


def test_colours_and_articles_are_not_asked_and_no_words_find_nothing(shared_detector: ZeroShotDetector) -> None:
    image, detector = picture(90, 60), shared_detector

    assert told(detector.detect(image, "the red wooden bench")) == told(detector.detect(image, "wooden bench"))
    assert detector.detect(image, '"SALE"') == []


def test_a_hint_is_fainter_than_a_finding(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = picture(64, 64)
    *surer, weakest = told(ZeroShotDetector(folder).detect(image, "wombat"))
    monkeypatch.setattr(NETWORKS[folder.name], "threshold", weakest[1] + 1e-6)
    detector = ZeroShotDetector(folder)

    assert told(detector.detect(image, "wombat")) == surer
    assert weakest in told(detector.hints(image, "wombat"))


def test_grounding_with_one_loads_nothing_until_it_looks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zero_shot, "best_device", pytest.fail)
    monkeypatch.setitem(NETWORKS, folder.name, cast("type[Network]", pytest.fail))
    grounder = Grounder([ZeroShotDetector(folder)])

    assert grounder.locate(picture(64, 64), Target(phrase="picture")).chosen[0].source == "whole"


def test_a_grounder_cuts_out_what_it_finds(folder: Path, shared_detector: ZeroShotDetector) -> None:
    detector, image = shared_detector, picture(64, 64)
    located = Grounder([detector], BoxSegmenter()).locate(image, Target(phrase="wombats"))

    assert len(located.chosen) == len(detector.detect(image, "wombat"))
    assert all(region.mask is not None and region.source == folder.name for region in located.chosen)


def test_long_phrases_are_cut_rather_than_refused(shared_detector: ZeroShotDetector) -> None:
    detector, image = shared_detector, picture(64, 64)

    assert detector.detect(image, " ".join(["very"] * 90 + ["old dog"]))
    assert detector.detect(image, " ".join(["donaudampfschifffahrtsgesellschaftskapitaen"] * 8)) is not None


def test_what_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing) as caught:
        ZeroShotDetector(tmp_path / "owl")
    assert caught.value.model == "owl"

    save_owl(tmp_path / "owl")
    (tmp_path / "owl" / "model.safetensors").unlink()
    with pytest.raises(ModelMissing):
        ZeroShotDetector(tmp_path / "owl")


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', "utf-8")

    with pytest.raises(UnusableModel):
        ZeroShotDetector(tmp_path)


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_broken_folder_is_a_failed_backend(tmp_path: Path, file: str) -> None:
    save_owl(tmp_path / "owl")
    (tmp_path / "owl" / file).write_bytes(b"broken")

    with pytest.raises(BackendFailed) as caught:
        ZeroShotDetector(tmp_path / "owl").detect(picture(64, 64), "dog")
    assert caught.value.backend == "detection"
