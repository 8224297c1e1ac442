"""AVIF and HEIC, decoded in a process of their own: a hang is killed, a crash is only a damaged picture.

A fresh process for each: it takes about 0.15 s to start, needs no server and works from any thread.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as PillowImage

from engine.errors import DamagedImage
from engine.imageio.header import Limits

CHILD = Path(__file__).with_name("isolated_child.py")
SECONDS = 2.0
"""What the child may take to start and say what the file holds, and again to decode a small one."""
PIXELS_PER_SECOND = 5_000_000
"""Decoding that is slower than this is a hang: a phone's 48 MP take 2 s on two idle cores, 8 s on busy ones."""


@dataclass(frozen=True, eq=False, slots=True)
class Isolated:
    """What came back from the other process."""

    image: PillowImage.Image
    animated: bool
    orientation: int
    profile: bytes | None


def decode_isolated(data: bytes, found: str, limits: Limits, seconds: float = SECONDS) -> Isolated:
    """The first picture of an AVIF or HEIC file; `limits` hold before its pixels are decoded.

    Raises: DamagedImage, also when the decoder crashes or is silent for `seconds` and its size's share; ImageTooLarge;
    ImageTooSmall.
    """
    command = [sys.executable, "-P", str(CHILD), found]
    pipe, drain = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=drain) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            with _killed_after(child, seconds):
                with contextlib.suppress(BrokenPipeError):
                    child.stdin.write(data)
                    child.stdin.close()
                stated = json.loads(child.stdout.readline())
            limits.check_sides(stated["height"], stated["width"])
            with _killed_after(child, seconds + stated["height"] * stated["width"] / PIXELS_PER_SECOND):
                answer = child.stdout.read()
            profile, samples = answer[: stated["profile"]], memoryview(answer)[stated["profile"] :]
            image = PillowImage.frombytes(stated["mode"], (stated["width"], stated["height"]), samples)
        except (ValueError, KeyError, TypeError) as exc:
            raise DamagedImage(found) from exc
        finally:
            child.kill()
            with contextlib.suppress(BrokenPipeError):
                child.stdin.close()
    return Isolated(image, stated["animated"], stated["orientation"], profile or None)


@contextlib.contextmanager
def _killed_after(child: subprocess.Popen[bytes], seconds: float) -> Generator[None]:
    watchdog = threading.Timer(seconds, child.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()
