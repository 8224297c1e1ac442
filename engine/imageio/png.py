"""PNG by hand: strips filtered with SIMD, deflated by ISA-L on every core, joined into one stream.

Of the five filters (PNG specification, 9) a strip gets the one with which its sample deflates best. Strips end on a
full flush, so that they are independent of each other (RFC 1951, 3.2.4). Against Pillow's fastest PNG: a fifth of the
time; forty photos of 1280 px 0.987 of the bytes (median; at most 1.025), ten enlarged to 12 MP 0.86 to 0.99 of them.
"""

from __future__ import annotations

import os
import struct
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.imageio.deflate import adler32, crc32, deflate_block, deflated_size, patient_block, patient_size

Bytes2D = NDArray[np.uint8]

STRIP_BYTES = 768 << 10
"""Filtered bytes a thread works on at once: about what its level 2 cache holds."""
SAMPLE_BYTES = 16 << 10
"""Bytes of a strip, rows spread over it, that choose its filter and its level."""
SLOW_GAIN = 0.995
"""How much smaller a strip's sample must become to be worth a fifth more time."""
PATIENT_GAIN = 0.98
"""How much smaller it must become to be worth four times the time; measured against Pillow's fastest PNG of photos."""
GREY, TRUECOLOUR, PALETTE, GREY_ALPHA, TRUECOLOUR_ALPHA = 0, 2, 3, 4, 6


class _Strip(NamedTuple):
    deflated: bytes
    filtered: Bytes2D


def write_png(samples: Bytes2D, width: int, bit_depth: int, colour_type: int, palette: bytes = b"") -> bytes:
    """A PNG of packed rows (H, bytes per row); of metadata it has only the sRGB chunk, perceptual intent."""
    channels = {GREY: 1, PALETTE: 1, GREY_ALPHA: 2, TRUECOLOUR: 3, TRUECOLOUR_ALPHA: 4}[colour_type]
    header = struct.pack(">IIBBBBB", width, len(samples), bit_depth, colour_type, 0, 0, 0)
    chunks = [b"\x89PNG\r\n\x1a\n", *_chunk(b"IHDR", header), *_chunk(b"sRGB", b"\0")]
    if palette:
        chunks += _chunk(b"PLTE", palette)
    filters = range(5) if bit_depth == 8 and colour_type != PALETTE else range(1)
    for part in _zlib_stream(samples, channels, filters):
        chunks += _chunk(b"IDAT", part)
    return b"".join([*chunks, *_chunk(b"IEND", b"")])


def _chunk(kind: bytes, body: bytes) -> tuple[bytes, bytes, bytes]:
    checksum = crc32(body, crc32(kind))
    return struct.pack(">I4s", len(body), kind), body, struct.pack(">I", checksum)


def _zlib_stream(samples: Bytes2D, channels: int, filters: range) -> list[bytes]:
    """The strips, deflated; the first with the stream's header, the last with its checksum."""
    height, row_bytes = samples.shape
    step = -(-height // max(1, round(samples.size / STRIP_BYTES)))
    starts = range(0, height, step)

    def strip(start: int) -> _Strip:
        above = samples[start - 1] if start else np.zeros(row_bytes, np.uint8)
        return _deflate_strip(samples[start : start + step], above, channels, filters, start + step >= height)

    strips = list(_threads().map(strip, starts) if len(starts) > 1 else map(strip, starts))
    checksum = 1
    for done in strips:
        checksum = adler32(done.filtered, checksum)
    parts = [done.deflated for done in strips]
    parts[0] = b"\x78\x01" + parts[0]
    parts[-1] += struct.pack(">I", checksum)
    return parts


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(8, os.cpu_count() or 1), thread_name_prefix="png")


def _deflate_strip(rows: Bytes2D, above: Bytes2D, channels: int, filters: range, last: bool) -> _Strip:
    count, row_bytes = rows.shape
    padded = np.empty((count + 1, channels + row_bytes), np.uint8)
    padded[:, :channels], padded[0, channels:], padded[1:, channels:] = 0, above, rows
    every = max(1, count * row_bytes // SAMPLE_BYTES)
    samples = {kind: np.ascontiguousarray(residual(padded, channels, kind, every)) for kind in filters}
    chosen = min(samples, key=lambda kind: deflated_size(samples[kind], 1))
    filtered = np.empty((count, 1 + row_bytes), np.uint8)
    filtered[:, 0], filtered[:, 1:] = chosen, residual(padded, channels, chosen)
    return _Strip(_deflated(filtered, samples[chosen], last), filtered)


def _deflated(filtered: Bytes2D, sample: Bytes2D, last: bool) -> bytes:
    quick, slow, patient = deflated_size(sample, 2), deflated_size(sample, 3), patient_size(sample)
    if patient < PATIENT_GAIN * min(quick, slow):
        return patient_block(filtered, last)
    return deflate_block(filtered, 3 if slow < SLOW_GAIN * quick else 2, last)


def residual(padded: Bytes2D, channels: int, kind: int, every: int = 1) -> Bytes2D:
    """One row in `every`, less its prediction by filter `kind`.

    `padded`: (1 + H, channels + bytes per row), first the row above, `channels` zeros on the left of each.
    """
    here, left = padded[1::every, channels:], padded[1::every, :-channels]
    above, corner = padded[:-1:every, channels:], padded[:-1:every, :-channels]
    if kind == 0:
        return here
    if kind == 1:
        return here - left
    if kind == 2:
        return here - above
    if kind == 3:
        return here - ((left & above) + np.right_shift(left ^ above, np.uint8(1)))
    return here - _paeth(left, above, corner)


def _paeth(left: Bytes2D, above: Bytes2D, corner: Bytes2D) -> Bytes2D:
    """The Paeth predictor in eight bits.

    With low and high the lesser and greater of left and above, the estimate low + high - corner lies high - corner
    from low and corner - low from high; a difference that saturates to 0 means that the estimate is beyond that end.
    The end within half of the other's distance is nearer than the corner.
    """
    low, high = cv2.min(left, above), cv2.max(left, above)
    from_low, from_high = cv2.subtract(high, corner), cv2.subtract(corner, low)
    predicted = corner.copy()
    cv2.copyTo(low, cv2.compare(cv2.add(from_low, from_low), from_high, cv2.CMP_LE), predicted)
    cv2.copyTo(high, cv2.compare(cv2.add(from_high, from_high), from_low, cv2.CMP_LE), predicted)
    return predicted
