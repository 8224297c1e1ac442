"""More canvas than the photo had, painted to go on from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from engine.composite import paste
from engine.data import Alpha, Box, Image, Mask, Offset, Picture
from engine.errors import BadOption, ImageTooLarge
from engine.geometry import bounding_box
from engine.handlers.blend import put_back
from engine.handlers.generate import BACKEND, paint, painter_of
from engine.inpainting.diffusion.settings import EXPANSION, MANNERS, OVERLAP
from engine.inpainting.diffusion.window import window_for
from engine.masks import feather, grow
from engine.operations import Expand
from engine.protocols import Painter
from engine.scene import Scene, Step
from engine.tools.aspects import aspect_ratio
from engine.tools.transform import expand_canvas

LARGEST: Final = 100_000_000
"""Pixels of the new canvas, at most."""
PIECE: Final = 2
"""Longest side painted in one go, in sides of the model: more would have to be enlarged beyond its sharpness."""
SIDES: Final = ("left", "top", "right", "bottom")
_ALIASES: Final = {
    "all": SIDES, "both": ("left", "right"), "sides": ("left", "right"), "horizontal": ("left", "right"),
    "width": ("left", "right"), "vertical": ("top", "bottom"), "height": ("top", "bottom"), "up": ("top",),
    "upwards": ("top",), "above": ("top",), "down": ("bottom",), "downwards": ("bottom",), "below": ("bottom",),
}  # fmt: skip


class Margins(NamedTuple):
    """New px on each side."""

    left: int
    top: int
    right: int
    bottom: int


def apply_expand(operation: Expand, scene: Scene) -> Step:
    """More canvas on the named sides or to the aspect; the original stays but for a narrow band along the new parts.

    Raises: BackendMissing, BackendFailed, BadOption, ImageTooLarge.
    """
    picture = scene.picture
    margins = margins_of(operation, picture.height, picture.width)
    painter = painter_of(scene, "painting beyond the frame")
    canvas = _extended(picture, margins)
    alpha = newness(margins, picture.height, picture.width)
    painted = _painted(scene, painter, canvas.rgb, alpha)
    with scene.clock("composite"):
        step = put_back(canvas, Box(0, 0, canvas.width, canvas.height), painted, alpha, None)
    return replace(step, offset=Offset(margins.left, margins.top), backend=BACKEND)


def margins_of(operation: Expand, height: int, width: int) -> Margins:
    """How much is added where. Raises: BadOption, ImageTooLarge."""
    sides = _sides(operation.sides or ("all",))
    wanted = _by_aspect(operation, sides, height, width) if operation.aspect else _by_share(operation, height, width)
    margins = Margins(*(round(wanted[side]) if side in sides else 0 for side in SIDES))
    if not any(margins):
        raise BadOption("aspect" if operation.aspect else "amount", operation.aspect or operation.amount, "more canvas")
    pixels = (height + margins.top + margins.bottom) * (width + margins.left + margins.right)
    if pixels > LARGEST:
        raise ImageTooLarge(pixels, LARGEST)
    return margins


def _sides(words: tuple[str, ...]) -> frozenset[str]:
    named = [side for word in words for side in _ALIASES.get(word, (word,))]
    for side in named:
        if side not in SIDES:
            raise BadOption("sides", side, f"{', '.join(SIDES)} or all")
    return frozenset(named)


def _by_share(operation: Expand, height: int, width: int) -> dict[str, float]:
    share = (EXPANSION if operation.amount is None else operation.amount) / 100
    if share <= 0:
        raise BadOption("amount", operation.amount, "a percentage above 0")
    return {"left": share * width, "right": share * width, "top": share * height, "bottom": share * height}


def _by_aspect(operation: Expand, sides: frozenset[str], height: int, width: int) -> dict[str, float]:
    """What is missing to the aspect, shared by the two sides that can give it or on the one that is named."""
    ratio = aspect_ratio(operation.aspect or "")
    wider, taller = max(0, round(height * ratio) - width), max(0, round(width / ratio) - height)
    across = "left" in sides, "right" in sides
    down = "top" in sides, "bottom" in sides
    left, right = _shared(wider, across)
    top, bottom = _shared(taller, down)
    if (wider and not any(across)) or (taller and not any(down)):
        raise BadOption("sides", ", ".join(sorted(sides)), f"sides that lead to {operation.aspect}")
    return {"left": left, "right": right, "top": top, "bottom": bottom}


def _shared(missing: int, named: tuple[bool, bool]) -> tuple[int, int]:
    first = missing // 2 if all(named) else missing if named[0] else 0
    return first, missing - first if named[1] else 0


def _extended(picture: Picture, margins: Margins) -> Picture:
    """The picture on its new canvas, the border carried outwards until it is painted over; new parts are opaque."""
    extended, new = expand_canvas(picture, *margins)
    if extended.picture.opacity is None:
        return extended.picture
    return replace(extended.picture, opacity=np.where(new, np.uint8(255), extended.picture.opacity))


def newness(margins: Margins, height: int, width: int) -> Alpha:
    """Weights of what is painted on the canvas: 1 beyond the original, 0 in it but for a band beside new parts."""
    across = _ramp(margins.left, width, margins.right)
    down = _ramp(margins.top, height, margins.bottom)
    return np.maximum(across[None, :], down[:, None])


def _ramp(before: int, length: int, after: int) -> Alpha:
    """Along one axis: smoothly from 1 at the border of the original to 0 a band inside it."""
    band = int(np.clip(length // 16, 1, OVERLAP))
    depth = np.arange(length, dtype=np.float32)
    into = np.full(length, np.inf, np.float32)
    if before:
        into = np.minimum(into, (depth + 1) / (band + 1))
    if after:
        into = np.minimum(into, (length - depth) / (band + 1))
    weight = 1 - np.clip(into, 0, 1)
    smooth = weight * weight * (3 - 2 * weight)
    return np.concatenate([np.ones(before, np.float32), smooth, np.ones(after, np.float32)])


def _painted(scene: Scene, painter: Painter, canvas: Image, alpha: Alpha) -> Image:
    """The canvas with everything new painted, piece by piece outwards, each seeing the ones before it."""
    open_pixels = alpha > 0
    left = open_pixels.copy()
    pieces = [piece for piece in pieces_of(alpha, PIECE * painter.side) if open_pixels[piece.slices].any()]
    for number, piece in enumerate(pieces):
        canvas = _with_piece(_of_piece(scene, number, len(pieces)), painter, canvas, open_pixels, left, piece)
        left[piece.slices] = False
    return canvas


def _with_piece(scene: Scene, painter: Painter, canvas: Image, open_pixels: Mask, left: Mask, piece: Box) -> Image:
    """One piece painted, and blended a band into the pieces before it; later ones are not yet to be seen."""
    own = np.zeros_like(left)
    own[piece.slices] = left[piece.slices]
    band = OVERLAP // 2
    window = window_for(grow(own, band) & open_pixels, painter.side)
    inside, allowed = own[window.slices], open_pixels[window.slices]
    hole = (left[window.slices] | grow(inside, 2 * band)) & allowed
    crop = np.ascontiguousarray(canvas[window.slices])
    painted = paint(scene, painter, crop, hole, "", MANNERS["expand"])
    weights = np.where(inside, np.float32(1), feather(grow(inside, band // 2), band // 2)) * allowed
    return paste(canvas, window, painted, np.asarray(weights, np.float32))


def _of_piece(scene: Scene, number: int, count: int) -> Scene:
    """The scene with a seed of the piece's own and progress that counts all pieces."""
    seed = scene.seed if number == 0 else int(np.random.SeedSequence((abs(scene.seed), number)).generate_state(1)[0])

    def progress(part: float) -> None:
        scene.progress((number + part) / count)

    return replace(scene, seed=seed, progress=progress)


def pieces_of(alpha: Alpha, longest: int) -> Iterator[Box]:
    """Boxes that tile the canvas, those nearest to the original first; one box where the canvas is small enough."""
    height, width = alpha.shape
    rows, columns = _cuts(height, longest), _cuts(width, longest)
    boxes = [Box(x0, y0, x1, y1) for y0, y1 in rows for x0, x1 in columns]
    original = bounding_box(alpha < 1) or Box(0, 0, width, height)
    yield from sorted(boxes, key=lambda box: _distance(box, original))


def _cuts(length: int, longest: int) -> list[tuple[int, int]]:
    """The length in equal parts, none longer than `longest`."""
    count = -(-length // longest)
    edges = [length * part // count for part in range(count + 1)]
    return list(pairwise(edges))


def _distance(box: Box, original: Box) -> float:
    """Between the middles of both, px."""
    return float(np.hypot(box.x0 + box.x1 - original.x0 - original.x1, box.y0 + box.y1 - original.y0 - original.y1)) / 2
