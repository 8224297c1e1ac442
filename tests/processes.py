"""The processes that a process started, as the tests find them to look at or to kill."""

from __future__ import annotations

from collections.abc import Iterator

import psutil


def below(process: int | None = None, *, running: str = "") -> list[int]:
    """Children of the process (this one when None), their children too, whose command line has the word in it.

    One that ended and was not waited for has no command line, and is always among them.
    """
    try:
        found = psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [child.pid for child in found if any(running in word for word in _words(child, running))]


def _words(process: psutil.Process, of_the_ended: str) -> Iterator[str]:
    try:
        yield from process.cmdline()
    except psutil.ZombieProcess:
        yield of_the_ended
    except psutil.NoSuchProcess:
        return
