"""Pictures in and out: decoded by content within limits, encoded without metadata, written whole or not at all."""

from engine.imageio.decode import decode
from engine.imageio.decoded import Decoded, turned_with
from engine.imageio.encode import encode, encode_mask, format_for, preview
from engine.imageio.files import read_picture, write_atomically
from engine.imageio.header import Limits

__all__ = [
    "Decoded",
    "Limits",
    "decode",
    "encode",
    "encode_mask",
    "format_for",
    "preview",
    "read_picture",
    "turned_with",
    "write_atomically",
]
