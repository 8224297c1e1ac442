"""Files that people send to the bot: pictures of several kinds, masks of them, and what is none."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from engine.data import Image
from tests.bot.surfaces.discord.stage import ONE_BALL, balls, png


def written(image: Image, kind: str, **options: Any) -> bytes:
    """The picture as a file of Pillow's format of that name."""
    file = io.BytesIO()
    PillowImage.fromarray(image).save(file, kind, **options)
    return file.getvalue()


def photo_lying_down(image: Image) -> bytes:
    """A JPEG whose pixels lie on their side and whose EXIF says so, as phones write them."""
    exif = PillowImage.Exif()
    exif[0x0112] = 6
    return written(np.ascontiguousarray(np.rot90(image)), "JPEG", quality=95, subsampling=0, exif=exif)


def cut_out(image: Image) -> bytes:
    """The picture with its left quarter transparent."""
    opacity = np.full(image.shape[:2], 255, np.uint8)
    opacity[:, : image.shape[1] // 4] = 0
    return written(np.dstack([image, opacity]), "PNG")


def animation(*frames: Image) -> bytes:
    """A GIF of the frames."""
    first, *rest = (PillowImage.fromarray(frame) for frame in frames)
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=rest, duration=100)
    return file.getvalue()


def mask(height: int, width: int, columns: slice) -> bytes:
    """Black, with the columns white."""
    drawn = np.zeros((height, width, 3), np.uint8)
    drawn[:, columns] = 255
    return png(drawn)


def scribbled(image: Image, column: int) -> bytes:
    """The picture with thick green strokes around the column."""
    drawn = image.copy()
    drawn[40:56, column - 10 : column + 10] = (0, 255, 0)
    return png(drawn)


def grey() -> Image:
    """A picture unlike the others, 96 x 120."""
    return np.random.default_rng(3).integers(40, 220, (96, 120, 3), np.uint8)


DAMAGED = ONE_BALL[: len(ONE_BALL) // 2]
TINY = png(balls()[:20, :20])
