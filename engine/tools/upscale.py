"""More pixels without a model: nothing is invented, edges are kept crisp and the picture, shrunk again, is itself."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Picture
from engine.errors import BadOption

LIMIT: Final = 50_000_000
"""Pixels that a result may have."""
LARGEST: Final = 8.0
_ROUNDS: Final = 3
_SHARPENING: Final = 0.3
"""Both measured: photos halved and enlarged again gain 0.5 dB on bicubic; more sharpening loses it again."""

_Plane = NDArray[np.float32]


def upscale(picture: Picture, scale: float) -> Picture:
    """The picture `scale` times as high and wide, 1 < scale <= 8.

    Lanczos interpolation; brightness is then corrected until it averages back to the original (back-projection, Irani
    and Peleg, "Improving resolution by image registration", 1991) and sharpened at edges, without halos.
    That is more pixels, not more detail: who calls it should say so (`Notice("upscaled_without_model")`).

    Raises: BadOption for another scale, or a result of more than 50 megapixels.
    """
    height, width = enlarged_size(picture, scale)
    coded = cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2YCrCb)
    enlarged = cv2.resize(coded, (width, height), interpolation=cv2.INTER_CUBIC)
    brightness = _enlarged(coded[:, :, 0].astype(np.float32), height, width)
    enlarged[:, :, 0] = np.rint(np.clip(brightness, 0, 255)).astype(np.uint8)
    rgb = np.asarray(cv2.cvtColor(enlarged, cv2.COLOR_YCrCb2RGB), np.uint8)
    return Picture(rgb, enlarged_opacity(picture, height, width))


def enlarged_size(picture: Picture, scale: float) -> tuple[int, int]:
    """(height, width) of the picture at that scale. Raises: BadOption as `upscale` does."""
    if not 1 < scale <= LARGEST:
        raise BadOption("scale", scale, f"more than 1, at most {LARGEST:g}")
    height, width = round(picture.height * scale), round(picture.width * scale)
    if height * width > LIMIT:
        largest = np.floor(10 * np.sqrt(LIMIT / (picture.height * picture.width))) / 10
        raise BadOption("scale", scale, f"at most {largest:g} for a picture of this size")
    return height, width


def enlarged_opacity(picture: Picture, height: int, width: int) -> NDArray[np.uint8] | None:
    """The picture's opacity at that size; None where it has none."""
    if picture.opacity is None:
        return None
    return np.asarray(cv2.resize(picture.opacity, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _enlarged(plane: _Plane, height: int, width: int) -> _Plane:
    large = np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_LANCZOS4), np.float32)
    low, high = _range(plane, height, width)
    for _ in range(_ROUNDS):
        large = np.clip(_corrected(large, plane), low, high)
    large = np.clip(large + _detail(large), low, high)
    return np.clip(_corrected(large, plane), low, high)


def _corrected(large: _Plane, plane: _Plane) -> _Plane:
    """One step of back-projection: what shrinking it again gets wrong is added."""
    height, width = large.shape
    shrunk = cv2.resize(large, plane.shape[::-1], interpolation=cv2.INTER_AREA)
    return large + cv2.resize(plane - shrunk, (width, height), interpolation=cv2.INTER_CUBIC)


def _range(plane: _Plane, height: int, width: int) -> tuple[_Plane, _Plane]:
    """The darkest and brightest that a pixel may become: what its neighbours were, so that no edge rings."""
    square = np.ones((3, 3), np.uint8)
    low, high = (
        cv2.resize(extreme, (width, height), interpolation=cv2.INTER_LINEAR)
        for extreme in (cv2.erode(plane, square), cv2.dilate(plane, square))
    )
    return np.asarray(low, np.float32), np.asarray(high, np.float32)


def _detail(large: _Plane) -> _Plane:
    """What sharpening adds: fine differences, most of all at edges and least in what may be noise."""
    fine = large - cv2.GaussianBlur(large, (0, 0), 1.2)
    dx, dy = cv2.Sobel(large, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(large, cv2.CV_32F, 0, 1, scale=1 / 8)
    edge = cv2.GaussianBlur(cv2.magnitude(dx, dy), (0, 0), 1.0)
    return np.asarray(_SHARPENING * 2 * edge / (edge + 6) * fine, np.float32)
