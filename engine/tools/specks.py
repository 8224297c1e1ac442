"""Small marks on a picture: blemishes on skin, dust and thin scratches on a scan."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Mask
from engine.tools.colourspace import Floats

_SKIN = np.array((60, 134, 80), np.uint8), np.array((255, 178, 128), np.uint8)
"""Luma, Cr and Cb between which skin of every tone in fair light lies (Chai and Ngan 1999, widened)."""


def find_blemishes(image: Image, region: Mask | None = None) -> Mask:
    """(H, W) mask of small round spots, a little darker or redder than smooth ground: in the region, or else on skin.

    A spot is 0.4 to 5 % of the narrow side of the largest piece of region or skin across. Places full of edges (hair,
    cloth) and what is much darker (eyes, brows) are left alone.
    """
    small, fitted = _shrunk(image), None if region is None else _resized(region, _shape_of(image))
    found = _blemishes(small, _skin_of(small) if fitted is None else fitted)
    full = _resized(found, image.shape[:2])
    return full if region is None else full & region


def _blemishes(image: Image, where: Mask) -> Mask:
    side = _narrow_side(where)
    if side < 8:
        return np.zeros_like(where)
    lab = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2Lab), np.float32)
    largest = max(3, round(side * 0.05)) | 1
    spots = _darker(lab[..., 0], largest) + 1.6 * _darker(-lab[..., 1], largest)
    calm = where & _calm(lab[..., 0], largest)
    if not calm.any():
        return calm
    level = float(np.median(spots[calm]))
    threshold = max(9.0, level + 7 * float(np.median(np.abs(spots[calm] - level))))
    deep = np.asarray(cv2.dilate((spots > 90).astype(np.uint8), _disk(largest)), np.bool_)
    found = _round_parts((spots > threshold) & calm & ~deep, max(2.0, side * 0.004), largest)
    return np.asarray(cv2.dilate(found.astype(np.uint8), _disk(max(1, largest // 8))), np.bool_) & where


_SEARCHED_PIXELS = 1.5e6
"""Marks are looked for on a copy of so many pixels: what it loses is too small to be a mark."""


def _shape_of(image: Image) -> tuple[int, int]:
    height, width = image.shape[:2]
    scale = min(1.0, (_SEARCHED_PIXELS / (height * width)) ** 0.5)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _shrunk(image: Image) -> Image:
    height, width = _shape_of(image)
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _resized(mask: Mask, shape: tuple[int, int]) -> Mask:
    """The mask at another (height, width)."""
    resized = cv2.resize(mask.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.asarray(resized, np.bool_)


def _skin_of(image: Image) -> Mask:
    """Large pieces of skin, the spots on them filled in."""
    skin = np.asarray(cv2.inRange(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb), _SKIN[0], _SKIN[1]), np.uint8) // 255
    reach = max(1, min(skin.shape) // 100)
    opened = cv2.morphologyEx(cv2.morphologyEx(skin, cv2.MORPH_CLOSE, _disk(reach)), cv2.MORPH_OPEN, _disk(3 * reach))
    return np.asarray(opened, np.bool_)


def find_scratches(image: Image) -> Mask:
    """(H, W) mask of long straight hairlines, and of specks on calm ground, brighter or darker than their sides."""
    return _resized(_scratches(_shrunk(image)), image.shape[:2])


def _scratches(image: Image) -> Mask:
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    side = min(grey.shape)
    width = max(5, round(side * 0.008)) | 1
    calm = _calm(grey, 4 * width + 1)
    found = np.zeros(grey.shape, np.bool_)
    for strength in (_darker(-grey, width), _darker(grey, width)):
        spread = float(np.median(np.abs(strength - np.median(strength)))) + 1.0
        marks = strength > max(16.0, 5 * spread)
        found |= _straight(marks, max(21, round(side * 0.1)), width + 2) | (_round_parts(marks, 3, 2 * width) & calm)
    return np.asarray(cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)), np.bool_)


def _straight(marks: Mask, length: int, thickest: int) -> Mask:
    """The marks that a straight line of `length` px fits into, in one of 24 directions, less what is thick."""
    plane = marks.astype(np.uint8)
    solid = np.asarray(cv2.morphologyEx(plane, cv2.MORPH_OPEN, np.ones((thickest, thickest), np.uint8)), np.uint8)
    thin = cv2.subtract(plane, np.asarray(cv2.dilate(solid, np.ones((3, 3), np.uint8)), np.uint8))
    lines = np.zeros_like(plane)
    for turn in np.arange(24) * np.pi / 24:
        cv2.bitwise_or(lines, cv2.morphologyEx(thin, cv2.MORPH_OPEN, _line(length, float(turn))), lines)
    return np.asarray(cv2.dilate(lines, np.ones((5, 5), np.uint8)), np.bool_) & marks


def _line(length: int, turn: float) -> NDArray[np.uint8]:
    reach = length // 2
    element = np.zeros((2 * reach + 1, 2 * reach + 1), np.uint8)
    across, down = round(reach * np.cos(turn)), round(reach * np.sin(turn))
    cv2.line(element, (reach - across, reach - down), (reach + across, reach + down), 1)
    return element


def heal(image: Image, marks: Mask) -> Image:
    """The (H, W, 3) image with small marks filled from around them (Telea 2004), as grainy as their surroundings."""
    if not marks.any():
        return image.copy()
    filled = _filled(image, marks)
    texture = image.astype(np.float32) - np.asarray(cv2.GaussianBlur(image, (0, 0), 1.2), np.float32)
    rows, columns = np.nonzero(marks)
    down, right = _nearby_clean(marks)
    grain = np.clip(texture[(rows + down) % image.shape[0], (columns + right) % image.shape[1]], -12, 12)
    healed = image.copy()
    healed[marks] = np.clip(filled[marks] + grain + 0.5, 0, 255).astype(np.uint8)
    return healed


def _filled(image: Image, marks: Mask) -> Image:
    """What is under the marks filled in, on the smaller copy: a fill is smooth, its grain comes from elsewhere."""
    small, (height, width) = _shrunk(image), image.shape[:2]
    covered = cv2.resize(marks.astype(np.float32), (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA)
    holes = (np.asarray(covered, np.float32) > 0).astype(np.uint8)
    filled = cv2.inpaint(small, holes, 4, cv2.INPAINT_TELEA)
    return np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _nearby_clean(marks: Mask) -> tuple[int, int]:
    """The shift, px, of few tried, whose source has the fewest marks."""
    reach = max(4, min(marks.shape) // 40)
    shifts = [(reach, 0), (-reach, 0), (0, reach), (0, -reach), (reach, reach), (-reach, -reach)]
    return min(shifts, key=lambda shift: np.count_nonzero(marks & np.roll(marks, (-shift[0], -shift[1]), (0, 1))))


def _darker(plane: Floats, width: int) -> Floats:
    """How far each place is below what closes over it: a black hat, wide enough for marks of `width` px."""
    smooth = np.asarray(cv2.GaussianBlur(plane, (0, 0), max(0.6, width / 16)), np.float32)
    return np.asarray(cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, _disk(width // 2 + 1)), np.float32)


def _calm(luma: Floats, width: int) -> Mask:
    """Where the wider surroundings are smooth, spots themselves not counted."""
    median = np.asarray(cv2.medianBlur(luma.astype(np.uint8), min(width | 1, 255)), np.float32)
    slope = cv2.magnitude(
        cv2.Sobel(median, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(median, cv2.CV_32F, 0, 1, scale=0.125)
    )
    busy = np.asarray(cv2.GaussianBlur(slope, (0, 0), width), np.float32)
    return busy < 1.5 + 12 / width


def _round_parts(marks: Mask, smallest: float, largest: int) -> Mask:
    """The connected parts that are neither too small, nor too large, nor long."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(marks.astype(np.uint8))
    parts = np.asarray(stats)
    wide, high, area = (parts[:, column] for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    longer, shorter = np.maximum(wide, high), np.minimum(wide, high)
    keep = (longer <= 1.5 * largest) & (longer <= 2.5 * shorter + 1) & (area >= smallest) & (area >= 0.35 * wide * high)
    return _kept(np.asarray(labels, np.int32), keep)


def _kept(labels: NDArray[np.int32], keep: Mask) -> Mask:
    keep[0] = False
    return keep[labels]


def _disk(radius: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)


def _narrow_side(mask: Mask) -> int:
    """The shorter side, px, of the box of the largest connected part; 0 where there is none."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    parts = np.asarray(stats, np.int32)[1:]
    if len(parts) == 0:
        return 0
    largest = parts[int(np.argmax(parts[:, cv2.CC_STAT_AREA]))]
    return int(min(largest[cv2.CC_STAT_WIDTH], largest[cv2.CC_STAT_HEIGHT]))
