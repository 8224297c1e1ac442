"""A folder for as long as one process runs, removed by the next one where that process was killed. Linux and macOS."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

LONGEST_SOCKET: Final = 100
"""Bytes of the path of a Unix socket: macOS takes 103, Linux 107."""


@contextmanager
def run_folder(home: Path) -> Generator[Path]:
    """A new folder in `home`, which several processes may share; those that dead ones left there are removed.

    Raises: OSError where the home cannot be written.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        for left in home.glob("*.lock"):
            _remove_if_left(left)
        folder = Path(tempfile.mkdtemp(dir=home))
        held = _lock_of(folder).open("w")
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        _remove(folder)
        held.close()


@contextmanager
def socket_path(folder: Path) -> Generator[Path]:
    """A path for a socket that only this user reaches: in the folder, or where its path is too long in one for that."""
    path = folder / "engine.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="retouch-") as shorter:
        yield Path(shorter) / path.name


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _remove_if_left(lock: Path) -> None:
    """The system drops a lock with the process that held it, however that ended."""
    with lock.open("w") as file:
        if _is_free(file):
            _remove(lock.with_suffix(""))


def _is_free(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    _lock_of(folder).unlink(missing_ok=True)
