"""What one operation finds when it starts: the picture, and what its words may refer to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from engine.clock import Clock
from engine.data import UNMOVED, Image, Located, Mask, Notice, Offset, Picture
from engine.errors import Ambiguous, NeedsClarification
from engine.masks import union
from engine.operations import Target
from engine.protocols import Inpainter, Painter, Progress

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


@dataclass(eq=False)
class Scene:
    """The picture as one operation finds it."""

    picture: Picture
    locate: Locate
    eraser: Inpainter
    painter: Callable[[], Painter]
    """Loads the generative model asked for. Raises: BackendMissing."""
    clock: Clock
    seed: int = 0
    mask: Mask | None = None
    """A mask the author gave; it wins over any words."""
    previous: Mask | None = None
    """What the last edit was about."""
    answer: Mask | None = None
    """What the author chose when asked about this operation."""
    reference: Picture | None = None
    backend: str | None = None
    """The backend asked for by name; None: the cheapest that does the job."""
    index: int = 0
    """Which operation of the plan this is."""
    progress: Progress = lambda _: None
    """Hears the share done of an operation that takes its time; may raise to cancel."""
    notices: list[Notice] = field(default_factory=list[Notice])

    def where(self, target: Target | None) -> Mask | None:
        """The (H, W) mask of what the operation is about; None: the whole picture.

        Raises: Ambiguous, NotGrounded.
        """
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
            located = self.locate(self.picture.rgb, target)
        if not located.chosen:
            raise Ambiguous(target.phrase or "that", located.regions, self.index)
        self.notices.extend(located.notices)
        if any(region.source == "whole" for region in located.chosen):
            return None
        return union(*(region.on(self.picture.height, self.picture.width) for region in located.chosen))

    def subject(self) -> Mask:
        """The main subject: what a given mask leaves out, else what stands out. Raises: NotGrounded."""
        if self.mask is not None:
            return ~self.mask
        mask = self.where(Target(phrase="main subject"))
        return np.ones(self.picture.rgb.shape[:2], np.bool_) if mask is None else mask
