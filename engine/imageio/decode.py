"""Pictures in: what a file's content says it is, within limits, as 8-bit sRGB with opacity beside it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image as PillowImage

from engine.data import Image, Notice, Picture
from engine.errors import DamagedImage, EditError
from engine.imageio.header import DEFAULT_LIMITS, ISOLATED, Header, Limits, identify, read_header
from engine.imageio.isolated import decode_isolated
from engine.imageio.orientation import orientation_of, upright
from engine.imageio.samples import picture_from, with_profile

FIRST_FRAME = Notice("first_frame")


@dataclass(frozen=True, eq=False, slots=True)
class Decoded:
    """A picture and what should be known of the file it came from."""

    picture: Picture
    format: str
    """PNG, JPEG, WEBP, GIF, BMP, AVIF or HEIC."""
    notices: tuple[Notice, ...] = ()
    """`first_frame`: the file is animated; `profile_dropped`: its colour profile was unusable."""
    orientation: int = 1
    """How the file's pixels were turned to stand upright (EXIF, 1 to 8; 1 = not at all)."""


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """The picture in a file: upright, sRGB, without metadata; equal to Pillow's pixels where no profile is converted.

    The content decides, never a name. Size and structure are checked before any pixel is decoded. Of an animation the
    first frame is taken. What follows the picture in the file is ignored. The colour rule: `engine.imageio.samples`.

    Raises: UnsupportedImage, DamagedImage, ImageTooLarge, ImageTooSmall.
    """
    limits.check_bytes(len(data))
    found = identify(data)
    if found in ISOLATED:
        return _from_isolated(data, found, limits)
    header = read_header(data, found)
    limits.check_sides(header.height, header.width)
    if found == "JPEG" and header.plain and (rgb := _quick(data, header)) is not None:
        rgb, notices = with_profile(rgb, header.profile)
        return _upright(Picture(rgb), found, notices, orientation_of(header.exif))
    return _from_pillow(data, found, header, limits)


def _quick(data: bytes, header: Header) -> Image | None:
    """The pixels by OpenCV, two to three times as fast as Pillow; None where it cannot."""
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    whole = decoded is not None and decoded.shape == (header.height, header.width, 3)  # pyright: ignore[reportUnnecessaryComparison]
    return np.asarray(decoded, np.uint8) if whole else None


def _from_pillow(data: bytes, found: str, header: Header, limits: Limits) -> Decoded:
    # Pillow raised nine kinds of exception in a million damaged files, so any of them means that.
    try:
        with PillowImage.open(io.BytesIO(data), formats=[found]) as image:
            limits.check_sides(image.height, image.width)
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
    return _upright(picture, found, notices, orientation_of(exif))


def _from_isolated(data: bytes, found: str, limits: Limits) -> Decoded:
    child = decode_isolated(data, found, limits)
    picture, notices = picture_from(child.image, 8, child.profile)
    notices += (FIRST_FRAME,) if child.animated else ()
    return _upright(picture, found, notices, child.orientation)


def turned_with(mask: Decoded, photo: Decoded) -> Picture:
    """The mask's picture upright like the photo's, also where it was made on the pixels as the photo's file has them.

    That is told by its shape: it fits the photo lying on its side, the photo was turned by a quarter, it was not.
    """
    lying = photo.orientation >= 5 and mask.orientation == 1 and photo.picture.height != photo.picture.width
    if lying and (mask.picture.height > mask.picture.width) != (photo.picture.height > photo.picture.width):
        return _turned(mask.picture, photo.orientation)
    return mask.picture


def _upright(picture: Picture, found: str, notices: tuple[Notice, ...], orientation: int) -> Decoded:
    return Decoded(_turned(picture, orientation), found, notices, orientation)


def _turned(picture: Picture, orientation: int) -> Picture:
    if orientation == 1:
        return picture
    opacity = None if picture.opacity is None else upright(picture.opacity, orientation)
    return Picture(upright(picture.rgb, orientation), opacity)
