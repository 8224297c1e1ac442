"""Pixels on their way to the engine and back: blobs that live as long as an edit of this process needs them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Final

import structlog

from engine.blobs import BlobStore
from engine.errors import StorageFailed

LINGER_S: Final = 10.0
"""How long a blob outlives its last edit while others run: one of them may just now be given the same result."""
ORPHANED_S: Final = 3600.0
"""How long a blob that nobody here uses is left alone: it may be another process's, or a result unread."""

log = structlog.stdlib.get_logger(__name__)


class Parcels:
    """The exchange as this process uses it: edits may share blobs, and the last one to use a blob takes it away.

    Safe between threads; methods block.
    """

    def __init__(self, store: BlobStore, *, linger_s: float = LINGER_S, orphaned_s: float = ORPHANED_S) -> None:
        self._store = store
        self._linger_s, self._orphaned_s = linger_s, orphaned_s
        self._lock = threading.Lock()
        self._open: set[Parcel] = set()
        self._users: Counter[str] = Counter()
        self._left: dict[str, float] = {}
        """When the last user of a blob left it, for those that are still there."""
        self._swept = time.monotonic()

    def open(self) -> Parcel:
        """A parcel for one edit, which must be closed; this alone does not block."""
        parcel = Parcel(self, self._store)
        self._open.add(parcel)
        return parcel

    def hold(self, digest: str) -> None:
        """One more edit uses the blob."""
        with self._lock:
            self._users[digest] += 1
            self._left.pop(digest, None)

    def leave(self, digests: set[str], parcel: Parcel) -> None:
        """An edit that is over uses these blobs no more; what none uses goes away, at the latest when no edit runs."""
        with self._lock:
            self._open.discard(parcel)
            now = time.monotonic()
            for digest in digests:
                self._users[digest] -= 1
                if not self._users[digest]:
                    del self._users[digest]
                    self._left[digest] = now
            self._clear(now)

    def _clear(self, now: float) -> None:
        """Under the lock, so that nobody starts to use what is being removed."""
        gone = {digest for digest, since in self._left.items() if not self._open or since <= now - self._linger_s}
        try:
            self._store.remove(gone)
            for digest in gone:
                del self._left[digest]
            if now - self._swept >= self._orphaned_s:
                self._swept = now
                self._store.collect({*self._users, *self._left}, grace_s=self._orphaned_s)
        except (OSError, StorageFailed):
            log.warning("exchange_not_cleared", exc_info=True)


class Parcel:
    """What one edit sends and is sent: an exchange (`engine.wire.Exchange`) that knows all that went through it."""

    def __init__(self, parcels: Parcels, store: BlobStore) -> None:
        self._parcels, self._store = parcels, store
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._closed = False

    def put(self, data: bytes, *, durable: bool = False) -> str:
        """The sha256 under which the bytes stay until the parcel is closed. Raises: StorageFailed."""
        try:
            digest = self._store.put(data, durable=durable)
            # Its last user may have taken the blob away in between; once it is held nobody can.
            if self.hold(digest) and not self._store.has(digest):
                self._store.put(data, durable=durable)
        except StorageFailed as exc:
            raise StorageFailed("exchange") from exc
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a result, which goes away with the parcel. Raises: BlobLost where they are missing or others."""
        self.hold(digest)
        return self._store.get(digest)

    def hold(self, digest: str) -> bool:
        """The blob stays until the parcel is closed, and then goes; whether it is still open."""
        with self._lock:
            if digest not in self._held:
                self._parcels.hold(digest)
            if not self._closed:
                self._held.add(digest)
                return True
        self._parcels.leave({digest}, self)
        return False

    def close(self) -> None:
        """This edit uses its blobs no more; what a thread of it still puts goes away at once."""
        with self._lock:
            held, self._held, self._closed = self._held, set(), True
        self._parcels.leave(held, self)
