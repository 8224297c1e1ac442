"""Pictures of strangers, decoded in a process of their own: a hang is killed, a crash is only a damaged picture.

What comes back is checked as what a stranger says: a decoder that was taken over can lie about one picture, no more.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from dataclasses import asdict
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

import numpy as np

from engine.data import Picture
from engine.errors import (
    BackendFailed,
    DamagedImage,
    EditError,
    ImageTooLarge,
    ImageTooSmall,
    TimedOut,
    UnsupportedImage,
)
from engine.imageio.decoded import FIRST_FRAME, Decoded
from engine.imageio.header import Limits
from engine.imageio.samples import PROFILE_DROPPED

CHILD = Path(__file__).with_name("isolated_child.py")
ROOT = Path(__file__).parents[2]
STARTING = 20.0
"""Seconds until a child must stand ready: 0.15 on an idle machine. No picture is to blame for one that does not."""
SECONDS = 2.0
"""What a child may take to say what a file holds, and again to decode a small one."""
PIXELS_PER_SECOND = 5_000_000
"""Decoding that is slower than this is a hang: a phone's 48 MP take 2 s on two idle cores, 8 s on busy ones."""
LONGEST_LINE = 4096
"""Bytes of one line of JSON from a child."""
NEEDED = ("SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONHOME")
"""The variables without which Python may not start; a child gets no other, so that it knows no token."""
NAME = "The picture decoder"
"""What the errors call it."""

ERRORS: dict[str, type[EditError]] = {
    leaf.__name__: leaf for leaf in (DamagedImage, ImageTooLarge, ImageTooSmall, UnsupportedImage)
}
NOTICES = {notice.kind: notice for notice in (FIRST_FRAME, PROFILE_DROPPED)}


class Child:
    """A process that decodes one picture after another; not for two threads at once. Every method blocks.

    It has a pipe to read from and one to write to, no other file, next to no environment, a memory limit that follows
    from the picture's limits, and a low priority. It ends with this process, at the latest when its picture is due.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        """Raises: BackendFailed, TimedOut when it does not start."""
        self._seconds = seconds
        environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
        environment |= {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", str(CHILD)],
                stdin=pipe,
                stdout=pipe,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        except OSError as exc:
            raise BackendFailed(NAME) from exc
        self._requests = cast(BinaryIO, self._process.stdin)
        self._answers = cast(BufferedReader, self._process.stdout)
        with self._killed_after(STARTING):
            ready = self._answers.readline(LONGEST_LINE)
        if not ready:
            self.end()
            raise TimedOut(NAME, STARTING)

    @property
    def pid(self) -> int:
        """What the system calls it."""
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """How it ended, as `subprocess` tells it; None while it can take another picture."""
        return self._process.poll()

    def end(self) -> None:
        """Kill it and wait until it is gone; it may be dead already."""
        self._process.kill()
        with contextlib.suppress(OSError):
            self._requests.close()
        self._answers.close()
        self._process.wait()

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def decode(self, data: bytes, found: str, limits: Limits) -> Decoded:
        """The picture in a file of the format `found`, as `engine.imageio.decode` gives it.

        Raises: DamagedImage, also when the child crashes, exceeds its memory, answers nonsense, or is silent for
        `seconds` and its size's share, and then it is dead; UnsupportedImage, ImageTooLarge, ImageTooSmall.
        """
        try:
            with self._killed_after(self._seconds):
                self._ask(data, limits)
                stated = self._line()
            if "error" not in stated:
                limits.check_sides(stated["height"], stated["width"])
                with self._killed_after(self._seconds + stated["height"] * stated["width"] / PIXELS_PER_SECOND):
                    stated = self._line()
                    if "error" not in stated:
                        return self._decoded(stated, found, limits)
            error = ERRORS[stated["error"]](*stated["facts"])
        except EditError:
            self.end()
            raise
        except (OSError, ValueError, KeyError, TypeError) as exc:
            self.end()
            raise DamagedImage(found) from exc
        raise error

    def _ask(self, data: bytes, limits: Limits) -> None:
        self._requests.write(json.dumps({"bytes": len(data), "limits": asdict(limits)}).encode() + b"\n")
        self._requests.write(data)
        self._requests.flush()

    def _line(self) -> dict[str, Any]:
        return json.loads(self._answers.readline(LONGEST_LINE))

    def _decoded(self, stated: dict[str, Any], found: str, limits: Limits) -> Decoded:
        height, width = int(stated["height"]), int(stated["width"])
        limits.check_sides(height, width)
        rgb = np.empty((height, width, 3), np.uint8)
        opacity = np.empty((height, width), np.uint8) if stated["opacity"] else None
        for samples in (rgb, opacity):
            if samples is not None and self._answers.readinto(samples.data) != samples.nbytes:
                raise ValueError("fewer samples than stated")
        notices = tuple(NOTICES[kind] for kind in stated["notices"])
        return Decoded(Picture(rgb, opacity), found, notices, int(stated["orientation"]))

    @contextlib.contextmanager
    def _killed_after(self, seconds: float) -> Generator[None]:
        watchdog = threading.Timer(seconds, self._process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        finally:
            # Joined, so that a watchdog that was just waking does not kill the child at its next picture.
            watchdog.cancel()
            watchdog.join()
