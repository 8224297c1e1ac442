"""The thing under a click, of a size that nobody told: cut at several sizes, and the best outlined cut is it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Box, Click, Image, Mask
from engine.geometry import grow_box
from engine.segmentation.edges import fill_holes, outlined, reduced, sharpen
from engine.segmentation.grabcut import cut

_SIDE: Final = 200
"""px of the longer side of the window that is cut."""
_REACHES: Final = (0.06, 0.11, 0.2, 0.36, 0.65)
"""Of the picture's shorter side: how far from the clicks the thing may go, each about twice the area of the last."""
_MARK: Final = 0.02
"""Of the window's longer side: the radius around a click that is meant with it."""
_LIKE: Final = 12.0
"""CIE Lab distance from the clicked colours at which a pixel is as likely theirs as not."""
_LARGE: Final = 0.2
"""Power of a cut's area: of two as well outlined, the larger is the thing and the smaller a patch on it."""
_SPILL: Final = 2
"""Power of the share of a cut's border that is an outline, and not where its window or the picture ends."""


def under_clicks(image: Image, clicks: Sequence[Click]) -> Mask:
    """The (H, W) mask of the thing that holds the including clicks; at least one includes. Every click is obeyed.

    What hangs together with no click is not selected. The same clicks always give the same mask.
    """
    height, width = image.shape[:2]
    found = np.zeros((height, width), np.bool_)
    tries = [_at(image, clicks, window) for window in _windows(clicks, height, width)]
    window, coarse, _ = max(tries, key=lambda attempt: attempt[2])
    found[window.slices] = sharpen(np.ascontiguousarray(image[window.slices]), coarse)
    for click in clicks:
        found[click.y, click.x] = click.include
    return found


def _windows(clicks: Sequence[Click], height: int, width: int) -> list[Box]:
    columns = [click.x for click in clicks if click.include]
    rows = [click.y for click in clicks if click.include]
    around = Box(min(columns), min(rows), max(columns) + 1, max(rows) + 1)
    reaches = [max(4, round(reach * min(height, width))) for reach in _REACHES]
    return list(dict.fromkeys(grow_box(around, reach, height, width) for reach in reaches))


def _at(image: Image, clicks: Sequence[Click], window: Box) -> tuple[Box, Mask, float]:
    """The window, the thing cut on a small copy of it, and how well it is outlined."""
    small = reduced(np.ascontiguousarray(image[window.slices]), _SIDE)
    marks = _marks(clicks, window, small)
    like = _likeness(small, marks)
    seeds = np.where(like > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    edge = _window_edge(window, image, small)
    seeds[edge] = cv2.GC_BGD
    seeds = np.where(marks > 0, np.where(marks == 1, cv2.GC_FGD, cv2.GC_BGD), seeds).astype(np.uint8)
    mask = _held(cut(small, seeds, 3), marks == 1)
    area = float(mask.mean()) * window.area / (image.shape[0] * image.shape[1])
    return window, mask, outlined(small, mask) * (1 - _ended(mask)) ** _SPILL * area**_LARGE


def _ended(mask: Mask) -> float:
    """The share of the mask's border that no outline in the picture ends, but the side of the window does."""
    ring = mask ^ np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)), np.bool_)
    middle = np.zeros_like(mask)
    middle[4:-4, 4:-4] = True
    at_side = mask & ~middle
    return np.count_nonzero(at_side) / max(np.count_nonzero(at_side | ring), 1)


def _marks(clicks: Sequence[Click], window: Box, small: Image) -> NDArray[np.uint8]:
    """1 around the clicks that include, 2 around those that do not, on the small copy of the window; else 0."""
    height, width = small.shape[:2]
    marks = np.zeros((height, width), np.uint8)
    radius = max(1, round(_MARK * max(height, width)))
    for click in sorted(clicks, key=lambda click: click.include):
        x, y = ((click.x - window.x0) * width // window.width, (click.y - window.y0) * height // window.height)
        cv2.circle(marks, (x, y), radius, 1 if click.include else 2, cv2.FILLED)
    return marks


def _likeness(small: Image, marks: NDArray[np.uint8]) -> Alpha:
    """How like the clicked colours each pixel is, in (0, 1], smoothed so that texture does not tear it."""
    smooth = np.asarray(cv2.bilateralFilter(small, 7, 30, 5), np.float32)
    lab = np.asarray(cv2.cvtColor(smooth / 255, cv2.COLOR_RGB2LAB), np.float32)
    ours, theirs = lab[marks == 1], lab[marks == 2]
    distance = np.min([np.linalg.norm(lab - colour, axis=2) for colour in _few(ours)], axis=0)
    like = np.exp2(-((distance / _LIKE) ** 2))
    if theirs.size:
        other = np.min([np.linalg.norm(lab - colour, axis=2) for colour in _few(theirs)], axis=0)
        like = np.where(other < distance, 0, like)
    return like.astype(np.float32)


def _few(colours: NDArray[np.float32], most: int = 8) -> NDArray[np.float32]:
    """At most so many of the colours, from darkest to lightest."""
    order = np.argsort(colours[:, 0], kind="stable")
    return colours[order[np.linspace(0, len(order) - 1, min(most, len(order))).astype(np.intp)]]


def _window_edge(window: Box, image: Image, small: Image) -> Mask:
    """The outermost pixels of the small copy on the sides where the picture goes on."""
    height, width = image.shape[:2]
    edge = np.zeros(small.shape[:2], np.bool_)
    edge[:2] |= window.y0 > 0
    edge[-2:] |= window.y1 < height
    edge[:, :2] |= window.x0 > 0
    edge[:, -2:] |= window.x1 < width
    return edge


def _held(mask: Mask, marked: Mask) -> Mask:
    """The pieces of the mask that hold a click, without small holes."""
    _, labels = cv2.connectedComponents((mask | marked).astype(np.uint8), connectivity=8)
    pieces = np.asarray(labels, np.int32)
    held = np.isin(pieces, np.unique(pieces[marked])) & (pieces > 0)
    return fill_holes(held, 0.02 * np.count_nonzero(held))
