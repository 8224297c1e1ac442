"""An edit made again where it was made before, that place reshaped by the author's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.data import Image, Mask
from engine.errors import Ambiguous, NeedsClarification
from engine.masks import union
from engine.operations import Add, Background, EditOperation, Move, Target, Text
from engine.refining.changes import softness_of
from engine.refining.reshaping import Ground, Locate, extent_of, reshaped

ITS_OWN = (Add, Text)
"""Operations that take a place as it is, like a mask: what was there before was not a thing in the picture."""
NO_AREA = "The last edit had no area of its own. Say what should change, and where."


@dataclass(frozen=True, eq=False)
class Again:
    """Where an edit worked that is made once more."""

    area: Mask
    """(H, W) of its parent."""
    drawn: bool = False
    """Whether its author drew that area: then it is obeyed as a mask."""
    changes: tuple[str, ...] = ()
    """How its author reshaped it before, in words, oldest first."""
    change: str = ""
    """How it is to be reshaped now; "": not at all."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Where one operation of a plan works."""

    index: int
    """Which of the plan's operations."""
    area: Mask
    softness: int
    """How many px softer than usual its border is."""
    drawn: bool
    """Whether it bounds the operation as a mask that the author gave."""


def placed(operations: Sequence[EditOperation], again: Again, image: Image, locate: Locate) -> Placed:
    """The place of the last operation that has one, in the frame of the image.

    Raises: NeedsClarification where no operation has a place, NotGrounded, Ambiguous.
    """
    having = [index for index, one in enumerate(operations) if isinstance(one, ITS_OWN) or subject_of(one) is not None]
    if not having or again.area.shape != image.shape[:2]:
        raise NeedsClarification(NO_AREA)
    index = having[-1]
    operation = operations[index]
    area = _found(operation.target, image, locate, index) if isinstance(operation, Move) else again.area
    if again.change:
        area = reshaped(area, again.change, Ground(image, locate, subject_of(operation), index))
    softness = softness_of((*again.changes, again.change), extent_of(area))
    bounds = isinstance(operation, ITS_OWN) or (again.drawn and not isinstance(operation, Background))
    return Placed(index, area, softness, bounds)


def subject_of(operation: EditOperation) -> Target | None:
    """What the operation is about, in words; None where it is the whole picture."""
    if isinstance(operation, Background):
        return Target(phrase="main subject")
    return getattr(operation, "target", None)


def _found(target: Target, image: Image, locate: Locate, index: int) -> Mask:
    """Where a thing stood that was moved: what the edit was about since is both its places."""
    located = locate(image, target)
    if not located.chosen:
        raise Ambiguous(target.phrase or "that", located.regions, index)
    return union(*(region.on(*image.shape[:2]) for region in located.chosen))
