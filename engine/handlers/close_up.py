"""A second look at what was drawn on a smaller copy of the picture, until it is as sharp as the photo around it.

A model that follows instructions draws about a megapixel, whatever the photo has, and its change comes back enlarged.
The part that changed is gone over again in windows of the model's own size, at half of the photo's size first and then
at all of it: by a painter, lightly, where there is one, else by the model that drew it, told to sharpen and no more.
Both give detail alone: the tones stay, and of a window in which anything moved or changed nothing is taken.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

import numpy as np

from engine.data import Image, Mask
from engine.errors import BackendMissing, BadOption, EditError, OutOfMemory
from engine.inpainting.diffusion.passes import DRAFTED, HALVING, SHARP, refined, tiles_of
from engine.inpainting.diffusion.prompts import with_medium
from engine.inpainting.diffusion.settings import DETAILED, MANNERS
from engine.inpainting.diffusion.window import covered, resized
from engine.protocols import Brief, Follower, Painter, Progress, part_of
from engine.registration import changed_region, registered
from engine.scene import Scene

SHARPEN: Final = "Make this picture sharp and finely detailed. Keep everything in it exactly as it is and where it is."
"""What a follower is told that looks again."""
ALTERED: Final = 0.02
"""Share of a window's hole that may differ for more than its sharpness: above, another thing was drawn."""
FEW, MANY = 12, 24
"""Windows at one size, at most: of a follower, which runs all of its steps for each, and of a painter, which runs few
of its own. More are not begun: the region is then large enough to be looked at smaller."""

_log = logging.getLogger(__name__)


@runtime_checkable
class HasSide(Protocol):
    """A follower that says how large it draws."""

    @property
    def side(self) -> int:
        """The side of the square, px, whose area it draws."""
        ...


def zoom_of(follower: Follower, height: int, width: int) -> float:
    """How many px of a (height, width) picture lie along one that the follower draws; 1 where it does not say."""
    return math.sqrt(height * width) / follower.side if isinstance(follower, HasSide) else 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Sharpener:
    """A follower as a `Painter` that adds detail to what is there, or leaves it."""

    follower: Follower
    side: int
    """The side of the square, px, whose area the follower draws."""

    def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
        """The (H, W, 3) image, all of it sharper; as it is where the follower drew anything else under the mask."""
        redrawn = self.follower.follow(image, SHARPEN, seed=brief.seed, progress=progress)
        fitting = registered(redrawn, image)
        altered = np.count_nonzero(changed_region(fitting, image) & mask)
        return image if altered > ALTERED * np.count_nonzero(mask) else fitting


@dataclass(frozen=True, eq=False, slots=True)
class CloseUp:
    """How a picture is looked at again."""

    artist: Painter
    most: int
    """Windows at one size, at most."""
    brief: Brief

    def sharpened(self, image: Image, hole: Mask, zoom: float, progress: Progress) -> Image:
        """The (H, W, 3) image with the hole, drawn `zoom` times smaller and enlarged, as sharp as the rest.

        By halves, for what is enlarged four times shows nothing to go on from. Every pixel outside is the image's.
        """
        if zoom <= SHARP:
            return image
        made = image
        if zoom > HALVING:
            height, width = hole.shape
            rows, columns = -(-height // 2), -(-width // 2)
            small, heard = resized(image, rows, columns), part_of(progress, 0, DRAFTED)
            smaller = self.sharpened(small, covered(hole, rows, columns), zoom / 2, heard)
            if smaller is not small:
                made = np.where(hole[:, :, None], resized(smaller, height, width), image)
            progress = part_of(progress, DRAFTED, 1 - DRAFTED)
        if len(list(tiles_of(hole, self.artist.side))) > self.most:
            return made
        return refined(self.artist, made, hole, self.brief, progress, steady=True)


def looked_at_again(
    scene: Scene, follower: Follower, image: Image, hole: Mask, zoom: float, progress: Progress
) -> Image:
    """The (H, W, 3) image with what the follower drew in the hole, `zoom` times smaller, as sharp as the rest.

    Every pixel outside the hole is the image's, and the scene's seed fixes the others. Where that fails, the image as
    it is: what was drawn is worth keeping. What `progress` raises stops it.
    """
    if zoom <= SHARP or not isinstance(follower, HasSide) or not hole.any():
        return image
    manner = MANNERS["upscale"]
    brief = Brief(with_medium(DETAILED, image), scene.seed, manner.strength, manner.fill, avoided=manner.avoided)
    painter = _painter_beside(scene)
    artist = Sharpener(follower, follower.side) if painter is None else painter
    try:
        return CloseUp(artist, FEW if painter is None else MANY, brief).sharpened(image, hole, zoom, progress)
    except EditError:
        _log.warning("no second look", exc_info=True)
        return image


def _painter_beside(scene: Scene) -> Painter | None:
    """A painter to help the follower; None: there is none, or the follower was asked for by name."""
    if scene.backend is not None:
        return None
    try:
        return scene.painter()
    except (BackendMissing, BadOption, OutOfMemory):
        return None
