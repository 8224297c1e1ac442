"""Pixels and masks to PNG and back, exactly: the colour under zero opacity survives too."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np

from bot.history.patches import Pixels, picture_of
from engine.blobs import BlobLost
from engine.data import Mask, Picture
from engine.imageio.encode import encode as write_picture


def fingerprint(picture: Picture) -> str:
    """sha256 of shape, pixels and opacity: equal exactly when the pictures are."""
    hashed = hashlib.sha256(f"{picture.height} {picture.width} {picture.opacity is not None} ".encode())
    hashed.update(np.ascontiguousarray(picture.rgb).data)
    if picture.opacity is not None:
        hashed.update(np.ascontiguousarray(picture.opacity).data)
    return hashed.hexdigest()


def encode(pixels: Pixels) -> bytes:
    """(H, W, 3 or 4) RGB(A) as PNG."""
    return write_picture(picture_of(pixels), "png")


def decode(data: bytes, digest: str) -> Pixels:
    """What `encode` was given, in an array of its own. Raises: BlobLost, naming `digest`, when it does not decode."""
    pixels = _decoded(data, cv2.IMREAD_UNCHANGED, digest)
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    order = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}[channels]
    return np.asarray(cv2.cvtColor(pixels, order), np.uint8)


def decode_mask(data: bytes, digest: str) -> Mask:
    """What `engine.imageio.encode_mask` was given. Raises: BlobLost, naming `digest`, when it does not decode."""
    return np.asarray(_decoded(data, cv2.IMREAD_GRAYSCALE, digest) > 127)


def _decoded(data: bytes, flags: int, digest: str) -> Pixels:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        pixels = None
    if pixels is None:  # pyright: ignore[reportUnnecessaryComparison] (the stub forgets None)
        raise BlobLost(digest, "damaged")
    return np.asarray(pixels, np.uint8)
