"""One edit as it is asked for and as it is answered: what passes between the bot and the engine, wherever that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.data import Mask, Notice, Offset, Picture
from engine.operations import EditOperation
from engine.refining.again import Again
from engine.selection.marks import Marks


@dataclass(frozen=True, eq=False)
class EditRequest:
    """One edit, as the bot hands it over."""

    picture: Picture
    operations: tuple[EditOperation, ...]
    seed: int = 0
    given: Picture | Marks | None = None
    """A mask as the author made it: it wins over words."""
    mask: Mask | None = None
    """The area to edit where it is known, such as that of an edit done again; it wins over `given`."""
    previous: Mask | None = None
    """What "it" means."""
    answers: Mapping[int, Mask] = field(default_factory=dict[int, Mask])
    """What the author chose when asked, by the number of the operation that asked."""
    again: Again | None = None
    """Where this edit worked when it was made before: it works there again, and `given` says nothing."""
    reference: Picture | None = None
    start: Picture | None = None
    """What the only operation made of the picture another time, to paint something like it."""
    company: int = 1
    """How many variations of this edit are made at the same time, this one counted."""
    backend: str | None = None
    model: str | None = None
    """The generative model: a folder, a name of the catalogue, or a hub name that is in the local cache; after each “+”
    a part for it, such as a LoRA. None: the best that is installed."""


@dataclass(frozen=True, eq=False)
class EditResult:
    """An edited picture and the proof of what changed."""

    picture: Picture
    mask: Mask | None
    """(H, W) of the new picture: where a pixel may have changed; None: anywhere."""
    offset: Offset | None
    outside_changed: int | None
    """Pixels of the parent, where it still shows, that differ outside the mask; None: nothing to compare."""
    target: Mask | None
    backend: str
    notices: tuple[Notice, ...]
    timings_ms: dict[str, float]
