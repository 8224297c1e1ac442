"""Words written into a picture, and words in it exchanged for others in the same hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Box, Image, Mask
from engine.errors import BadOption
from engine.geometry import bounding_box
from engine.tools.fonts import choose
from engine.tools.hand import Hand, read_hand
from engine.tools.ink import Ink, free_columns
from engine.tools.legibility import RGB, legible, opposite
from engine.tools.plate import Line, Plate, plate_of
from engine.tools.typesetting import Alignment, Block, Setting, draw, fit

SMALLEST: Final = 7.0
"""Em height below which nobody can read a text, px."""
_WEIGHT: Final = 0.016
"""Ink added to a regular face, in em heights: a photo eats thin strokes."""


@dataclass(frozen=True, eq=False, slots=True)
class Lettered:
    """A picture with new lettering."""

    image: Image
    mask: Mask
    """The pixels that may have changed; every other one is the old picture's."""


def add_text(
    image: Image,
    text: str,
    *,
    box: Box | None = None,
    place: str | None = None,
    colour: RGB | None = None,
    size: float | None = None,
) -> Lettered:
    """The picture with the text on it, legible whatever is behind.

    `box`: the text fills it as a sign painter would, with margins, centred unless `place` says where; without a box it
    is a caption at `place` ("top left", "bottom", "centre", ...; default: bottom centre). `size`: em height in px, less
    where the text would not fit. Without a colour it is white or near-black, whichever stands out.

    Raises: BadOption for an empty text, a place that is none, a character no font has, or too many words for the area.
    """
    text = text.strip()
    if not any(character.isprintable() and not character.isspace() for character in text):
        raise BadOption("text", text, "the words to write")
    across, down = anchor(place, (0.5, 0.5) if box else (0.5, 1.0))
    area = _area(image, box)
    align: Alignment = "left" if across == 0 else "right" if across == 1 else "centre"
    setting, height = _typeset(text, area, size or _natural(image, box), align)
    x = round(area.x0 + across * (area.width - setting.width))
    y = round(area.y0 + down * (area.height - setting.height))
    return _write(image, setting, x, y, height, colour)


def anchor(place: str | None, default: tuple[float, float] = (0.5, 1.0)) -> tuple[float, float]:
    """Where words put a thing: (across, down), each 0, 0.5 or 1, from the top left. Raises: BadOption."""
    if not place:
        return default
    words = set(re.findall(r"[a-z]+", place.lower()))
    across = 0.0 if "left" in words else 1.0 if "right" in words else 0.5
    down = (
        0.0 if words & {"top", "upper", "above", "up"} else 1.0 if words & {"bottom", "lower", "below", "down"} else 0.5
    )
    if (across, down) == (0.5, 0.5) and not words & {"centre", "center", "middle", "central"}:
        raise BadOption("place", place, "top, bottom, left, right, centre or a corner")
    return across, down


def replace_text(image: Image, line: Line, text: str, fill: Callable[[Image, Mask], Image]) -> Lettered:
    """The picture with `text` where `line` was, in its colour, size, weight, slant and softness.

    `fill` is an inpainter: it makes the pixels under the mask new; what it does elsewhere is dropped. Words that need
    more room than the paper around the old ones gives are condensed by up to a quarter, then made smaller.

    Raises: BadOption for an empty text or a character no font has.
    """
    text = " ".join(text.split())
    if not text:
        raise BadOption("text", text, "the words to write")
    plate = plate_of(line)
    ink, hand = read_hand(image, plate, line.text) or (None, _default_hand(plate, text))
    hole = _hole(image, plate, ink)
    erased = np.where(hole[:, :, None], fill(image, hole), image)
    colour = legible(erased[hole], None)[0] if ink is None else ink.colour
    coverage = _printed(image, plate, ink, hand, text)
    window = bounding_box(coverage > 0)
    if window is None:
        return Lettered(erased, hole)
    written = _composited(erased, window, [(coverage[window.slices], colour)])
    return Lettered(written.image, written.mask | hole)


def text_mask(image: Image, line: Line) -> Mask:
    """What must be made new for the line to go: its glyphs, grown a little, or its quad where they cannot be told."""
    plate = plate_of(line)
    ink, _ = read_hand(image, plate, line.text) or (None, None)
    return _hole(image, plate, ink)


def _hole(image: Image, plate: Plate, ink: Ink | None) -> Mask:
    if ink is None:
        rim = max(round(0.06 * plate.height), 1)
        marks = np.ones((plate.height + 2 * rim, plate.width + 2 * rim), np.float32)
        margin = rim
    else:
        # The rim takes the antialiasing, the blur and the ringing of JPEG with it.
        rim = max(round(0.05 * plate.height), round(2 * plate.scale))
        marks = cv2.dilate((ink.coverage > 0.2).astype(np.float32), _disc(rim))
        margin = ink.margin
    return plate.print(np.asarray(marks, np.float32), -margin, -margin, *image.shape[:2]) > 0.1


def _disc(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)


def _default_hand(plate: Plate, text: str) -> Hand:
    """A plain hand that fills the plate, for a line whose own cannot be read."""
    height = plate.height / 1.15
    return Hand(
        choose(text),
        height,
        1.0,
        0.0,
        _WEIGHT,
        0.5 * plate.scale,
        0.5 * plate.height + 0.36 * height,
        0.0,
        float(plate.width),
    )


def _printed(image: Image, plate: Plate, ink: Ink | None, hand: Hand, text: str) -> Alpha:
    """Coverage of the new words in the picture."""
    low, high = (hand.left, hand.right) if ink is None else free_columns(image, plate, ink, hand.left, hand.right)
    hand = hand.squeezed(text, high - low)
    setting = hand.write(text)
    x = hand.start(setting.width, low, high)
    # Enlarging the picture to the plate blurred what was measured; putting it back does so again.
    soft = float(np.sqrt(max(hand.softness**2 - (0.41 * (plate.scale - 1)) ** 2, (0.28 * plate.scale) ** 2)))
    pad = int(np.ceil(3 * soft))
    coverage = cv2.GaussianBlur(np.pad(setting.coverage, pad), (0, 0), soft)
    return plate.print(
        np.asarray(coverage, np.float32), x - pad, hand.baseline - setting.baseline - pad, *image.shape[:2]
    )


def _area(image: Image, box: Box | None) -> Box:
    """Where ink may lie: inside the box or the picture, with margins."""
    height, width = image.shape[:2]
    if box is None:
        margin = round(0.05 * min(height, width))
        return Box(margin, margin, width - margin, height - margin)
    inside = Box(max(box.x0, 0), max(box.y0, 0), min(box.x1, width), min(box.y1, height))
    margin = round(0.1 * min(max(inside.width, 0), max(inside.height, 0)))
    return Box(inside.x0 + margin, inside.y0 + margin, inside.x1 - margin, inside.y1 - margin)


def _natural(image: Image, box: Box | None) -> float:
    """The em height to aim for: as large as a sign allows, or that of a caption."""
    return 1e4 if box else max(0.075 * min(image.shape[:2]), 12.0)


def _typeset(text: str, area: Box, largest: float, align: Alignment) -> tuple[Setting, float]:
    """The text drawn inside the area, and its em height. Raises: BadOption."""
    face = choose(text)
    stroke = 0.0 if face.bold else _WEIGHT
    block = fit(text, face, max(area.width, 0), max(area.height, 0), largest=largest, stroke=stroke)
    height = block.height
    while height >= SMALLEST:
        setting = draw(Block(block.lines, face, height, stroke * height), align)
        if setting.width <= area.width and setting.height <= area.height:
            return setting, height
        height *= 0.97
    raise BadOption("text", text, "fewer words, or a larger area")


def _write(image: Image, setting: Setting, x: int, y: int, height: float, colour: RGB | None) -> Lettered:
    """The setting composited at (x, y), with as much of a shadow as the background calls for."""
    reach = int(np.ceil(0.35 * height))
    rows, columns = image.shape[:2]
    window = Box(
        max(x - reach, 0),
        max(y - reach, 0),
        min(x + setting.width + reach, columns),
        min(y + setting.height + reach, rows),
    )
    glyphs = np.zeros((window.height, window.width), np.float32)
    glyphs[y - window.y0 :, x - window.x0 :][: setting.height, : setting.width] = setting.coverage
    behind = image[y : y + setting.height, x : x + setting.width]
    ink, strength = legible(behind, colour)
    layers: list[tuple[Alpha, RGB]] = [(glyphs, ink)]
    if strength:
        layers.insert(0, (_shadow(glyphs, height, strength), opposite(ink)))
    return _composited(image, window, layers)


def _composited(image: Image, window: Box, layers: list[tuple[Alpha, RGB]]) -> Lettered:
    """Flat colours laid over the window through their coverage, in order."""
    pixels = image[window.slices].astype(np.float32)
    covered = np.zeros(pixels.shape[:2], np.bool_)
    for coverage, colour in layers:
        coverage = np.where(coverage < 1 / 255, np.float32(0), coverage)
        pixels += coverage[:, :, None] * (np.array(colour, np.float32) - pixels)
        covered |= coverage > 0
    result, mask = image.copy(), np.zeros(image.shape[:2], np.bool_)
    result[window.slices][covered] = np.rint(pixels[covered]).astype(np.uint8)
    mask[window.slices] = covered
    return Lettered(result, mask)


def _shadow(glyphs: Alpha, height: float, strength: float) -> Alpha:
    """A soft halo, a little lower than the glyphs, that dies out within a third of an em."""
    thick = max(round(0.06 * height), 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * thick + 1, 2 * thick + 1))
    near = cv2.GaussianBlur(cv2.dilate(glyphs, disc), (0, 0), max(0.035 * height, 0.6))
    far = cv2.GaussianBlur(cv2.dilate(glyphs, disc), (0, 0), max(0.08 * height, 0.8))
    halo = np.maximum(0.8 * near, far) * strength
    return np.asarray(np.clip(halo, 0, 1), np.float32)
