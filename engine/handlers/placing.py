"""Where something new goes when nobody drew a mask: a box from words such as "in the top left" or "next to the dog"."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np

from engine.data import Box, Mask
from engine.geometry import bounding_box
from engine.grounding.wishes import Bond, Side, wish_of
from engine.operations import Target
from engine.scene import Scene

SIZE: Final = 0.4
"""Sides of the box, in those of the picture, where the words name no other thing to measure by."""
LEAST: Final = 48
"""The least side of the box, px, in a picture that is larger."""
_FRAME_WORDS: Final = re.compile(
    r"\b(?:the|a|an|of|it|side|corner|edge|part|half|area|hand|picture|image|photo|frame|scene|very|left|right|top|upper"
    r"|bottom|lower|middle|centre|center|foreground|background|front|back|distance)\b"
)
"""Words of a place that is told by the frame alone."""


class _Spot(NamedTuple):
    """A place beside a thing: its centre, in widths and heights of the thing off its centre, and its scale."""

    across: float
    down: float
    scale: float


_BESIDE: Final[dict[Bond, _Spot]] = {
    "on": _Spot(0, -0.5, 0.8),
    "above": _Spot(0, -1, 0.8),
    "below": _Spot(0, 1, 0.8),
    "left": _Spot(-1, 0, 1),
    "right": _Spot(1, 0, 1),
    "inside": _Spot(0, 0, 0.6),
    "between": _Spot(0, 0, 0.6),
    "front": _Spot(0, 0.35, 0.8),
    "behind": _Spot(0, -0.25, 1.1),
}
_CENTRES: Final[dict[Side, tuple[float, float]]] = {
    "left": (0.25, 0.5), "right": (0.75, 0.5), "top": (0.5, 0.25), "bottom": (0.5, 0.75), "middle": (0.5, 0.5),
    "front": (0.5, 0.75), "back": (0.5, 0.4),
}  # fmt: skip
_ANYWHERE: Final = (0.5, 0.6)
"""Things stand below the middle rather than above it."""


def place_for(scene: Scene, place: str | None) -> Mask:
    """The (H, W) mask of a box for something new, inside the picture.

    Raises: NotGrounded, Ambiguous for the thing that the place is told by.
    """
    height, width = scene.picture.height, scene.picture.width
    canvas = np.zeros((height, width), np.bool_)
    canvas[_box(scene, (place or "").lower()).slices] = True
    return canvas


def _box(scene: Scene, place: str) -> Box:
    height, width = scene.picture.height, scene.picture.width
    relation = wish_of(Target(relation=place)).relation
    anchors = relation.anchors if relation else ()
    if relation is None or not all(_FRAME_WORDS.sub("", anchor).strip() for anchor in anchors):
        x, y = _centre_in_frame(wish_of(Target(position=place)).sides)
        return box_around(x * width, y * height, SIZE * width, SIZE * height, height, width)
    thing = _thing(scene, anchors)
    if thing is None:
        return box_around(width / 2, height / 2, SIZE * width, SIZE * height, height, width)
    return box_beside(thing, relation.bond, height, width)


def _centre_in_frame(sides: frozenset[Side]) -> tuple[float, float]:
    """(x, y) in sides of the picture; two words such as top and left each give their half."""
    if not sides:
        return _ANYWHERE
    across = [_CENTRES[side][0] for side in sides if side in ("left", "right")]
    down = [_CENTRES[side][1] for side in sides if side not in ("left", "right")]
    return (across or [0.5])[0], (down or [0.5])[0]


def _thing(scene: Scene, anchors: tuple[str, ...]) -> Box | None:
    """The box of everything the place is told by; None: the whole picture."""
    masks = [scene.where(Target(phrase=anchor)) for anchor in anchors]
    found = [mask for mask in masks if mask is not None]
    return bounding_box(np.logical_or.reduce(found)) if found else None


def box_beside(thing: Box, bond: Bond, height: int, width: int) -> Box:
    """A box that stands to `thing` as the word says, moved inside a (height, width) picture."""
    spot = _BESIDE.get(bond)
    if spot is None:
        spot = _BESIDE["left" if thing.x0 > width - thing.x1 else "right"]
    x = (thing.x0 + thing.x1) / 2 + spot.across * thing.width
    y = (thing.y0 + thing.y1) / 2 + spot.down * thing.height
    return box_around(x, y, spot.scale * thing.width, spot.scale * thing.height, height, width)


def box_around(x: float, y: float, columns: float, rows: float, height: int, width: int) -> Box:
    """A box of about that size with its centre there, moved inside a (height, width) picture."""
    across, down = (
        int(np.clip(round(wanted), min(LEAST, there), there)) for wanted, there in ((columns, width), (rows, height))
    )
    x0 = int(np.clip(round(x - across / 2), 0, width - across))
    y0 = int(np.clip(round(y - down / 2), 0, height - down))
    return Box(x0, y0, x0 + across, y0 + down)
