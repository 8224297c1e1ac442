"""Before and after as an animation: a divider sweeps over the picture and back."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from bot.drawing import BACKDROP, canvas, chip, disc, lay, line_of, shown
from engine.data import Alpha, Image, Picture
from engine.tools.legibility import INK, RGB, WHITE

HEIGHT, WIDTH = 800, 640
"""Most px of the animation."""
STEPS: Final = 16
"""Frames of one sweep."""
FRAME_MS, REST_MS = 60, 1000
"""Multiples of 10: GIF counts in hundredths of a second."""
ATTEMPTS: Final = ((240, 1.0), (128, 1.0), (240, 0.75), (128, 0.6), (64, 0.5), (64, 0.35), (32, 0.25), (16, 0.15))
"""Colours and scale, tried in turn until the file is small enough."""
KEPT: Final = (BACKDROP, *((level, level, level) for level in (12, 48, 96, 144, 184, 212, 236, 255)))
"""Colours of the frame and the divider, there whatever the pictures have."""
PALETTE_FROM: Final = 20_000
"""Pixels whose colours make the palette; four times as many lower the mean error by a hundredth."""
ALIKE: Final = 0.01
"""How much two aspects may differ and still be shown as one."""

Indexed: TypeAlias = NDArray[np.uint8]
"""(H, W) uint8: where each pixel's colour is in the palette."""
Palette: TypeAlias = NDArray[np.uint8]
"""(N, 3) uint8, N up to 256."""


def wipe(before: Picture, after: Picture, limit: int = 4 << 20, labels: Sequence[str] = ("before", "after")) -> bytes:
    """A GIF without end, 640 px wide or 800 high: `before`, swept over from the left by `after`, and back.

    What is the same in both is the same in every frame, so that only what was changed moves. Pictures of different
    shapes stand in the middle of one frame. At most `limit` bytes: where that takes it, with fewer colours and px.
    Raises: ValueError where nothing is small enough.
    """
    for colours, scale in ATTEMPTS:
        stills = _stills(before, after, scale, labels)
        data = _gif(*_indexed(*stills, colours))
        if len(data) <= limit:
            return data
    raise ValueError(f"no animation fits into {limit} bytes")


def _stills(before: Picture, after: Picture, scale: float, labels: Sequence[str]) -> tuple[Image, Image]:
    """Both at one size, each labelled on the side where it is seen longest."""
    sizes = [_fit(picture, scale) for picture in (before, after)]
    height, width = _room(sizes)
    if abs(before.width * after.height / (before.height * after.width) - 1) <= ALIKE:
        sizes = [(height, width)] * 2
    stills = [_framed(*pair, height, width) for pair in zip((before, after), sizes, strict=True)]
    for still, label, right in zip(stills, labels, (True, False), strict=True):
        if label:
            _sign(still, label, max(round(0.045 * max(height, width)), 9), right=right)
    return stills[0], stills[1]


def _framed(picture: Picture, size: tuple[int, int], height: int, width: int) -> Image:
    """The picture in the middle of a frame, at its (height, width) or as large as the frame lets it be."""
    inside = min(1.0, height / size[0], width / size[1])
    rows, columns = max(int(inside * size[0]), 1), max(int(inside * size[1]), 1)
    top, left = (height - rows) // 2, (width - columns) // 2
    still = canvas(height, width, BACKDROP)
    still[top : top + rows, left : left + columns] = shown(picture, rows, columns)
    return still


def _room(sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """(height, width) of a frame that leaves little empty around either, and lets neither become small."""
    heights, widths = zip(*sizes, strict=True)
    return max(min(heights), max(heights) // 2), max(widths)


def _fit(picture: Picture, scale: float) -> tuple[int, int]:
    """(height, width) of the picture in the animation."""
    factor = scale * min(HEIGHT / picture.height, WIDTH / picture.width)
    return max(round(factor * picture.height), 16), max(round(factor * picture.width), 16)


def _sign(still: Image, label: str, height: int, *, right: bool) -> None:
    """The label in a top corner, where there is room for it."""
    margin = height // 2
    width = line_of(label, 0.56 * height, bold=True)[0].shape[1] + height
    if width + 2 * margin <= still.shape[1]:
        chip(still, label, still.shape[1] - width - margin if right else margin, margin, height)


def _indexed(before: Image, after: Image, colours: int) -> tuple[Indexed, Indexed, Palette]:
    """Both in one palette, dithered alike where they are alike."""
    both = np.vstack([before, after])
    every = int(np.ceil((both.shape[0] * both.shape[1] / PALETTE_FROM) ** 0.5))
    few = PillowImage.fromarray(np.ascontiguousarray(both[::every, ::every]))
    found = few.quantize(colours, PillowImage.Quantize.MEDIANCUT, kmeans=PALETTE_FROM // 50).getpalette() or []
    palette = np.unique(np.vstack([np.array(found, np.uint8).reshape(-1, 3), np.array(KEPT, np.uint8)]), axis=0)
    first, second = (_in_palette(still, palette, PillowImage.Dither.FLOYDSTEINBERG) for still in (before, after))
    same = np.equal(before, after).all(axis=2)
    return first, np.where(same, first, second), palette


def _in_palette(image: Image, palette: Palette, dither: PillowImage.Dither) -> Indexed:
    carrier = PillowImage.new("P", (1, 1))
    carrier.putpalette(palette.tobytes())
    return np.asarray(PillowImage.fromarray(image).quantize(palette=carrier, dither=dither), np.uint8)


def _gif(before: Indexed, after: Indexed, palette: Palette) -> bytes:
    """The file; each frame holds only what differs from the one before it."""
    width = before.shape[1]
    divider = _Divider(before.shape[0], width)
    share = (1 - np.cos(np.pi * np.arange(1, STEPS) / STEPS)) / 2
    places = np.rint(share * (width + 2 * divider.radius) - divider.radius)
    sweep = [divider.between(after, before, int(x), palette) for x in places]
    frames = [PillowImage.fromarray(pixels) for pixels in (before, *sweep, after, *reversed(sweep))]
    for frame in frames:
        frame.putpalette(palette.tobytes())
    durations = 2 * [REST_MS, *(FRAME_MS for _ in sweep)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, optimize=False)
    return written.getvalue()


class _Divider:
    """A bright line with a handle, to be drawn at any column."""

    def __init__(self, height: int, width: int) -> None:
        self.radius = float(np.clip(0.034 * max(height, width), 5, 22))
        """Of the handle, px: when it is that far outside it is gone."""
        self._reach = round(1.4 * self.radius)
        self._layers = _layers(height, self._reach, self.radius)

    def between(self, left: Indexed, right: Indexed, x: int, palette: Palette) -> Indexed:
        """The one still up to column x, the other from there on, and the divider in between."""
        x0, x1 = np.clip((x - self._reach, x + self._reach + 1), 0, left.shape[1])
        edge = int(np.clip(x, 0, left.shape[1]))
        frame = np.hstack([left[:, :edge], right[:, edge:]])
        if x0 < x1:
            plain = palette[frame[:, x0:x1]]
            drawn = plain.copy()
            for colour, alpha in self._layers:
                lay(drawn, colour, alpha, x - self._reach - int(x0), 0)
            touched = np.not_equal(drawn, plain).any(axis=2)
            frame[:, x0:x1][touched] = _in_palette(drawn, palette, PillowImage.Dither.NONE)[touched]
        return frame


def _layers(height: int, reach: int, radius: float) -> list[tuple[RGB, Alpha]]:
    """What is laid over the picture, lowest first: a shadow, the line, the handle, its arrows."""
    width = 2 * reach + 1
    line = np.zeros((height, width), np.float32)
    thick = max(round(radius / 12), 1)
    line[:, reach - thick : reach + thick + 1] = 1
    handle = np.zeros_like(line)
    side = min(2 * reach + 1, height - (1 - height % 2))
    top = (height - side) // 2
    handle[top : top + side, reach - side // 2 : reach + side // 2 + 1] = disc(side, radius)
    bright = np.maximum(line, handle)
    shadow = cv2.GaussianBlur(bright, (0, 0), max(radius / 6, 0.8))
    return [(INK, np.asarray(0.55 * shadow, np.float32)), (WHITE, bright), (INK, _arrows(height, reach, radius))]


def _arrows(height: int, reach: int, radius: float) -> Alpha:
    """One to each side, in the handle."""
    ink = np.zeros((height, 2 * reach + 1), np.uint8)
    for way in (-1, 1):
        tip, back, half = 0.62 * way * radius, 0.28 * way * radius, 0.34 * radius
        points = np.array([(back, -half), (tip, 0), (back, half)]) + np.array((reach, (height - 1) / 2))
        fixed: NDArray[np.int32] = np.rint(16 * points).astype(np.int32)
        cv2.polylines(
            ink, [fixed], isClosed=False, color=255, thickness=max(round(radius / 8), 1), lineType=cv2.LINE_AA, shift=4
        )
    return np.asarray(0.8 * ink / 255, np.float32)
