"""A process that does not outlive the one that started it."""

from __future__ import annotations

import os
import select
import sys
import threading
from typing import Final

LOOKS_EVERY_S: Final = 0.5


def end_with_parent() -> None:
    """From now on this process ends at once when the one that started it is gone, however it went.

    Two signs tell, on every Unix: stdin ends, a pipe that the parent holds open; or another process is the parent.
    Linux could also send a signal (PR_SET_PDEATHSIG), but does so when the starting thread ends, not the process.
    """
    threading.Thread(target=_watch, args=(os.getppid(), sys.stdin.fileno()), name="parent", daemon=True).start()


def _watch(parent: int, stdin: int) -> None:
    while os.getppid() == parent and not _has_ended(stdin):
        pass
    os._exit(0)


def _has_ended(stdin: int) -> bool:
    """Whether nothing can come any more; waits for a while to see."""
    readable, _, _ = select.select([stdin], [], [], LOOKS_EVERY_S)
    return bool(readable) and not os.read(stdin, 1 << 16)
