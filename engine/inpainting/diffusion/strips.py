"""New canvas painted in strips that go outwards from the picture, each seeing the ones before it.

Of what the model sees with a strip three tenths are there already. Source: see `settings` (A).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from engine.composite import paste
from engine.data import Box, Image, Mask
from engine.geometry import bounding_box
from engine.inpainting.diffusion.passes import Draft, nth_seed
from engine.inpainting.diffusion.preview import shown_in
from engine.inpainting.diffusion.window import window_for
from engine.masks import feather, grow
from engine.protocols import Brief, Painter, Progress, part_of

OLD: Final = 0.3
"""Least share of what a model sees with a strip that is there already."""
LONGEST: Final = 2
"""Longest side of a strip, in sides of the model: of more, the model would see too little at its own size."""
BAND: Final = 1 / 32
"""How far a strip is blended into the ones before it, in sides of the model."""


class Strip(NamedTuple):
    """Canvas that is painted in one go."""

    own: Box
    seen: Box
    """What is shown at most around it: the original, and what was painted before."""


def in_strips(painter: Painter, brief: Brief, original: Box, height: int, width: int) -> Draft:
    """What drafts the hole around the `original` on a copy, of any size, of a (height, width) canvas."""

    def draft(canvas: Image, hole: Mask, progress: Progress) -> Image:
        rows, columns = hole.shape
        there = _scaled(original, columns / width, rows / height)
        kept = bounding_box(~hole) or Box(there.x0, there.y0, there.x0, there.y0)
        band = max(1, round(BAND * painter.side))
        strips = strips_of(there, kept, rows, columns, LONGEST * painter.side, band)
        unseen = np.ones(hole.shape, np.bool_)
        unseen[there.slices] = False
        canvas = canvas.copy()
        for number, strip in enumerate(strips):
            heard = part_of(progress, number / len(strips), 1 / len(strips))
            own = replace(brief, seed=nth_seed(brief.seed, number))
            _paint_strip(painter, canvas, hole, unseen, strip, band, own, heard)
            unseen[strip.own.slices] = False
        return canvas

    return draft


def _scaled(box: Box, across: float, down: float) -> Box:
    x0, y0 = int(box.x0 * across), int(box.y0 * down)
    return Box(x0, y0, max(x0 + 1, round(box.x1 * across)), max(y0 + 1, round(box.y1 * down)))


def _paint_strip(
    painter: Painter,
    canvas: Image,
    hole: Mask,
    unseen: Mask,
    strip: Strip,
    band: int,
    brief: Brief,
    progress: Progress,
) -> None:
    """One strip painted in place, and blended a band into the strips before it; later ones are not yet to be seen."""
    left, top = strip.seen.x0, strip.seen.y0
    seen, allowed = canvas[strip.seen.slices], hole[strip.seen.slices]
    own = np.zeros(allowed.shape, np.bool_)
    own[_moved(strip.own, -left, -top).slices] = hole[strip.own.slices]
    wide = grow(own, 2 * band) & allowed
    window = window_for(wide, painter.side)
    crop, inside = np.ascontiguousarray(seen[window.slices]), own[window.slices]
    # What is still to come shows the border carried outwards: left to be seen, it would be painted on with.
    asked = wide[window.slices] | unseen[strip.seen.slices][window.slices]
    made = painter.paint(crop, asked, brief, shown_in(progress, canvas, _moved(window, left, top), asked))
    soft = feather(grow(inside, band // 2), band // 2) * allowed[window.slices]
    weights = np.where(inside, np.float32(1), soft)
    seen[window.slices] = paste(crop, Box(0, 0, window.width, window.height), made, weights)


def _moved(box: Box, right: int, down: int) -> Box:
    return Box(box.x0 + right, box.y0 + down, box.x1 + right, box.y1 + down)


def strips_of(original: Box, kept: Box, height: int, width: int, longest: int, band: int) -> list[Strip]:
    """Strips that tile all of a (height, width) canvas but what is kept, in their order: left, right, above, below.

    Each goes outwards from the original and sees it and the strips before. No side is longer than `longest`, and at
    least OLD of what is seen along the way out is there already, `band` px not counted that are painted again.
    Where the kept part is OLD of a canvas that is no longer than that, it is one piece.
    """
    whole = Box(0, 0, width, height)
    if max(height, width) <= longest and kept.area >= OLD * whole.area:
        return [Strip(whole, whole)]
    strips = list[Strip]()
    down = _cuts(kept.y0, kept.y1, longest)
    for a, b in _outwards(kept.x0, original.x1 - kept.x0, longest, band):
        seen = Box(kept.x0 - b, original.y0, original.x1, original.y1)
        strips += [Strip(Box(kept.x0 - b, c, kept.x0 - a, d), seen) for c, d in down]
    for a, b in _outwards(width - kept.x1, kept.x1, longest, band):
        seen = Box(0, original.y0, kept.x1 + b, original.y1)
        strips += [Strip(Box(kept.x1 + a, c, kept.x1 + b, d), seen) for c, d in down]
    across = _cuts(0, width, longest)
    for a, b in _outwards(kept.y0, original.y1 - kept.y0, longest, band):
        seen = Box(0, kept.y0 - b, width, original.y1)
        strips += [Strip(Box(c, kept.y0 - b, d, kept.y0 - a), seen) for c, d in across]
    for a, b in _outwards(height - kept.y1, kept.y1, longest, band):
        seen = Box(0, 0, width, kept.y1 + b)
        strips += [Strip(Box(c, kept.y1 + a, d, kept.y1 + b), seen) for c, d in across]
    return strips


def _outwards(missing: int, there: int, longest: int, band: int) -> list[tuple[int, int]]:
    """The missing px beyond what is there, in stretches counted outwards, each no longer than OLD allows."""
    stretches, at = list[tuple[int, int]](), 0
    while at < missing:
        most = min((1 - OLD) * longest, ((1 - OLD) * (there + at) - 2 * band) / OLD)
        stop = min(missing, at + max(1, band, int(most)))
        stretches.append((at, stop))
        at = stop
    return stretches


def _cuts(start: int, stop: int, longest: int) -> list[tuple[int, int]]:
    """The stretch in equal parts, none longer than `longest`."""
    count = -(-(stop - start) // longest)
    edges = [start + (stop - start) * part // count for part in range(count + 1)] if count else []
    return list(pairwise(edges))
