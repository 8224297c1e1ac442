"""What overlays and sheets are drawn with: a canvas, text, cards, badges; one look for all of them."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Alpha, Image, Picture
from engine.errors import BadOption
from engine.tools.fonts import choose, runs
from engine.tools.legibility import INK, RGB, WHITE, luminance
from engine.tools.typesetting import Block, draw, wrap

BACKDROP: Final[RGB] = (22, 23, 28)
CARD: Final[RGB] = (34, 36, 43)
TEXT: Final[RGB] = (238, 240, 245)
SUBTLE: Final[RGB] = (168, 173, 186)
ACCENT: Final[RGB] = (96, 165, 250)
LINE: Final[RGB] = (84, 88, 102)
PALETTE: Final[tuple[RGB, ...]] = (
    (47, 128, 255),
    (255, 138, 31),
    (34, 197, 94),
    (232, 67, 147),
    (250, 204, 21),
    (6, 182, 212),
    (239, 68, 68),
    (139, 92, 246),
)
"""Colours told apart at a glance, neighbours also by those who see red and green alike."""
LEADING: Final = 1.35
"""Distance between the baselines of running text, in em heights."""
_WEIGHT: Final = 0.022
"""Ink added to make a face semi-bold, in em heights."""


def canvas(height: int, width: int, colour: RGB = BACKDROP) -> Image:
    """A picture of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def shown(picture: Picture, height: int, width: int) -> Image:
    """The picture at another size, on a checkerboard where it is transparent."""
    kind = cv2.INTER_AREA if height < picture.height else cv2.INTER_CUBIC
    rgb = np.asarray(cv2.resize(picture.rgb, (width, height), interpolation=kind), np.uint8)
    if picture.opacity is None:
        return rgb
    opacity = cv2.resize(picture.opacity, (width, height), interpolation=kind)[:, :, None] / np.float32(255)
    side = max(min(height, width) // 24, 6)
    rows, columns = np.arange(height)[:, None] // side, np.arange(width)[None, :] // side
    squares = np.where((rows + columns) % 2, np.float32(205), np.float32(240))[:, :, None]
    return np.rint(opacity * rgb + (1 - opacity) * squares).astype(np.uint8)


def rounded(height: int, width: int, radius: float) -> Alpha:
    """A rectangle with round corners that fills height x width px, antialiased."""
    y, x = np.arange(height) + 0.5, np.arange(width) + 0.5
    dy = np.maximum(np.abs(y - height / 2) - (height / 2 - radius), 0)[:, None]
    dx = np.maximum(np.abs(x - width / 2) - (width / 2 - radius), 0)[None, :]
    return np.asarray(np.clip(radius + 0.5 - np.hypot(dx, dy), 0, 1), np.float32)


def lay(onto: Image, colour: RGB | Image, alpha: Alpha, x: int, y: int) -> None:
    """Blends a colour, or pixels of alpha's size, into `onto` with the corner at (x, y); what lies outside is cut."""
    top, left = max(-y, 0), max(-x, 0)
    bottom, right = min(alpha.shape[0], onto.shape[0] - y), min(alpha.shape[1], onto.shape[1] - x)
    if top >= bottom or left >= right:
        return
    weights = alpha[top:bottom, left:right, None]
    front = np.asarray(colour, np.float32)
    front = front[top:bottom, left:right] if front.ndim == 3 else front
    there = onto[y + top : y + bottom, x + left : x + right]
    there[...] = np.rint(there + weights * (front - there)).astype(np.uint8)


def line_of(text: str, height: float, *, bold: bool = False) -> tuple[Alpha, float]:
    """One line as coverage, and the rows from its top to the baseline."""
    face = choose(text or " ")
    setting = draw(Block((text,), face, height, _WEIGHT * height * bold), "left", strict=False)
    return setting.coverage, setting.baseline


def drawable(*texts: str) -> str | None:
    """The first of the texts that the fonts of this machine draw; None where they draw none of them."""
    for text in texts:
        with suppress(BadOption):
            runs(text, choose(text))
            return text
    return None


def write(
    onto: Image,
    text: str,
    x: int,
    baseline: float,
    height: float,
    colour: RGB,
    *,
    bold: bool = False,
    middle: bool = False,
) -> None:
    """One line of text from x, or with `middle` centred on it."""
    coverage, rise = line_of(text, height, bold=bold)
    lay(onto, colour, coverage, x - coverage.shape[1] // 2 if middle else x, round(baseline - rise))


def folded(text: str, height: float, width: int, most: int) -> list[str]:
    """The text on at most that many lines of that width in px; what does not fit ends in an ellipsis."""
    if not text.strip():
        return []
    face = choose(text)
    lines = wrap(" ".join(text.split()), face, height, width)
    kept = [_clipped(line, height, width) for line in lines[:most]]
    if len(lines) > most:
        kept[-1] = _clipped(kept[-1].rstrip("…") + "…", height, width)
    return kept


def _clipped(line: str, height: float, width: int) -> str:
    """The line, cut so that it fits, with an ellipsis where something is missing."""
    if line_of(line, height)[0].shape[1] <= width:
        return line
    low, high = 0, len(line)
    while low + 1 < high:
        middle = (low + high) // 2
        fits = line_of(line[:middle].rstrip() + "…", height)[0].shape[1] <= width
        low, high = (middle, high) if fits else (low, middle)
    return line[:low].rstrip() + "…"


def badge(onto: Image, label: str, x: float, y: float, radius: float, colour: RGB) -> None:
    """A round badge with a short label, ringed in white, its middle at (x, y)."""
    side = int(np.ceil(radius)) * 2 + 4
    left, top = round(x - side / 2), round(y - side / 2)
    for size, fill, weight in ((side, INK, 0.35), (2 * radius, WHITE, 1.0), (1.72 * radius, colour, 1.0)):
        lay(onto, fill, disc(side, size / 2) * np.float32(weight), left, top)
    ink = WHITE if float(luminance(np.array([colour], np.uint8))[0]) < 0.45 else INK
    coverage, _ = line_of(label, radius * (1.05 if len(label) < 2 else 0.85), bold=True)
    lay(onto, ink, coverage, round(x - coverage.shape[1] / 2), round(y - coverage.shape[0] / 2))


def disc(side: int, radius: float) -> Alpha:
    """A disc in the middle of a square, antialiased."""
    at = np.arange(side) + 0.5 - side / 2
    return np.asarray(np.clip(radius + 0.5 - np.hypot(at[:, None], at[None, :]), 0, 1), np.float32)


def chip(onto: Image, text: str, x: int, y: int, height: int) -> None:
    """A label on a dark pill, its top left corner at (x, y)."""
    em = 0.56 * height
    coverage, rise = line_of(text, em, bold=True)
    width = coverage.shape[1] + round(0.9 * height)
    lay(onto, (12, 13, 16), rounded(height, width, height / 2) * np.float32(0.72), x, y)
    lay(onto, TEXT, coverage, x + (width - coverage.shape[1]) // 2, round(y + 0.5 * height + 0.36 * em - rise))


def curve(onto: Image, start: tuple[float, float], stop: tuple[float, float], colour: RGB, thickness: int) -> None:
    """A line that leaves and arrives level, antialiased."""
    t = np.linspace(0, 1, 48)[:, None]
    middle = (start[0] + stop[0]) / 2
    points = np.array([start, (middle, start[1]), (middle, stop[1]), stop])
    bezier = (
        (1 - t) ** 3 * points[0] + 3 * (1 - t) ** 2 * t * points[1] + 3 * (1 - t) * t**2 * points[2] + t**3 * points[3]
    )
    fixed: NDArray[np.int32] = np.rint(bezier * 16).astype(np.int32)
    cv2.polylines(onto, [fixed], isClosed=False, color=colour, thickness=thickness, lineType=cv2.LINE_AA, shift=4)
