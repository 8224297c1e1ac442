"""Every SAM by its real classes, tiny and random: loaded by path, right in every frame, looking once at a picture."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.budget import ByteBudget
from engine.data import Box, Click, Image, Mask
from engine.protocols import Segmenter
from engine.segmentation import embedded
from engine.segmentation.embedded import Embedding
from engine.segmentation.finish import best_of, finished
from engine.segmentation.sam import SamSegmenter
from engine.segmentation.sam2 import Sam2Segmenter
from engine.segmentation.sam3 import Sam3
from tests.engine.segmentation.tiny_sams import save_sam, save_sam2, save_sam3, tiny_sam

pytest.importorskip("torch")
pytest.importorskip("segment_anything")
pytest.importorskip("transformers")
pytestmark = pytest.mark.filterwarnings(r"ignore::FutureWarning:(transformers|huggingface_hub|torch)\b")

MAKERS: dict[str, Callable[..., Segmenter]] = {"sam": SamSegmenter, "sam2": Sam2Segmenter, "sam3": Sam3}
ENCODERS = {
    "sam": ("segment_anything.modeling.image_encoder", "ImageEncoderViT"),
    "sam2": ("transformers.models.sam2.modeling_sam2", "Sam2VisionModel"),
    "sam3": ("transformers.models.sam3.modeling_sam3", "Sam3ViTModel"),
}
DECODERS = {
    "sam": ("segment_anything.modeling.mask_decoder", "MaskDecoder"),
    "sam2": ("transformers.models.sam2.modeling_sam2", "Sam2MaskDecoder"),
    "sam3": ("transformers.models.sam3_tracker.modeling_sam3_tracker", "Sam3TrackerMaskDecoder"),
}
SHAPES = [(97, 61), (61, 97), (33, 300), (3, 40)]
Masks = tuple[NDArray[np.bool_], NDArray[np.float32]]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other cost more than they give on models this small."""
    torch: Any = import_module("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("models")
    found = {"sam": home / "sam.pth", "sam2": home / "sam2", "sam3": home / "sam3"}
    save_sam(found["sam"])
    save_sam2(found["sam2"])
    save_sam3(found["sam3"])
    return found


@pytest.fixture(params=sorted(MAKERS))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def calls(kind: str, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that the encoder runs: how many of its calls were under way."""
    return counted(ENCODERS[kind], monkeypatch)


def counted(where: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """From now on, one entry for each call of the network: how many were under way."""
    network: Any = getattr(import_module(where[0]), where[1])
    forward = network.forward
    found: list[int] = []
    running: list[int] = []

    def watched(self: Any, *args: Any, **options: Any) -> Any:
        running.append(1)
        found.append(len(running))
        time.sleep(0.005)
        try:
            return forward(self, *args, **options)
        finally:
            running.pop()

    monkeypatch.setattr(network, "forward", watched)
    return found


def budget(limit: int = 1 << 30) -> ByteBudget[Embedding]:
    return ByteBudget(limit, lambda embedding: embedding.bytes)


def picture(height: int, width: int, seed: int = 1) -> Image:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)


def prompts(height: int, width: int) -> list[tuple[Box | None, tuple[Click, ...]]]:
    box = Box(width // 8, height // 3, width // 2 + 1, height)
    include, exclude = Click(width // 3, height // 2), Click(width - 1, 0, include=False)
    return [(box, ()), (None, (include,)), (None, (include, exclude)), (box, (include, exclude))]


def overlap(found: Mask, truth: Mask) -> float:
    return float(np.count_nonzero(found & truth) / max(np.count_nonzero(found | truth), 1))


def by_library(kind: str, path: Path, image: Image, box: Box | None, clicks: Sequence[Click]) -> Masks:
    """The masks and scores that the library itself makes of the prompt, from end to end."""
    if kind == "sam":
        return _by_predictor(path, image, box, clicks)
    return _by_transformers(*_library(kind, path), image, box, clicks)


def chosen(found: Masks, box: Box | None, clicks: Sequence[Click]) -> Mask:
    masks, scores = found
    return finished(masks[best_of(masks, np.clip(scores, 0, 1).tolist(), box, clicks)], box, clicks)


def _by_predictor(path: Path, image: Image, box: Box | None, clicks: Sequence[Click]) -> Masks:
    torch: Any = import_module("torch")
    library: Any = import_module("segment_anything")
    net = tiny_sam()
    net.load_state_dict(torch.load(path, weights_only=True))
    predictor = library.SamPredictor(net)
    predictor.set_image(image)
    masks, scores, _ = predictor.predict(
        point_coords=np.array([(click.x, click.y) for click in clicks]) if clicks else None,
        point_labels=np.array([int(click.include) for click in clicks]) if clicks else None,
        box=np.array([box.x0, box.y0, box.x1, box.y1]) if box else None,
    )
    return masks, scores


@cache
def _library(kind: str, path: Path) -> tuple[Any, Any]:
    transformers: Any = import_module("transformers")
    if kind == "sam2":
        processor = transformers.Sam2Processor(transformers.Sam2ImageProcessor.from_pretrained(path))
        return transformers.Sam2Model.from_pretrained(path).eval(), processor
    net = transformers.Sam3TrackerModel.from_pretrained(path).eval()
    # Its own forward marks the last level as one without a past: the fourth, which is not the one that is read.
    net.vision_encoder.neck.fpn_layers = net.vision_encoder.neck.fpn_layers[:3]
    return net, transformers.Sam3TrackerProcessor(transformers.Sam3ImageProcessor.from_pretrained(path))


def _by_transformers(net: Any, processor: Any, image: Image, box: Box | None, clicks: Sequence[Click]) -> Masks:
    torch: Any = import_module("torch")
    asked: dict[str, Any] = {}
    if clicks:
        asked["input_points"] = [[[[click.x, click.y] for click in clicks]]]
        asked["input_labels"] = [[[int(click.include) for click in clicks]]]
    if box:
        asked["input_boxes"] = [[[box.x0, box.y0, box.x1, box.y1]]]
    inputs = processor(images=image, input_data_format="channels_last", return_tensors="pt", **asked)
    sizes = inputs.pop("original_sizes")
    with torch.no_grad():
        found = net(**inputs)
    return processor.post_process_masks(found.pred_masks, sizes)[0][0].numpy(), found.iou_scores[0, 0].numpy()


@pytest.mark.parametrize("shape", SHAPES)
def test_masks_are_those_of_the_library_from_end_to_end(
    kind: str, paths: dict[str, Path], shape: tuple[int, int]
) -> None:
    image, segmenter = picture(*shape), MAKERS[kind](paths[kind], budget())
    masks = [segmenter.segment(image, box, clicks) for box, clicks in prompts(*shape)]

    assert len({mask.tobytes() for mask in masks}) > 1
    for mask, (box, clicks) in zip(masks, prompts(*shape), strict=True):
        differing = mask != chosen(by_library(kind, paths[kind], image, box, clicks), box, clicks)
        assert np.count_nonzero(differing) <= 0.002 * mask.size


def test_a_mask_of_a_large_picture_is_one_of_the_librarys(kind: str, paths: dict[str, Path]) -> None:
    image, segmenter = picture(1100, 1500), MAKERS[kind](paths[kind], budget())
    for box, clicks in prompts(1100, 1500)[::3]:
        masks, _ = by_library(kind, paths[kind], image, box, clicks)
        mask = segmenter.segment(image, box, clicks)
        assert max(overlap(mask, finished(one, box, clicks)) for one in masks) > 0.98


def test_a_picture_is_looked_at_once_whatever_is_asked_of_it(
    kind: str, paths: dict[str, Path], calls: list[int]
) -> None:
    kept, image = budget(), picture(97, 61)
    segmenter = MAKERS[kind](paths[kind], kept)
    first = [segmenter.segment(image, box, clicks) for box, clicks in prompts(97, 61)]
    again = [segmenter.segment(image.copy(), box, clicks) for box, clicks in reversed(prompts(97, 61))]
    assert len(calls) == 1
    assert kept.held > 0
    for one, other in zip(first, reversed(again), strict=True):
        np.testing.assert_array_equal(one, other)

    image[50, 30] ^= 255
    segmenter.segment(image, *prompts(97, 61)[0])
    assert len(calls) == 2


def test_two_models_share_a_budget_and_no_embedding(kind: str, paths: dict[str, Path], calls: list[int]) -> None:
    kept, image, prompt = budget(), picture(64, 64), prompts(64, 64)[0]
    one, other = (MAKERS[kind](paths[kind], kept) for _ in range(2))
    np.testing.assert_array_equal(one.segment(image, *prompt), other.segment(image, *prompt))

    assert len(calls) == 2


def test_the_budget_is_kept_and_changes_no_answer(kind: str, paths: dict[str, Path], calls: list[int]) -> None:
    roomy, prompt = budget(), prompts(64, 64)[0]
    pictures = [picture(64, 64, seed) for seed in range(3)]
    free = MAKERS[kind](paths[kind], roomy)
    wanted = [free.segment(image, *prompt) for image in pictures]
    each = roomy.held // 3
    tight = budget(each * 2)
    bound = MAKERS[kind](paths[kind], tight)
    calls.clear()
    for image, mask in zip(pictures * 2, wanted * 2, strict=True):
        np.testing.assert_array_equal(bound.segment(image, *prompt), mask)
        assert each <= tight.held <= tight.limit

    assert len(calls) == 6


def test_threads_get_what_one_alone_gets_and_call_the_model_one_at_a_time(
    kind: str, paths: dict[str, Path], calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = counted(DECODERS[kind], monkeypatch)
    asked = [(picture(64, 64, seed), *prompt) for seed in range(2) for prompt in prompts(64, 64)]
    alone = MAKERS[kind](paths[kind], budget())
    wanted = [alone.segment(*one) for one in asked]
    calls.clear()
    answers.clear()
    shared, gate = MAKERS[kind](paths[kind], budget()), threading.Barrier(len(asked))

    def ask(one: tuple[Image, Box | None, tuple[Click, ...]]) -> Mask:
        gate.wait(20)
        return shared.segment(*one)

    with ThreadPoolExecutor(len(asked)) as pool:
        for found, mask in zip(pool.map(ask, asked), wanted, strict=True):
            np.testing.assert_array_equal(found, mask)
    assert calls == [1, 1]
    assert answers == [1] * len(asked)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_roughly_agrees(
    kind: str, paths: dict[str, Path], dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch: Any = import_module("torch")
    image, exact, kept = picture(97, 61), MAKERS[kind](paths[kind], budget()), budget()
    wanted = [exact.segment(image, *prompt) for prompt in prompts(97, 61)]
    monkeypatch.setattr(embedded, "best_device", lambda: ("cpu", getattr(torch, dtype)))
    half = MAKERS[kind](paths[kind], kept)
    found = [half.segment(image, *prompt) for prompt in prompts(97, 61)]

    assert np.median([overlap(one, other) for one, other in zip(found, wanted, strict=True)]) > 0.8
    assert any(not np.array_equal(one, other) for one, other in zip(found, wanted, strict=True))
