"""What is dear to compute is kept while it fits a number of bytes: embeddings of pictures, features, loaded models."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from engine.data import Image

V = TypeVar("V")


class ByteBudget(Generic[V]):
    """The values last used, dropped oldest first where they would pass `limit` bytes; safe between threads."""

    def __init__(self, limit: int, size_of: Callable[[V], int]) -> None:
        """size_of: the bytes a value holds; one larger than the limit is handed out but not kept."""
        self.limit = limit
        self._size_of = size_of
        self._values: OrderedDict[bytes, V] = OrderedDict()
        self._lock = threading.Lock()
        self._making = threading.Lock()

    @property
    def held(self) -> int:
        """Bytes kept now; never more than the limit."""
        return sum(self._size_of(value) for value in self._values.values())

    def get(self, key: bytes, make: Callable[[], V]) -> V:
        """The value kept under the key, else a new one; only one is made at a time, so none is made twice."""
        if (kept := self._kept(key)) is not None:
            return kept
        with self._making:
            if (kept := self._kept(key)) is not None:
                return kept
            value = make()
            self._keep(key, value)
            return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()

    def _kept(self, key: bytes) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def _keep(self, key: bytes, value: V) -> None:
        with self._lock:
            self._values[key] = value
            while self._values and self.held > self.limit:
                self._values.popitem(last=False)


def fingerprint(image: Image, *more: str) -> bytes:
    """A key for the picture's pixels, and for what else a value depends on; equal only for equal pixels."""
    digest = hashlib.sha256(repr((image.shape, more)).encode())
    digest.update(np.ascontiguousarray(image).data)
    return digest.digest()
