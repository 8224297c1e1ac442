"""Pixel-by-pixel work on a large picture, in strips that fit the cache, on every core."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from engine.data import Image

_STRIP_PIXELS = 1 << 16
"""A float32 copy of so many RGB pixels stays within the second-level cache."""


def in_strips(change: Callable[[Image, slice], Image], image: Image, halo: int = 0) -> Image:
    """`change(rows of the image, which rows)` of every strip, put together again.

    `change` must be safe in several threads (numpy and OpenCV let go of the lock). Where it looks around a pixel,
    `halo` is how far, px: it is then given so many rows more on both sides, which are cut off what it returns.
    """
    height, width = image.shape[:2]
    rows = max(1, 4 * halo, _STRIP_PIXELS // width)
    strips = [slice(start, min(start + rows, height)) for start in range(0, height, rows)]
    if len(strips) == 1:
        return change(image, strips[0])
    changed = np.empty_like(image)

    def work(strip: slice) -> None:
        above = min(halo, strip.start)
        wide = slice(strip.start - above, min(strip.stop + halo, height))
        changed[strip] = change(image[wide], wide)[above : above + strip.stop - strip.start]

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as workers:
        for done in [workers.submit(work, strip) for strip in strips]:
            done.result()
    return changed
