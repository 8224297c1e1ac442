"""A diffusers inpainting pipeline as a Painter."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image as PillowImage

from engine.composite import match_colour
from engine.data import Alpha, Image, Mask
from engine.errors import MaskMismatch
from engine.inpainting.diffusion.differential import LEVELS, ORIGINAL
from engine.inpainting.diffusion.equipment import BARE, Equipment
from engine.inpainting.diffusion.preview import shown_in
from engine.inpainting.diffusion.prompts import avoided
from engine.inpainting.diffusion.runner import Asked, Runner
from engine.inpainting.diffusion.settings import LEAST_STRENGTH, Family
from engine.inpainting.diffusion.window import from_canvas, in_frame, to_canvas, window_for
from engine.protocols import Brief, Progress


class DiffusionPainter:
    """Paints with one pipeline; pictures asked for at the same time are painted together."""

    def __init__(self, pipeline: Any, family: Family | None = None, equipment: Equipment = BARE) -> None:
        """pipeline: any of diffusers' whose call takes `prompt`, `image` and `mask_image`."""
        self._runner = Runner(pipeline, family)
        self._equipment = equipment

    @property
    def side(self) -> int:
        """The side of the square, px, that it paints best."""
        return self._runner.side

    @side.setter
    def side(self, px: int) -> None:
        self._runner.side = px

    @property
    def takes_reference(self) -> bool:
        """Whether a reference in the brief changes what it paints."""
        return self._equipment.reference is not None

    @property
    def denoises_softly(self) -> bool:
        """Whether levels in the brief change what it paints."""
        return self._runner.denoises_softly

    def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
        """See `engine.protocols.Painter`; on one machine the seed fixes the result.

        Raises: MaskEmpty, MaskMismatch, Refused, OutOfMemory, BackendFailed.
        """
        if mask.shape != image.shape[:2]:
            raise MaskMismatch((mask.shape[0], mask.shape[1]), (image.shape[0], image.shape[1]))
        window = window_for(mask, self.side)
        crop, hole = np.ascontiguousarray(image[window.slices]), mask[window.slices]
        runner = self._equipment.runner_for(brief, self._runner)
        levels = brief.levels[window.slices] if brief.levels is not None and runner.denoises_softly else None
        strength = min(max(brief.strength, LEAST_STRENGTH), runner.family.strongest)

        def asked_at(side: int) -> Asked:
            canvas = to_canvas(crop, hole, side, runner.multiple, brief.fill)
            return {
                "prompt": brief.prompt,
                "negative_prompt": avoided(brief.prompt, brief.avoided),
                "image": PillowImage.fromarray(canvas.image),
                "mask_image": PillowImage.fromarray(canvas.hole.astype(np.uint8) * 255),
                "height": canvas.hole.shape[0],
                "width": canvas.hole.shape[1],
                "strength": strength,
                "num_inference_steps": runner.family.steps_at(strength),
                **self._equipment.asked(brief, canvas.image),
                **_held(crop, levels, *canvas.hole.shape),
            }

        generated = runner.run(asked_at, seed=brief.seed, progress=shown_in(progress, image, window, hole))
        painted = image.copy()
        painted[window.slices] = match_colour(from_canvas(generated, *hole.shape), crop, ~hole)
        return painted


def _held(crop: Image, levels: Alpha | None, rows: int, columns: int) -> Asked:
    """What keeps parts of a crop as they are for a while, in a frame of that size; nothing without levels."""
    if levels is None:
        return {}
    grey = np.rint(np.clip(levels, 0, 1) * 255).astype(np.uint8)
    planes = {ORIGINAL: crop, LEVELS: np.ascontiguousarray(grey)}
    return {name: PillowImage.fromarray(in_frame(plane, rows, columns)) for name, plane in planes.items()}
