"""SAM 3 by its real classes, tiny and random: what it finds by a phrase, and what it shares with boxes and clicks."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.budget import ByteBudget
from engine.data import Box, Image, Mask, Region
from engine.geometry import clip
from engine.grounding.things import Seeker
from engine.segmentation import embedded, sam3
from engine.segmentation.embedded import Embedding
from engine.segmentation.finish import finished
from engine.segmentation.sam3 import Sam3
from tests.engine.segmentation.tiny_sams import save_sam3

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.filterwarnings(r"ignore::FutureWarning:(transformers|huggingface_hub|torch)\b")

PHRASES = ("red hat", "the lamp post", "a")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "sam3"
    save_sam3(path)
    return path


@pytest.fixture(autouse=True)
def every_query_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random weights are never sure: what they are asked for passes at a score that they reach."""
    monkeypatch.setattr(sam3, "MINIMUM_SCORE", 0.001)


def budget() -> ByteBudget[Embedding]:
    return ByteBudget(1 << 30, lambda embedding: embedding.bytes)


def picture(height: int, width: int, seed: int = 1) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


def by_library(folder: Path, image: Image, phrase: str) -> list[tuple[float, Mask]]:
    """Scores and masks of the library from end to end, best first, made whole within their boxes."""
    torch: Any = import_module("torch")
    transformers: Any = import_module("transformers")
    processor: Any = transformers.Sam3Processor.from_pretrained(folder)
    net = transformers.Sam3Model.from_pretrained(folder).eval()
    inputs = processor(images=image, input_data_format="channels_last", return_tensors="pt")
    words = processor.tokenizer(phrase, padding="max_length", max_length=16, return_tensors="pt")
    with torch.no_grad():
        answer = net(pixel_values=inputs["pixel_values"], **words)
    (found,) = processor.post_process_instance_segmentation(
        answer, threshold=sam3.MINIMUM_SCORE, target_sizes=[image.shape[:2]]
    )
    # The library resamples likelihoods, SAM 3's authors the logits.
    logits = torch.nn.functional.interpolate(answer.pred_masks, image.shape[:2], mode="bilinear")[0]
    sure = (answer.pred_logits.sigmoid() * answer.presence_logits.sigmoid())[0] > sam3.MINIMUM_SCORE
    rows: list[tuple[float, Mask]] = []
    for score, corners, mask in zip(found["scores"].tolist(), found["boxes"].numpy(), logits[sure] > 0, strict=True):
        box = Box(*np.floor(corners[:2]).astype(int).tolist(), *np.ceil(corners[2:]).astype(int).tolist())
        rows.append((score, finished(mask.numpy(), clip(box, *image.shape[:2]))))
    return sorted(rows, key=lambda row: -row[0])


@pytest.mark.parametrize("shape", [(97, 61), (33, 300), (1100, 1300)])
def test_regions_are_those_of_the_library(folder: Path, shape: tuple[int, int]) -> None:
    image = picture(*shape)
    model, phrase = Sam3(folder, budget()), PHRASES[0]
    found, wanted = model.detect(image, phrase), by_library(folder, image, phrase)

    assert len(found) == len(wanted) > 0
    for region, (score, mask) in zip(found, wanted, strict=True):
        assert region.score == pytest.approx(score, abs=1e-4)
        differing = np.count_nonzero(region.on(*shape) != mask)
        assert differing <= (0.002 * mask.size if max(shape) <= 1024 else 0.1 * np.count_nonzero(mask))


def test_each_region_has_its_mask_in_a_tight_box_inside_the_picture(folder: Path) -> None:
    for region in Sam3(folder, budget()).detect(picture(97, 61), PHRASES[1]):
        assert region.mask is not None
        assert region.mask.shape == (region.box.height, region.box.width)
        assert 0 <= region.box.x0 < region.box.x1 <= 61
        assert 0 <= region.box.y0 < region.box.y1 <= 97
        assert all(edge.any() for edge in (region.mask[0], region.mask[-1], region.mask[:, 0], region.mask[:, -1]))
        assert (region.label, region.source) == (PHRASES[1], "sam3")


def test_phrases_boxes_and_clicks_of_a_picture_share_one_look(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modeling: Any = import_module("transformers.models.sam3.modeling_sam3")
    forward = modeling.Sam3ViTModel.forward
    calls: list[int] = []

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        calls.append(1)
        return forward(self, *args, **options)

    monkeypatch.setattr(modeling.Sam3ViTModel, "forward", counted)
    image, model = picture(97, 61), Sam3(folder, budget())
    found = {phrase: model.detect(image, phrase) for phrase in PHRASES}
    mask = model.segment(image, Box(5, 9, 40, 80))
    again = {phrase: model.detect(image, phrase) for phrase in reversed(PHRASES)}

    assert len(calls) == 1
    assert mask.any()
    assert len({tuple(region.score for region in regions) for regions in found.values()}) == len(PHRASES)
    for phrase in PHRASES:
        assert list(map(_facts, found[phrase])) == list(map(_facts, again[phrase]))


def test_best_come_first_and_what_is_not_sure_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, image = Sam3(folder, budget()), picture(64, 64)
    scores = [region.score for region in model.detect(image, PHRASES[0])]
    assert scores == sorted(scores, reverse=True)

    monkeypatch.setattr(sam3, "MINIMUM_SCORE", scores[0] - 1e-6)
    assert [region.score for region in model.detect(image, PHRASES[0])] == scores[:1]
    monkeypatch.setattr(sam3, "MINIMUM_SCORE", 1.0)
    assert model.detect(image, PHRASES[0]) == []


def test_a_phrase_longer_than_the_model_reads_is_cut(folder: Path) -> None:
    assert Sam3(folder, budget()).detect(picture(64, 64), "the very long name of a thing " * 9)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_scores_about_the_same(folder: Path, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch: Any = import_module("torch")
    image, phrase = picture(97, 61), PHRASES[0]
    monkeypatch.setattr(sam3, "MINIMUM_SCORE", 0.0)
    wanted = Sam3(folder, budget()).detect(image, phrase)
    monkeypatch.setattr(embedded, "best_device", lambda: ("cpu", getattr(torch, dtype)))
    found = Sam3(folder, budget()).detect(image, phrase)

    assert [region.score for region in found] == pytest.approx([region.score for region in wanted], abs=0.05)
    assert [region.score for region in found] != [region.score for region in wanted]


def _facts(region: Region) -> tuple[Any, ...]:
    return region.box, region.score, None if region.mask is None else region.mask.tobytes()


def test_it_seeks_like_the_other_detectors_that_know_any_word(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, image = Sam3(folder, budget()), picture(90, 120)
    assert isinstance(model, Seeker)
    scores = [region.score for region in model.detect(image, "red hat")]
    monkeypatch.setattr(sam3, "MINIMUM_SCORE", 1.01 * max(scores))

    assert not model.detect(image, "red hat")
    assert max(region.score for region in model.hints(image, "red hat")) == pytest.approx(max(scores), abs=1e-5)
