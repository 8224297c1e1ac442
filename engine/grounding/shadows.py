"""The shadow that a thing casts on the ground it stands on, told from the ground with no weights.

A shadow takes a nearly constant share of the light and leaves the ground's colour and texture as they are (Finlayson,
Hordley, Lu and Drew, "On the Removal of Shadows from Images", 2006: the ratio across a shadow's edge is that of two
lights). So dark parts that touch the thing's foot are grown level by level, as extremal regions are (Matas, Chum,
Urban and Pajdla, 2002), and the level whose outline looks most like a shadow's edge all along is taken. A false
shadow costs ground that was fine, so that in doubt there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask
from engine.geometry import bounding_box, clip, grow_box
from engine.masks import connected_parts, fill_holes, grow, parts_touching, shrink

_SIDE: Final = 360
"""px of the longer side of the window in which a shadow is looked for."""
_SIDEWAYS, _BELOW = 1.2, 0.8
"""How far from the thing a shadow may reach, in its height, or the mean of its sides where it is wide."""
_RISE: Final = 0.25
"""Of the thing's height: how far above its foot the ground may go up behind it."""
_SEEN: Final = 100
"""px of the small view: less ground than that tells nothing."""
_LEVELS: Final = 28
"""Steps from the darkest to the lighter ground at which parts are cut out."""
_LEAST, _MOST = 0.015, 1.3
"""Area of a shadow, in areas of its thing."""
_FAINT, _DARK = 0.1, 2.3
"""Natural logarithm of lit over shaded linear light: a tenth less is hardly seen, a tenth left is a black thing."""
_CLOSED: Final = 0.78
"""Share of the outline along which it must be lighter outside."""
_TINT: Final = 0.14
"""How unlike the ratios of red, green and blue may be, beyond a quarter of the ratio: skylight is blue."""
_STEADY: Final = 0.45
"""Spread of the ratio along the outline, in ratios."""
_ROUGH: Final = 2.2
"""Factor between the texture inside and outside; light does not change it on a logarithmic scale."""
_CLEAR: Final = 3.0
"""How much darker than the ground's own ups and downs a shadow is."""
_OTHERS: Final = 0.5
"""What else nearby may be as dark as the shadow, in its areas: a ground full of dark patches says nothing."""
_AROUND: Final = 40
"""px of the small view: how far around a part the ground is looked at."""
_UNDER, _SMALL, _DEEP, _BLACK = 0.85, 0.25, 1.2, 4.6
"""A small part this much in the thing's own columns may be this dark, and as dark as that."""
_FOOT: Final = 0.25
"""Of the thing's height: its lowest part, which a shadow touches from below."""
_HEEL: Final = 0.08
"""Of the thing's height: where a shadow may also touch it from the side."""
_ALIKE: Final = 0.5
"""How far the ratios of two shadows of one light may differ, as a logarithm."""
_PENUMBRA: Final = 0.3
"""Share of the full darkness at which a soft edge is still part of the shadow."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _View:
    """The window around a thing, small and in logarithms of linear light."""

    light: NDArray[np.float32]
    """(h, w, 3), natural logarithm, without texture."""
    texture: Plane
    """How far the light of each pixel is from that around it."""
    thing: Mask
    zone: Mask
    """Where a shadow may lie: off the thing, not far above its foot."""
    foot: Mask
    """The rim of the thing that may touch the ground."""

    @property
    def luminance(self) -> Plane:
        return np.asarray(self.light.mean(axis=2), np.float32)


@dataclass(frozen=True, eq=False)
class _Edge:
    """What changes across the outline of a dark part."""

    ratio: float
    """Natural logarithm of the light outside over that inside."""
    closed: float
    """Share of the outline along which it is lighter outside."""
    spread: float
    """Of the ratio along the outline."""
    tint: float
    """How unlike the ratios of red, green and blue are."""
    roughness: float
    """Factor between the textures on both sides, as a logarithm."""
    variation: float
    """Of the light around the part."""
    others: float
    """What else around the part is as dark, in areas of the part."""
    under: float
    """Share of the part in columns of the thing."""
    share: float
    """Area of the part, in areas of the thing."""
    flat: bool
    """Whether the part is wide and low, as the ground under a thing is seen."""

    @property
    def is_shadow(self) -> bool:
        if self.closed < _CLOSED or self.spread > _STEADY * self.ratio + 0.05 or self.tint > _TINT + 0.25 * self.ratio:
            return False
        if self.is_deep:
            return self.ratio <= _BLACK
        return (
            _FAINT <= self.ratio <= _DARK
            and self.roughness <= np.log(_ROUGH)
            and self.ratio >= _CLEAR * self.variation
            and self.others <= _OTHERS
        )

    @property
    def is_deep(self) -> bool:
        """Whether it lies where hardly any light comes: under a car it may be all but black."""
        return self.flat and self.under > _UNDER and self.ratio > _DEEP and self.share < _SMALL

    @property
    def merit(self) -> float:
        """What to choose by between levels: an even edge, and more of the shadow rather than its core."""
        return self.closed * min(self.ratio, 1.0) / (self.ratio + self.spread + self.tint) * self.share**0.35


def cast_shadow(image: Image, thing: Mask) -> Mask:
    """The (H, W) mask of the thing's shadow on the ground, with its soft edge; empty where none is sure.

    Never on the thing itself. image: (H, W, 3) uint8 sRGB. thing: (H, W), the whole thing, not empty.
    """
    shadow = np.zeros_like(thing)
    box = bounding_box(thing)
    if box is None or min(box.width, box.height) < 8:
        return shadow
    window = _window(box, *thing.shape)
    view = _view(image, thing, box, window)
    found = _shadows(view)
    if found is None:
        return shadow
    soft = cv2.resize(found.astype(np.float32), (window.width, window.height), interpolation=cv2.INTER_LINEAR)
    shadow[window.slices] = np.asarray(soft) > 0.4
    return shadow & ~thing


def _window(box: Box, height: int, width: int) -> Box:
    extent = max(float(np.sqrt(box.width * box.height)), float(box.height))
    across, down = round(_SIDEWAYS * extent), round(_BELOW * extent)
    return clip(Box(box.x0 - across, box.y0 - across // 3, box.x1 + across, box.y1 + down), height, width)


def _view(image: Image, thing: Mask, box: Box, window: Box) -> _View:
    scale = min(1.0, _SIDE / max(window.width, window.height))
    shape = max(8, round(window.width * scale)), max(8, round(window.height * scale))
    small = np.asarray(cv2.resize(image[window.slices], shape, interpolation=cv2.INTER_AREA), np.uint8)
    inside = np.asarray(cv2.resize(thing[window.slices].astype(np.float32), shape, interpolation=cv2.INTER_AREA)) > 0.2
    sharp = np.asarray(_logarithm(small).mean(axis=2), np.float32)
    calm = cv2.bilateralFilter(_logarithm(np.asarray(cv2.medianBlur(small, 5), np.uint8)), 9, 0.35, 4)
    light = np.asarray(calm, np.float32)
    texture = np.asarray(np.abs(sharp - np.asarray(cv2.GaussianBlur(sharp, (0, 0), 2), np.float32)), np.float32)
    rows: NDArray[np.intp] = np.arange(shape[1])[:, None]
    bottom, tall = (box.y1 - window.y0) * scale, box.height * scale
    near = grow(inside, 2)
    zone = ~near & (rows > bottom - _RISE * tall)
    above = np.asarray(cv2.dilate(near.view(np.uint8), np.ones((4, 1), np.uint8), anchor=(0, 3)), np.bool_)
    foot = (above & (rows > bottom - _FOOT * tall)) | (grow(near, 2) & (rows > bottom - _HEEL * tall))
    slope = _slope(np.asarray(light.mean(axis=2), np.float32), zone)
    return _View(light - slope[..., None], texture, near, zone, foot & zone)


def _logarithm(image: Image) -> NDArray[np.float32]:
    """Of linear light, from sRGB; the darkest steps of a byte are noise and count as one."""
    linear = np.power(np.asarray(image, np.float32) / 255, 2.2)
    return np.log(np.maximum(linear, 0.002)).astype(np.float32)


def _shadows(view: _View) -> Mask | None:
    """The dark parts that most resemble a shadow, over all levels; None where none does."""
    if not view.foot.any() or np.count_nonzero(view.zone) < _SEEN:
        return None
    luminance = view.luminance
    low, high = np.quantile(luminance[view.zone], (0.01, 0.8))
    found: list[tuple[_Edge, Mask]] = []
    for level in np.linspace(float(low), float(high), _LEVELS).tolist():
        dark = (luminance < level) & view.zone
        elsewhere = dark & ~parts_touching(dark, view.foot)
        for part in _standing(view, dark):
            edge = _edge(view, part, elsewhere)
            if edge is not None and edge.is_shadow:
                found.append((edge, part))
    return _with_penumbra(view, _joined(found)) if found else None


def _joined(found: list[tuple[_Edge, Mask]]) -> Mask:
    """The best of the parts and those beside it that are about as dark: legs cast a shadow each, of one light."""
    found = sorted(found, key=lambda one: (not one[0].is_deep, -one[0].merit))
    whole = np.zeros_like(found[0][1])
    first: _Edge | None = None
    for edge, part in found:
        alike = edge.is_deep or first is None or abs(np.log(edge.ratio / first.ratio)) < _ALIKE
        if alike and not (whole & part).any():
            first = first if edge.is_deep else edge
            whole |= part
    return whole


def _standing(view: _View, dark: Mask) -> Iterator[Mask]:
    """The dark parts that touch the thing's foot, are of a shadow's size and end inside the window."""
    area = int(np.count_nonzero(view.thing))
    top = int(np.argmax(view.zone.any(axis=1)))
    labels, stats = connected_parts(dark)
    for label in np.unique(labels[view.foot & dark]):
        if _LEAST * area <= stats[label, cv2.CC_STAT_AREA] <= _MOST * area:
            part = labels == label
            if not _leaves(part, top):
                yield part


def _leaves(part: Mask, top: int) -> bool:
    """Whether the part runs out of where it may lie, from row `top` down: a shadow ends on the ground that is seen."""
    return any(np.count_nonzero(side) > 2 for side in (part[top], part[-1], part[:, 0], part[:, -1]))


def _edge(view: _View, part: Mask, elsewhere: Mask) -> _Edge | None:
    """What changes across the part's outline, away from the thing; None where there is too little of it."""
    box = bounding_box(part)
    assert box is not None
    reach = int(np.clip(0.2 * np.sqrt(np.count_nonzero(part)), 3, 9))
    crop = grow_box(box, _AROUND + 8, *part.shape).slices
    part, light = part[crop], view.light[crop]
    outside = view.zone[crop] & ~grow(part, reach)
    rim = grow(part, 1) & ~part & view.zone[crop] & ~grow(view.thing[crop], 2)
    ratios = (_nearby(light, outside, 3 * reach) - _nearby(light, part, reach))[rim]
    ratios = np.asarray(ratios[np.isfinite(ratios).all(axis=1)], np.float32)
    ring = grow(part, _AROUND) & outside
    if len(ratios) < 10 or np.count_nonzero(ring) < 24:
        return None
    across = np.asarray(ratios.mean(axis=1), np.float32)
    ratio = float(np.median(across))
    return _Edge(
        ratio=ratio,
        closed=float(np.mean(across > max(_FAINT / 2, 0.4 * ratio))),
        spread=(float(np.percentile(across, 80)) - float(np.percentile(across, 20))) / 2,
        tint=float(np.percentile(_tints(ratios), 60)),
        roughness=_roughness(view.texture[crop], shrink(part, 3), ring),
        variation=_variation(view.luminance[crop], ring),
        others=float(np.count_nonzero(elsewhere[crop] & ring) / np.count_nonzero(part)),
        under=float(np.count_nonzero(part[:, view.thing[crop].any(axis=0)]) / np.count_nonzero(part)),
        share=float(np.count_nonzero(part) / np.count_nonzero(view.thing)),
        flat=box.width > 1.5 * box.height,
    )


def _roughness(texture: Plane, core: Mask, ring: Mask) -> float:
    """How unlike the textures of both are, a factor as its logarithm; 0 where the core is too small to tell."""
    if np.count_nonzero(core) < 30:
        return 0.0
    inner, outer = (float(texture[where].mean()) + 0.01 for where in (core, ring))
    return abs(float(np.log(inner / outer)))


def _tints(ratios: NDArray[np.float32]) -> NDArray[np.float32]:
    """How unlike the ratios (N, 3) of red, green and blue are; less where it is skylight that fills the shadow."""
    red, green, blue = ratios.T
    skylight = (red >= green) & (green >= blue) & (blue > 0.25 * red)
    return np.where(skylight, 0.4, 1.0) * np.ptp(ratios, axis=1)


def _variation(luminance: Plane, where: Mask) -> float:
    """How much the light of the pixels selected goes up and down around a plane fitted to it."""
    low, high = np.percentile((luminance - _slope(luminance, where))[where], (16, 84))
    return float(high - low) / 2


def _slope(luminance: Plane, where: Mask) -> Plane:
    """The plane, 0 in the middle, that the light of most of the pixels selected follows."""
    height, width = where.shape
    y, x = np.mgrid[:height, :width]
    terms = np.stack((y - height / 2, x - width / 2, np.ones(where.shape)), axis=-1)
    chosen, values = terms[where], luminance[where]
    if len(values) < _SEEN:
        return np.zeros_like(luminance)
    weights = np.ones(len(values))
    fit = np.zeros(3)
    for _ in range(4):
        root = np.sqrt(weights)
        fit = np.linalg.lstsq(chosen * root[:, None], values * root, rcond=None)[0]
        off = np.abs(values - chosen @ fit)
        weights = 1 / (1 + (off / max(1.5 * float(np.median(off)), 0.02)) ** 2)
    return np.asarray(terms[..., :2] @ fit[:2], np.float32)


def _nearby(light: NDArray[np.float32], where: Mask, reach: int) -> NDArray[np.float32]:
    """(h, w, 3): the mean light of the pixels selected within `reach` of each pixel; NaN where there are none."""
    side = (2 * reach + 1, 2 * reach + 1)
    weight = where.astype(np.float32)
    total = np.asarray(cv2.boxFilter(weight, cv2.CV_32F, side, normalize=False), np.float32)
    summed = np.asarray(cv2.boxFilter(light * weight[..., None], cv2.CV_32F, side, normalize=False), np.float32)
    return np.where(total[..., None] > 0.5, summed / np.maximum(total, 1e-3)[..., None], np.nan).astype(np.float32)


def _with_penumbra(view: _View, part: Mask) -> Mask:
    """The part with its soft edge, and with what lies between it and the thing."""
    reach = max(3, int(0.25 * np.sqrt(np.count_nonzero(part))))
    lit = ~grow(part, reach) & view.zone
    weight = lit.astype(np.float32)
    sigma = 2.0 * reach + 8
    total = np.asarray(cv2.GaussianBlur(weight, (0, 0), sigma), np.float32)
    ground = np.asarray(cv2.GaussianBlur(view.luminance * weight, (0, 0), sigma), np.float32) / np.maximum(total, 1e-4)
    darker = ground - view.luminance
    full = float(np.median(darker[part]))
    soft = (darker > _PENUMBRA * full) & grow(part, reach) & view.zone
    whole = parts_touching(soft | part, part)
    whole |= grow(whole, 5) & grow(view.thing, 1) & view.thing
    return fill_holes(whole)
