"""Pictures out: PNG, JPEG and WebP that say they are sRGB, and no more than that."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as PillowImage

from engine.data import Image, Mask, Picture
from engine.errors import BadOption
from engine.imageio.palette import indexed
from engine.imageio.png import GREY, GREY_ALPHA, PALETTE, TRUECOLOUR, TRUECOLOUR_ALPHA, write_png
from engine.imageio.profiles import srgb_profile

EXTENSIONS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}


def format_for(path: Path) -> str:
    """ "png", "jpeg" or "webp", as the extension says.

    Raises: BadOption for any other.
    """
    try:
        return EXTENSIONS[path.suffix.lower()]
    except KeyError:
        raise BadOption("output", path.suffix, ", ".join(EXTENSIONS)) from None


def encode(picture: Picture, format: str, quality: int = 95) -> bytes:  # noqa: A002 - the field's word
    """The picture as a file without metadata, tagged as sRGB.

    "png": lossless, opacity included. "jpeg": 4:4:4, on white where there is opacity. "webp": lossless at quality 100,
    colours under full transparency included; below that lossy, with opacity lossless.

    Raises: BadOption for another format, a quality outside 1 to 100, or sides beyond the format's (WebP: 16 383 px).
    """
    if not 1 <= quality <= 100:
        raise BadOption("quality", quality, "1 to 100")
    if format == "png":
        return _png(picture)
    if format == "jpeg":
        return _jpeg(flattened(picture), quality)
    if format == "webp":
        return _webp(picture, quality)
    raise BadOption("format", format, "png, jpeg, webp")


def encode_mask(mask: Mask) -> bytes:
    """An 8-bit grey PNG, white where pixels regenerate; readers of 1-bit files differ in what they make of white."""
    return write_png(mask.astype(np.uint8) * np.uint8(255), mask.shape[1], 8, GREY)


def preview(picture: Picture, max_side: int, quality: int = 80) -> bytes:
    """A JPEG whose longer side is at most `max_side` px, on white where there is opacity."""
    rgb = flattened(picture)
    scale = max_side / max(picture.height, picture.width)
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in (picture.width, picture.height))
        rgb = np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return _jpeg(rgb, quality)


def flattened(picture: Picture) -> Image:
    """The pixels over white; the picture's own array where it is opaque."""
    if picture.opacity is None:
        return picture.rgb
    alpha = picture.opacity[..., None].astype(np.uint16)
    return ((picture.rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def _png(picture: Picture) -> bytes:
    rgb, opacity, width = picture.rgb, picture.opacity, picture.width
    rows = (picture.height, -1)
    if _is_grey(rgb):
        grey = np.ascontiguousarray(rgb[..., 0])
        if opacity is None:
            return write_png(grey, width, 8, GREY)
        return write_png(np.dstack([grey, opacity]).reshape(rows), width, 8, GREY_ALPHA)
    if opacity is not None:
        return write_png(np.dstack([rgb, opacity]).reshape(rows), width, 8, TRUECOLOUR_ALPHA)
    if (few := indexed(rgb)) is not None:
        return write_png(few.indices, width, 8, PALETTE, few.colours.tobytes())
    return write_png(np.ascontiguousarray(rgb).reshape(rows), width, 8, TRUECOLOUR)


def _is_grey(rgb: Image) -> bool:
    """Whether the three channels are one; a few rows settle it for nearly every photo."""
    for part in (rgb[:: max(1, len(rgb) // 8)], rgb):
        red, green, blue = cv2.split(part)
        if not (np.array_equal(red, green) and np.array_equal(green, blue)):
            return False
    return True


def _jpeg(rgb: Image, quality: int) -> bytes:
    return _saved(PillowImage.fromarray(rgb), "JPEG", quality=quality, subsampling=0)


def _webp(picture: Picture, quality: int) -> bytes:
    if max(picture.height, picture.width) > 16383:
        raise BadOption("format", "webp", "sides up to 16383 px")
    samples = picture.rgb if picture.opacity is None else np.dstack([picture.rgb, picture.opacity])
    image = PillowImage.fromarray(np.ascontiguousarray(samples))
    if quality == 100:
        return _saved(image, "WEBP", lossless=True, exact=True, quality=0, method=0)
    return _saved(image, "WEBP", quality=quality, method=2)


def _saved(image: PillowImage.Image, format: str, **options: int) -> bytes:  # noqa: A002
    written = io.BytesIO()
    image.save(written, format, icc_profile=srgb_profile(), **options)
    return written.getvalue()
