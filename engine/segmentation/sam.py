"""Segment Anything (Kirillov et al. 2023, "Segment Anything"), by the package segment-anything: boxes and clicks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from engine.budget import ByteBudget
from engine.data import Box, Click, Image, Mask
from engine.segmentation.embedded import EMBEDDINGS, Embedding, Encoder, Loaded
from engine.segmentation.frame import Frame, letterboxed
from engine.segmentation.sam_checkpoint import load_sam
from engine.segmentation.sam_masks import Answer, picture_mask


class SamSegmenter:
    """Segmenter over a SAM of any size; thread-safe, loaded at its first use, looking once at each picture."""

    def __init__(self, path: Path, budget: ByteBudget[Embedding] = EMBEDDINGS) -> None:
        """path: a `.pth` of segment-anything (ViT-B, L, H, or another size). budget: where embeddings are kept."""
        self._encoder = Encoder(partial(_load, path), _encode, budget)

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        """The (H, W) mask of the thing in the box and under the clicks.

        Raises: BackendMissing; UnusableModel for a file that is no SAM; OutOfMemory, BackendFailed.
        """
        decode = partial(_decode, image=image, box=box, clicks=clicks)
        return picture_mask(image, self._encoder.ask(image, decode), box, clicks)


def _load(path: Path, device: str, dtype: Any) -> Loaded:
    net = load_sam(path).to(device)
    net.image_encoder.to(dtype)
    return Loaded(net, device, dtype)


def _encode(model: Loaded, image: Image) -> Embedding:
    torch: Any = import_module("torch")
    frame = _frame(model, image)
    # Pillow's, as the model was trained: each pixel of the small copy is the mean of those that it stands for.
    small = PIL.Image.fromarray(image).resize((frame.columns, frame.rows), PIL.Image.Resampling.BILINEAR)
    pixels = torch.tensor(np.asarray(small), device=model.device).permute(2, 0, 1)[None]
    return Embedding((model.net.image_encoder(model.net.preprocess(pixels).to(model.dtype)),))


def _decode(model: Loaded, seen: Embedding, *, image: Image, box: Box | None, clicks: Sequence[Click]) -> Answer:
    torch: Any = import_module("torch")
    frame, prompt = _frame(model, image), model.net.prompt_encoder

    def placed(points: Sequence[tuple[int, int]]) -> Any:
        return torch.tensor(frame.placed(np.array(points, np.float32)), device=model.device)[None]

    marks = torch.tensor([[int(click.include) for click in clicks]], device=model.device)
    points = (placed([(click.x, click.y) for click in clicks]), marks) if clicks else None
    corners = placed([(box.x0, box.y0), (box.x1, box.y1)]).view(1, 4) if box else None
    sparse, dense = prompt(points, corners, None)
    logits, scores = model.net.mask_decoder(
        image_embeddings=seen.maps[0].float(),
        image_pe=prompt.get_dense_pe(),
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
        multimask_output=True,
    )
    maps = [frame.unplaced(one) for one in logits[0].cpu().numpy()]
    return Answer(np.stack(maps), scores[0].cpu().numpy())


def _frame(model: Loaded, image: Image) -> Frame:
    return letterboxed(image.shape[0], image.shape[1], model.net.image_encoder.img_size)
