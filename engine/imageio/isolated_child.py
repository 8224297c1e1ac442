"""The process that decodes what strangers send; `engine.imageio.isolated` starts it and knows how it is spoken to.

A request is a line of JSON, `{"bytes", "limits"}`, and the file. The answer is `{"height", "width"}` before any pixel
is decoded, then `{"height", "width", "opacity", "notices", "orientation"}` and the raw samples of the colours and of
the opacity. Instead of either line there may be `{"error", "facts"}`. Whatever else happens ends the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Generator
from typing import Any, BinaryIO

from PIL import AvifImagePlugin

from engine.errors import EditError
from engine.imageio.decode import decode_here
from engine.imageio.header import Limits
from engine.imageio.isolated import PIXELS_PER_SECOND, SECONDS

LIBRARIES = 1 << 30
"""Bytes of address space for Python, OpenCV, NumPy and the threads of the decoders."""
BYTES_PER_PIXEL = 32
"""What decoding takes at most, all copies counted: 24 were measured for a turned WebP with opacity, 20 for AVIF."""
THREADS = 4
"""Of libavif; as many as libheif starts. More would only claim address space."""
YIELDING = 5
"""Niceness: below whoever keeps a connection alive, but not starved by models that use every core."""


def main() -> None:
    """Answer requests until there are no more."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = THREADS
    requests, answers = sys.stdin.buffer, _own_stdout()
    _give_up_rights()
    _say(answers, {"ready": True})
    while line := requests.readline():
        asked = json.loads(line)
        limits = Limits(**asked["limits"])
        _cap_memory(limits)
        with _deadline(limits):
            _answer(requests.read(asked["bytes"]), limits, answers)


def _answer(data: bytes, limits: Limits, answers: BinaryIO) -> None:
    try:
        decoded = decode_here(data, limits, lambda height, width: _say(answers, {"height": height, "width": width}))
    except EditError as error:
        _say(answers, {"error": type(error).__name__, "facts": error.args})
        return
    picture = decoded.picture
    stated = {
        "height": picture.height,
        "width": picture.width,
        "opacity": picture.opacity is not None,
        "notices": [notice.kind for notice in decoded.notices],
        "orientation": decoded.orientation,
    }
    _say(answers, stated)
    for samples in (picture.rgb, picture.opacity):
        if samples is not None:
            answers.write(samples.data)
    answers.flush()


def _say(answers: BinaryIO, stated: dict[str, Any]) -> None:
    answers.write(json.dumps(stated).encode() + b"\n")
    answers.flush()


def _own_stdout() -> BinaryIO:
    """The pipe of answers, which no library can print into."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


def _give_up_rights() -> None:
    """No file can be written, no core dumped (it would show the picture), and others go first."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        os.nice(YIELDING)


def _cap_memory(limits: Limits) -> None:
    """Bound the address space by what a picture within the limits may need."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = LIBRARIES + BYTES_PER_PIXEL * limits.pixels + 2 * limits.file_bytes
        resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


@contextlib.contextmanager
def _deadline(limits: Limits) -> Generator[None]:
    """Die when the picture is overdue, also inside a decoder's loop, and when nobody is left to kill this process."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, 2 * SECONDS + limits.pixels / PIXELS_PER_SECOND + 1)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
