"""The records of the history: revisions, what becomes one, open questions, and their ids."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from engine.data import Mask, Notice, Offset, Picture, Region
from engine.operations import Plan

DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o, u, and its order is that of the characters."""
EPOCH_MS = 1_735_689_600_000
"""2025-01-01 UTC: 40 bits of milliseconds from here last until 2059."""


_lock, _last = Lock(), 0


def new_id() -> str:
    """Twelve characters: 40 bits of milliseconds, 20 random bits. In one process ids are unique and sort as made."""
    global _last
    milliseconds = time.time_ns() // 1_000_000 - EPOCH_MS
    with _lock:
        _last = bits = max(_last + 1, milliseconds << 20 | secrets.randbits(20))
    return "".join(DIGITS[bits >> shift & 31] for shift in range(55, -1, -5))


IN_PLACE = Offset(0, 0)


@dataclass(frozen=True, slots=True)
class Stored:
    """How a revision's pixels are kept: whole, or as pieces to draw on the parent."""

    pixels: str
    """sha256 of shape and pixels: equal for two revisions exactly when their pictures are."""
    opacity: bool
    """Whether the picture has an opacity plane."""
    based: bool
    """True: pieces on the parent at the revision's offset; False: one piece, the whole picture."""
    depth: int = 0
    """Revisions between this one and the nearest whole picture, at most `storage.DEEPEST`."""
    drawn: int = 0
    """Pixels to draw after decoding that whole picture."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One picture of a conversation and how it came to be; never changed once written."""

    id: str
    parent: str | None
    """None: the original."""
    conversation: str
    number: int
    """0 = the original, 1 = the first edit; counted over the whole conversation, so along a branch it grows."""
    author: str
    instruction: str
    plan: Plan | None
    seed: int | None
    backend: str | None
    models: Mapping[str, str]
    """Model name -> revision."""
    timings_ms: Mapping[str, float]
    created_at: datetime
    """UTC."""
    height: int
    width: int
    picture: Stored
    mask: str | None
    """Blob of the composite mask, white wherever a pixel may have changed; None where there is none."""
    whole: bool
    """Whether the whole picture may have changed."""
    offset: Offset | None
    """Where the parent's top left pixel lies; None: nowhere (rotated, resized), and for the original."""
    target: str | None
    """Blob of the mask of what "it" means next."""
    warnings: tuple[Notice, ...]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Draft:
    """What becomes a revision when it is committed; the arrays must not be written to from then on."""

    picture: Picture
    instruction: str
    author: str
    plan: Plan | None = None
    seed: int | None = None
    backend: str | None = None
    models: Mapping[str, str] = field(default_factory=dict[str, str])
    timings_ms: Mapping[str, float] = field(default_factory=dict[str, float])
    mask: Mask | None = None
    """(H, W) bool in the frame of `picture`: the composite mask."""
    whole: bool = False
    offset: Offset | None = IN_PLACE
    target: Mask | None = None
    """(H, W) bool in the frame of `picture`: what "it" means next."""
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """A plan that waits for its author: to choose among candidates, or, where it has none, to say what was left out."""

    revision: str
    """The revision that the plan edits."""
    instruction: str
    plan: Plan
    operation: int
    """Index of the operation that needs the answer."""
    seed: int
    candidates: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in one line."""

    conversation: str
    surface: str
    channel: str
    author: str
    name: str
    """What the first picture was called."""
    created_at: datetime
    used_at: datetime
    """When it last moved."""
    head: str
    edits: int
    """Revisions after the original, undone ones included."""
