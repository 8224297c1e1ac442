"""Pictures that were just used, kept decoded within a budget of bytes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from engine.data import Picture


class Recent:
    """The pictures used last, by the fingerprint of their pixels; safe between threads."""

    def __init__(self, budget: int) -> None:
        """`budget`: bytes of pixels kept; a picture above it is not kept at all."""
        self._budget, self._used = budget, 0
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._lock = Lock()

    def get(self, fingerprint: str) -> Picture | None:
        """The picture, which is now the last one to go; None where it is not kept."""
        with self._lock:
            if fingerprint in self._pictures:
                self._pictures.move_to_end(fingerprint)
            return self._pictures.get(fingerprint)

    def put(self, fingerprint: str, picture: Picture) -> Picture:
        """Keep the picture, older ones go; answers with it as it is kept: its arrays are read-only views."""
        kept = _read_only(picture)
        with self._lock:
            if fingerprint not in self._pictures:
                self._used += _bytes(kept)
            self._pictures[fingerprint] = kept
            self._pictures.move_to_end(fingerprint)
            while self._used > self._budget:
                self._used -= _bytes(self._pictures.popitem(last=False)[1])
        return kept

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._pictures.clear()
            self._used = 0


def _bytes(picture: Picture) -> int:
    return picture.rgb.nbytes + (0 if picture.opacity is None else picture.opacity.nbytes)


def _read_only(picture: Picture) -> Picture:
    rgb, opacity = picture.rgb.view(), None if picture.opacity is None else picture.opacity.view()
    rgb.flags.writeable = False
    if opacity is not None:
        opacity.flags.writeable = False
    return Picture(rgb, opacity)
