"""A diffusers inpainting pipeline as a Painter."""

from __future__ import annotations

import gc
import inspect
import math
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from engine.composite import match_colour
from engine.data import Image, Mask
from engine.errors import BackendFailed, MaskMismatch, OutOfMemory, Refused
from engine.inpainting.diffusion.settings import NEGATIVE, family_of
from engine.inpainting.diffusion.window import Canvas, from_canvas, to_canvas, window_for
from engine.protocols import Fill, Progress
from engine.torch_edge import library_edge

NAME = "diffusion"
"""What errors call this backend."""
LEAST_MULTIPLE = 8
"""What diffusers wants the sides to be a multiple of, px, however little the model's own autoencoder shrinks."""
THRIFT = 3 / 4
"""How much smaller, per side, the second try is after memory ran out."""


@dataclass(frozen=True, eq=False, slots=True)
class _Wish:
    """What is asked of the model."""

    prompt: str
    seed: int
    strength: float
    fill: Fill
    progress: Progress


class _Stopped(BaseException):
    """What a progress callable raised, on its way through a library."""

    def __init__(self, reason: Exception) -> None:
        self.reason = reason


class DiffusionPainter:
    """Paints with one pipeline, one picture at a time."""

    def __init__(self, pipeline: Any) -> None:
        """pipeline: any of diffusers' whose call takes `prompt`, `image` and `mask_image`."""
        self._pipeline = pipeline
        self._family = family_of(type(pipeline).__name__)
        self._accepted = frozenset(inspect.signature(type(pipeline).__call__).parameters)
        self._multiple = math.lcm(int(pipeline.image_processor.config.vae_scale_factor), LEAST_MULTIPLE)
        self._busy = threading.Lock()
        self.side = _native_side(pipeline)

    def paint(
        self,
        image: Image,
        mask: Mask,
        prompt: str,
        *,
        seed: int,
        strength: float = 1.0,
        fill: Fill = "grey",
        progress: Progress = lambda _: None,
    ) -> Image:
        """See `engine.protocols.Painter`; on one machine the seed fixes the result.

        When memory runs out it tries once more: smaller, and with slower, thriftier attention and decoding.
        Raises: MaskEmpty, MaskMismatch, Refused, OutOfMemory, BackendFailed.
        """
        if mask.shape != image.shape[:2]:
            raise MaskMismatch((mask.shape[0], mask.shape[1]), (image.shape[0], image.shape[1]))
        window = window_for(mask, self.side)
        wish = _Wish(prompt, seed, min(strength, self._family.strongest), fill, progress)
        painted = image.copy()
        with self._busy:
            crop = np.ascontiguousarray(image[window.slices])
            painted[window.slices] = self._within_memory(crop, mask[window.slices], wish)
        return painted

    def _within_memory(self, crop: Image, hole: Mask, wish: _Wish) -> Image:
        # Suppressed, not handled: the exception holds the tensors that filled the memory.
        with suppress(OutOfMemory):
            return self._painted(crop, hole, wish, self.side)
        _free_memory()
        with self._thriftily():
            smaller = int(self.side * THRIFT) // self._multiple * self._multiple
            return self._painted(crop, hole, wish, max(smaller, self._multiple))

    def _painted(self, crop: Image, hole: Mask, wish: _Wish, side: int) -> Image:
        """The crop at its own size, painted and with the colours it had outside the hole."""
        canvas = to_canvas(crop, hole, side, self._multiple, wish.fill)
        try:
            with library_edge(NAME):
                generated = self._generated(canvas, wish)
        except _Stopped as stopped:
            raise stopped.reason from None
        return match_colour(from_canvas(generated, *hole.shape), crop, ~hole)

    def _generated(self, canvas: Canvas, wish: _Wish) -> Image:
        height, width = canvas.hole.shape
        torch: Any = import_module("torch")
        known: dict[str, Any] = {
            "prompt": wish.prompt,
            "negative_prompt": NEGATIVE,
            "image": PillowImage.fromarray(canvas.image),
            "mask_image": PillowImage.fromarray(canvas.hole.astype(np.uint8) * 255),
            "height": height,
            "width": width,
            "strength": wish.strength,
            "num_inference_steps": self._family.steps,
            "guidance_scale": self._family.guidance_scale,
            # A generator on the CPU draws the same noise whatever the device.
            "generator": torch.Generator("cpu").manual_seed(wish.seed),
            "output_type": "np",
            "callback_on_step_end": _reporting(wish.progress),
        }
        asked = {name: value for name, value in known.items() if name in self._accepted and value is not None}
        return _pixels(self._pipeline(**asked))

    @contextmanager
    def _thriftily(self) -> Generator[None, None, None]:
        """The pipeline with its smallest appetite, for a while."""
        pipeline = self._pipeline
        pipeline.enable_attention_slicing("max")
        pipeline.vae.enable_tiling()
        try:
            yield
        finally:
            pipeline.disable_attention_slicing()
            pipeline.vae.disable_tiling()


def _native_side(pipeline: Any) -> int:
    """The side of the square, px, that the model was trained on."""
    backbone = getattr(pipeline, "unet", None) or pipeline.transformer
    cells = backbone.config.get("sample_size") or pipeline.default_sample_size
    return int(cells if isinstance(cells, int) else max(cells)) * int(pipeline.vae_scale_factor)


def _reporting(progress: Progress) -> Any:
    """The callback that diffusers calls after each step."""

    def callback(pipeline: Any, step: int, _timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        try:
            progress(min(1.0, (step + 1) / max(1, pipeline.num_timesteps)))
        except Exception as exc:
            raise _Stopped(exc) from exc
        return tensors

    return callback


def _pixels(output: Any) -> Image:
    """The picture of a pipeline's output. Raises: Refused by the model's own filter, BackendFailed for no numbers."""
    if any(getattr(output, "nsfw_content_detected", None) or ()):
        raise Refused("the model's own safety filter refuses the result")
    floats = np.asarray(output.images[0], np.float32)
    if not np.isfinite(floats).all():
        raise BackendFailed(NAME)
    return np.rint(np.clip(floats, 0, 1) * 255).astype(np.uint8)


def _free_memory() -> None:
    torch: Any = import_module("torch")
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
