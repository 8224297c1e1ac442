"""One rule from whatever samples a file holds to 8-bit sRGB and opacity.

    8-bit RGB     as it is
    grey          three equal channels
    1-bit         0 or 255
    palette       its colours
    16-bit        the high byte, as libpng's strip_16 and Pillow take it: 8-bit samples saved as 16 come back exact
    CMYK          through its profile; without one, channel = (255 - ink) * (255 - black) / 255
    ICC profile   converted to sRGB, after the step to 8 bits; one that is broken, or of another kind, is left out
    opacity       the alpha channel, or 0 where a sample is the transparent one; None where all of it is 255

Gamma, chromaticity and HDR chunks of PNG are not read: what a browser shows for a file without a profile is sRGB too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from engine.data import Image, Notice, Picture
from engine.imageio.profiles import to_srgb

PROFILE_DROPPED = Notice("profile_dropped")


def picture_from(image: PillowImage.Image, bit_depth: int, profile: bytes | None) -> tuple[Picture, tuple[Notice, ...]]:
    """The rule of this module, applied to a loaded image; `bit_depth` is that of the file's samples."""
    if image.mode.startswith("I"):
        image = _high_byte(image, bit_depth)
    elif bit_depth == 16 and isinstance(key := image.info.get("transparency"), tuple):
        image.info["transparency"] = tuple(int(sample) >> 8 for sample in key)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    opacity = _opacity(image)
    image, notices = _coloured(image, profile)
    return Picture(np.array(image, np.uint8), opacity), notices


def with_profile(rgb: Image, profile: bytes | None) -> tuple[Image, tuple[Notice, ...]]:
    """8-bit RGB pixels as sRGB; the same array where they already are."""
    if profile is None:
        return rgb, ()
    image = PillowImage.fromarray(rgb)
    converted = to_srgb(image, profile)
    if converted is None:
        return rgb, (PROFILE_DROPPED,)
    return (rgb if converted is image else np.array(converted, np.uint8)), ()


def _high_byte(image: PillowImage.Image, bit_depth: int) -> PillowImage.Image:
    samples = np.asarray(image)
    grey = PillowImage.fromarray((samples >> (bit_depth - 8)).astype(np.uint8))
    key = image.info.get("transparency")
    if isinstance(key, int):
        grey.putalpha(PillowImage.fromarray(np.where(samples == key, 0, 255).astype(np.uint8)))
    return grey


def _opacity(image: PillowImage.Image) -> NDArray[np.uint8] | None:
    if not image.has_transparency_data:
        return None
    alpha = image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
    opacity = np.array(alpha.getchannel("A"), np.uint8)
    return None if int(opacity.min()) == 255 else opacity


def _coloured(image: PillowImage.Image, profile: bytes | None) -> tuple[PillowImage.Image, tuple[Notice, ...]]:
    """The image as "RGB" in sRGB, its alpha ignored."""
    base = "L" if image.mode in ("1", "L", "LA") else "CMYK" if image.mode == "CMYK" else "RGB"
    image.info.pop("transparency", None)
    plain = image if image.mode == base else image.convert(base)
    converted = to_srgb(plain, profile) if profile else None
    notices = (PROFILE_DROPPED,) if profile and converted is None else ()
    return (converted or plain).convert("RGB"), notices
