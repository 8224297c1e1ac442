"""Pictures in: what a file's content says it is, within limits, as 8-bit sRGB with opacity beside it."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image as PillowImage

from engine.data import Image, Picture
from engine.errors import DamagedImage, EditError
from engine.imageio.decoded import FIRST_FRAME, Decoded, turned
from engine.imageio.header import DEFAULT_LIMITS, ISOLATED, Header, Limits, identify, read_header
from engine.imageio.isolated import Child
from engine.imageio.orientation import orientation_of
from engine.imageio.samples import picture_from, with_profile

PILLOW_NAMES = {"HEIC": "HEIF"}
"""What Pillow calls a format, where it has a name of its own for it."""


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """The picture in a file: upright, sRGB, without metadata; equal to Pillow's pixels where no profile is converted.

    The content decides, never a name. Size and structure are checked before any pixel is decoded. Of an animation the
    first frame is taken. What follows the picture in the file is ignored. The colour rule: `engine.imageio.samples`.
    AVIF and HEIC, whose decoders are the least proven, are decoded in a process of their own; `engine.imageio.decoder`
    decodes every format there.

    Raises: UnsupportedImage, DamagedImage, ImageTooLarge, ImageTooSmall; BackendFailed, TimedOut when there is no
    starting another process.
    """
    found, _ = inspect(data, limits)
    if found not in ISOLATED:
        return decode_here(data, limits)
    with Child() as child:
        return child.decode(data, found, limits)


def inspect(data: bytes, limits: Limits) -> tuple[str, Header | None]:
    """The format and the header of a file that the limits allow; None where only its decoder can read the header.

    Raises: UnsupportedImage, DamagedImage, ImageTooLarge, ImageTooSmall.
    """
    limits.check_bytes(len(data))
    found = identify(data)
    if found in ISOLATED:
        return found, None
    header = read_header(data, found)
    limits.check_sides(header.height, header.width)
    return found, header


def decode_here(data: bytes, limits: Limits, told: Callable[[int, int], None] = lambda height, width: None) -> Decoded:
    """As `decode`, in this process whatever the format; `told` hears the size before any pixel is decoded."""
    found, header = inspect(data, limits)
    if header is not None:
        told(header.height, header.width)
        if found == "JPEG" and header.plain and (rgb := _quick(data, header)) is not None:
            rgb, notices = with_profile(rgb, header.profile)
            orientation = orientation_of(header.exif)
            return Decoded(turned(Picture(rgb), orientation), found, notices, orientation)
    elif found == "HEIC":
        import pi_heif

        pi_heif.register_heif_opener()  # pyright: ignore[reportUnknownMemberType]
    return _from_pillow(data, found, header, limits, told)


def _quick(data: bytes, header: Header) -> Image | None:
    """The pixels by OpenCV, two to three times as fast as Pillow; None where it cannot."""
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    whole = decoded is not None and decoded.shape == (header.height, header.width, 3)  # pyright: ignore[reportUnnecessaryComparison]
    return np.asarray(decoded, np.uint8) if whole else None


def _from_pillow(
    data: bytes, found: str, known: Header | None, limits: Limits, told: Callable[[int, int], None]
) -> Decoded:
    # Pillow raised nine kinds of exception in a million damaged files, so any of them means that.
    try:
        with PillowImage.open(io.BytesIO(data), formats=[PILLOW_NAMES.get(found, found)]) as image:
            limits.check_sides(image.height, image.width)
            header = known or Header(image.height, image.width, animated=getattr(image, "n_frames", 1) > 1)
            if known is None:
                told(image.height, image.width)
            exif, profile = image.info.get("exif"), image.info.get("icc_profile")
            quick = _quick(data, header) if found == "WEBP" and header.plain else None
            if quick is not None:
                rgb, notices = with_profile(quick, profile)
                picture = Picture(rgb)
            else:
                image.load()
                picture, notices = picture_from(image, header.bit_depth, profile)
    except EditError:
        raise
    except Exception as exc:
        raise DamagedImage(found) from exc
    notices += (FIRST_FRAME,) if header.animated else ()
    orientation = orientation_of(exif)
    return Decoded(turned(picture, orientation), found, notices, orientation)
