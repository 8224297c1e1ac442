"""Blobs as objects of an S3-compatible store, or of any other that obstore opens."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterable, Iterator, Set
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from engine.blobs import DIGEST, GRACE_S, BlobLost, digest_of, place_of
from engine.errors import BadOption, StorageFailed

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
"""Where the environment may name a store that is not Amazon's; the first that is set is the one obstore takes."""
PATIENCE: ClientConfig = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=30)}
RETRIES: RetryConfig = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=30),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
"""Of server errors and dropped connections; writing a blob again is harmless, its bytes are the same."""
AT_ONCE = 1000
"""Objects in one answer of a listing, and in one request to delete."""


def open_bucket(url: str) -> ObjectBlobs:
    """The blobs under s3://bucket/prefix, with the credentials and the endpoint of the usual AWS_ variables.

    Raises: BadOption for a URL or a bucket that cannot be used, StorageFailed when the store does not answer.
    """
    wanted = BadOption(
        "storage.blobs", url, "s3://bucket/prefix, of a bucket that AWS_ACCESS_KEY_ID may list and write"
    )
    if not re.match("s3://[^/]", url):
        raise wanted
    endpoint = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), "")
    client: ClientConfig = {**PATIENCE, "allow_http": endpoint.startswith("http://")}
    try:
        store = S3Store.from_url(url, client_options=client, retry_config=RETRIES)
        next(_listing(store), None)
    except (PermissionDeniedError, UnauthenticatedError, ValueError) as exc:
        raise wanted from exc
    except BaseError as exc:
        raise (wanted if "NoSuchBucket" in str(exc) else StorageFailed()) from exc
    return ObjectBlobs(store)


class ObjectBlobs:
    """Blobs as objects, each at ab/abcd... as in a folder of them, so that a copied folder is a store.

    An object is there whole or not at all, and durable once the store has answered; putting a known one writes it
    again, which makes it young again.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, data: bytes, *, durable: bool = True) -> str:
        """The digest under which `data` now is, durable either way. Raises: StorageFailed."""
        digest = digest_of(data)
        with _answers():
            self._store.put(place_of(digest), data, use_multipart=False)
        return digest

    def get(self, digest: str, *, verify: bool = True) -> bytes:
        """The bytes of a blob. Raises: BlobLost, also for changed bytes unless `verify` is False; StorageFailed."""
        try:
            with _answers():
                data = bytes(self._store.get(place_of(digest)).bytes())
        except FileNotFoundError as exc:
            raise BlobLost(digest, "missing") from exc
        if verify and digest_of(data) != digest:
            raise BlobLost(digest, "damaged")
        return data

    def has(self, digest: str) -> bool:
        """Whether the blob is there. Raises: StorageFailed."""
        return self._put_at(place_of(digest)) is not None

    def remove(self, digests: Iterable[str], *, grace_s: float | None = None) -> None:
        """None of the blobs is there any more; with a grace, but those last put within it. Raises: StorageFailed."""
        places = [place_of(digest) for digest in digests]
        if grace_s is not None:
            oldest = _ago(grace_s)
            places = [place for place in places if (self._put_at(place) or oldest) < oldest]
        with _answers():
            for start in range(0, len(places), AT_ONCE):
                self._store.delete(places[start : start + AT_ONCE])

    def stale(self, keep: Set[str], *, grace_s: float = GRACE_S) -> list[str]:
        """The blobs outside `keep` that were last put more than `grace_s` seconds ago, by the store's clock.

        Raises: StorageFailed.
        """
        oldest = _ago(grace_s)
        with _answers():
            # What lies deeper belongs to another store, under a prefix within this one's.
            names = [each["path"][3:] for each in _listing(self._store) if each["last_modified"] < oldest]
        return [name for name in names if DIGEST.fullmatch(name) and name not in keep]

    def tidy(self, *, grace_s: float = GRACE_S) -> None:
        """Nothing: a crash leaves no part of an object."""

    def collect(self, keep: Set[str], *, grace_s: float = GRACE_S) -> int:
        """Remove the stale blobs; answers with how many. Raises: StorageFailed."""
        stale = self.stale(keep, grace_s=grace_s)
        self.remove(stale)
        return len(stale)

    def _put_at(self, place: str) -> datetime | None:
        """When the object was last written; None where there is none."""
        try:
            with _answers():
                return self._store.head(place)["last_modified"]
        except FileNotFoundError:
            return None


def _ago(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def _listing(store: ObjectStore) -> Iterator[ObjectMeta]:
    """Every object under the store's prefix."""
    for chunk in store.list(chunk_size=AT_ONCE):  # pyright: ignore[reportUnknownMemberType] (its Arrow is not here)
        yield from chunk


@contextmanager
def _answers() -> Generator[None]:
    """What the store refuses or does not do in time is a failed storage; what it lacks stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as exc:
        raise StorageFailed from exc
