"""Memory that pictures took is given back to the system when they are gone."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Final

LARGE: Final = 1 << 20
"""Bytes from which a block is the system's own, and goes back at once: planes and tensors, hardly anything else."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Of `mallopt`, in glibc's malloc.h."""


def return_large_blocks() -> None:
    """Keep glibc from raising the size of what it keeps for itself; other C libraries return blocks by themselves.

    Left alone it learns from the first large picture to keep the next ones, and an engine that has read lettering once
    stays at 450 MB instead of 260.
    """
    if sys.platform != "linux":
        return
    library: Any = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_MMAP_THRESHOLD, LARGE)
        library.mallopt(_TRIM_THRESHOLD, LARGE)
