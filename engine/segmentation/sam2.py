"""SAM 2 (Ravi et al. 2024, "SAM 2: Segment Anything in Images and Videos"), by transformers: boxes and clicks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.budget import ByteBudget
from engine.data import Box, Click, Image, Mask
from engine.segmentation.embedded import EMBEDDINGS, Embedding, Encoder, Loaded
from engine.segmentation.frame import stretched
from engine.segmentation.sam_folder import family, pixels_of, prepared, whole
from engine.segmentation.sam_masks import Answer, picture_mask

_FAMILIES: Final = ("sam2", "sam2_video")
"""The published folders say that they are for video; the model for pictures is the part of it without a memory."""


class Sam2Segmenter:
    """Segmenter over a SAM 2 or 2.1 of any size; thread-safe, loaded at its first use, looking once at each picture."""

    def __init__(self, folder: Path, budget: ByteBudget[Embedding] = EMBEDDINGS) -> None:
        """folder: as `save_pretrained` writes it, with its preprocessor. budget: where embeddings are kept."""
        self._encoder = Encoder(partial(_load, folder), _encode, budget)

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        """The (H, W) mask of the thing in the box and under the clicks.

        Raises: BackendMissing; UnusableModel for a folder that is no SAM 2; OutOfMemory, BackendFailed.
        """
        height, width = image.shape[:2]

        def decode(model: Loaded, seen: Embedding) -> Answer:
            return answer_to(model.net, seen.maps, height, width, box, clicks)

        return picture_mask(image, self._encoder.ask(image, decode), box, clicks)


def answer_to(
    net: Any, maps: Sequence[Any], height: int, width: int, box: Box | None, clicks: Sequence[Click]
) -> Answer:
    """What a SAM 2, or the tracker of a SAM 3, makes of its maps of a (height, width) picture, box and clicks."""
    torch: Any = import_module("torch")
    device = maps[0].device
    frame = stretched(height, width, net.prompt_encoder.input_image_size)
    prompts: dict[str, Any] = {}
    if clicks:
        places = frame.placed(np.array([(click.x, click.y) for click in clicks], np.float32))
        prompts["input_points"] = torch.tensor(places, device=device)[None, None]
        prompts["input_labels"] = torch.tensor([[[int(click.include) for click in clicks]]], device=device)
    if box:
        corners = frame.placed(np.array([(box.x0, box.y0), (box.x1, box.y1)], np.float32))
        prompts["input_boxes"] = torch.tensor(corners, device=device).view(1, 1, 4)
    found = net(image_embeddings=[one.float() for one in maps], multimask_output=True, **prompts)
    return Answer(found.pred_masks[0, 0].cpu().numpy(), found.iou_scores[0, 0].cpu().numpy())


def maps_for_prompts(net: Any, features: Sequence[Any]) -> tuple[Any, Any, Any]:
    """The three maps that prompts are answered from, fine to coarse, of a pyramid's (1, C, h, w) features.

    What `get_image_embeddings` does of the same network, with the mark of a picture without a past on the coarsest of
    the three: SAM 3 has a fourth, coarser level, which nothing reads and which that function marks in its stead.
    """
    fine, middle, coarse = (level.float() for level in features[:3])
    decoder = net.mask_decoder
    return decoder.conv_s0(fine), decoder.conv_s1(middle), coarse + net.no_memory_embedding.view(1, -1, 1, 1)


def _load(folder: Path, device: str, dtype: Any) -> Loaded:
    family(folder, _FAMILIES)
    transformers: Any = import_module("transformers")
    net = whole(transformers.Sam2Model, folder, device)
    net.vision_encoder.to(dtype)
    return Loaded(net, device, dtype, prepared(transformers.Sam2ImageProcessor, folder))


def _encode(model: Loaded, image: Image) -> Embedding:
    features = model.net.vision_encoder(
        pixels_of(model.processor, image, model.device).to(model.dtype)
    ).fpn_hidden_states
    return Embedding(tuple(one.to(model.dtype) for one in maps_for_prompts(model.net, features)))
