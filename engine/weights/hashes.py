"""Whether the bytes of a file are the ones that were promised."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.weights.catalogue import ModelFile


def is_right(path: Path, file: ModelFile) -> bool:
    """Whether the file is there with the promised size and hash."""
    if not path.is_file() or path.stat().st_size != file.size:
        return False
    return sha256_of(path) == file.sha256 if file.sha256 else git_sha1_of(path) == file.git_sha1


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def git_sha1_of(path: Path) -> str:
    """The name git gives a file's contents (`git hash-object`), in hex."""
    header = b"blob %d\0" % path.stat().st_size
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.sha1(header, usedforsecurity=False)).hexdigest()
