"""What a picture looks like while it is still latents: three weights a channel instead of the model's decoder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

import cv2
import numpy as np

from engine.data import Box, Image, Mask
from engine.inpainting.diffusion.palettes import palette_of
from engine.inpainting.diffusion.window import from_canvas, resized
from engine.protocols import Audience, Progress

EVERY: Final = 1.5
"""Seconds between two previews, at least."""
SHOWN_SIDE: Final = 512
"""The longest side, px, of a preview of a whole picture."""


class Previewer:
    """Previews of one batch while it is made, at most one in so many seconds."""

    def __init__(self, pipeline: Any, height: int, width: int, clock: Callable[[], float] = time.monotonic) -> None:
        """height, width: of the pictures that are made, px."""
        self._palette = palette_of(pipeline)
        self._rows, self._columns = height // int(pipeline.vae_scale_factor), width // int(pipeline.vae_scale_factor)
        self._clock = clock
        self._last = clock()
        self._before: Any = None

    def shown(self, scheduler: Any, timestep: Any, latents: Any) -> list[Image] | None:
        """(rows, columns, 3) pictures of what the latents are becoming, one each; None: it is not time for any."""
        if self._palette is None:
            return None
        before, self._before = self._before, latents
        if before is None or self._clock() - self._last < EVERY:
            return None
        self._last = self._clock()
        return self._coloured(foreseen(scheduler, timestep, before, latents))

    def _coloured(self, latents: Any) -> list[Image]:
        torch: Any = import_module("torch")
        assert self._palette is not None
        planes = unpacked(latents, self._rows, self._columns) if latents.ndim == 3 else latents
        weights = torch.tensor(self._palette.weights, dtype=torch.float32, device=planes.device)
        bias = torch.tensor(self._palette.bias, dtype=torch.float32, device=planes.device)
        colours = torch.einsum("nchw,cd->nhwd", planes.float(), weights) + bias
        pixels: Any = ((colours + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
        return [np.asarray(picture, np.uint8) for picture in pixels]


def unpacked(latents: Any, rows: int, columns: int) -> Any:
    """(n, c, rows, columns) latents of (n, rows/2 * columns/2, 4c): squares of two by two, channel by channel.

    So FLUX.1 and Qwen-Image see them, and FLUX.2, whose autoencoder packs them itself.
    """
    count, _, packed = latents.shape
    squares = latents.reshape(count, rows // 2, columns // 2, packed // 4, 2, 2)
    return squares.permute(0, 3, 1, 4, 2, 5).reshape(count, packed // 4, rows, columns)


def foreseen(scheduler: Any, timestep: Any, before: Any, after: Any) -> Any:
    """Where the latents are heading: the line through two of them, followed to where no noise is left.

    Exact for what a first-order sampler was told in its last step (Song et al., "Denoising Diffusion Implicit Models",
    section 4.3, as an ordinary differential equation in the amount of noise), and close for the others.
    """
    noise_before, noise_after, shrinks = _noise_around(scheduler, timestep)
    if noise_before == noise_after:
        return after
    if shrinks:
        before = before * (1 + noise_before**2) ** 0.5
        after = after * (1 + noise_after**2) ** 0.5
    return after + (after - before) * (noise_after / (noise_before - noise_after))


def _noise_around(scheduler: Any, timestep: Any) -> tuple[float, float, bool]:
    """The noise before and after the step, in units of the picture's scale, and whether the sampler shrinks latents."""
    times = [float(time) for time in scheduler.timesteps]
    step = min(range(len(times)), key=lambda index: abs(times[index] - float(timestep)))
    shrinks = hasattr(scheduler, "alphas_cumprod") and float(scheduler.init_noise_sigma) == 1
    if not shrinks:
        # Of a sampler that keeps no such list nothing can be foreseen, and latents are shown as they are.
        levels = [float(level) for level in getattr(scheduler, "sigmas", ())[step : step + 2]]
        return levels[0] if levels else 0.0, levels[-1] if levels else 0.0, False
    following = [scheduler.alphas_cumprod[int(time)] for time in times[step : step + 2]]
    noise = [float((1 - kept) / kept) ** 0.5 for kept in following]
    return noise[0], noise[1] if len(noise) > 1 else 0.0, True


def shown_in(progress: Progress, image: Image, window: Box, hole: Mask) -> Progress:
    """The same progress, whose previews of the window's (h, w) hole are shown in the whole image."""
    if isinstance(progress, Audience) and progress.see:
        return replace(progress, see=in_the_picture(image, window, hole, progress.see))
    return progress


def in_the_picture(image: Image, window: Box, hole: Mask, see: Callable[[Image], None]) -> Callable[[Image], None]:
    """Shows what stands in the window's (h, w) hole within the whole image, made small."""
    height, width = image.shape[:2]
    scale = min(1.0, SHOWN_SIDE / max(height, width))
    small = resized(image, max(1, round(height * scale)), max(1, round(width * scale)))
    rows = slice(*(round(y * scale) for y in (window.y0, window.y1)))
    columns = slice(*(round(x * scale) for x in (window.x0, window.x1)))
    spot = small[rows, columns]
    if not spot.size:
        return see
    part = cv2.resize(hole.view(np.uint8), (spot.shape[1], spot.shape[0]), interpolation=cv2.INTER_NEAREST) > 0

    def show(preview: Image) -> None:
        picture = small.copy()
        picture[rows, columns][part] = from_canvas(preview, *part.shape)[part]
        see(picture)

    return show
