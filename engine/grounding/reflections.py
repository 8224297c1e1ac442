"""The image of a thing in water or on a glossy floor below it, told by how like the thing turned over it is.

What lies below the line where the thing meets the surface is correlated with the thing mirrored there; it counts only
where it fits far better there than moved to the side, so that a plain ground or a regular one is no reflection.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask
from engine.geometry import bounding_box, clip
from engine.masks import grow

Plane = TypeVar("Plane", Mask, NDArray[np.float32])

_SIDE: Final = 144
"""px of the longer side of the thing on the small copy that is compared."""
_LINES: Final = np.linspace(-0.14, 0.08, 12)
"""Where the mirror line may be, in heights of the thing below its foot; hulls and reeds hide it."""
_HEIGHTS: Final = (1.0, 0.8)
"""How tall the image is, in heights of the thing: a camera that looks down sees it shortened."""
_MARGIN: Final = 0.12
"""Of the thing's sides: surroundings that are compared too, for the outline is most of the likeness."""
_LIKE: Final = 0.5
"""Correlation from which it may be a reflection."""
_BETTER: Final = 0.25
"""How far the correlation must drop a third of a width to either side."""
_SEEN: Final = 0.2
"""Of the thing's area: how much of the image must lie inside the picture."""
_SPREAD: Final = 0.03
"""Of the thing's sides: ripples carry the image's edge this far."""


class _Mirror(NamedTuple):
    """A place for the image: the line, px of the small copy, and its height in heights of the thing."""

    line: float
    height: float


def reflection(image: Image, thing: Mask) -> Mask:
    """The (H, W) mask of the thing's reflection below it; empty where none is sure. Never on the thing itself.

    image: (H, W, 3) uint8 sRGB. thing: (H, W), the whole thing, not empty.
    """
    found = np.zeros_like(thing)
    box = bounding_box(thing)
    if box is None or min(box.width, box.height) < 12:
        return found
    scale = min(1.0, _SIDE / max(box.width, box.height))
    window = _window(box, *thing.shape)
    shape = max(8, round(window.width * scale)), max(8, round(window.height * scale))
    small = np.asarray(cv2.resize(image[window.slices], shape, interpolation=cv2.INTER_AREA), np.uint8)
    inside = np.asarray(cv2.resize(thing[window.slices].astype(np.float32), shape, interpolation=cv2.INTER_AREA)) > 0.5
    mirror = _mirror(_colours(small), inside)
    if mirror is None:
        return found
    flipped = _turned(inside, mirror)
    spread = grow(flipped, max(1, round(_SPREAD * max(box.width, box.height) * scale)))
    below = spread & (np.arange(shape[1])[:, None] >= mirror.line - 1)
    soft = cv2.resize(below.astype(np.float32), (window.width, window.height), interpolation=cv2.INTER_LINEAR)
    found[window.slices] = np.asarray(soft) > 0.5
    return found & ~thing


def _window(box: Box, height: int, width: int) -> Box:
    across, down = round(0.8 * box.width), round(1.2 * box.height)
    return clip(Box(box.x0 - across, box.y0 - box.height // 5, box.x1 + across, box.y1 + down), height, width)


def _colours(small: Image) -> NDArray[np.float32]:
    """CIELAB, blurred as ripples blur: along the columns most."""
    lab = cv2.cvtColor(np.asarray(small, np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), 1.2, sigmaY=2.5), np.float32)


def _mirror(colours: NDArray[np.float32], inside: Mask) -> _Mirror | None:
    """Where the thing's image is; None where nothing below it is like it."""
    box = bounding_box(inside)
    if box is None:
        return None
    mirrors = [_Mirror(box.y1 + line * box.height, height) for line in _LINES for height in _HEIGHTS]
    best = max(mirrors, key=lambda mirror: _likeness(colours, inside, mirror, 0))
    here = _likeness(colours, inside, best, 0)
    aside = [
        _likeness(colours, inside, best, sign * round(share * box.width)) for sign in (-1, 1) for share in (0.3, 0.6)
    ]
    return best if here >= _LIKE and here - max(aside) >= _BETTER else None


def _likeness(colours: NDArray[np.float32], inside: Mask, mirror: _Mirror, across: int) -> float:
    """Correlation of what is below the line with the thing turned over on it and moved aside; -1: little is seen."""
    flipped = _shifted(_turned(inside, mirror), across)
    open_below = np.asarray(np.arange(inside.shape[0])[:, None] > mirror.line, np.bool_) & ~inside
    seen = flipped & open_below
    box = bounding_box(seen)
    if box is None or np.count_nonzero(seen) < _SEEN * np.count_nonzero(inside):
        return -1.0
    margin = max(2, round(_MARGIN * max(box.width, box.height)))
    near = grow(seen, margin) & open_below
    around = near & ~seen
    if not around.any():
        return -1.0
    ground = np.median(colours[around], axis=0)
    drawn = np.where(seen[..., None], _shifted(_turned(colours, mirror), across), ground)
    return _correlation(drawn[near], colours[near])


def _turned(values: Plane, mirror: _Mirror) -> Plane:
    """What is above the line, turned over below it; nearest rows, and nothing where there are none."""
    height = values.shape[0]
    below = np.arange(height, dtype=np.float64) + (0.5 - mirror.line)
    source = np.asarray(np.rint(mirror.line - below / mirror.height - 0.5), np.intp)
    turned = cast("Plane", values[np.clip(source, 0, height - 1)])
    turned[(source < 0) | (source >= np.ceil(mirror.line))] = 0
    return turned


def _shifted(values: Plane, across: int) -> Plane:
    return np.roll(values, across, axis=1)


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Pearson's, over all pixels and channels (N, 3), each channel about its own mean."""
    first, second = first - first.mean(axis=0), second - second.mean(axis=0)
    norm = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.sum(first * second)) / norm if norm > 1e-6 else 0.0
