"""Pictures and masks of revisions as blobs; everything here computes or waits for the disk, so it belongs in a thread.

A revision is stored as pieces on its parent's pixels while that is smaller than the whole picture, and whole again
where reading it back would take long: after `DEEPEST` revisions, or once `MOST_DRAWN` times its area would be drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import cast

from bot.history import codec
from bot.history.patches import Mode, Piece, Pixels, canvas, differences, draw, picture_of, pixels_of, size_of
from bot.history.records import Revision, Stored
from bot.history.rows import PieceRow
from engine.blobs import BlobLost, BlobStore
from engine.data import Mask, Offset, Picture
from engine.imageio import encode_mask

DEEPEST = 64
MOST_DRAWN = 4
WORTH_IT = 0.9
"""Pieces of nearly the size of the picture only make it slower to read."""


@dataclass(frozen=True, eq=False)
class Kept:
    """What is in blobs now for a revision to refer to, and the bytes, should a collection come in between."""

    picture: Stored
    pieces: tuple[PieceRow, ...]
    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    mask: str | None = None
    target: str | None = None


@dataclass(frozen=True, eq=False)
class Parent:
    """What a child may be drawn on: the parent's pixels, how they are stored, and where they lie in the child."""

    picture: Picture
    stored: Stored
    offset: Offset


class Storage:
    """Puts pictures and masks in blobs, and reads them back exactly."""

    def __init__(self, blobs: BlobStore) -> None:
        self.blobs = blobs

    def keep(self, picture: Picture, parent: Parent | None = None) -> Kept:
        """Store a picture: as pieces on the parent where that is smaller, else whole."""
        pixels = pixels_of(picture)
        stored = Stored(codec.fingerprint(picture), opacity=picture.opacity is not None, based=False)
        if parent is not None and parent.stored.depth < DEEPEST:
            changed = _changes(parent, pixels)
            drawn = parent.stored.drawn + sum(piece.box.area for piece in changed)
            area = max(picture.rgb.size, parent.picture.rgb.size) // 3
            if drawn <= MOST_DRAWN * area and _smaller(changed, pixels):
                return self._put(replace(stored, based=True, depth=parent.stored.depth + 1, drawn=drawn), changed)
        return self._put(stored, [Piece(0, 0, "paste", pixels)])

    def keep_known(self, picture: Picture, fingerprint: str, blob: str | None) -> Kept:
        """Store a picture whole, of that fingerprint; `blob`, where given and sound, has it already."""
        if blob is not None:
            with suppress(BlobLost):
                stored = Stored(fingerprint, opacity=picture.opacity is not None, based=False)
                return Kept(stored, (PieceRow(0, 0, "paste", None, blob),), {blob: self.blobs.get(blob)})
        return self.keep(picture)

    def keep_masks(self, kept: Kept, mask: Mask | None, target: Mask | None) -> Kept:
        """The same with the masks stored too."""
        blobs = dict(kept.blobs)
        digests = [self._put_mask(each, blobs) for each in (mask, target)]
        return replace(kept, blobs=blobs, mask=digests[0], target=digests[1])

    def put_masks(self, masks: Sequence[Mask | None]) -> tuple[list[str | None], dict[str, bytes]]:
        """The blob of each mask, and the bytes of them all."""
        blobs: dict[str, bytes] = {}
        return [self._put_mask(mask, blobs) for mask in masks], blobs

    def make_sure(self, blobs: dict[str, bytes]) -> None:
        """Put again what was collected since; the caller holds the write lock, so nobody collects any more."""
        for digest, data in blobs.items():
            if not self.blobs.has(digest):
                self.blobs.put(data)

    def put_aside(self, picture: Picture) -> str:
        """The blob of a picture that no revision has."""
        return self.blobs.put(codec.encode(pixels_of(picture)))

    def aside(self, blob: str) -> Picture:
        """A picture that was put aside. Raises: BlobLost."""
        return picture_of(codec.decode(self.blobs.get(blob), blob))

    def restore(self, chain: Sequence[tuple[Revision, Sequence[PieceRow]]], start: Picture | None = None) -> Picture:
        """The pixels of the last revision: each drawn on the one before, the first on `start` or by itself.

        Raises: BlobLost.
        """
        pixels = None if start is None else pixels_of(start)
        ours = False
        for revision, pieces in chain:
            if pixels is None or not revision.picture.based:
                pixels, ours = self._piece(pieces[0]).pixels, True
                continue
            offset, shape = revision.offset or Offset(0, 0), _shape(revision)
            if not ours or offset != (0, 0) or shape != pixels.shape:
                pixels, ours = canvas(pixels, offset, *shape), True
            draw(pixels, [self._piece(row) for row in pieces])
        if pixels is None:
            raise ValueError("an empty chain without a start")
        return picture_of(pixels)

    def mask(self, digest: str) -> Mask:
        """The mask of that blob. Raises: BlobLost."""
        return codec.decode_mask(self.blobs.get(digest), digest)

    def _put(self, stored: Stored, pieces: Sequence[Piece]) -> Kept:
        blobs: dict[str, bytes] = {}
        rows: list[PieceRow] = []
        for piece in pieces:
            data = codec.encode(piece.pixels)
            digest = self.blobs.put(data)
            blobs[digest] = data
            rows.append(PieceRow(piece.x, piece.y, piece.mode, piece.key, digest))
        return Kept(stored, tuple(rows), blobs)

    def _put_mask(self, mask: Mask | None, blobs: dict[str, bytes]) -> str | None:
        if mask is None:
            return None
        data = encode_mask(mask)
        digest = self.blobs.put(data)
        blobs[digest] = data
        return digest

    def _piece(self, row: PieceRow) -> Piece:
        pixels = codec.decode(self.blobs.get(row.blob), row.blob)
        return Piece(row.x, row.y, cast(Mode, row.mode), pixels, row.key)


def _changes(parent: Parent, pixels: Pixels) -> list[Piece]:
    base = pixels_of(parent.picture)
    if base.shape != pixels.shape or parent.offset != (0, 0):
        base = canvas(base, parent.offset, *pixels.shape)
    return differences(base, pixels)


def _smaller(changed: Sequence[Piece], pixels: Pixels) -> bool:
    height, width = pixels.shape[:2]
    if 4 * sum(piece.box.area for piece in changed) < height * width:
        return True
    return size_of(changed) < WORTH_IT * size_of([Piece(0, 0, "paste", pixels)])


def _shape(revision: Revision) -> tuple[int, int, int]:
    return revision.height, revision.width, 4 if revision.picture.opacity else 3
