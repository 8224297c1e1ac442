"""Files to decode, made on the spot."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

SMALL_HEIC = base64.b85decode(
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<00042ZDn*}000000000XXk=`10000000000aA{+700000000000000000000B57=I"
    "V*mgE07O6l0RRC200001dH?|c00000004gg001LtX>Mi!000000RR916=`l}WdZ;I000310BCk&F#rGn01j|zbZr0t000010002i"
    "X>f9I0002DX>en20001ZXm(>m0RwOV0058x000009`FGC{rLC*01pFT0096PKmiN^|NjGU00093kN^M!000939=ZZRVE_RDD?$MQ"
    "18@KU0|1Z!00RI30{|YNFo6Y@>PacCZUPz%2mk;B0LTCU0{{p>VgLaE2SfqEa<C#m0000JV{dG7ZewhC0096E00w{n000zeb8uw<"
    "00000003YB002M$000nhX?SS>000032nYxO000+haBX1#00000000310R({p0|Wp70Eca4VRQfh0DC9_uM>c1V$H7an&c)?y1$pM"
    "PU1o%k4%O5ZPR6p$Eb%%uY9dKV^->IFSA;q+#EJbf@LcBj?Odt56m3U&`NKE{Ql)I%UQN80K+k<jnb^@eu{RAeH#1Q3ns9NpCcRW"
    "F8&y?j)ymo%laP(iy|Lxf~dhZ0Z5%~fB"
)
"""96 x 64, red rising by 2 a column, green by 3 a row, blue 90; made with x265."""


def saved(image: PillowImage.Image, kind: str, **options: Any) -> bytes:
    """The image as a file of Pillow's format `kind`."""
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def scene(height: int, width: int, channels: int = 3) -> NDArray[np.uint8]:
    """Slopes, an edge and grain, so that every filter and every block has work."""
    rng = np.random.default_rng(height * 1000 + width)
    rows, columns = np.indices((height, width))
    planes = [(rows * (k + 1) + columns * 2 + 60 * (columns > width // 2)) % 256 for k in range(channels)]
    return (np.stack(planes, axis=-1) // 2 + rng.integers(0, 12, (height, width, 1))).astype(np.uint8)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, bit_depth: int, colour_type: int, rows: bytes, *between: bytes) -> bytes:
    """A PNG of raw rows, each with its filter byte, with chunks between header and data."""
    header = struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    parts = (chunk(b"IHDR", header), *between, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png16(samples: NDArray[np.uint16], *between: bytes) -> bytes:
    """A 16-bit PNG of (H, W, 1 to 4) samples."""
    height, width, channels = samples.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    return png(width, height, 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], rows, *between)


def exif(orientation: int, order: str = "<") -> bytes:
    """An EXIF block that states an orientation, and a GPS directory with a latitude."""
    mark = b"II" if order == "<" else b"MM"
    entries = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(order + "HHII", 0x8825, 4, 1, 38)
    gps = struct.pack(order + "H", 1) + struct.pack(order + "HHI", 1, 2, 2) + b"N\0\0\0" + struct.pack(order + "I", 0)
    head = mark + struct.pack(order + "HI", 42, 8)
    return b"Exif\0\0" + head + struct.pack(order + "H", 2) + entries + struct.pack(order + "I", 0) + gps
