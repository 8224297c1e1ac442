"""Crop, rotate, flip, resize and expand a picture, its opacity with it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Box, Image, Mask, Offset, Picture
from engine.errors import BadOption
from engine.geometry import clip

LONGEST_SIDE = 16384
"""px: what JPEG decoders and browsers still take with room to spare."""
MOST_PIXELS = 100_000_000
"""Of any result: twice the largest photo that is let in."""
SIDES = ("left", "top", "right", "bottom")


@dataclass(frozen=True, eq=False, slots=True)
class Transformed:
    """A picture with another frame, and where the old one went."""

    picture: Picture
    offset: Offset | None
    """Where the parent's top left pixel now lies; None where pixels were moved apart, mirrored or turned."""


def crop_to_aspect(picture: Picture, ratio: float, focus: Box | None = None) -> Transformed:
    """The largest part of the picture of width / height = `ratio`, as exactly as whole px allow.

    It keeps the picture's full height or full width; a square's side is exactly the shorter one. It is centred (an odd
    px is cut from the right or the bottom), or shifted just far enough to hold `focus`, or centred on a focus that
    does not fit.

    Raises:
        BadOption: the ratio is not a positive number.
    """
    if not (isfinite(ratio) and ratio > 0):
        raise BadOption("aspect", ratio, "a positive ratio of width to height")
    width = min(picture.width, max(1, round(picture.height * ratio)))
    height = min(picture.height, max(1, round(picture.width / ratio)))
    x0 = _start(width, picture.width, (focus.x0, focus.x1) if focus else None)
    y0 = _start(height, picture.height, (focus.y0, focus.y1) if focus else None)
    return crop_to_box(picture, Box(x0, y0, x0 + width, y0 + height))


def _start(length: int, available: int, focus: tuple[int, int] | None) -> int:
    """Where a stretch of `length` begins: centred, or shifted to hold the focus."""
    start = (available - length) // 2
    if focus is not None:
        first, end = focus
        fits = end - first <= length
        start = min(max(start, end - length), first) if fits else (first + end - length) // 2
    return min(max(start, 0), available - length)


def crop_to_box(picture: Picture, box: Box) -> Transformed:
    """The part of the picture in the box, each pixel as it was.

    Raises:
        BadOption: the box holds no pixel of the picture.
    """
    inside = clip(box, picture.height, picture.width)
    if inside.area == 0:
        wanted = f"{box.x0},{box.y0},{box.x1},{box.y1}"
        raise BadOption("box", wanted, f"inside 0,0,{picture.width},{picture.height}")
    return Transformed(_each(picture, lambda pixels: pixels[inside.slices].copy()), Offset(-inside.x0, -inside.y0))


def crop_sides(picture: Picture, sides: Collection[str], percent: float) -> Transformed:
    """The picture without `percent` of its width or height on each of `sides` (left, top, right, bottom, all).

    Raises:
        BadOption: a side of another name, a percent outside 0..100, or nothing left.
    """
    if not 0 < percent < 100:
        raise BadOption("amount", percent, "more than 0 and less than 100 percent")
    cut = dict.fromkeys(SIDES, 0.0) | dict.fromkeys(_sides(sides), percent / 100)
    height, width = picture.height, picture.width
    box = Box(
        round(width * cut["left"]),
        round(height * cut["top"]),
        width - round(width * cut["right"]),
        height - round(height * cut["bottom"]),
    )
    if box.width < 1 or box.height < 1:
        raise BadOption("amount", percent, "less than 50 percent of two sides that face each other")
    return crop_to_box(picture, box)


def crop_pixels(picture: Picture, sides: Collection[str], pixels: int) -> Transformed:
    """The picture without `pixels` px on each of `sides` (left, top, right, bottom, all).

    Raises:
        BadOption: a side of another name, less than a pixel, or nothing left.
    """
    if pixels < 1:
        raise BadOption("pixels", pixels, "1 px or more")
    cut = dict.fromkeys(SIDES, 0) | dict.fromkeys(_sides(sides), pixels)
    box = Box(cut["left"], cut["top"], picture.width - cut["right"], picture.height - cut["bottom"])
    if box.width < 1 or box.height < 1:
        raise BadOption("pixels", pixels, f"less than {picture.width} x {picture.height} px")
    return crop_to_box(picture, box)


def crop_border(picture: Picture, tolerance: int = 12) -> Transformed | None:
    """The picture without the plain border around it; None where there is none, or nothing else.

    A row or column belongs to the border while nearly all of it (99 %, for dust and the blocks of JPEG) is within
    `tolerance` levels, in every channel, of the median of the outermost one on its side. One px more goes where it
    ends, which holds some of both.
    """
    sides = [_border(turned, tolerance) for turned in _each_side(picture.rgb)]
    top, bottom, left, right = sides
    box = Box(left, top, picture.width - right, picture.height - bottom)
    if not any(sides) or box.width < 1 or box.height < 1:
        return None
    return crop_to_box(picture, box)


def _each_side(image: Image) -> tuple[Image, Image, Image, Image]:
    """The image with its top, its bottom, its left and its right side first."""
    lying = image.transpose(1, 0, 2)
    return image, image[::-1], lying, lying[::-1]


def _border(image: Image, tolerance: int) -> int:
    """Rows of plain border at the top of the image."""
    plain = np.median(image[0], axis=0)
    alike = cv2.inRange(np.ascontiguousarray(image), plain - tolerance, plain + tolerance).mean(axis=1) >= 0.99 * 255
    rows = len(image) if alike.all() else int(np.argmin(alike))
    return rows + 1 if rows else 0


def _sides(named: Collection[str]) -> tuple[str, ...]:
    unknown = [side for side in named if side not in (*SIDES, "all")]
    if unknown or not named:
        raise BadOption("sides", ", ".join(unknown), ", ".join((*SIDES, "all")))
    return SIDES if "all" in named else tuple(named)


def rotate(picture: Picture, degrees: float) -> Transformed:
    """The picture turned clockwise about its centre, nothing of it cut off.

    By multiples of 90 every pixel is kept as it was. By other angles the canvas grows to hold the whole picture; the
    new corners are transparent (white underneath, for formats without transparency), and the pixels are resampled
    with a cubic kernel.

    Raises:
        BadOption: the angle is not a number, or the result would be too large.
    """
    if not isfinite(degrees):
        raise BadOption("degrees", degrees, "a number of degrees")
    quarters, rest = divmod(degrees % 360, 90)
    if rest:
        return Transformed(_turned(picture, degrees), None)
    if quarters in (0, 4):  # 4: a tiny negative angle is 360 once rounded
        return Transformed(picture, Offset(0, 0))
    code = (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)[int(quarters) - 1]
    return Transformed(_each(picture, lambda pixels: np.asarray(cv2.rotate(pixels, code), np.uint8)), None)


def _turned(picture: Picture, degrees: float) -> Picture:
    """By any angle, on a canvas that holds it all."""
    height, width = picture.height, picture.width
    matrix = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1), np.float64)
    across, down = abs(matrix[0, 0]), abs(matrix[0, 1])
    # Less a thousandth, so that a rounding error of the sine does not cost a column.
    columns = int(np.ceil(width * across + height * down - 1e-3))
    rows = int(np.ceil(width * down + height * across - 1e-3))
    _check_size(rows, columns)
    matrix[:, 2] += ((columns - width) / 2, (rows - height) / 2)

    def warped(pixels: NDArray[Any], border: int, how: int) -> NDArray[Any]:
        return cv2.warpAffine(pixels, matrix, (columns, rows), flags=how, borderMode=border)

    turned = _resampled(picture, lambda pixels: warped(pixels, cv2.BORDER_REPLICATE, cv2.INTER_CUBIC))
    # The rim of the picture fades over one pixel, and what is resampled there has no outside to mix in.
    covered = warped(np.full((height, width), 255, np.uint8), cv2.BORDER_CONSTANT, cv2.INTER_LINEAR)
    opacity = covered if turned.opacity is None else cv2.multiply(turned.opacity, covered, scale=1 / 255)
    _, empty = cv2.threshold(covered, 0, 255, cv2.THRESH_BINARY_INV)
    rgb = cv2.max(turned.rgb, cv2.merge([empty, empty, empty]))
    return Picture(np.asarray(rgb, np.uint8), np.asarray(opacity, np.uint8))


def flip(picture: Picture, axis: Literal["horizontal", "vertical"]) -> Transformed:
    """The picture mirrored: horizontal swaps left and right, vertical top and bottom. No offset: every pixel moved."""
    code = 1 if axis == "horizontal" else 0
    return Transformed(_each(picture, lambda pixels: np.asarray(cv2.flip(pixels, code), np.uint8)), None)


def resize(
    picture: Picture, width: int | None = None, height: int | None = None, scale: float | None = None
) -> Transformed:
    """The picture resampled to px, or by a factor; with one side given the other keeps the aspect.

    Shrinking averages (every pixel counts, nothing aliases), enlarging uses Lanczos' kernel.

    Raises:
        BadOption: neither sides nor a scale, or both; a result with a side outside 1..16384 px, or of over 100 MP.
    """
    columns, rows = _wanted(picture, width, height, scale)
    _check_size(rows, columns)
    return Transformed(_resampled(picture, lambda pixels: _scaled(pixels, rows, columns)), None)


def _wanted(picture: Picture, width: int | None, height: int | None, scale: float | None) -> tuple[int, int]:
    """(width, height) to resize to."""
    if (scale is None) == (width is None and height is None):
        raise BadOption("size", "", "a width, a height, both, or a scale")
    if scale is not None:
        if not (isfinite(scale) and scale > 0):
            raise BadOption("scale", scale, "a positive number")
        return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    aspect = picture.width / picture.height
    columns = width if width is not None else max(1, round((height or 0) * aspect))
    rows = height if height is not None else max(1, round(columns / aspect))
    return columns, rows


def _check_size(height: int, width: int) -> None:
    if not (1 <= width <= LONGEST_SIDE and 1 <= height <= LONGEST_SIDE and width * height <= MOST_PIXELS):
        allowed = f"sides of 1 to {LONGEST_SIDE} px, {MOST_PIXELS // 1_000_000} megapixels in all"
        raise BadOption("size", f"{width}x{height}", allowed)


def _scaled(pixels: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Shrunk where a side shrinks, then enlarged where a side grows."""
    least = min(height, pixels.shape[0]), min(width, pixels.shape[1])
    if least != pixels.shape[:2]:
        pixels = cv2.resize(pixels, least[::-1], interpolation=cv2.INTER_AREA)
    if (height, width) != pixels.shape[:2]:
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LANCZOS4)
    return pixels


def expand_canvas(
    picture: Picture, left: int = 0, top: int = 0, right: int = 0, bottom: int = 0
) -> tuple[Transformed, Mask]:
    """The picture with that many more px on each side, and the mask of the new ones, for an outpainter.

    The picture's pixels are kept as they were; the new ones repeat its border.

    Raises:
        BadOption: a negative number, or a result that would be too large.
    """
    if min(left, top, right, bottom) < 0:
        raise BadOption("expand", min(left, top, right, bottom), "0 px or more on each side")
    height, width = picture.height + top + bottom, picture.width + left + right
    _check_size(height, width)

    def padded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(cv2.copyMakeBorder(pixels, top, bottom, left, right, cv2.BORDER_REPLICATE), np.uint8)

    new = np.ones((height, width), np.bool_)
    new[top : top + picture.height, left : left + picture.width] = False
    return Transformed(_each(picture, padded), Offset(left, top)), new


def _each(picture: Picture, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Picture:
    """The same change of the frame to the colours and the opacity."""
    return Picture(change(picture.rgb), None if picture.opacity is None else change(picture.opacity))


def _resampled(picture: Picture, resample: Callable[[NDArray[Any]], NDArray[Any]]) -> Picture:
    """The picture resampled; colours count by their opacity, so that invisible ones do not bleed in."""
    if picture.opacity is None:
        return Picture(np.asarray(resample(picture.rgb), np.uint8))
    opacity = resample(picture.opacity.astype(np.float32))
    weighted = resample(picture.rgb * np.multiply(picture.opacity, np.float32(1 / 255))[..., None])
    return Picture(_unweighted(weighted, opacity), np.rint(np.clip(opacity, 0, 255)).astype(np.uint8))


def _unweighted(weighted: NDArray[np.float32], opacity: NDArray[np.float32]) -> Image:
    """Colours divided by their opacity again; white where nothing is left to see.

    The opacity (255 = opaque) still has the kernel's overshoot, as the colours do: it cancels out.
    """
    seen = opacity >= 0.5
    rgb = weighted * (255 / np.where(seen, opacity, 1))[..., None]
    rgb[~seen] = 255
    return np.rint(np.clip(rgb, 0, 255)).astype(np.uint8)
