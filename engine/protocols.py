"""The seams of the engine: what a planner, detector, segmenter and inpainter must do, and no more."""

from __future__ import annotations

from typing import Protocol

from engine.data import Box, Image, Mask, Region
from engine.operations import Context, Plan


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
    """Cuts a thing out of a box."""

    def segment(self, image: Image, box: Box) -> Mask:
        """The (H, W) mask of the main thing in the box, in the frame of the whole image."""
        ...


class Inpainter(Protocol):
    """Fills a hole so that nobody sees it was there."""

    def inpaint(self, image: Image, mask: Mask, seed: int) -> Image:
        """The (H, W, 3) image with the pixels under the mask made new; the seed fixes the result."""
        ...
