"""SAM 3 (Carion et al. 2025, "SAM 3: Segment Anything with Concepts"), by transformers: phrases, boxes and clicks.

Its detector (words) and its tracker (boxes and clicks) share one backbone, nearly all of the work. So that is what is
kept of a picture: 10 MB in half precision, where the pyramids behind it take 55 MB each; they are worked out anew for
each question, a twenty-fifth of the backbone's operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from math import ceil, floor, isqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.budget import ByteBudget
from engine.data import Box, Click, Image, Mask, Region
from engine.errors import UnusableModel
from engine.geometry import bounding_box, clip
from engine.segmentation.embedded import EMBEDDINGS, Embedding, Encoder, Loaded
from engine.segmentation.sam2 import answer_to, maps_for_prompts
from engine.segmentation.sam_folder import family, pixels_of, prepared, whole
from engine.segmentation.sam_masks import Answer, picture_mask
from engine.torch_edge import best_device

MINIMUM_SCORE: Final = 0.5
"""Of a thing being there, times its being the phrase: what the model's authors use."""
FAINT: Final = 0.5
"""Of that score: what passes this was seen, but not for sure."""
_FAMILIES: Final = ("sam3_video", "sam3")
"""The published folder, with detector and tracker; and the detector alone."""


@dataclass(frozen=True, eq=False, slots=True)
class _Halves:
    """The two models over one backbone."""

    detector: Any
    tracker: Any | None


@dataclass(frozen=True, eq=False, slots=True)
class _Found:
    """What the detector saw of a phrase, best first."""

    logits: NDArray[np.float32]
    """(N, h, w) over the whole picture, above 0 for the thing."""
    scores: NDArray[np.float32]
    boxes: NDArray[np.float32]
    """(N, 4): x0, y0, x1, y1 as shares of the picture's sides."""


class Sam3:
    """Detector and segmenter over one SAM 3; thread-safe, loaded at its first use, looking once at each picture."""

    def __init__(self, folder: Path, budget: ByteBudget[Embedding] = EMBEDDINGS) -> None:
        """folder: as `save_pretrained` writes it, with its preprocessor. budget: where embeddings are kept."""
        self._folder = folder
        self._encoder = Encoder(partial(_load, folder), _encode, budget)

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """Every thing that is the phrase, with its mask, best first; empty when it sees none.

        Raises: BackendMissing; UnusableModel for a folder that is no SAM 3; OutOfMemory, BackendFailed.
        """
        return self._regions(image, phrase, MINIMUM_SCORE)

    def hints(self, image: Image, phrase: str) -> list[Region]:
        """The same with half the score: too faint to be found, enough to bear out a guess."""
        return self._regions(image, phrase, FAINT * MINIMUM_SCORE)

    def is_swift(self) -> bool:
        """Whether it runs on a GPU, where a look costs no more than a small detector's on the CPU."""
        return best_device()[0] != "cpu"

    def _regions(self, image: Image, phrase: str, least: float) -> list[Region]:
        found = self._encoder.ask(image, partial(_look_for, phrase=phrase, least=least))
        rows = zip(found.logits, found.scores, found.boxes, strict=True)
        regions = (_region(image, phrase, logits, float(score), box) for logits, score, box in rows)
        return [region for region in regions if region is not None]

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        """The (H, W) mask of the thing in the box and under the clicks.

        Raises: as `detect`; UnusableModel also for a folder with the detector alone.
        """
        height, width = image.shape[:2]

        def decode(model: Loaded, seen: Embedding) -> Answer:
            tracker = model.net.tracker
            if tracker is None:
                raise UnusableModel(self._folder.name, "a SAM 3 with its tracker")
            features, _ = tracker.vision_encoder.neck(_grid(seen))
            return answer_to(tracker, maps_for_prompts(tracker, features), height, width, box, clicks)

        return picture_mask(image, self._encoder.ask(image, decode), box, clicks)


def _load(folder: Path, device: str, dtype: Any) -> Loaded:
    """Weights in float32 and half precision only in the products: cast whole it finds less (transformers#46493)."""
    kind = family(folder, _FAMILIES)
    transformers: Any = import_module("transformers")
    detector = whole(transformers.Sam3Model, folder, device)
    tracker = None
    if kind == "sam3_video":
        tracker = whole(transformers.Sam3TrackerModel, folder, "cpu")
        tracker.vision_encoder.backbone = detector.vision_encoder.backbone
        tracker.to(device)
    return Loaded(_Halves(detector, tracker), device, dtype, prepared(transformers.Sam3Processor, folder))


def _encode(model: Loaded, image: Image) -> Embedding:
    pixels = pixels_of(model.processor.image_processor, image, model.device)
    with _half(model):
        patches = model.net.detector.vision_encoder.backbone(pixels).last_hidden_state
    return Embedding((patches.to(model.dtype),))


def _look_for(model: Loaded, seen: Embedding, phrase: str, least: float) -> _Found:
    detector = model.net.detector
    modeling: Any = import_module("transformers.models.sam3.modeling_sam3")
    # Outside half precision, in which the 288 steps of the finest level cannot be told apart.
    features, places = detector.vision_encoder.neck(_grid(seen))
    looked = modeling.Sam3VisionEncoderOutput(fpn_hidden_states=features, fpn_position_encoding=places)
    longest = detector.config.text_config.max_position_embeddings
    words = model.processor.tokenizer(
        phrase, padding="max_length", truncation=True, max_length=longest, return_tensors="pt"
    ).to(model.device)
    with _half(model):
        answer = detector(vision_embeds=looked, input_ids=words["input_ids"], attention_mask=words["attention_mask"])
    scores = (answer.pred_logits.float().sigmoid() * answer.presence_logits.float().sigmoid())[0]
    order = scores.argsort(descending=True)
    order = order[scores[order] > least]
    kept = (answer.pred_masks[0, order], scores[order], answer.pred_boxes[0, order])
    return _Found(*(part.float().cpu().numpy() for part in kept))


def _half(model: Loaded) -> Any:
    torch: Any = import_module("torch")
    return torch.autocast(model.device, model.dtype, enabled=model.dtype != torch.float32)


def _grid(seen: Embedding) -> Any:
    """The kept (1, n * n, C) patches as a (1, C, n, n) map."""
    patches = seen.maps[0].float()
    side = isqrt(patches.shape[1])
    return patches.view(1, side, side, -1).permute(0, 3, 1, 2)


def _region(
    image: Image, phrase: str, logits: NDArray[np.float32], score: float, corners: NDArray[np.float32]
) -> Region | None:
    height, width = image.shape[:2]
    x0, y0, x1, y1 = (float(value) for value in corners * np.tile((width, height), 2))
    box = clip(Box(floor(x0), floor(y0), ceil(x1), ceil(y1)), height, width)
    if not box.area:
        return None
    mask = picture_mask(image, Answer(logits[None], np.ones(1, np.float32)), box)
    tight = bounding_box(mask) or box
    return Region(tight, score, phrase, "sam3", mask[tight.slices])
