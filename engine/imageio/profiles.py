"""Colour profiles: any ICC profile to sRGB, and the small sRGB profile that goes into every JPEG and WebP.

Relative colorimetric with black point compensation, as photo editors do by default.
"""

from __future__ import annotations

import io
import struct
from functools import cache, lru_cache

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageCms

LARGEST_PROFILE = 4 << 20
"""Bytes; printers' CMYK profiles reach about 3 MB."""
SPACES = {"RGB": b"RGB ", "L": b"GRAY", "CMYK": b"CMYK"}
"""Pillow's modes that a profile may describe, and the signature of each in the profile (ICC.1:2022, 7.2.6)."""
SAME = 1
"""Levels of 255 by which a profile may differ from sRGB and still be it: writers round differently."""


@cache
def srgb_profile() -> bytes:
    """An ICC profile of sRGB, the same bytes in every process: its date is fixed."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return made[:24] + struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + made[36:]


def to_srgb(image: PillowImage.Image, profile: bytes) -> PillowImage.Image | None:
    """An "RGB", "L" or "CMYK" image, described by `profile`, as sRGB; the image itself where it already is.

    None: the profile is broken or of another kind of image, and must be left out.
    """
    if len(profile) > LARGEST_PROFILE:
        return None
    try:
        transform = _transform(profile, image.mode)
        return image if transform is None else ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from the profile to sRGB; None when that changes nothing."""
    if profile[16:20] != SPACES[mode]:
        raise ValueError(profile[16:20])
    transform = ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile())),
        mode,
        "RGB",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    if mode == "RGB" and _changes_nothing(transform):
        return None
    return transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    steps = np.linspace(0, 255, 18, dtype=np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    seen = np.asarray(ImageCms.applyTransform(PillowImage.fromarray(colours), transform))
    return int(np.abs(seen.astype(np.int16) - colours).max()) <= SAME
