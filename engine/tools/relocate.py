"""Things put somewhere else in their picture, and more of them set beside the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Box, Image, Mask
from engine.errors import BadOption, MaskEmpty
from engine.geometry import bounding_box, grow_box
from engine.masks import grow
from engine.tools.matte import band_radius, decontaminate, soft_matte

Fill = Callable[[Image, Mask], Image]
"""An inpainter: (image, hole) -> the image with the pixels under the hole made new."""

_STEP: Final = 0.25
"""How far a plain "left" or "up" goes, of the picture's side; "a bit" goes 0.1, "far" to the border."""
_MARGIN: Final = 0.02
"""Distance kept from the border by a thing moved there, in the picture's shorter side."""
_GAP: Final = 0.08
"""Distance between copies, in widths of the thing."""
_GIVE: Final = 0.15
"""How far a copy may leave its row to find a place, in heights of the thing."""
_ACROSS: Final = {"left": -1, "leftwards": -1, "right": 1, "rightwards": 1}
_UP, _LOW = ("up", "upwards", "above", "higher", "top", "upper"), ("down", "downwards", "below", "lower", "bottom")
_DOWN: Final = dict.fromkeys(_UP, -1) | dict.fromkeys(_LOW, 1)


class Shift(NamedTuple):
    """A way to go, px: positive to the right and down."""

    dx: int
    dy: int


class _Cutout(NamedTuple):
    """A thing off its background, in the window where alpha is above 0."""

    window: Box
    rgb: Image
    alpha: Alpha
    ground: Box
    """The box of the mask it was cut by, in the frame of the picture."""


def move(image: Image, mask: Mask, place: str | Shift, fill: Fill) -> tuple[Image, Mask]:
    """The picture with the thing under the mask elsewhere and its old place filled; and the pixels that may differ.

    `place`: a shift, or words: "left", "a bit up", "to the top left corner", "50 px to the right", "10% down".
    The thing stays inside the picture; one that a border cuts off goes along that border only. What it casts (shadow,
    reflection) stays behind.

    Raises: MaskEmpty; BadOption for words that are no place, or a place where it already is.
    """
    cutout = _cut_out(image, mask)
    shift = place if isinstance(place, Shift) else shift_of(place, cutout.ground, *mask.shape)
    shift = _kept_inside(shift, cutout.ground, *mask.shape)
    if shift == (0, 0):
        raise BadOption("place", place, "a place where it is not yet")
    hole = grow(_footprint(cutout, Shift(0, 0), mask.shape) | mask, band_radius(mask))
    result = np.where(hole[:, :, None], fill(image, hole), image)
    return _pasted(result, cutout, shift), hole | _footprint(cutout, shift, mask.shape)


def duplicate(image: Image, mask: Mask, count: int, place: str | None = None) -> tuple[Image, Mask]:
    """The picture with `count` of the thing in all, the first untouched; and the pixels that may differ.

    Copies stand in its row, none covering another, where the picture is most like what is around the first; `place`
    ("left", "above", ...) says on which side.

    Raises: MaskEmpty; BadOption when they do not fit or the count is below 2.
    """
    if count < 2:
        raise BadOption("count", count, "2 or more")
    cutout = _cut_out(image, mask)
    taken = [cutout.ground]
    result, changed = image.copy(), np.zeros_like(mask)
    cost = _strangeness(image, mask, cutout.ground)
    while len(taken) < count:
        shift = min(_free(cutout.ground, taken, place, *mask.shape), key=cost, default=None)
        if shift is None:
            raise BadOption("count", count, f"at most {len(taken)} in all: there is no room for more")
        taken.append(_shifted(cutout.ground, shift))
        result = _pasted(result, cutout, shift)
        changed |= _footprint(cutout, shift, mask.shape)
    # A copy's soft rim may reach the first one; it must not be touched.
    own = _footprint(cutout, Shift(0, 0), mask.shape)
    result[own] = image[own]
    return result, changed & ~own


def shift_of(place: str, box: Box, height: int, width: int) -> Shift:
    """How far words send the thing in that box of a (height, width) picture. Raises: BadOption."""
    words = re.sub(r"\s*per ?cent\b", "%", place.lower())
    across, down, sides = sides_of(words)
    distances = re.findall(r"(\d+(?:\.\d+)?)\s*(%?)", words)
    if distances and sides:
        return _measured(distances, sides, height, width)
    if re.search(r"\b(cent(er|re)|middle)\b", words):
        return _to_border(across, down, box, height, width, centred=True)
    if not sides:
        raise BadOption("place", place, "left, right, up, down, a corner, the centre, or a distance such as 50 px left")
    if re.search(r"\b(corner|edge|border|far|all the way|top|bottom|side of)\b", words):
        return _to_border(across, down, box, height, width, centred=False)
    share = 0.1 if re.search(r"\b(bit|little|slightly|tad|touch)\b", words) else _STEP
    return Shift(round(across * share * width), round(down * share * height))


def sides_of(place: str) -> tuple[int, int, list[str]]:
    """-1, 0 or 1 across (right is 1) and down, and the words that say so, in order."""
    sides = [word for word in re.findall(r"[a-z]+", place.lower()) if word in _ACROSS or word in _DOWN]
    across = next((_ACROSS[side] for side in sides if side in _ACROSS), 0)
    return across, next((_DOWN[side] for side in sides if side in _DOWN), 0), sides


def _measured(distances: list[tuple[str, str]], sides: list[str], height: int, width: int) -> Shift:
    """Distances in px or percent of the picture's side, each with the side it goes to."""
    dx = dy = 0.0
    for (number, percent), side in zip(distances, sides, strict=False):
        dx += _ACROSS.get(side, 0) * float(number) * (width / 100 if percent else 1)
        dy += _DOWN.get(side, 0) * float(number) * (height / 100 if percent else 1)
    return Shift(round(dx), round(dy))


def _to_border(across: int, down: int, box: Box, height: int, width: int, *, centred: bool) -> Shift:
    """To that border or corner, a margin kept; where no side is said it stays, or with `centred` goes to the middle."""
    margin = round(_MARGIN * min(height, width))
    left, top = {-1: margin, 1: width - margin - box.width}, {-1: margin, 1: height - margin - box.height}
    middle_x, middle_y = (width - box.width) // 2, (height - box.height) // 2
    x = left[across] if across else middle_x if centred else box.x0
    y = top[down] if down else middle_y if centred else box.y0
    return Shift(x - box.x0, y - box.y0)


def _kept_inside(shift: Shift, box: Box, height: int, width: int) -> Shift:
    """The shift cut short at the border; a thing that a border cuts off is not moved away from it, only along it."""
    cut_across, cut_down = box.x0 == 0 or box.x1 == width, box.y0 == 0 or box.y1 == height
    dx = 0 if cut_across else int(np.clip(shift.dx, -box.x0, width - box.x1))
    dy = 0 if cut_down else int(np.clip(shift.dy, -box.y0, height - box.y1))
    return Shift(dx, dy)


def _cut_out(image: Image, mask: Mask) -> _Cutout:
    ground = bounding_box(mask)
    if ground is None:
        raise MaskEmpty
    window = grow_box(ground, 8 * band_radius(mask), *mask.shape)
    pixels, inside = np.ascontiguousarray(image[window.slices]), mask[window.slices]
    alpha = soft_matte(pixels, inside)
    return _Cutout(window, decontaminate(pixels, alpha), alpha, ground)


def _landing(cutout: _Cutout, shift: Shift, shape: tuple[int, ...]) -> tuple[Box, Box]:
    """Where the cutout's window lies after a shift, cut to the picture: in the picture's frame and in its own."""
    moved = _shifted(cutout.window, shift)
    seen = Box(max(moved.x0, 0), max(moved.y0, 0), min(moved.x1, shape[1]), min(moved.y1, shape[0]))
    return seen, Box(seen.x0 - moved.x0, seen.y0 - moved.y0, seen.x1 - moved.x0, seen.y1 - moved.y0)


def _shifted(box: Box, shift: Shift) -> Box:
    return Box(box.x0 + shift.dx, box.y0 + shift.dy, box.x1 + shift.dx, box.y1 + shift.dy)


def _pasted(image: Image, cutout: _Cutout, shift: Shift) -> Image:
    there, own = _landing(cutout, shift, image.shape)
    alpha = cutout.alpha[own.slices][:, :, None]
    result = image.copy()
    mixed = alpha * cutout.rgb[own.slices] + (1 - alpha) * image[there.slices]
    result[there.slices] = np.rint(mixed).astype(np.uint8)
    return result


def _footprint(cutout: _Cutout, shift: Shift, shape: tuple[int, ...]) -> Mask:
    there, own = _landing(cutout, shift, shape)
    mask = np.zeros(shape[:2], np.bool_)
    mask[there.slices] = cutout.alpha[own.slices] > 0
    return mask


def _free(box: Box, taken: list[Box], place: str | None, height: int, width: int) -> Iterator[Shift]:
    """Shifts that set the box inside the picture, clear of what is taken, on the side that the place names."""
    across, down, _ = sides_of(place or "")
    gap_x, gap_y = max(round(_GAP * box.width), 2), max(round(_GAP * box.height), 2)
    give = 0 if down else round(_GIVE * box.height)
    xs = range(0, width - box.width + 1, max(box.width // 12, 1)) if across or not down else [box.x0]
    ys = range(0, height - box.height + 1, max(box.height // 12, 1)) if down else [box.y0, box.y0 - give, box.y0 + give]
    for y in ys:
        for x in {*xs, *(spot for other in taken for spot in (other.x1 + gap_x, other.x0 - gap_x - box.width))}:
            shift = Shift(x - box.x0, y - box.y0)
            inside = x >= 0 and y >= 0 and x + box.width <= width and y + box.height <= height
            sided = (not across or across * shift.dx >= box.width) and (not down or down * shift.dy >= box.height)
            if inside and sided and not any(_touch(_shifted(box, shift), other, gap_x, gap_y) for other in taken):
                yield shift


def _touch(a: Box, b: Box, gap_x: int, gap_y: int) -> bool:
    apart_x = a.x0 >= b.x1 + gap_x or b.x0 >= a.x1 + gap_x
    apart_y = a.y0 >= b.y1 + gap_y or b.y0 >= a.y1 + gap_y
    return not (apart_x or apart_y)


def _strangeness(image: Image, mask: Mask, box: Box) -> Callable[[Shift], float]:
    """How much the picture around a shifted thing differs from what is around the thing, plus a price on distance."""
    scale = min(1.0, 48 / max(box.width, box.height))
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)
    shape = (small.shape[1], small.shape[0])
    shrunk = cv2.resize(mask.astype(np.uint8), shape, interpolation=cv2.INTER_AREA) > 0
    ring = grow(shrunk, 5) & ~grow(shrunk, 1)
    rows, columns = np.nonzero(ring)
    here = small[rows, columns]

    def cost(shift: Shift) -> float:
        y, x = rows + round(shift.dy * scale), columns + round(shift.dx * scale)
        seen = (y >= 0) & (x >= 0) & (y < small.shape[0]) & (x < small.shape[1])
        there: NDArray[np.float32] = small[y[seen], x[seen]]
        difference = float(np.abs(there - here[seen]).mean()) if seen.any() else 255.0
        return difference + 12 * abs(shift.dx) / image.shape[1] + 60 * abs(shift.dy) / image.shape[0]

    return cost
