"""Pictures as files within a limit of bytes: exact where that fits, then with as little loss as does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np

from engine.data import Picture
from engine.imageio import encode
from engine.tools.transform import resize

SMALLEST_LIMIT: Final = 4096
"""Bytes below which a file may be all header."""
QUALITIES: Final = (92, 88, 84, 80, 76, 72)
"""Tried after the quality that is wanted; below the last, fewer pixels look better than worse ones."""
SCALED_QUALITY: Final = 82
"""Quality of a picture that is made smaller to fit."""
LONGEST: Final = 16383
"""px: WebP has no longer sides, and few programs open longer JPEGs."""
EXTENSIONS: Final = {"png": "png", "webp": "webp", "jpeg": "jpg"}
_BANDS, _BAND_ROWS = 10, 32
"""The rows that a size is estimated from: full ones, so that they compress as the picture does."""
_DOUBT: Final = 1.25
"""How much smaller than its estimate a lossless file may be: what repeats from band to band is not seen in one."""
_MARGIN: Final = 0.97
"""Share of the limit that the estimate of a lossy file may take."""
_FULL, _TRIES = 0.8, 5
"""Share of the limit that a smaller picture is to use, and after how many tries any will do."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture as a file that is small enough."""

    data: bytes
    extension: str
    """"png", "webp" or "jpg"."""
    exact: bool
    """Whether it decodes to the very pixels."""


def fitted(picture: Picture, limit: int, wanted: str | None = None, quality: int = 95) -> Fitted:
    """The picture as a file of at most `limit` bytes: the first that fits of PNG, lossless WebP, lossy of falling
    quality, smaller.

    The lossy ones are JPEG 4:4:4, WebP where the picture has opacity, which it always keeps. Estimates from a sample
    tell what is worth encoding: usually the first file that is encoded whole is the answer.

    wanted: "png", "jpeg" or "webp", to begin with; JPEG, and WebP below quality 100, begin with a lossy file.
    quality: 1 to 100, of the first lossy file.
    Raises: ValueError for a limit below 4096 bytes.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a picture needs {SMALLEST_LIMIT} bytes, not {limit}")
    opaque = picture.opacity is None
    lossy = "jpeg" if opaque and wanted != "webp" else "webp"
    asked_for_loss = (wanted == "jpeg" and opaque) or (wanted == "webp" and quality < 100)
    if not asked_for_loss:
        for kind in ("webp",) if wanted == "webp" else ("png", "webp"):
            if exact := _exact(picture, kind, limit):
                return exact
    return _lossy(picture, lossy, limit, min(quality, 99 if lossy == "webp" else 100))


def _exact(picture: Picture, kind: str, limit: int) -> Fitted | None:
    """The lossless file, where it fits."""
    if kind == "webp" and max(picture.height, picture.width) > LONGEST:
        return None
    if _is_worth_a_sample(picture, limit) and _estimate(picture, kind, 100) > _DOUBT * limit:
        return None
    data = encode(picture, kind, 100)
    return Fitted(data, EXTENSIONS[kind], exact=True) if len(data) <= limit else None


def _lossy(picture: Picture, kind: str, limit: int, quality: int) -> Fitted:
    """The lossy file of the highest quality that fits, of fewer pixels where none does."""
    longest = max(picture.height, picture.width)
    shown = picture if longest <= LONGEST else resize(picture, scale=LONGEST / longest).picture
    for tried in (quality, *(lower for lower in QUALITIES if lower < quality)):
        if _is_worth_a_sample(shown, limit) and _estimate(shown, kind, tried) > _MARGIN * limit:
            continue
        data = encode(shown, kind, tried)
        if len(data) <= limit:
            return Fitted(data, EXTENSIONS[kind], exact=False)
    return _smaller(shown, kind, limit, min(quality, SCALED_QUALITY))


def _smaller(picture: Picture, kind: str, limit: int, quality: int) -> Fitted:
    """The lossy file of about as many pixels as fit, found between a scale that does and one that does not."""
    best, fits, fails = b"", 0.0, 1.0
    scale, size = 1.0, _estimate(picture, kind, quality)
    for tries in count(1):
        room = fails - fits
        wanted = scale * (_MARGIN * limit / size) ** 0.5
        scale = min(max(wanted, fits + 0.05 * room), fits + 0.95 * room)
        data = encode(resize(picture, scale=scale).picture, kind, quality)
        size = len(data)
        if size > limit:
            fails = scale
        else:
            best, fits = data, scale
        if best and (len(best) > _FULL * limit or tries >= _TRIES):
            break
    return Fitted(best, EXTENSIONS[kind], exact=False)


def _is_worth_a_sample(picture: Picture, limit: int) -> bool:
    """Whether the picture may be too large, and is much larger than a sample of it."""
    return picture.rgb.nbytes > limit and _is_long(picture)


def _is_long(picture: Picture) -> bool:
    return picture.height >= 3 * _BANDS * _BAND_ROWS


def _estimate(picture: Picture, kind: str, quality: int) -> float:
    """Bytes that the picture takes, as bands of it tell."""
    if not _is_long(picture):
        return len(encode(picture, kind, quality))
    starts = np.linspace(0, picture.height - _BAND_ROWS, _BANDS).astype(np.intp)
    rows = (starts[:, None] + np.arange(_BAND_ROWS)).ravel()
    opacity = None if picture.opacity is None else picture.opacity[rows]
    return len(encode(Picture(picture.rgb[rows], opacity), kind, quality)) * picture.height / len(rows)
