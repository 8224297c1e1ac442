"""A text-to-image model as an Illustrator: new pictures from words, and whole pictures made anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.data import Image
from engine.inpainting.diffusion.equipment import BARE, Equipment
from engine.inpainting.diffusion.instruction import frame_of
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.passes import paint_sharply
from engine.inpainting.diffusion.prompts import avoided
from engine.inpainting.diffusion.runner import Asked, Runner
from engine.inpainting.diffusion.settings import Family
from engine.protocols import Brief, Progress


class DiffusionIllustrator:
    """Draws with one pipeline, one picture at a time."""

    def __init__(
        self, pipeline: Any, painter: DiffusionPainter, family: Family | None = None, equipment: Equipment = BARE
    ) -> None:
        """pipeline: any of diffusers' that needs no more than a prompt. painter: the same weights, with a mask."""
        self._runner = Runner(pipeline, family)
        self._painter = painter
        self._equipment = equipment

    @property
    def takes_reference(self) -> bool:
        """Whether a reference in the brief changes what it draws."""
        return self._equipment.reference is not None

    @property
    def side(self) -> int:
        """The side of the square, px, whose area it draws best."""
        return self._runner.side

    @side.setter
    def side(self, px: int) -> None:
        self._runner.side = self._painter.side = px

    def draw(self, brief: Brief, aspect: float | None = None, progress: Progress = lambda _: None) -> Image:
        """See `engine.protocols.Illustrator`; on one machine the seed fixes the result.

        Raises: Refused, OutOfMemory, BackendFailed.
        """
        runner = self._equipment.runner_for(brief, self._runner)

        def asked_at(side: int) -> Asked:
            rows, columns = frame_of(1000, round(1000 * (aspect or 1)), side, runner.multiple)
            # Nothing is there yet whose structure a blank canvas could stand for: only the reference is used.
            aids = self._equipment.asked(brief, np.zeros((rows, columns, 3), np.uint8))
            return {
                "prompt": brief.prompt,
                "negative_prompt": avoided(brief.prompt, brief.avoided),
                "height": rows,
                "width": columns,
                **aids,
            }

        return runner.run(asked_at, seed=brief.seed, progress=progress)

    def redraw(self, image: Image, brief: Brief, progress: Progress = lambda _: None) -> Image:
        """See `engine.protocols.Illustrator`: painting under a mask that spares nothing, as sharp as the image.

        Raises: Refused, OutOfMemory, BackendFailed.
        """
        return paint_sharply(self._painter, image, np.ones(image.shape[:2], np.bool_), brief, progress)
