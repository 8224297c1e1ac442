"""A file from the network to the disk, going on where an earlier try stopped."""

from __future__ import annotations

import http.client
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final, Literal

from engine.errors import StorageFailed

CHUNK: Final = 1 << 18
TIMEOUT: Final = 30.0
"""Seconds without a byte before a try is given up; what has come is kept."""
TRIES: Final = 5
"""Connections per file that may break before the next try is left to the user."""
BROKEN: Final = (OSError, http.client.HTTPException)
"""What a connection raises that is refused, cut or silent; urllib's errors are OSErrors."""
AGENT: Final = {"User-Agent": "retouch"}
PARTIAL_CONTENT: Final = 206

Arrived = Callable[[int], None]
"""(bytes of this file there)."""


def fetch(url: str, partial: Path, size: int, token: str | None, arrived: Arrived) -> None:
    """Bring the file to `size` bytes, never more; a connection that breaks is taken up again while it brings some.

    token: for a hub; it is not passed on to where the hub redirects.

    Raises: urllib.error.HTTPError, OSError or http.client.HTTPException (`BROKEN`) when it stays short;
    StorageFailed when the disk does not take it.
    """
    for left in reversed(range(TRIES)):
        there = _size(partial)
        try:
            _go_on(url, partial, there, size, token, arrived)
        except BROKEN:
            if not left or _size(partial) <= there:
                raise
        if _size(partial) >= size:
            return
        if _size(partial) <= there:
            break
    raise ConnectionError(f"{url} ended after {_size(partial)} of {size} bytes")


def request(url: str, token: str | None, headers: dict[str, str] | None = None) -> urllib.request.Request:
    """A request for the address; the token stays with the host it is meant for."""
    asked = urllib.request.Request(url, headers={**AGENT, **(headers or {})})
    if token:
        asked.add_unredirected_header("Authorization", f"Bearer {token}")
    return asked


def _go_on(url: str, partial: Path, there: int, size: int, token: str | None, arrived: Arrived) -> None:
    if there >= size:
        return
    asked = request(url, token, {"Range": f"bytes={there}-"} if there else None)
    with urllib.request.urlopen(asked, timeout=TIMEOUT) as answer:
        if answer.status != PARTIAL_CONTENT:
            there = 0
        with _opened(partial, "ab" if there else "wb") as file:
            while there < size and (chunk := answer.read(min(CHUNK, size - there))):
                _write(file, chunk)
                there += len(chunk)
                arrived(there)


def _opened(partial: Path, mode: Literal["ab", "wb"]) -> IO[bytes]:
    try:
        return partial.open(mode)
    except OSError as exc:
        raise StorageFailed("models folder") from exc


def _write(file: IO[bytes], chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as exc:
        raise StorageFailed("models folder") from exc


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
