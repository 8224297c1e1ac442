"""What decoding gives: a picture, and what should be known of its file."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data import Notice, Picture
from engine.imageio.orientation import upright

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


def turned(picture: Picture, orientation: int) -> Picture:
    """The picture, its rows and columns as a file of this orientation means them to be seen."""
    if orientation == 1:
        return picture
    opacity = None if picture.opacity is None else upright(picture.opacity, orientation)
    return Picture(upright(picture.rgb, orientation), opacity)


def turned_with(mask: Decoded, photo: Decoded) -> Picture:
    """The mask's picture upright like the photo's, also where it was made on the pixels as the photo's file has them.

    That is told by its shape: it fits the photo lying on its side, the photo was turned by a quarter, it was not.
    """
    lying = photo.orientation >= 5 and mask.orientation == 1 and photo.picture.height != photo.picture.width
    if lying and (mask.picture.height > mask.picture.width) != (photo.picture.height > photo.picture.width):
        return turned(mask.picture, photo.orientation)
    return mask.picture
