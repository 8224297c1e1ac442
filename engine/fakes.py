"""Stand-ins for the Protocols that need no search: plain, exact and instant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data import Box, Click, Image, Located, Mask, Region
from engine.errors import NotGrounded
from engine.operations import Target
from engine.protocols import Progress


class FillInpainter:
    """Fills a hole with the mean colour of what is around it, shifted by the seed."""

    def inpaint(self, image: Image, mask: Mask, seed: int, *, progress: Progress | None = None) -> Image:
        """The image with one colour under the mask."""
        filled = image.copy()
        if mask.all():
            return filled
        mean = image[~mask].mean(axis=0)
        filled[mask] = np.clip(mean + seed % 7, 0, 255).astype(np.uint8)
        return filled


class BoxSegmenter:
    """Takes the box for the thing, and the picture for the box where there is none."""

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        """All of the box, but for the points that the clicks decide."""
        height, width = image.shape[:2]
        mask = Region(box or Box(0, 0, width, height), 1.0, "", "").on(height, width)
        for click in clicks:
            mask[click.y, click.x] = click.include
        return mask


class ColourChecker:
    """Takes one colour for what only adults should see."""

    def __init__(self, colour: tuple[int, int, int]) -> None:
        self._colour = colour

    def sensitive(self, image: Image) -> tuple[str, ...]:
        """The word "colour" where any pixel has it."""
        return ("colour",) if (image == self._colour).all(axis=2).any() else ()


class FixedGrounder:
    """Knows some phrases by heart; every region of a phrase is a candidate, and a single one is chosen."""

    def __init__(self, regions: dict[str, tuple[Region, ...]]) -> None:
        self._regions = regions

    def locate(self, image: Image, target: Target) -> Located:
        """Raises: NotGrounded for a phrase it was not told."""
        phrase = target.phrase or ""
        found = self._regions.get(phrase, ())
        if not found:
            raise NotGrounded(phrase, 0.0, tuple(self._regions))
        return Located(found, found if len(found) == 1 or target.quantity == "all" else ())
