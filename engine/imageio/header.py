"""What a file says it is: format, size and metadata from its structure, before any pixel is decoded.

Every walk over blocks is bounded by `MOST_BLOCKS`, so that a file of millions of tiny blocks costs no time.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.errors import DamagedImage, ImageTooLarge, ImageTooSmall, UnsupportedImage
from engine.imageio.deflate import crc32

MOST_BLOCKS = 1 << 18
"""Segments, chunks or sub-blocks a file may have: 64 MiB of GIF is 263 000 sub-blocks when they are full."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture may be; whatever is outside is refused from its header."""

    pixels: int = 50_000_000
    """Width times height: phones make 48 million."""
    file_bytes: int = 64 << 20
    minimum_side: int = 64
    """px"""

    def check_bytes(self, size: int) -> None:
        """Pass, or raise ImageTooLarge in bytes."""
        if size > self.file_bytes:
            raise ImageTooLarge(size, self.file_bytes, "bytes")

    def check_sides(self, height: int, width: int) -> None:
        """Pass, or raise ImageTooSmall or ImageTooLarge in pixels."""
        if min(height, width) < self.minimum_side:
            raise ImageTooSmall(height, width, self.minimum_side)
        if height * width > self.pixels:
            raise ImageTooLarge(height * width, self.pixels, "pixels")


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, eq=False, slots=True)
class Header:
    """The structure of a file, as far as decoding needs it."""

    height: int
    width: int
    animated: bool = False
    plain: bool = False
    """Whole, still, opaque, 8-bit grey or RGB: OpenCV decodes it bit for bit as Pillow does."""
    bit_depth: int = 8
    exif: bytes | None = None
    """JPEG only: the TIFF block of its EXIF segment."""
    profile: bytes | None = None
    """JPEG only: its ICC profile."""


SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (rb"\x89PNG\r\n\x1a\n", "PNG"),
    (rb"\xff\xd8\xff", "JPEG"),
    (rb"RIFF....WEBP", "WEBP"),
    (rb"GIF8[79]a", "GIF"),
    (rb"BM", "BMP"),
    (rb"....ftyp(?:avif|avis)", "AVIF"),
    (rb"....ftyp(?:mif1|msf1|miaf).{4,64}avif", "AVIF"),
    (rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1|miaf)", "HEIC"),
    (rb"....ftyp", "MP4"),
    (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", "TIFF"),
    (rb"8BPS", "PSD"),
    (rb"%!PS|\xc5\xd0\xd3\xc6", "EPS"),
    (rb"%PDF", "PDF"),
    (rb"\xff\x0a|\0\0\0\x0cJXL ", "JPEG XL"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "JPEG 2000"),
    (rb"\0\0\x01\0", "ICO"),
    (rb"\s*(?:<\?xml.{0,800}?)?(?:<!--.{0,800}?-->\s*)?(?:<!DOCTYPE svg.{0,400}?)?<svg", "SVG"),
)
"""Patterns of first bytes and the format each means; the first that matches decides."""
PATTERNS = tuple((re.compile(pattern, re.DOTALL), name) for pattern, name in SIGNATURES)

ISOLATED = ("AVIF", "HEIC")
"""Formats whose decoders run in a process of their own."""


def identify(data: bytes) -> str:
    """The format of a file by its first bytes, one that `decode` takes.

    Raises: UnsupportedImage, naming the format where it is a known one.
    """
    found = next((name for pattern, name in PATTERNS if pattern.match(data[:2048])), None)
    if found not in READERS and found not in ISOLATED:
        raise UnsupportedImage(found)
    return found


def read_header(data: bytes, found: str) -> Header:
    """The header of a file of the format `found`; one of `READERS`.

    Raises: DamagedImage when the structure is not that format's, or ends too early.
    """
    try:
        return READERS[found](data)
    except (struct.error, IndexError, ValueError) as exc:
        raise DamagedImage(found) from exc


def _bounded(found: str) -> Iterator[int]:
    yield from range(MOST_BLOCKS)
    raise DamagedImage(found)


def _png(data: bytes) -> Header:
    """Chunk by chunk, the checksums of those that carry pixels verified (PNG specification, 5 and 11)."""
    if data[12:16] != b"IHDR":
        raise DamagedImage("PNG")
    width, height, bit_depth = struct.unpack_from(">IIB", data, 16)
    view, position, animated = memoryview(data), 8, False
    for _ in _bounded("PNG"):
        if position + 12 > len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        if kind in (b"IHDR", b"PLTE", b"IDAT") and end + 4 <= len(data):
            if crc32(view[position + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
                raise DamagedImage("PNG")
        elif kind == b"acTL":
            animated = struct.unpack_from(">I", data, position + 8)[0] > 1
        elif kind == b"IEND":
            break
        position = end + 4
    return Header(height, width, animated=animated, bit_depth=bit_depth)


MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends entropy-coded data: neither a stuffed zero, nor a restart, nor a fill byte (ITU-T T.81, B.1.1)."""
SEARCHED_AT_ONCE = 1 << 20
"""Bytes."""
START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
HUFFMAN_FRAMES = (0xC0, 0xC1, 0xC2)


def _jpeg(data: bytes) -> Header:
    """Marker by marker to the end of the image, so that a truncated file is known without decoding it."""
    frame: tuple[int, int, int, int] | None = None
    plain, exif, profile, position = False, None, dict[int, bytes](), 2
    for _ in _bounded("JPEG"):
        position = data.find(b"\xff", position)
        if position < 0 or position + 1 >= len(data):
            break
        marker = data[position + 1]
        if marker == 0xD9:
            plain = frame is not None and frame[2] == 8 and (frame[3] == 3 or (frame[3] == 1 and not profile))
            break
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            position += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        body, end = position + 4, position + 2 + length
        if marker in START_OF_FRAME and frame is None:
            depth, height, width, components = struct.unpack_from(">BHHB", data, body)
            frame = (height, width, depth if marker in HUFFMAN_FRAMES else 0, components)
        elif marker == 0xE1 and data.startswith(b"Exif\0\0", body):
            exif = exif or data[body + 6 : end]
        elif marker == 0xE2 and data.startswith(b"ICC_PROFILE\0", body):
            profile[data[body + 12]] = data[body + 14 : end]
        elif marker == 0xDA:
            end = _end_of_scan(data, end)
        position = end
    if frame is None:
        raise DamagedImage("JPEG")
    joined = b"".join(profile[part] for part in sorted(profile)) or None
    return Header(frame[0], frame[1], plain=plain, exif=exif, profile=joined)


def _end_of_scan(data: bytes, position: int) -> int:
    """In steps, because a search lets no other thread run: one of 64 MB would stall a server for 0.2 s."""
    for start in range(position, len(data), SEARCHED_AT_ONCE):
        if found := MARKER_IN_SCAN.search(data, start, start + SEARCHED_AT_ONCE + 1):
            return found.start()
    return len(data)


def _webp(data: bytes) -> Header:
    """The first chunk (RFC 9649; lossy frame header: RFC 6386, 9.1)."""
    kind, flags = data[12:16], data[20]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return Header(height, width, animated=bool(flags & 2), plain=not flags & 0x12)
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header((bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1, plain=not bits >> 28 & 1)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header(height & 0x3FFF, width & 0x3FFF, plain=True)
    raise DamagedImage("WEBP")


def _gif(data: bytes) -> Header:
    """The screen, or the first frame where it is larger; a second frame makes it animated (GIF89a, 18 to 26)."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position, frames = 13 + _colour_table(flags), 0
    blocks = _bounded("GIF")
    while position < len(data) and data[position] in (0x21, 0x2C):
        if data[position] == 0x21:
            position += 2
        elif frames:
            return Header(height, width, animated=True)
        else:
            x, y, frame_width, frame_height, flags = struct.unpack_from("<HHHHB", data, position + 1)
            width, height, frames = max(width, x + frame_width), max(height, y + frame_height), 1
            position += 11 + _colour_table(flags)
        while position < len(data) and data[position] and next(blocks) >= 0:
            position += 1 + data[position]
        position += 1
    return Header(height, width)


def _colour_table(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _bmp(data: bytes) -> Header:
    """The information header; a negative height only means rows from the top."""
    (size,) = struct.unpack_from("<I", data, 14)
    if size < 12 or size > 256:
        raise DamagedImage("BMP")
    width, height = struct.unpack_from("<HH" if size == 12 else "<ii", data, 18)
    return Header(abs(height), abs(width))


READERS: dict[str, Callable[[bytes], Header]] = {"PNG": _png, "JPEG": _jpeg, "WEBP": _webp, "GIF": _gif, "BMP": _bmp}
"""Formats decoded in this process, and what reads the header of each."""
