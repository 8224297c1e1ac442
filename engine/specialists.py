"""Models trained for one job, where they are installed; the tools without weights do the job where they are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.data import Image, Picture
from engine.operations import Defect
from engine.protocols import Inpainter, Progress


class Restorer(Protocol):
    """Undoes one kind of damage."""

    def restore(self, image: Image, progress: Progress = ...) -> Image:
        """The (H, W, 3) image without it."""
        ...


class Upscaler(Protocol):
    """Gives a picture more pixels, and detail in them."""

    def upscale(self, picture: Picture, scale: float, progress: Progress = ...) -> Picture:
        """The picture `scale` times as high and wide. Raises: BadOption for a scale that cannot be."""
        ...


@dataclass(frozen=True)
class Specialists:
    """What is installed; each is loaded when it is first used."""

    eraser: Inpainter | None = None
    upscaler: Upscaler | None = None
    restorer_of: Callable[[Defect], Restorer | None] = lambda _: None
    """The restorer of a defect; None: none is installed."""
    faces: Restorer | None = None
    """Redraws the faces of a picture."""
    caption: Callable[[Image], str] = lambda _: ""
    """What a picture shows, in a phrase; empty where nothing can tell."""
