"""A disk and a SQLite that fail when they are told to: the n-th thing that is asked of them, or all for a while."""

from __future__ import annotations

import errno
import io
import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Final, cast

import pytest

WRITES: Final = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE", "PRAGMA")
"""How the statements begin that are counted; those that read do not fail."""
OPENING: Final = "PRAGMA"
"""How those begin that a connection is opened with, which may be as long as a full disk can be read."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way to fail, as the system and as SQLite word it."""

    code: int | None
    """Of the OSError; None: only SQLite fails so."""
    words: str


TROUBLES: Final = {
    "full": Trouble(errno.ENOSPC, "database or disk is full"),
    "broken": Trouble(errno.EIO, "disk I/O error"),
    "locked": Trouble(None, "database is locked"),
}


class Faults:
    """Counts what is written, synced, named and committed, and makes of it fail what it is told to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: int | None = None
        self.lasts = False
        """Whether everything fails from then on."""
        self._trouble = TROUBLES["full"]
        self.struck: list[str] = []
        """What failed, in order."""

    def strike(self, at: int, trouble: Trouble, *, lasts: bool = False) -> None:
        """The next thing but `at` that is asked for fails; lasts: so does everything after it, until `heal`."""
        with self._lock:
            self._left, self._trouble, self.lasts = at, trouble, lasts
            self.struck.clear()

    def heal(self) -> None:
        """Nothing fails any more."""
        with self._lock:
            self._left = None

    def asked(self, what: str, *, of_sqlite: bool = False) -> None:
        """Raises: OSError or sqlite3.OperationalError where this is the one to fail."""
        with self._lock:
            if self._left is None or (self._trouble.code is None and not of_sqlite):
                return
            self._left -= 1
            if self._left >= 0:
                return
            self._left = 0 if self.lasts else None
            self.struck.append(what)
            trouble = self._trouble
        if of_sqlite or trouble.code is None:
            raise sqlite3.OperationalError(trouble.words)
        raise OSError(trouble.code, os.strerror(trouble.code))


class _Cursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        faults = cast(_Connection, self.connection).faults
        if sql.lstrip().upper().startswith(WRITES) and not (faults.lasts and sql.startswith(OPENING)):
            faults.asked(sql.lstrip()[:40], of_sqlite=True)
        return super().execute(sql, parameters)


class _Connection(sqlite3.Connection):
    faults: Faults

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        if self.in_transaction:
            self.faults.asked("COMMIT", of_sqlite=True)
        super().commit()


def install(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on what this process asks of its disk, and connections to SQLite made from now on, may fail."""
    for name in ("fsync", "mkdir", "replace", "unlink", "utime"):
        monkeypatch.setattr(os, name, _failing(getattr(os, name), name, faults))
    monkeypatch.setattr(tempfile, "mkstemp", _failing(tempfile.mkstemp, "mkstemp", faults))
    monkeypatch.setattr(os, "fdopen", partial(_opened, faults))
    connection = type("Connection", (_Connection,), {"faults": faults})
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=connection))


def _failing(call: Callable[..., Any], name: str, faults: Faults) -> Callable[..., Any]:
    @wraps(call)
    def failing(*args: Any, **kwargs: Any) -> Any:
        faults.asked(name)
        return call(*args, **kwargs)

    return failing


def _opened(faults: Faults, descriptor: int, mode: str) -> io.BufferedWriter:
    """A file of which, where it fails, half is written."""

    class Writer(io.BufferedWriter):
        def write(self, data: Any, /) -> int:
            try:
                faults.asked("write")
            except OSError:
                super().write(data[: len(data) // 2])
                raise
            return super().write(data)

    return Writer(io.FileIO(descriptor, mode))
