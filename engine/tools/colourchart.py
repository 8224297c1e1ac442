"""How OKLab reads as the basic colour terms: a chart of overlapping neighbours, tabulated over sRGB."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from engine.data import Alpha, Image
from engine.tools.colourspace import Floats, lab_of, rise, to_oklab

BASIC: Final = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey")
"""The eleven basic colour terms of English (Berlin and Kay, "Basic Color Terms", 1969)."""


def term_of(rgb: tuple[int, int, int]) -> str:
    """The basic term that one sRGB colour belongs to most."""
    lab = lab_of(rgb)[None, None]
    return max(BASIC, key=lambda term: float(belonging(term, lab)[0, 0]))


@lru_cache(maxsize=1)
def _lattice() -> Floats:
    """OKLab in the middle of each of 64 x 64 x 64 cells of sRGB, (64 ** 3, 1, 3)."""
    steps = np.arange(2, 256, 4)
    cells = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).astype(np.uint8)
    return to_oklab(cells.reshape(-1, 1, 3))


def read(table: Floats, image: Image) -> Alpha:
    """The table's value at every pixel of an sRGB image: (H, W) float32."""
    coarse = (image >> np.uint8(2)).astype(np.int32)
    return table[(coarse[..., 0] << 12) | (coarse[..., 1] << 6) | coarse[..., 2]]


def table_of_shades(term: str, focal: tuple[int, int, int], wanted: tuple[int, int, int]) -> Floats:
    """For each cell of the lattice, how far it belongs to a basic term and is as light, or as dark, as `wanted`.

    `focal` is the term's own sRGB colour; where `wanted` is no lighter and no darker, every shade of the term counts.
    """
    lab = _lattice()
    member = belonging(term, lab)[:, 0]
    if wanted == focal:
        return member
    member = np.maximum(member, belonging(term_of(wanted), lab)[:, 0])
    here, middle = float(lab_of(wanted)[0]), float(lab_of(focal)[0])
    if abs(here - middle) < 0.04:
        return member
    border, slope = (here + middle) / 2, 0.08 if here > middle else -0.08
    return member * rise(lab[:, 0, 0], border - slope, border + slope)


def table_of_surface(rgb: tuple[int, int, int]) -> Floats:
    """For each cell of the lattice, whether it could be the surface in another light: near in a / L and b / L."""
    lab, named = _lattice()[:, 0], lab_of(rgb)
    scaled = lab[..., 1:] / np.maximum(lab[..., :1], 0.15)
    wanted = named[1:] / max(float(named[0]), 0.15)
    purity = float(np.hypot(*wanted))
    along = wanted / max(purity, 1e-6)
    radial = scaled @ along - purity
    across = scaled @ np.array([-along[1], along[0]], np.float32)
    loose = 0.13 + 0.07 * min(purity / 0.15, 1.0)
    distance = (
        (radial / (0.06 + 0.35 * purity)) ** 2
        + (across / (0.04 + 0.16 * purity)) ** 2
        + ((lab[..., 0] - named[0]) / loose) ** 2
    )
    return np.exp(-0.5 * distance).astype(np.float32)


def _arc(hue: Floats, start: float, end: float, soft: float = 8.0) -> Floats:
    """1 within the arc from `start` to `end` degrees, one half at its ends, 0 `soft` degrees outside them."""
    half = (end - start) / 2
    away = np.abs((hue - np.float32(start + half) + 180) % 360 - 180)
    return rise(away, half + soft, half - soft)


def belonging(term: str, lab: Floats) -> Floats:
    """How far OKLab pixels belong to a basic term, in [0, 1]; neighbours overlap, as they do for people."""
    lightness = lab[..., 0]
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    purity = chroma / np.maximum(lightness, 0.15)
    # A trace of blue, violet or pink is seen where as much yellow still reads as grey or beige.
    cool = 1 + 0.5 * _arc(hue, 190, 370, 25)
    chromatic = rise(purity * cool, 0.05, 0.11) * rise(chroma * cool, 0.018, 0.04)
    pale = rise(lightness, 0.70, 0.80) * rise(purity, 0.30, 0.22)
    match term:
        case "red":
            member = chromatic * _arc(hue, 4, 40) * rise(purity, 0.16, 0.24) * (1 - pale) * rise(lightness, 0.78, 0.70)
        case "pink":
            vivid = _arc(hue, 340, 372) * rise(lightness, 0.52, 0.62)
            light = _arc(hue, 335, 402) * rise(lightness, 0.68, 0.78)
            dusty = _arc(hue, 335, 390) * rise(lightness, 0.56, 0.66) * rise(purity, 0.24, 0.17)
            member = chromatic * np.maximum(np.maximum(vivid, light), dusty) * rise(purity, 0.04, 0.07)
        case "orange":
            member = chromatic * _arc(hue, 40, 80) * rise(lightness, 0.52, 0.62) * rise(purity, 0.13, 0.21)
        case "brown":
            earthy = _arc(hue, 30, 92, 10) * rise(lightness, 0.66, 0.56)
            tanned = _arc(hue, 48, 92, 10) * rise(lightness, 0.88, 0.78) * rise(purity, 0.17, 0.12)
            member = chromatic * np.maximum(earthy, 0.8 * tanned)
        case "yellow":
            lit = _arc(hue, 74, 116) * rise(lightness, 0.58, 0.70) * rise(purity, 0.05, 0.15)
            shaded = _arc(hue, 64, 96, 4) * rise(lightness, 0.34, 0.46) * rise(purity, 0.17, 0.21)
            member = chromatic * np.maximum(lit, 0.7 * shaded)
        case "green":
            member = chromatic * np.maximum(_arc(hue, 115, 188), 0.8 * _arc(hue, 104, 130) * rise(lightness, 0.72, 0.6))
        case "blue":
            member = chromatic * _arc(hue, 186, 286)
        case "purple":
            member = (
                chromatic * _arc(hue, 286, 340) * (1 - 0.5 * rise(purity, 0.18, 0.30) * rise(lightness, 0.66, 0.74))
            )
        case "black":
            member = rise(lightness, 0.38, 0.26) * (1 - chromatic * rise(chroma, 0.04, 0.08))
        case "white":
            member = rise(lightness, 0.70, 0.88) * rise(chroma * cool, 0.08, 0.035)
        case _:
            member = (1 - chromatic) * rise(lightness, 0.24, 0.36) * rise(lightness, 0.92, 0.84)
    return member.astype(np.float32)
