"""The seams of the engine: what a planner, detector, segmenter and inpainter must do, and no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeAlias

from engine.data import Box, Click, Image, Mask, Region
from engine.operations import Context, Plan

Progress: TypeAlias = Callable[[float], None]
"""Called with the share done, in [0, 1]; what it raises stops the work and reaches the caller."""
Fill: TypeAlias = Literal["keep", "grey", "surroundings"]
"""What stands in a hole before it is painted: what was there, nothing, or what is around it, blurred."""


class Planner(Protocol):
    """Turns words into a plan."""

    def plan(self, instruction: str, context: Context) -> Plan:
        """The operations the instruction asks for; never raises: what is not understood is a plan with a question."""
        ...


class Detector(Protocol):
    """Finds things by a noun phrase."""

    def detect(self, image: Image, phrase: str) -> list[Region]:
        """Regions that may be the phrase, best first; empty when it knows the phrase and sees none, or knows it not."""
        ...


class Segmenter(Protocol):
    """Cuts a thing out of a picture, by its box, by clicks on it, or by both."""

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        """The (H, W) mask of the thing that fills the box and holds the clicks, in the frame of the whole image.

        box: None, where at least one click includes a point. Nothing is selected outside the box, and every click
        is obeyed: its pixel is selected if it includes, and not if it excludes. Never empty for the box of a thing.
        """
        ...


class Inpainter(Protocol):
    """Fills a hole so that nobody sees it was there."""

    def inpaint(self, image: Image, mask: Mask, seed: int, *, progress: Progress | None = None) -> Image:
        """The (H, W, 3) image with the pixels under the mask made new; the seed fixes the result."""
        ...


class Painter(Protocol):
    """Paints what words describe where a mask says."""

    @property
    def side(self) -> int:
        """The side of the square, px, that it paints best."""
        ...

    def paint(
        self,
        image: Image,
        mask: Mask,
        prompt: str,
        *,
        seed: int,
        strength: float = 1.0,
        fill: Fill = "grey",
        progress: Progress = ...,
    ) -> Image:
        """The (H, W, 3) image with the pixels under the mask made new, the seed fixing the result.

        Pixels near the mask may come back slightly off, so the caller composites; pixels far from it are the image's.
        strength: in (0, 1], how much of what was there is forgotten. prompt: may be empty.
        """
        ...
