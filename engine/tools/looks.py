"""Named looks: filters that need no model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from engine.data import Image
from engine.errors import BadOption
from engine.tools.blur import blur
from engine.tools.colourspace import Floats
from engine.tools.strips import in_strips
from engine.tools.tone import adjust


def apply_look(image: Image, name: str, amount: float = 100) -> Image:
    """The (H, W, 3) image in a look; `amount` percent of the way from the picture to it.

    "black and white" and "noir" have equal channels at 100. Raises: BadOption for a name that is not in `LOOKS`.
    """
    look = LOOKS.get(name)
    if look is None:
        raise BadOption("look", name, ", ".join(LOOKS))
    return partly(image, look(image), amount)


def partly(image: Image, edited: Image, amount: float) -> Image:
    """The (H, W, 3) image `amount` percent of the way to its edited self."""
    share = max(0.0, min(1.0, amount / 100))
    return edited if share == 1 else np.asarray(cv2.addWeighted(edited, share, image, 1 - share, 0), np.uint8)


def _grey(image: Image) -> Image:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)


def _tripled(grey: Image) -> Image:
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _black_and_white(image: Image) -> Image:
    return _tripled(_grey(image))


def _noir(image: Image) -> Image:
    return adjust(adjust(adjust(_black_and_white(image), "contrast", 65), "clarity", 25), "vignette", 35)


def _toned(image: Image, stops: tuple[tuple[int, int, int], ...]) -> Image:
    """Luma through a ramp of colours, dark to light."""
    at = np.linspace(0, 255, len(stops))
    ramp = np.stack([np.interp(np.arange(256), at, [stop[channel] for stop in stops]) for channel in range(3)], -1)
    table = (ramp + 0.5).astype(np.uint8)
    return np.asarray(cv2.LUT(_black_and_white(image), table[None]), np.uint8)


def _sepia(image: Image) -> Image:
    return _toned(image, ((20, 12, 6), (96, 68, 44), (178, 146, 108), (255, 241, 214)))


def _cyanotype(image: Image) -> Image:
    return _toned(adjust(image, "contrast", 20), ((6, 24, 56), (22, 78, 132), (130, 178, 206), (246, 250, 246)))


def _duotone(image: Image) -> Image:
    return _toned(adjust(image, "contrast", 25), ((38, 16, 92), (214, 44, 116), (255, 226, 140)))


def _negative(image: Image) -> Image:
    return np.asarray(cv2.bitwise_not(image), np.uint8)


def _posterize(image: Image) -> Image:
    levels = np.arange(256)
    table = (np.minimum(levels * 5 // 256, 4) * 255 // 4).astype(np.uint8)
    return np.asarray(cv2.LUT(_flattened(image), table), np.uint8)


def _solarize(image: Image) -> Image:
    levels = np.arange(256)
    table = np.where(levels < 128, levels * 2, 510 - levels * 2).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table), np.uint8)


def _flattened(image: Image) -> Image:
    """Areas smoothed and edges kept: bilateral passes on a copy of at most a megapixel, detail handed back at edges."""
    height, width = image.shape[:2]
    scale = min(1.0, (1e6 / (height * width)) ** 0.5)
    shape = (max(1, round(width * scale)), max(1, round(height * scale)))
    flat = cv2.resize(image, shape, interpolation=cv2.INTER_AREA)
    for _ in range(3):
        flat = cv2.bilateralFilter(flat, 9, 32, 5)
    return np.asarray(cv2.resize(flat, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _pencil_sketch(image: Image) -> Image:
    """Luma divided by its own blur: flat paper, lines where the tone turns."""
    grey = _grey(image)
    soft = cv2.GaussianBlur(grey, (0, 0), max(2.0, min(grey.shape) / 110))
    lines = np.asarray(cv2.divide(grey, soft, scale=250), np.uint8)
    shade = 0.82 + 0.18 * (soft.astype(np.float32) / 255)
    return _tripled(np.clip(lines * shade, 0, 255).astype(np.uint8))


def _cartoon(image: Image) -> Image:
    flat = adjust(_flattened(image), "saturation", 35)
    lab = np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2Lab), np.uint8)
    steps = np.arange(256, dtype=np.float32) / 255 * 8
    # Soft steps: flat shades with a narrow ramp between them, so that borders of shades do not crawl.
    shade = np.floor(steps) + np.clip((steps % 1 - 0.5) * 4 + 0.5, 0, 1)
    lab[..., 0] = cv2.LUT(lab[..., 0], np.clip(shade / 8 * 255, 0, 255).astype(np.uint8))
    painted = np.asarray(cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), np.float32)
    return (painted * _ink(image)[..., None]).astype(np.uint8)


def _ink(image: Image) -> Floats:
    """Lines along edges, 1 = none: a soft threshold of a difference of Gaussians (Winnemoeller, "XDoG", 2012)."""
    luma = _grey(_flattened(image)).astype(np.float32) / 255
    sigma = max(0.8, min(luma.shape) / 700)
    near = np.asarray(cv2.GaussianBlur(luma, (0, 0), sigma), np.float32)
    far = np.asarray(cv2.GaussianBlur(luma, (0, 0), 1.6 * sigma), np.float32)
    return np.clip(1 + np.tanh(60 * (near - far + 0.012)), 0, 1)


def _pixel_art(image: Image) -> Image:
    """Blocks, about 130 along the long side, in at most 24 colours of the picture's own."""
    height, width = image.shape[:2]
    block = max(2, round(max(height, width) / 130))
    small = cv2.resize(image, (-(-width // block), -(-height // block)), interpolation=cv2.INTER_AREA)
    lab = np.asarray(cv2.cvtColor(adjust(np.asarray(small, np.uint8), "saturation", 20), cv2.COLOR_RGB2Lab), np.uint8)
    flat = np.asarray(cv2.cvtColor(_palettized(lab, 24), cv2.COLOR_Lab2RGB), np.uint8)
    large = flat.repeat(block, axis=0).repeat(block, axis=1)
    return np.ascontiguousarray(large[:height, :width])


def _palettized(lab: Image, colours: int) -> Image:
    """The same pixels in a palette of their own by k-means, seeded."""
    samples = lab.reshape(-1, 3).astype(np.float32)
    cv2.setRNGSeed(1)
    until = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    nobody = np.empty(0, np.int32)
    _, labels, palette = cv2.kmeans(samples, min(colours, len(samples)), nobody, until, 1, cv2.KMEANS_PP_CENTERS)
    chosen = np.asarray(palette, np.float32).astype(np.uint8)[np.asarray(labels, np.int32).ravel()]
    return chosen.reshape(lab.shape)


def _emboss(image: Image) -> Image:
    step = max(1, min(image.shape[:2]) // 700)
    soft = cv2.GaussianBlur(_grey(image), (0, 0), 0.8 * step).astype(np.float32)
    slope = np.roll(soft, (step, step), (0, 1)) - soft
    slope[:step], slope[:, :step] = 0, 0
    return _tripled(np.clip(128 - 2.2 * slope, 0, 255).astype(np.uint8))


def _split_toned(image: Image, shadows: tuple[int, int, int], highlights: tuple[int, int, int]) -> Image:
    """So many levels of red, green and blue added to the dark and to the light half, nothing at black and white."""
    levels = np.arange(256, dtype=np.float32)[:, None] / 255
    dark = np.array(shadows, np.float32) * (levels * (1 - levels) ** 2 * 6.75)
    light = np.array(highlights, np.float32) * (levels**2 * (1 - levels) * 6.75)
    table = np.clip(levels * 255 + dark + light + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table[None]), np.uint8)


def _cinematic(image: Image) -> Image:
    return adjust(_split_toned(adjust(image, "contrast", 22), (-22, 4, 22), (20, 4, -24)), "saturation", -8)


def _hdr(image: Image) -> Image:
    open_ = adjust(adjust(image, "shadows", 55), "highlights", -55)
    return adjust(adjust(open_, "clarity", 75), "vibrance", 30)


def _lomo(image: Image) -> Image:
    return adjust(
        _split_toned(adjust(adjust(image, "contrast", 45), "saturation", 35), (-8, 0, 16), (14, 10, -18)),
        "vignette",
        80,
    )


def _polaroid(image: Image) -> Image:
    toned = _split_toned(adjust(image, "warmth", 18), (4, 8, 18), (10, 4, -22))
    return adjust(adjust(toned, "fade", 42), "brightness", 12)


def _dreamy(image: Image) -> Image:
    """A blurred, brightened copy screened over the picture (Orton, 1984)."""
    glow = blur(adjust(image, "brightness", 12), max(2.0, min(image.shape[:2]) / 45))

    def strip(pixels: Image, rows: slice) -> Image:
        over = 255 - (255 - pixels.astype(np.float32)) * (255 - glow[rows].astype(np.float32)) / 255
        return (0.52 * pixels + 0.48 * over).astype(np.uint8)

    return adjust(in_strips(strip, image), "saturation", 12)


def _faded_film(image: Image) -> Image:
    return _split_toned(adjust(image, "fade", 70), (-4, 4, 12), (8, 4, -6))


def _vintage(image: Image) -> Image:
    toned = _split_toned(adjust(adjust(image, "fade", 45), "warmth", 38), (14, -2, 8), (8, 6, -16))
    return adjust(adjust(toned, "vignette", 38), "grain", 22)


def _warm_film(image: Image) -> Image:
    return adjust(_split_toned(adjust(image, "warmth", 28), (8, 0, 4), (10, 6, -12)), "fade", 18)


def _cool_film(image: Image) -> Image:
    return adjust(_split_toned(adjust(image, "warmth", -28), (-6, 4, 12), (-6, 2, 8)), "fade", 18)


def _cross_process(image: Image) -> Image:
    return _split_toned(adjust(image, "contrast", 42), (-26, -4, 34), (26, 22, -40))


LOOKS: Final[dict[str, Callable[[Image], Image]]] = {
    "black and white": _black_and_white,
    "noir": _noir,
    "sepia": _sepia,
    "cyanotype": _cyanotype,
    "duotone": _duotone,
    "negative": _negative,
    "posterize": _posterize,
    "solarize": _solarize,
    "pencil sketch": _pencil_sketch,
    "cartoon": _cartoon,
    "pixel art": _pixel_art,
    "emboss": _emboss,
    "cinematic": _cinematic,
    "hdr": _hdr,
    "lomo": _lomo,
    "polaroid": _polaroid,
    "dreamy": _dreamy,
    "faded film": _faded_film,
    "vintage": _vintage,
    "warm film": _warm_film,
    "cool film": _cool_film,
    "cross process": _cross_process,
}
"""Every look by its name."""
