"""Seconds per generated edit, models at their real size with random weights, against a plain call on the whole picture.

Ours shows the model a window around the mask at its own size; the plain way resizes the photo to the model, paints, and
pastes the result back through the mask. Both run the same pipeline with the same steps in one process, one warm-up each,
medians of the rest. Peak memory is the GPU's. Needs the extra `gpu` and a GPU:
`uv run --extra gpu python benchmarks/generation.py [sd] [sdxl] [flux-fill]`.

It has not been run yet: no GPU was at hand when it was written. On a CPU it refuses, for the figures would mean nothing.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from PIL import Image as PillowImage

from engine.data import Image, Mask, Picture
from engine.editor import Editor, EditRequest
from engine.fakes import FillInpainter, FixedGrounder
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.settings import family_of
from engine.operations import Replace, Target

HEIGHT, WIDTH = 3000, 4000
SHARE = 0.05
"""Of the photo, that the mask covers."""
ROUNDS = 3
MEGABYTE = 1 << 20


class Timing(NamedTuple):
    """What one way took."""

    seconds: float
    peak: int
    """Bytes of GPU memory."""


def sd() -> Any:
    """Stable Diffusion 1.5 inpainting: 0.86 billion weights in the UNet."""
    unet = _new("UNet2DConditionModel", sample_size=64, in_channels=9, cross_attention_dim=768, attention_head_dim=8)
    return _assembled("StableDiffusionInpaintPipeline", unet=unet, text_encoder=_Encoder(768, pooled=None))


def sdxl() -> Any:
    """Stable Diffusion XL inpainting: 2.6 billion weights in the UNet."""
    unet = _new(
        "UNet2DConditionModel", sample_size=128, in_channels=9, cross_attention_dim=2048,
        block_out_channels=(320, 640, 1280), attention_head_dim=(5, 10, 20), transformer_layers_per_block=(1, 2, 10),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816,
    )  # fmt: skip
    return _assembled("StableDiffusionXLInpaintPipeline", unet=unet, text_encoder=_Encoder(2048, pooled=1280))


def flux_fill() -> Any:
    """FLUX.1 Fill: 12 billion weights in the transformer."""
    transformer = _new("FluxTransformer2DModel", in_channels=384, out_channels=64, guidance_embeds=True)
    return _assembled("FluxFillPipeline", transformer=transformer, text_encoder=_Encoder(4096, pooled=768))
