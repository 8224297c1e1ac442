"""What one operation finds when it starts: the picture, and what its words may refer to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from engine.clock import Clock
from engine.data import UNMOVED, Alpha, Image, Located, Mask, Notice, Offset, Picture, Region
from engine.errors import Ambiguous, BackendMissing, BadOption, NeedsClarification, OutOfMemory
from engine.grounding.traces import located_trace
from engine.masks import union
from engine.operations import Target
from engine.protocols import Follower, Illustrator, Inpainter, Painter, Progress
from engine.specialists import Specialists

EXCEPT_THIS = tuple(
    f"except {words}" for words in ("this", "it", "that", "the mask", "the selection", "the marked area")
)
"""Relations that turn a given mask round."""
Locate = Callable[[Image, Target], Located]


@dataclass(frozen=True, eq=False)
class Step:
    """What one operation made of the picture."""

    picture: Picture
    changed: Mask | None
    """Pixels of the new picture that may differ from the old one; None: all of them."""
    offset: Offset | None = UNMOVED
    """Where the old top left pixel now lies; None where pixels moved apart (rotate, resize)."""
    target: Mask | None = None
    """What "it" means in the next instruction, in the frame of the new picture; None: the picture."""
    backend: str = "exact"
    notices: tuple[Notice, ...] = ()


def no_illustrator() -> Illustrator:
    """Where no model makes new pictures. Raises: BackendMissing."""
    raise BackendMissing("drawing a new picture", "diffusion")


@dataclass(eq=False)
class Scene:
    """The picture as one operation finds it."""

    picture: Picture
    locate: Locate
    eraser: Inpainter
    painter: Callable[[], Painter]
    """Loads the generative model asked for. Raises: BackendMissing."""
    follower: Callable[[], Follower]
    """Loads the model that follows instructions. Raises: BackendMissing."""
    clock: Clock
    seed: int = 0
    mask: Mask | None = None
    """A mask the author gave; it wins over any words."""
    weights: Alpha | None = None
    """How strongly each pixel of that mask is selected, and those softly around it, where it was drawn softly."""
    previous: Mask | None = None
    """What the last edit was about."""
    answer: Mask | None = None
    """What the author chose when asked about this operation."""
    area: Mask | None = None
    """Where this operation worked before, reshaped since: nothing is looked for, and nothing joins it."""
    softness: int = 0
    """How many px softer than usual its border is."""
    reference: Picture | None = None
    start: Picture | None = None
    """The picture as this operation left it another time: what is painted begins from that, rather than from noise."""
    backend: str | None = None
    """The backend asked for by name; None: the cheapest that does the job."""
    index: int = 0
    """Which operation of the plan this is."""
    progress: Progress = lambda _: None
    """Hears the share done of an operation that takes its time; may raise to cancel."""
    specialists: Specialists = field(default_factory=Specialists)
    """Models for one job each, where they are installed."""
    illustrator: Callable[[], Illustrator] = no_illustrator
    """Loads the model that makes whole pictures. Raises: BackendMissing."""
    notices: list[Notice] = field(default_factory=list[Notice])
    found: list[Region] = field(default_factory=list[Region])
    """What words were found to mean in this operation."""

    def has_follower(self) -> bool:
        """Whether a model that follows instructions is at hand; it is loaded then."""
        try:
            self.follower()
        except (BackendMissing, BadOption, OutOfMemory):
            return False
        return True

    @property
    def is_bounded(self) -> bool:
        """Whether the operation is about a given mask or area, and must not leave it."""
        return self.mask is not None or self.area is not None

    def where(self, target: Target | None) -> Mask | None:
        """The (H, W) mask of what the operation is about; None: the whole picture.

        Raises: Ambiguous, NotGrounded.
        """
        if self.area is not None:
            return self.area
        if self.mask is not None:
            spared = target is not None and target.relation in EXCEPT_THIS
            return ~self.mask if spared else self.mask
        if target is None or (target.previous and self.previous is None):
            return None
        if target.previous:
            return self.previous
        if self.answer is not None:
            return self.answer
        return self._find(target)

    @property
    def is_outlined(self) -> bool:
        """Whether the author told the region to the pixel, by a mask or as an area, so that it must not be passed."""
        told = bool(self.found) and all(region.source == "area" for region in self.found)
        return self.mask is not None or told

    def weights_of(self, region: Mask) -> Alpha | None:
        """The weights that the author drew the region with; None where it is another, or selected fully."""
        return self.weights if region is self.mask else None

    def must_find(self, target: Target, question: str) -> Mask:
        """Like `where`, for operations that make no sense on the whole picture.

        Raises: NeedsClarification with `question` where "it" means nothing yet.
        """
        mask = self.where(target)
        if mask is None:
            raise NeedsClarification(question)
        return mask

    def _find(self, target: Target) -> Mask | None:
        with self.clock("ground"):
            located = located_trace(self.locate, self.picture.rgb, target) or self.locate(self.picture.rgb, target)
        if not located.chosen:
            raise Ambiguous(target.phrase or "that", located.regions, self.index)
        self.notices.extend(located.notices)
        self.found.extend(located.chosen)
        if any(region.source == "whole" for region in located.chosen):
            return None
        return union(*(region.on(self.picture.height, self.picture.width) for region in located.chosen))

    def subject(self) -> Mask:
        """The main subject: what a given mask leaves out, else what stands out. Raises: NotGrounded."""
        if self.area is None and self.mask is not None:
            return ~self.mask
        mask = self.where(Target(phrase="main subject"))
        return np.ones(self.picture.rgb.shape[:2], np.bool_) if mask is None else mask
