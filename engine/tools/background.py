"""Subjects cut out of their background, and backgrounds changed behind their subject."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from engine.data import Alpha, Image, Mask, Picture
from engine.errors import MaskEmpty
from engine.tools.legibility import RGB
from engine.tools.matte import decontaminate, soft_matte

_HARMONY: Final = 0.3
"""How far a new background takes on the light of the old one, 0 to 1."""
_BLANK: Final = 255
"""What stands under full transparency: nothing of the old background is left in the file."""


def extract(picture: Picture, mask: Mask) -> Picture:
    """Only what the mask selects, on transparency, with soft edges and no halo.

    Where the result is opaque its RGB are the picture's, byte for byte; where it is fully transparent they are white.
    Opacity never grows. Raises: MaskEmpty.
    """
    if not mask.any():
        raise MaskEmpty
    alpha = soft_matte(picture.rgb, mask)
    opacity = np.rint(alpha * np.float32(255)).astype(np.uint8)
    if picture.opacity is not None:
        opacity = np.minimum(opacity, picture.opacity)
    # What rounds to opaque keeps the picture's own colours.
    rgb = decontaminate(picture.rgb, np.where(opacity == 255, np.float32(1), alpha))
    rgb[opacity == 0] = _BLANK
    return Picture(rgb, opacity)


def remove_background(picture: Picture, subject_mask: Mask) -> Picture:
    """The subject on transparency; as `extract`."""
    return extract(picture, subject_mask)


def colour_background(image: Image, subject_mask: Mask, rgb: RGB) -> Image:
    """The subject on one flat colour; its own pixels stay as they are, but for the softness of its edge."""
    return _set_on(image, subject_mask, np.broadcast_to(np.array(rgb, np.uint8), image.shape))


def replace_background(image: Image, subject_mask: Mask, backdrop: Image) -> Image:
    """The subject before another picture, which covers the frame (scaled, its middle kept) and takes on a little of
    the old background's light; the subject's own pixels stay as they are, but for the softness of its edge.
    """
    covered = cover(backdrop, *image.shape[:2])
    return _set_on(image, subject_mask, _harmonised(covered, image, ~subject_mask))


def cover(picture: Image, height: int, width: int) -> Image:
    """The picture scaled so that it just covers height x width px, cut to its middle."""
    scale = max(height / picture.shape[0], width / picture.shape[1])
    rows, columns = max(round(picture.shape[0] * scale), height), max(round(picture.shape[1] * scale), width)
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(picture, (columns, rows), interpolation=kind)
    y, x = (rows - height) // 2, (columns - width) // 2
    return np.ascontiguousarray(scaled[y : y + height, x : x + width], np.uint8)


def _set_on(image: Image, mask: Mask, behind: Image) -> Image:
    """The subject composited over another background. Raises: MaskEmpty."""
    if not mask.any():
        raise MaskEmpty
    alpha = soft_matte(image, mask)
    result = np.where((alpha > 0)[:, :, None], image, behind)
    edge = (alpha > 0) & (alpha < 1)
    result[edge] = _blended(decontaminate(image, alpha), behind, alpha, edge)
    return result


def _blended(front: Image, behind: Image, alpha: Alpha, where: Mask) -> Image:
    weights = alpha[where][:, None]
    return np.rint(weights * front[where] + (1 - weights) * behind[where]).astype(np.uint8)


def _harmonised(backdrop: Image, image: Image, outside: Mask) -> Image:
    """The backdrop with its mean and contrast in Lab moved some way to those of the old background."""
    if np.count_nonzero(outside) < 64:
        return backdrop
    new, old = (cv2.cvtColor(np.asarray(p / np.float32(255), np.float32), cv2.COLOR_RGB2LAB) for p in (backdrop, image))
    mean, spread = new.mean(axis=(0, 1)), new.std(axis=(0, 1)) + 1e-3
    wanted_mean, wanted_spread = old[outside].mean(axis=0), old[outside].std(axis=0) + 1e-3
    gain = 1 + _HARMONY * (np.clip(wanted_spread / spread, 0.5, 2) - 1)
    moved = (new - mean) * gain + mean + _HARMONY * (wanted_mean - mean)
    rgb = cv2.cvtColor(np.asarray(moved, np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), np.uint8)
