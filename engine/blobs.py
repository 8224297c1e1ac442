"""Bytes by what is in them: named by their sha256, written once, in a folder or in an object store."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from pathlib import Path
from typing import Protocol

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


class BlobStore(Protocol):
    """Where blobs are, shared safely between threads and processes; every method blocks, none needs a lock.

    A digest is 64 lower-case hex digits; anything else is a ValueError.
    """

    def put(self, data: bytes, *, durable: bool = True) -> str:
        """The digest under which `data` now is, and as young as if it were new.

        `durable`: it also survives a power cut; a store is put to with one or the other, never with both.
        Raises: StorageFailed when it could not be written.
        """
        ...

    def get(self, digest: str, *, verify: bool = True) -> bytes:
        """The bytes of a blob.

        Raises: BlobLost, also for changed bytes unless `verify` is False; StorageFailed when the store does not answer.
        """
        ...

    def has(self, digest: str) -> bool:
        """Whether the blob is there. Raises: StorageFailed when the store does not answer."""
        ...

    def remove(self, digests: Iterable[str], *, grace_s: float | None = None) -> None:
        """None of the blobs is there any more; with a grace, but those last put within it. Raises: StorageFailed."""
        ...

    def stale(self, keep: Set[str], *, grace_s: float = GRACE_S) -> list[str]:
        """The blobs outside `keep` that were last put more than `grace_s` seconds ago. Raises: StorageFailed."""
        ...

    def tidy(self, *, grace_s: float = GRACE_S) -> None:
        """Remove the parts of blobs that crashes left more than `grace_s` seconds ago. Raises: StorageFailed."""
        ...

    def collect(self, keep: Set[str], *, grace_s: float = GRACE_S) -> int:
        """Remove the stale blobs and tidy; answers with how many blobs there were. Raises: StorageFailed."""
        ...


def open_blobs(where: str | Path) -> BlobStore:
    """The store at `where`: a folder, which is made where it is not there, or s3://bucket/prefix.

    Raises: BadOption for a bucket that cannot be used, OSError for a folder that cannot be made, StorageFailed when
    the object store does not answer.
    """
    if isinstance(where, str) and "://" in where:
        from engine.object_blobs import open_bucket

        return open_bucket(where)
    return Blobs(Path(where))


def digest_of(data: bytes) -> str:
    """The name of a blob: sha256 in hex."""
    return hashlib.sha256(data).hexdigest()


def place_of(digest: str) -> str:
    """Where a blob lies in its store, the same in all of them: ab/abcd... Raises: ValueError for no digest."""
    if not DIGEST.fullmatch(digest):
        raise ValueError(f"not a sha256 in hex: {digest!r}")
    return f"{digest[:2]}/{digest}"


class Blobs:
    """A folder of blobs.

    A blob is at `folder/ab/abcd...`; one being written is in `folder/incoming` and takes its name only when it is
    whole and on disk, so that a reader never sees part of one and a crash leaves at worst an orphan.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / INCOMING).mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes, *, durable: bool = True) -> str:
        """The digest under which `data` now is; a known blob is not rewritten, only made young again.

        `durable`: file and name are on disk when this returns. Raises: StorageFailed when the disk is full or fails.
        """
        digest = digest_of(data)
        path = self.path(digest)
        try:
            try:
                os.utime(path)
            except FileNotFoundError:
                self._write(path, data, durable)
            if durable:
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
        except OSError as exc:
            raise StorageFailed from exc
        if verify and digest_of(data) != digest:
            raise BlobLost(digest, "damaged")
        return data

    def has(self, digest: str) -> bool:
        """Whether the blob is there."""
        return self.path(digest).exists()

    def path(self, digest: str) -> Path:
        """Where the blob is, or would be."""
        return self.folder / place_of(digest)

    def remove(self, digests: Iterable[str], *, grace_s: float | None = None) -> None:
        """None of the blobs is there any more; with a grace, but those last put within it."""
        paths = [self.path(digest) for digest in digests]
        _unlink(paths if grace_s is None else _older(paths, grace_s))

    def stale(self, keep: Set[str], *, grace_s: float = GRACE_S) -> list[str]:
        """The blobs outside `keep` that were last put more than `grace_s` seconds ago."""
        names = (path.name for path in _older(self.folder.glob("??/*"), grace_s))
        return [name for name in names if DIGEST.fullmatch(name) and name not in keep]

    def tidy(self, *, grace_s: float = GRACE_S) -> None:
        """Remove what crashes left half written."""
        _unlink(_older(self.folder.glob(f"{INCOMING}/*"), grace_s))

    def collect(self, keep: Set[str], *, grace_s: float = GRACE_S) -> int:
        """Remove the stale blobs and tidy; answers with how many blobs there were."""
        stale = self.stale(keep, grace_s=grace_s)
        self.remove(stale)
        self.tidy(grace_s=grace_s)
        return len(stale)

    def _write(self, path: Path, data: bytes, durable: bool) -> None:
        if not path.parent.is_dir():
            path.parent.mkdir(exist_ok=True)
            if durable:
                _sync_folder(self.folder)
        descriptor, partial = tempfile.mkstemp(dir=self.folder / INCOMING)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                if durable:
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


def _older(paths: Iterable[Path], grace_s: float) -> Iterator[Path]:
    oldest = time.time() - grace_s
    for path in paths:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                yield path


def _unlink(paths: Iterable[Path]) -> None:
    try:
        for path in paths:
            path.unlink(missing_ok=True)
    except OSError as exc:
        raise StorageFailed from exc
