"""Soft denoising: a grey mask says of each pixel how much of the schedule may change it.

A pixel of level 0.5 takes part in the last half of the steps; until then it is the original's, noised to where the
others are, so that what is painted beside it grows into it. Source: Levin and Fried, "Differential Diffusion: Giving
Each Pixel Its Strength" (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
from PIL import Image as PillowImage

LEVELS: Final = "level_image"
ORIGINAL: Final = "original_image"
"""Two more arguments of a call, each a picture of the frame's size: 8-bit grey levels, and what is kept where they are
low. No pipeline takes them: `Runner` does."""
CLASSES: Final = (
    "StableDiffusionInpaint",
    "StableDiffusionControlNetInpaint",
    "StableDiffusionXLInpaint",
    "StableDiffusionXLControlNetInpaint",
    "FluxFill",
    "FluxInpaint",
)
"""How the names of the pipelines begin that were tried: 4 and 9 channels of UNets, and packed latents."""


def denoises_softly(pipeline: Any) -> bool:
    """Whether the pipeline can be held back pixel by pixel: its latents are known, and may be replaced after a step."""
    vae = pipeline.vae
    plain = "AutoencoderKL" in type(vae).__name__ and vae.config.get("latents_mean") is None
    return plain and type(pipeline).__name__.startswith(CLASSES)


class Holding:
    """The originals of one batch, and how long each of their pixels is held."""

    def __init__(
        self,
        pipeline: Any,
        originals: Sequence[PillowImage.Image],
        levels: Sequence[PillowImage.Image],
        seeds: Sequence[int],
    ) -> None:
        """originals: (h, w) RGB; levels: the same size, grey; seeds: fix the noise of each, alone and in company."""
        torch: Any = import_module("torch")
        self._scheduler = pipeline.scheduler
        clean = _encoded(pipeline, originals)
        generators = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
        noise = torch.stack([torch.randn(clean.shape[1:], generator=each) for each in generators]).to(clean)
        shares = torch.stack([torch.from_numpy(np.array(level, np.float32) / 255) for level in levels])
        cells = torch.nn.functional.interpolate(shares[:, None], clean.shape[-2:], mode="area")
        self._clean, self._noise, self._levels = (
            _as_latents(pipeline, plane) for plane in (clean, noise, cells.to(clean.device).expand_as(clean))
        )

    def held(self, step: int, steps: int, latents: Any) -> Any:
        """The (n, ...) latents after step `step` of `steps`, with the original's where they may not change yet.

        Level 1 is never held, level 0 always; where nothing is held the latents come back bit by bit.
        """
        torch: Any = import_module("torch")
        held = (self._levels < 1 - step / steps) | (self._levels <= 0)
        return torch.where(held, self._noised(step, steps).to(latents.dtype), latents)

    def _noised(self, step: int, steps: int) -> Any:
        """The originals with the noise that the next step expects; after the last one, without any."""
        if step + 1 >= steps:
            return self._clean
        times = self._scheduler.timesteps
        following = times[len(times) - steps + step + 1].reshape(1).expand(len(self._clean))
        # Samplers that follow a flow mix picture and noise, those of diffusion add one to the other.
        if hasattr(self._scheduler, "scale_noise"):
            return self._scheduler.scale_noise(self._clean, following, self._noise)
        return self._scheduler.add_noise(self._clean, self._noise, following)


def _encoded(pipeline: Any, pictures: Sequence[PillowImage.Image]) -> Any:
    """(n, c, h, w) the likeliest latents of the pictures, at the scale at which they are denoised."""
    torch: Any = import_module("torch")
    vae = pipeline.vae
    kept = vae.dtype
    # The autoencoder of SDXL overflows in half precision.
    overflows = kept == torch.float16 and vae.config.get("force_upcast")
    if overflows:
        vae.to(torch.float32)
    pixels = pipeline.image_processor.preprocess(list(pictures)).to(pipeline._execution_device, vae.dtype)
    with torch.no_grad():
        likeliest = vae.encode(pixels).latent_dist.mode()
    if overflows:
        vae.to(kept)
    return (likeliest.to(kept) - (vae.config.get("shift_factor") or 0)) * vae.config.scaling_factor


def _as_latents(pipeline: Any, planes: Any) -> Any:
    """(n, c, h, w) planes in the form in which the pipeline keeps its latents."""
    pack = getattr(pipeline, "_pack_latents", None)
    return pack(planes, *planes.shape) if pack else planes
