"""What a picture looks like while it is still latents: three weights a channel instead of the model's decoder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any, Final, NamedTuple

import cv2
import numpy as np

from engine.data import Box, Image, Mask
from engine.inpainting.diffusion.window import from_canvas, resized
from engine.protocols import Audience, Progress

EVERY: Final = 1.5
"""Seconds between two previews, at least."""
SHOWN_SIDE: Final = 512
"""The longest side, px, of a preview of a whole picture."""


class Palette(NamedTuple):
    """The colour each channel of a latent stands for: RGB in [-1, 1] is the latent times `weights`, plus `bias`."""

    weights: tuple[tuple[float, float, float], ...]
    bias: tuple[float, float, float]


# Least-squares fits of pictures to their latents, by the authors of ComfyUI (latent_formats.py).
SD15: Final = Palette(
    ((0.3512, 0.2297, 0.3227), (0.3250, 0.4974, 0.2350), (-0.2829, 0.1762, 0.2721), (-0.2120, -0.2616, -0.7177)),
    (0.0, 0.0, 0.0),
)
SDXL: Final = Palette(
    ((0.3651, 0.4232, 0.4341), (-0.2533, -0.0042, 0.1068), (0.1076, 0.1111, -0.0362), (-0.3165, -0.2492, -0.2188)),
    (0.1084, -0.0175, -0.0011),
)
FLUX: Final = Palette(
    (
        (-0.0346, 0.0244, 0.0681), (0.0034, 0.0210, 0.0687), (0.0275, -0.0668, -0.0433), (-0.0174, 0.0160, 0.0617),
        (0.0859, 0.0721, 0.0329), (0.0004, 0.0383, 0.0115), (0.0405, 0.0861, 0.0915), (-0.0236, -0.0185, -0.0259),
        (-0.0245, 0.0250, 0.1180), (0.1008, 0.0755, -0.0421), (-0.0515, 0.0201, 0.0011), (0.0428, -0.0012, -0.0036),
        (0.0817, 0.0765, 0.0749), (-0.1264, -0.0522, -0.1103), (-0.0280, -0.0881, -0.0499), (-0.1262, -0.0982, -0.0778),
    ),
    (-0.0329, -0.0718, -0.0851),
)  # fmt: skip
PALETTES: Final[tuple[tuple[str, Palette | None], ...]] = (
    ("StableDiffusionXL", SDXL),
    ("StableDiffusion3", None),
    ("StableDiffusion", SD15),
    ("Flux2", None),
    ("Flux", FLUX),
)
"""By how the name of the pipeline's class begins; the first that fits counts."""


def palette_of(pipeline_class: str, channels: int) -> Palette | None:
    """The palette of a pipeline, by the name of its class; None: not known, and no preview is shown."""
    found = next((palette for start, palette in PALETTES if pipeline_class.startswith(start)), None)
    return found if found and len(found.weights) == channels else None


class Previewer:
    """Previews of one batch while it is made, at most one in so many seconds."""

    def __init__(self, pipeline: Any, height: int, width: int, clock: Callable[[], float] = time.monotonic) -> None:
        """height, width: of the pictures that are made, px."""
        self._palette = palette_of(type(pipeline).__name__, int(pipeline.vae.config.latent_channels))
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
    """(n, c, rows, columns) latents of FLUX's (n, rows/2 * columns/2, 4c): it sees them in squares of two by two."""
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
