"""Files: read within limits, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from engine.errors import BadOption, PictureUnreadable
from engine.imageio.decode import decode
from engine.imageio.decoded import Decoded
from engine.imageio.header import DEFAULT_LIMITS, Limits


def read_picture(path: Path, limits: Limits = DEFAULT_LIMITS) -> Decoded:
    """The picture in a file; its size is checked before it is read.

    Raises: PictureUnreadable when it is missing, a folder or forbidden; and what `decode` raises.
    """
    try:
        with path.open("rb") as file:
            limits.check_bytes(os.fstat(file.fileno()).st_size)
            data = file.read(limits.file_bytes + 1)
    except (OSError, ValueError) as exc:
        raise PictureUnreadable(path.name) from exc
    return decode(data, limits)


def write_atomically(path: Path, data: bytes) -> None:
    """The file holds all of `data` when this returns; when it does not return, the file is as it was before.

    Written beside it, flushed to the disk and renamed; a link is followed. Nothing else stays in the folder.

    Raises: BadOption when the folder is missing or may not be written; OSError when the disk is full or fails.
    """
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:64]}.{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError) as exc:
        raise BadOption("output", str(path), "a file in a folder that can be written") from exc
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
