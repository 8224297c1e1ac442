"""The process that decodes AVIF and HEIC: the file on stdin, one line of JSON and raw samples on stdout.

Run by path, so that it starts without this project: it imports the decoders and nothing else.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

from PIL import Image

MEMORY = 3 << 30
"""Bytes of address space, threads and libraries included; 50 MP take about 1 GiB."""


def main(found: str) -> None:
    """Say what the file holds before decoding it, so that the parent can refuse it; then its samples."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if found == "HEIC":
        import pi_heif

        pi_heif.register_heif_opener()  # pyright: ignore[reportUnknownMemberType]
    data = sys.stdin.buffer.read()
    with Image.open(io.BytesIO(data), formats=["HEIF" if found == "HEIC" else found]) as image:
        mode = image.mode if image.mode in ("L", "LA", "RGB", "RGBA") else "RGB"
        profile = image.info.get("icc_profile") or b""
        stated = {
            "width": image.width,
            "height": image.height,
            "mode": mode,
            "animated": getattr(image, "n_frames", 1) > 1,
            "orientation": image.getexif().get(0x0112, 1),
            "profile": len(profile),
        }
        sys.stdout.buffer.write(json.dumps(stated).encode() + b"\n")
        sys.stdout.buffer.flush()
        sys.stdout.buffer.write(profile + image.convert(mode).tobytes())


if __name__ == "__main__":
    main(sys.argv[1])
