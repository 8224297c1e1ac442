"""More canvas than the photo had, painted to go on from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from engine.composite import paste
from engine.data import Alpha, Box, Image, Mask, Offset, Picture
from engine.errors import BadOption, ImageTooLarge
from engine.handlers.blend import put_back
from engine.handlers.generate import BACKEND, brief_of, painter_of
from engine.inpainting.diffusion.passes import in_passes, refined
from engine.inpainting.diffusion.prompts import in_context
from engine.inpainting.diffusion.settings import EXPANSION, MANNERS, OVERLAP, SEAM
from engine.inpainting.diffusion.strips import in_strips
from engine.masks import feather_inside
from engine.operations import Expand
from engine.protocols import Brief, Painter, Progress, part_of
from engine.scene import Scene, Step
from engine.tools.aspects import aspect_ratio
from engine.tools.transform import expand_canvas

LARGEST: Final = 100_000_000
"""Pixels of the new canvas, at most."""
SEAMING: Final = 0.2
"""Share of the time that is told to be spent on the seam."""
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
    prompt = in_context(operation.prompt or "", picture.rgb, scene.specialists.caption)
    brief = brief_of(scene, painter, prompt, MANNERS["expand"])
    original = Box(margins.left, margins.top, margins.left + picture.width, margins.top + picture.height)
    draft = in_strips(painter, brief, original, canvas.height, canvas.width)
    with scene.clock("edit"):
        heard = part_of(scene.progress, 0, 1 - SEAMING)
        painted = in_passes(painter, canvas.rgb, alpha > 0, brief, draft, heard)
    with scene.clock("composite"):
        step = put_back(canvas, Box(0, 0, canvas.width, canvas.height), painted, alpha, None)
    with scene.clock("edit"):
        seam = seam_of(margins, picture.height, picture.width)
        seamless = _seamless(painter, step.picture.rgb, seam, brief, part_of(scene.progress, 1 - SEAMING, SEAMING))
    return replace(
        step, picture=replace(step.picture, rgb=seamless), offset=Offset(margins.left, margins.top), backend=BACKEND
    )


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
    if operation.pixels is not None:
        return dict.fromkeys(SIDES, float(operation.pixels))
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
    band = _band(length)
    depth = np.arange(length, dtype=np.float32)
    into = np.full(length, np.inf, np.float32)
    if before:
        into = np.minimum(into, (depth + 1) / (band + 1))
    if after:
        into = np.minimum(into, (length - depth) / (band + 1))
    weight = 1 - np.clip(into, 0, 1)
    smooth = weight * weight * (3 - 2 * weight)
    return np.concatenate([np.ones(before, np.float32), smooth, np.ones(after, np.float32)])


def _band(length: int) -> int:
    """How far new canvas blends into an original of that length, px."""
    return int(np.clip(length // 16, 1, OVERLAP))


def _seamless(painter: Painter, canvas: Image, seam: Mask, brief: Brief, progress: Progress) -> Image:
    """The canvas with the border of the original painted over once more, narrowly and lightly."""
    made = refined(painter, canvas, seam, replace(brief, strength=SEAM), progress)
    return paste(canvas, Box(0, 0, seam.shape[1], seam.shape[0]), made, feather_inside(seam, OVERLAP))


def seam_of(margins: Margins, height: int, width: int) -> Mask:
    """Of the canvas: the band of the original that new canvas was blended into, and as much beside it that is new."""
    left, top, right, bottom = margins
    columns, rows = left + width + right, top + height + bottom
    x1, y1, across, down = left + width, top + height, _band(width), _band(height)
    lines = (
        Box(max(0, left - across), top, left + across, y1),
        Box(left, max(0, top - down), x1, top + down),
        Box(x1 - across, top, min(x1 + across, columns), y1),
        Box(left, y1 - down, x1, min(y1 + down, rows)),
    )
    seam = np.zeros((rows, columns), np.bool_)
    for margin, line in zip(margins, lines, strict=True):
        seam[line.slices] |= margin > 0
    return seam
