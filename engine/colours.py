"""Colour words: what they mean in sRGB, and how much a pixel looks like them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from PIL import ImageColor

from engine.data import Alpha, Image
from engine.tools.colourchart import BASIC, read, table_of_shades, table_of_surface, term_of
from engine.tools.colourspace import Floats, chroma_limit, lab_of, rgb_of


def _read(table: str) -> dict[str, str]:
    """ "key: value" pairs between commas."""
    pairs = (entry.split(":") for entry in table.split(","))
    return {key.strip(): value.strip() for key, value in pairs}


_EVERYDAY: Final = _read(
    """
    brown: #7b4a21, grey: #808080, pink: #ff8fb4, orange: #ff8c00, tan: #d2b48c, burgundy: #800020,
    wine: #722f37, cherry: #c8102e, brick: #b0412e, rust: #b7410e, ruby: #c01448, scarlet: #e32218,
    terracotta: #cf6a4b, ginger: #b8602a, copper: #b87333, bronze: #a97142, apricot: #fbb586, peach: #ffc7a0,
    amber: #ffbf00, mustard: #d9a520, ochre: #c67b22, lemon: #fff44f, blonde: #e6c77f, blond: #e6c77f,
    cream: #fff6d5, ecru: #d8ccae, off white: #f7f4ea, offwhite: #f7f4ea, eggshell: #f0ead6, ivory: #fffff0,
    pearl: #f1ede4, champagne: #f2dfbd, sand: #dcc597, taupe: #8b7e71, caramel: #c4803a, toffee: #a8672e,
    camel: #c19a6b, mocha: #7d5642, coffee: #5b3c27, mahogany: #6b2317, auburn: #8a3324, chestnut: #7f3f26,
    umber: #6b4a2f, sepia: #70431a, wood: #8f6239, walnut: #5f4330, skin: #e3b492, nude: #e3bc9a,
    flesh: #eab896, emerald: #169b5a, jade: #18a36b, mint: #9ce8c2, sage: #9caf88, moss: #6f7f3a,
    pistachio: #a5cf7a, avocado: #6c8230, pine: #1f5c44, bottle green: #0a4d35, army green: #4f5a2b,
    military green: #4f5a2b, hunter green: #30593a, apple green: #7fb537, grass: #4c9a2a, aqua: #2fd6d6,
    turquoise: #30c9bd, petrol: #0f5366, sky: #87ceeb, baby blue: #98c9ef, ice blue: #cfe8f3,
    electric blue: #1f51ff, cobalt: #0047ab, sapphire: #1c4fb0, denim: #3d6299, ultramarine: #2a1fb8,
    azure: #1f86f2, ocean: #0b6d9f, cerulean: #1b86c4, periwinkle: #9da2f0, lilac: #c8a2d6, lavender: #b8a2e3,
    mauve: #b98aa9, violet: #8a3fd1, amethyst: #9765c9, grape: #6a2e83, aubergine: #45203f, eggplant: #45203f,
    plum: #86396e, raspberry: #c81f5b, rose: #e8547f, blush: #edb3b3, bubblegum: #ff85c5, fuchsia: #e0219a,
    magenta: #d6219c, rose gold: #cf938a, salmon: #fa8d76, coral: #ff7552, watermelon: #f2536b,
    charcoal: #3a3d41, graphite: #4a4d52, anthracite: #34383e, slate: #66727f, steel: #7d8790, ash: #b5b5ae,
    jet: #141414, ebony: #221d1a, onyx: #17181a, ink: #17203a, midnight: #17204f, silver: #bfc1c4,
    vermilion: #e34234, brunette: #4b3024, blood red: #8a0f0f, fire engine red: #ce2029, pitch black: #0c0b0c,
    platinum: #e2e1dc, blueish: #7d98bd, strawberry blonde: #dfa27c, seafoam: #93e2be, sunflower yellow: #ffc512,
    candy pink: #e87fa0, canary yellow: #ffe930, autumn gold: #b5762a, royal purple: #6c3fa5, hazel: #8e7040,
    honey: #dfa339, cinnamon: #a65e2e, tangerine: #f28500, fawn: #dca978, kelly green: #3fa82a, pea green: #8ea62a,
    dusky pink: #cc8290, blood orange: #d1401c, burnt orange: #c95a11, burnt sienna: #c9613f, platinum blonde: #e8dcc3,
    sandy: #dcc597, straw: #e2cf78, oxblood: #5c1a1b, peacock blue: #1a6b83, prussian blue: #003153,
    duck egg blue: #c3dad8, duck egg: #c8dcd4, pewter: #8e9294, brass: #b5a048, titanium: #878681, buttercream: #f3e7bd,
    saffron: #f0b323, marigold: #eaa221, cinnabar: #dd4a2e, carmine: #9b0a22, cerise: #da3163, heather: #a88fb5,
    wisteria: #b79ad0, british racing green: #0b4228, racing green: #0b4228, racing red: #cf1010, tiffany blue: #81d3cd,
    millennial pink: #f0cac2, cornflower: #6495ed, claret: #7a1a34, greige: #b9b0a2, dove grey: #b8b5b0,
    oatmeal: #dcd2bf, espresso: #3c2a21, off black: #1c1c1d, signal red: #b3231c, cardinal red: #bd1e34,
    butter yellow: #fae696, sunshine yellow: #ffdf3a, airforce blue: #5d8aa8, honey blonde: #d6ad68,
    matte black: #28282a, matt black: #28282a,
    gunmetal: #3b444b, navy: #0f1f57, lime: #8ee21c, forest: #22692a, gold: #e3b02c, golden: #e3b02c
    """
)
_NOUNS: Final = frozenset(
    re.findall(
        r"\w+",
        """
        tomato snow salmon plum peach chocolate lemon lime wheat sand wood skin flesh cherry brick wine ruby apricot
        caramel toffee camel mocha coffee chestnut walnut mint sage moss pistachio avocado pine grass petrol sky denim
        ocean grape aubergine eggplant raspberry rose blush bubblegum coral watermelon pearl champagne slate steel ash
        jet ink midnight forest nude copper bronze eggshell linen seashell orchid thistle peru sienna rust amber emerald
        honey straw brass hazel cinnamon heather pewter oatmeal espresso claret fawn saffron marigold tangerine titanium
        cornflower wisteria platinum brunette buttercream sandy
        jade sapphire amethyst sepia cream ginger onyx ebony graphite ivory honeydew gainsboro cornsilk
        """,
    )
)
"""Colours that are things first: `colour_of` knows them, but alone they do not mark a word as a colour."""

_FILLERS: Final = frozenset(
    {"colour", "color", "coloured", "colored", "tone", "shade", "hue", "of", "in", "a", "an", "the", "very", "really"}
)
_STEMS: Final = _read(
    """
    redd: red, orang: orange, orange: orange, yellow: yellow, green: green, blu: blue, purpl: purple, purple: purple,
    pink: pink, brown: brown, black: black, whit: white, grey: grey, gray: grey, golden: gold, tann: tan
    """
)
"""What is left of a colour before "ish"."""
_DARK_GREYS: Final = {"darkgrey": "#4d4d4d", "darkgray": "#4d4d4d", "dimgrey": "#696969"}
"""CSS has a dark grey that is lighter than its grey (X11's inheritance)."""

_GLOWING: Final = frozenset({"neon", "fluorescent", "electric"})
_TINTS: Final = {
    "light": (0.45, 0.7),
    "lighter": (0.45, 0.7),
    "pale": (0.65, 0.4),
    "pastel": (0.6, 0.45),
    "baby": (0.6, 0.45),
    "soft": (0.3, 0.55),
    "faded": (0.2, 0.45),
    "dusty": (0.0, 0.45),
    "muted": (0.0, 0.5),
    "dull": (-0.08, 0.5),
    "dark": (-0.38, 0.75),
    "darker": (-0.38, 0.75),
    "deep": (-0.28, 1.0),
    "rich": (-0.14, 1.1),
    "bright": (0.15, 1.3),
    "vivid": (0.0, 1.4),
    "vibrant": (0.0, 1.4),
    "hot": (-0.05, 1.6),
    "medium": (0.0, 1.0),
    "plain": (0.0, 1.0),
    "pure": (0.0, 1.0),
    "warm": (0.0, 1.0),
    "cool": (0.0, 1.0),
    **dict.fromkeys(_GLOWING, (0.0, 1.0)),
}
"""Shade words: how far lightness goes towards white (above 0) or black (below 0), and what chroma is multiplied by."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour that somebody named."""

    name: str
    """The words, lower case, British spelling: "dark blue"."""
    rgb: tuple[int, int, int]
    """sRGB, 0..255."""


def colour_of(words: str) -> Colour | None:
    """What the words name, or None when they are not a colour.

    Knows the CSS names and syntaxes ("#f80", "rgb(1, 2, 3)", "hsl(30, 100%, 50%)"), everyday names ("burgundy"), shade
    words before them ("pale", "dark", "neon") and compounds ("reddish brown", "blue-green", "dark navy blue").
    """
    return _colour_of(words.strip().lower())


def is_colour_word(word: str) -> bool:
    """Whether one word marks a thing by its colour: "red", "greenish", "teal"; not "dark", "salmon" or "snow"."""
    plain = _spelt(word.strip().lower())
    return len(plain) == 1 and plain[0] not in _NOUNS and (plain[0] in _names() or _stem(plain[0]) is not None)


def basic_colour(words: str) -> str | None:
    """The basic term that a person would put the colour under, one of `BASIC`; None when it is not a colour."""
    colour = colour_of(words)
    return None if colour is None else _basic(colour)


def likeness(image: Image, colour: Colour) -> Alpha:
    """How well each pixel reads as the colour to a person: (H, W) float32 in [0, 1].

    A basic term takes all its shades ("red": scarlet to maroon, lit or shaded), a shade word narrows it by lightness,
    and any other colour takes what could be the same surface in another light. Noise is smoothed by a small median.
    """
    smooth = np.asarray(cv2.medianBlur(image, 5 if min(image.shape[:2]) >= 256 else 3), np.uint8)
    return read(_table(colour), smooth)


@lru_cache(maxsize=1024)
def _colour_of(words: str) -> Colour | None:
    if words.startswith(("#", "rgb", "hsl", "hsv")):
        return _coded(words)
    plain = _spelt(words)
    tints = [word for word in plain if word in _TINTS]
    nouns = [word for word in plain if word not in _TINTS]
    whole = _names().get(" ".join(plain)) or _names().get("".join(plain))
    if whole is not None and plain:
        return Colour(" ".join(plain), whole)
    base = _mixed(nouns)
    if base is None:
        return None
    for tint in reversed(tints):
        base = _tinted(base, tint)
    return Colour(" ".join(plain), base)


def _coded(words: str) -> Colour | None:
    try:
        red, green, blue = ImageColor.getrgb(words)[:3]
    except ValueError:
        return None
    return Colour(words, (red, green, blue))


def _spelt(words: str) -> list[str]:
    return [word.replace("gray", "grey") for word in re.findall(r"[a-z]+", words) if word not in _FILLERS]


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[int, int, int]]:
    names = {**ImageColor.colormap, **_EVERYDAY, **_DARK_GREYS}
    coded = {name: ImageColor.getrgb(code) for name, code in names.items()}
    return {name: (rgb[0], rgb[1], rgb[2]) for name, rgb in coded.items()}


def _stem(word: str) -> str | None:
    """The colour inside "reddish"."""
    return _STEMS.get(word.removesuffix("ish")) if word.endswith("ish") else None


def _mixed(words: list[str]) -> tuple[int, int, int] | None:
    """The colour of names side by side: the last leads, "-ish" words lean it, a specific name beats a basic term."""
    if not words:
        return None
    joined = _names().get(" ".join(words)) or _names().get("".join(words))
    if joined is not None:
        return joined
    *before, last = words
    leading = _names().get(_stem(last) or last)
    if leading is None:
        return None
    if not before:
        return _blend(leading, (150, 150, 150), 0.5)
    lean = _stem(before[-1])
    if lean is not None:
        return _blend(leading, _names()[lean], 0.6 if lean == "grey" else 0.35) if len(before) == 1 else None
    other = _mixed(before)
    if other is None or (last in BASIC and before[-1] not in BASIC):
        return other
    return _blend(leading, other, 0.5)


def _blend(first: tuple[int, int, int], second: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    lightness, a, b = (float(value) for value in (1 - share) * lab_of(first) + share * lab_of(second))
    return rgb_of(lightness, float(np.hypot(a, b)), float(np.arctan2(b, a)))


def _tinted(rgb: tuple[int, int, int], tint: str) -> tuple[int, int, int]:
    lightness, a, b = (float(value) for value in lab_of(rgb))
    lift, purer = _TINTS[tint]
    chroma, hue = purer * float(np.hypot(a, b)), float(np.arctan2(b, a))
    lightness += lift * (1 - lightness if lift > 0 else lightness)
    if tint in _GLOWING and chroma > 0.02:
        lightness, chroma = max(0.6, _cusp(hue)), 0.4
    return rgb_of(lightness, chroma, hue)


def _cusp(hue: float) -> float:
    """The lightness at which sRGB has the most chroma of a hue (radians)."""
    lightness = np.linspace(0.2, 1, 81, dtype=np.float32)
    return float(lightness[np.argmax(chroma_limit(lightness, hue))])


@lru_cache(maxsize=64)
def _table(colour: Colour) -> Floats:
    words = colour.name.split()
    if words[-1] in BASIC and all(word in _TINTS for word in words[:-1]):
        return table_of_shades(words[-1], _names()[words[-1]], colour.rgb)
    return table_of_surface(colour.rgb)


_FILED: Final = _read(
    """
    beige: brown, tan: brown, cream: white, ivory: white, silver: grey, gold: yellow, golden: yellow,
    teal: green, turquoise: blue, cyan: blue, aqua: blue, maroon: red, burgundy: red, salmon: pink,
    coral: orange, navy: blue, lavender: purple, magenta: pink, fuchsia: pink, khaki: brown, olive: green,
    rose gold: pink, blonde: yellow, blond: yellow, mustard: yellow, charcoal: black, wine: red, rust: brown,
    peach: orange
    """
)
"""Where people put names whose place on the chart is disputed."""


@lru_cache(maxsize=1024)
def _basic(colour: Colour) -> str:
    last = colour.name.split()[-1]
    filed = _FILED.get(colour.name) or (last if last in BASIC else _FILED.get(last))
    return filed or term_of(colour.rgb)
