"""Another colour for a thing, as if it had been painted so: shading, texture and highlights stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from engine.colours import Colour
from engine.data import Image, Mask
from engine.errors import MaskEmpty
from engine.tools.colourspace import Floats, Lab, chroma_limit, from_oklab, lab_of, rgb_of, rise, to_oklab
from engine.tools.strips import in_strips

_PAINT: Final = {
    "red": (200, 30, 40),
    "orange": (240, 125, 25),
    "yellow": (246, 205, 30),
    "green": (40, 150, 60),
    "blue": (35, 85, 200),
    "purple": (120, 55, 170),
    "pink": (244, 130, 178),
    "brown": (112, 68, 38),
}
"""A bare colour word means a paint of that colour, not the corner of the sRGB cube."""

_DARKEST, _LIGHTEST = 0.24, 0.9
"""OKLab lightness that a body of black and of white paint has in even light: shade and highlights need room beyond."""


_SAMPLES = 2e5
"""Pixels that are enough to learn what a thing is painted with."""


@dataclass(frozen=True, eq=False, slots=True)
class _Surface:
    """What the thing is painted with now."""

    lightness: float
    """Of the paint in even light."""
    axis: Floats | None
    """(a / L, b / L) of the paint; None: grey, or of many colours."""
    vivid: float
    """Purity from which on a pixel of a grey thing is something else (a lamp, a plate); of many colours: never."""


@dataclass(frozen=True, eq=False, slots=True)
class _Paint:
    """What it shall be painted with: tables over 1025 steps of lightness."""

    relit: Floats
    """The lightness that each lightness becomes."""
    chroma: Floats
    """The chroma at each lightness that results."""
    hue: float
    """Radians."""


def recolor(image: Image, mask: Mask, colour: Colour) -> Image:
    """The (H, W, 3) image with the thing under the (H, W) mask painted in the colour.

    What the thing is painted with is learnt under the mask and changed in the whole image: blend with an alpha. When
    most of the thing has one colour, its parts of other colours (windows, tyres, faces) stay; highlights stay near
    white, and shade keeps its depth.

    Raises:
        MaskEmpty: the mask selects nothing.
    """
    surface = _surface_under(image, mask)
    paint = _paint(surface, lab_of(_PAINT.get(colour.name, colour.rgb)))
    softening = 0.8 + min(mask.shape) / 1500

    def strip(pixels: Image, _: slice) -> Image:
        lab = to_oklab(pixels)
        share = np.asarray(cv2.GaussianBlur(_share(lab, surface), (0, 0), softening), np.float32)
        return from_oklab(lab + share[..., None] * (_painted(lab, surface, paint) - lab))

    return in_strips(strip, image, halo=int(4 * softening) + 4)


def surface_colour(image: Image, mask: Mask) -> tuple[int, int, int]:
    """The sRGB colour that the thing under the (H, W) mask is painted with, in the light it stands in.

    Raises:
        MaskEmpty: the mask selects nothing.
    """
    surface = _surface_under(image, mask)
    if surface.axis is not None:
        a, b = (float(value) * surface.lightness for value in surface.axis)
        return rgb_of(surface.lightness, float(np.hypot(a, b)), float(np.arctan2(b, a)))
    red, green, blue = (int(value) for value in np.median(image[mask], axis=0))
    return red, green, blue


def _surface_under(image: Image, mask: Mask) -> _Surface:
    count = int(np.count_nonzero(mask))
    if count == 0:
        raise MaskEmpty
    inner = np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)), np.bool_)
    where = inner if 4 * np.count_nonzero(inner) > count else mask
    step = max(1, int((count / _SAMPLES) ** 0.5))
    pixels = to_oklab(np.ascontiguousarray(image[::step, ::step][where[::step, ::step]][None]))
    if pixels.size == 0:
        pixels = to_oklab(image[where][None])
    axis = _dominant(pixels[0])
    if axis is None:
        purity = float(np.median(_purity(_unlit(pixels))))
        return _Surface(float(np.median(pixels[..., 0])), None, 0.2 if purity < 0.1 else 9.0)
    share = _share_of_hue(pixels, axis)
    return _Surface(_weighted_median(pixels[0, :, 0], share[0]), axis, 9.0)


def _dominant(pixels: Lab) -> Floats | None:
    """(a / L, b / L) of the colour that at least a third of the (N, 3) pixels have, or None."""
    unlit = _unlit(pixels)
    chromatic = unlit[_purity(unlit) > 0.1]
    if len(chromatic) < len(pixels) / 3:
        return None
    hue = np.arctan2(chromatic[:, 1], chromatic[:, 0])
    votes, edges = np.histogram(hue, 72, (-np.pi, np.pi))
    around = np.convolve(np.concatenate([votes[-3:], votes, votes[:3]]), np.ones(7), "valid")
    peak = float(edges[int(np.argmax(around))]) + np.pi / 72
    near = np.cos(hue - peak) > np.cos(np.radians(25))
    if np.count_nonzero(near) < len(pixels) / 3:
        return None
    return np.asarray(np.median(chromatic[near], axis=0), np.float32)


def _unlit(lab: Lab) -> Floats:
    """(a / L, b / L): what light and shade leave as it is."""
    return lab[..., 1:] / np.maximum(lab[..., :1], np.float32(0.15))


def _purity(unlit: Floats) -> Floats:
    return np.sqrt(unlit[..., 0] * unlit[..., 0] + unlit[..., 1] * unlit[..., 1])


def _share(lab: Lab, surface: _Surface) -> Floats:
    if surface.axis is None:
        return _share_of_grey(lab, surface)
    return _share_of_hue(lab, surface.axis)


def _share_of_hue(lab: Lab, axis: Floats) -> Floats:
    """How much of each pixel is paint of that hue; the paler a pixel, the nearer its hue must be (skin is not red)."""
    unlit = _unlit(lab)
    strength = float(np.hypot(*axis))
    ratio = _purity(unlit) / np.float32(strength)
    away = np.degrees(np.arccos(np.clip((unlit @ axis) / np.maximum(ratio * np.float32(strength**2), 1e-6), -1, 1)))
    tolerance = 22 + 42 * rise(ratio, 0.25, 0.75)
    return rise(away / tolerance, 1.0, 0.5) * rise(ratio, 0.12, 0.35)


def _share_of_grey(lab: Lab, surface: _Surface) -> Floats:
    """How much of each pixel is paint of that lightness: what is much darker is a tyre, a gap or a window.

    Light things are allowed deep folds; on dark ones a small step down is another part already.
    """
    soft = np.asarray(cv2.GaussianBlur(lab[..., 0], (0, 0), 1.0), np.float32)
    floor = float(np.interp(surface.lightness, (0.3, 0.7), (0.54, 0.25)))
    dull = rise(_purity(_unlit(lab)), 1.8 * surface.vivid, surface.vivid)
    return dull * rise(soft / max(surface.lightness, 0.05), floor, floor + 0.3)


def _weighted_median(values: Floats, weights: Floats) -> float:
    order = np.argsort(values)
    heaped = np.cumsum(weights[order], dtype=np.float32)
    return float(values[order][min(int(np.searchsorted(heaped, float(heaped[-1]) / 2)), len(values) - 1)])


def _paint(surface: _Surface, target: Floats) -> _Paint:
    goal = float(np.clip(target[0], _DARKEST, _LIGHTEST))
    chroma, hue = float(np.hypot(target[1], target[2])), float(np.arctan2(target[2], target[1]))
    levels = np.linspace(0, 1, 1025, dtype=np.float32)
    # In shade chroma falls with lightness, as light does; towards white, sRGB has less and less room for it.
    toned = np.minimum(chroma * np.minimum(levels / goal, 1), 0.98 * chroma_limit(levels, hue))
    relit = _relit(levels, min(max(surface.lightness, 0.08), 0.95), goal)
    return _Paint(relit.astype(np.float32), toned.astype(np.float32), hue)


def _painted(lab: Lab, surface: _Surface, paint: _Paint) -> Lab:
    """OKLab of every pixel as if all of it were the surface, painted."""
    lightness = _looked_up(paint.relit, lab[..., 0])
    chroma = _looked_up(paint.chroma, lightness) * _pigment(lab, surface)
    return np.stack([lightness, chroma * np.float32(np.cos(paint.hue)), chroma * np.float32(np.sin(paint.hue))], -1)


def _relit(levels: Floats, now: float, goal: float) -> Floats:
    """A smooth rising curve through (0, 0), (now, goal) and (1, 1): monotone cubic (Fritsch and Carlson 1980)."""
    low, high = levels / np.float32(now), (levels - np.float32(now)) / np.float32(1 - now)
    below, above = goal / now, (1 - goal) / (1 - now)
    bend = 2 * below * above / (below + above)
    return np.where(
        levels <= now,
        _hermite(low, 0.0, goal, below * now, bend * now),
        _hermite(high, goal, 1.0, bend * (1 - now), above * (1 - now)),
    ).astype(np.float32)


def _hermite(t: Floats, start: float, end: float, leaving: float, arriving: float) -> Floats:
    climb, slopes = end - start, leaving + arriving
    return start + t * (leaving + t * (3 * climb - slopes - leaving + t * (slopes - 2 * climb)))


def _looked_up(table: Floats, at: Floats) -> Floats:
    return table[np.clip(at * 1024 + 0.5, 0, 1024).astype(np.int32)]


def _pigment(lab: Lab, surface: _Surface) -> Floats:
    """How much colour each pixel may take: less where light is mirrored rather than coloured by the surface."""
    if surface.axis is None:
        room = (lab[..., 0] - np.float32(surface.lightness)) / np.float32(max(1 - surface.lightness, 0.08))
        return rise(room, 1.0, 0.55)
    ratio = _purity(_unlit(lab)) / np.float32(np.hypot(*surface.axis))
    return np.minimum(ratio, np.float32(1.2))
