"""For every patch that touches the hole, the most fitting patch of the picture to copy from.

What fits is more than what looks alike. To the squared distance of two patches' vectors is added
- the squared distance between their places, dearer up and down than sideways: what is near and at the same height
  stands in the same light, on the same ground. The dearer it is, the straighter horizons run and the less is cloned;
- how strange the copied patch is: its distance to the nearest patch round the hole. A shoe beside a hole in a lawn is
  not grown into it, because nothing at the rim of the hole resembles a shoe.
All of them are coordinates of one vector, so a match is a nearest neighbour: found exactly where the level is small,
and by a vectorised PatchMatch (Barnes et al., 2009; jumps after Rong and Tan's jump flooding, 2006) where it is not.

Alike is not enough either: each of the four neighbours that is shifted by another way costs too. Without that, smooth
ground draws every patch to the same few sources and shows as a blur or a comb; with it whole pieces are copied, as in
shift maps (Pritch, Kav-Venaki and Peleg, 2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box
from engine.inpainting.holes import Indices, bounding_box, nearest
from engine.inpainting.patches import PATCH, Vectors, describe
from engine.inpainting.pyramid import Level

DISTANCE_COST = 60.0
"""Root mean square error, in levels of 255, that a copy from one picture diagonal away must save."""
# The rest was tuned by eye on sixteen photos and the ten object removals of the MI-GAN test set.
_UPRIGHT = 2.5
_OVERLAP_COST = 400.0
_COHERENCE = 4000.0
_NOWHERE = np.iinfo(np.intp).max
# What makes seeds differ: a handicap for each source, too small to let a worse one win by much.
_JITTER = 3.0
_STRANGENESS_COST = 0.5
_STRANGE_PLACE = 0.3
_RIM = 2 * PATCH - 1
_EXHAUSTIVE = 6_000_000
_EXHAUSTIVE_TURNS = 4
_BLOCK = 2_000_000
_JUMPS = ((1, 4), (1, 2, 8))
_SEARCH_RADII = (64, 16, 4, 1)


@dataclass(frozen=True, eq=False, slots=True)
class Field:
    """Where every pixel of a box of a level is copied from: itself where nothing is matched."""

    box: Box
    """In px of the level."""
    rows: Indices
    """(box.height, box.width), px of the level."""
    columns: Indices


class Matcher:
    """Matches one level's patches again and again while the guess inside its hole improves.

    `targets` are the patches that touch the hole, `matches` where each copies from, `costs` how badly each fits
    (summed squared levels over the patch); all three are (N,) and correspond.
    """

    def __init__(
        self, level: Level, place_weight: float, odd: NDArray[np.float32], rng: np.random.Generator, start: Field | None
    ) -> None:
        """Begin from `start`, or from nothing at the coarsest level; the level must have sources.

        `place_weight`: the cost of copying from 1 px further away is its square. `odd`: see `strangeness`.
        """
        self._level, self._place_weight, self._rng = level, place_weight, rng
        self._usable = level.sources.ravel()
        self._sources = np.flatnonzero(self._usable)
        self.targets = np.flatnonzero(level.targets)
        self._slots = np.full(level.height * level.width, -1, np.intp)
        self._slots[self.targets] = np.arange(len(self.targets))
        self._around = np.stack([self._slots.take(self._beside(step)) for step in self._steps(1)])
        self._box = bounding_box(level.targets)
        self._library = self._all_vectors(odd)
        self._exhaustive = len(self.targets) * len(self._sources) <= _EXHAUSTIVE
        self.matches = self.targets.copy()
        if start is not None:
            rows, columns = np.divmod(self.targets, level.width)
            within = rows - start.box.y0, columns - start.box.x0
            self.matches = start.rows[within] * level.width + start.columns[within]
        # A match carried over from a coarser level may have come to lie on the hole or outside this level's window.
        self.matches = nearest(level.sources).ravel()[self.matches]
        self.costs = np.full(len(self.targets), np.inf, np.float32)

    def field(self) -> Field:
        """The present matches."""
        canvas = np.arange(self._level.height * self._level.width)
        canvas[self.targets] = self.matches
        rows, columns = np.divmod(canvas.reshape(self._level.hole.shape)[self._box.slices], self._level.width)
        return Field(self._box, rows, columns)

    def improve(self, turn: int) -> float:
        """Look for better matches of the present guess; the share of patches whose match changed."""
        before = self.matches.copy()
        vectors = self._target_vectors()
        if self._exhaustive and turn < _EXHAUSTIVE_TURNS:
            self._search_everywhere(vectors)
            self._propagate(vectors, (1,))
        else:
            self.costs = self._distances(vectors, self.matches)
            self._propagate(vectors, _JUMPS[turn % len(_JUMPS)])
            self._search_around(vectors)
        return float(np.count_nonzero(before != self.matches)) / len(before)

    def _all_vectors(self, strange: NDArray[np.float32]) -> Vectors:
        level = self._level
        looks = describe(level.planes, Box(0, 0, level.width, level.height))
        odd = self._rng.standard_normal(level.hole.shape, np.float32) * _JITTER
        odd = np.sqrt(odd**2 + (_STRANGENESS_COST * strange) ** 2 + (_OVERLAP_COST * level.overlap) ** 2)
        rows, columns = np.indices(level.hole.shape, np.float32) * np.float32(self._place_weight)
        joined = np.dstack([looks, rows * np.float32(_UPRIGHT), columns, odd])
        return joined.reshape(level.height * level.width, -1)

    def _target_vectors(self) -> Vectors:
        found = self._library.take(self.targets, axis=0)
        rows, columns = np.divmod(self.targets, self._level.width)
        looks = describe(self._level.planes, self._box)
        found[:, :-3] = looks[rows - self._box.y0, columns - self._box.x0]
        found[:, -1] = 0
        return found

    def _distances(self, vectors: Vectors, candidates: Indices) -> NDArray[np.float32]:
        apart = self._library.take(candidates, axis=0)
        apart -= vectors
        return np.einsum("ij,ij->i", apart, apart)

    def _search_everywhere(self, vectors: Vectors) -> None:
        library = self._library.take(self._sources, axis=0)
        lengths = np.einsum("ij,ij->i", library, library)
        rows = max(1, _BLOCK // len(library))
        for first in range(0, len(vectors), rows):
            block = slice(first, first + rows)
            best = (lengths - 2 * (vectors[block] @ library.T)).argmin(axis=1)
            self.matches[block] = self._sources[best]
        self.costs = self._distances(vectors, self.matches)

    def _propagate(self, vectors: Vectors, jumps: tuple[int, ...]) -> None:
        """Try what each neighbour copies, shifted by the way from the neighbour."""
        last = len(self._usable) - 1
        for jump in jumps:
            for step in self._steps(jump):
                slots = self._slots.take(self._beside(step))
                candidates = np.where(slots >= 0, self.matches.take(slots) + step, self.matches)
                self._try(vectors, np.clip(candidates, 0, last))

    def _steps(self, jump: int) -> tuple[int, int, int, int]:
        return jump, -jump, jump * self._level.width, -jump * self._level.width

    def _beside(self, step: int) -> Indices:
        return np.clip(self.targets - step, 0, len(self._usable) - 1)

    def _search_around(self, vectors: Vectors) -> None:
        height, width = self._level.hole.shape
        for radius in _SEARCH_RADII:
            rows, columns = np.divmod(self.matches, width)
            rows += self._rng.integers(-radius, radius + 1, len(rows))
            columns += self._rng.integers(-radius, radius + 1, len(rows))
            self._try(vectors, np.clip(rows, 0, height - 1) * width + np.clip(columns, 0, width - 1))

    def _try(self, vectors: Vectors, candidates: Indices) -> None:
        costs = self._distances(vectors, candidates)
        shifts = np.where(self._around >= 0, (self.matches - self.targets).take(self._around), _NOWHERE)
        # All patches decide at once on their neighbours' last shifts; the repeated tries settle what that gets wrong.
        gain = np.count_nonzero(shifts == candidates - self.targets, axis=0)
        gain -= np.count_nonzero(shifts == self.matches - self.targets, axis=0)
        better = self._usable.take(candidates) & (costs < self.costs + np.float32(_COHERENCE) * gain)
        np.copyto(self.matches, candidates, where=better)
        np.copyto(self.costs, costs, where=better)


def strangeness(level: Level, place_weight: float) -> NDArray[np.float32]:
    """(H, W) float32: distance of each source patch to the nearest one beside the hole; 0 where there is no source."""
    looks = describe(level.planes, Box(0, 0, level.width, level.height))
    rows = np.arange(level.height, dtype=np.float32)[:, None] * np.float32(place_weight * _UPRIGHT * _STRANGE_PLACE)
    vectors = np.dstack([looks, np.broadcast_to(rows, level.hole.shape)])
    found = np.zeros(level.hole.shape, np.float32)
    beside = level.sources & (cv2.dilate(level.hole.astype(np.uint8), np.ones((_RIM, _RIM))) > 0)
    if not beside.any():
        return found
    everyone, rim = vectors[level.sources], vectors[beside]
    rim = rim[:: max(1, len(rim) * len(everyone) // _EXHAUSTIVE)]
    lengths = np.einsum("ij,ij->i", rim, rim)
    nearest = [
        (lengths - 2 * (block @ rim.T)).min(axis=1)
        for block in np.array_split(everyone, max(1, len(everyone) * len(rim) // _BLOCK))
    ]
    squared = np.concatenate(nearest) + np.einsum("ij,ij->i", everyone, everyone)
    found[level.sources] = np.sqrt(np.maximum(squared, 0))
    return found
