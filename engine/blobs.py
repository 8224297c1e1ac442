"""Files by what is in them: named by their sha256, written once, durable when `put` returns."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.errors import StorageFailed

DIGEST = re.compile("[0-9a-f]{64}")
INCOMING = "incoming"
GRACE_S = 3600.0
"""How long an orphan is left alone: whoever put it may not have committed its row yet."""


class BlobLost(Exception):
    """A blob that is not there, or whose bytes are no longer what its name says."""

    def __init__(self, digest: str, reason: str) -> None:
        super().__init__(digest, reason)
        self.digest, self.reason = digest, reason


class Blobs:
    """A folder of blobs, shared safely between threads and processes; every method blocks, none needs a lock.

    A blob is at `folder/ab/abcd...`; one being written is in `folder/incoming` and takes its name only when it is
    whole and on disk, so that a reader never sees part of one and a crash leaves at worst an orphan.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / INCOMING).mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """The digest under which `data` now is, and after a power cut still will be; a known blob is not rewritten.

        Raises: StorageFailed when the disk is full or fails.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self.path(digest)
        try:
            if path.exists():
                os.utime(path)
            else:
                self._write(path, data)
            _sync_folder(path.parent)
        except OSError as exc:
            raise StorageFailed from exc
        return digest

    def get(self, digest: str, *, verify: bool = True) -> bytes:
        """The bytes of a blob. Raises: BlobLost, also for changed bytes unless `verify` is False."""
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError as exc:
            raise BlobLost(digest, "missing") from exc
        if verify and hashlib.sha256(data).hexdigest() != digest:
            raise BlobLost(digest, "damaged")
        return data

    def has(self, digest: str) -> bool:
        """Whether the blob is there."""
        return self.path(digest).exists()

    def path(self, digest: str) -> Path:
        """Where the blob is, or would be. Raises: ValueError for anything but 64 lower-case hex digits."""
        if not DIGEST.fullmatch(digest):
            raise ValueError(f"not a sha256 in hex: {digest!r}")
        return self.folder / digest[:2] / digest

    def remove(self, digests: Iterable[str]) -> int:
        """How many of the blobs were there; none is any more."""
        return sum(_unlink(self.path(digest)) for digest in digests)

    def collect(self, keep: set[str], *, grace_s: float = GRACE_S) -> int:
        """How many files were removed: blobs outside `keep`, and what crashes left half written, older than the grace.

        `grace_s`: seconds since the blob was last put.
        """
        oldest = time.time() - grace_s
        stale = (path for path in self._files() if path.name not in keep and path.stat().st_mtime < oldest)
        return sum(_unlink(path) for path in list(stale))

    def _files(self) -> Iterator[Path]:
        for path in self.folder.glob("*/*"):
            if DIGEST.fullmatch(path.name) or path.parent.name == INCOMING:
                yield path

    def _write(self, path: Path, data: bytes) -> None:
        if not path.parent.is_dir():
            path.parent.mkdir(exist_ok=True)
            _sync_folder(self.folder)
        descriptor, partial = tempfile.mkstemp(dir=self.folder / INCOMING)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(partial).replace(path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    """Make the names in the folder durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
