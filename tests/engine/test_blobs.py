"""A folder of blobs: what is on disk when, and what is cleared away. What every store does is in test_blob_stores."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from engine.blobs import GRACE_S, Blobs
from engine.errors import StorageFailed


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def files(blobs: Blobs) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


def test_a_blob_is_a_file_of_its_own(blobs: Blobs):
    digest = blobs.put(b"pixels")
    assert blobs.path(digest).read_bytes() == b"pixels"
    assert Blobs(blobs.folder).get(digest) == b"pixels"


def test_a_known_blob_is_not_rewritten_but_young_again(blobs: Blobs):
    digest = blobs.put(b"pixels")
    inode = blobs.path(digest).stat().st_ino
    age(blobs.path(digest), GRACE_S * 2)
    assert blobs.put(b"pixels") == digest
    assert blobs.path(digest).stat().st_ino == inode
    assert blobs.collect(set()) == 0


def test_the_bytes_are_on_disk_before_the_name_and_the_name_before_the_answer(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
):
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def seen_fsync(descriptor: int) -> None:
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")  # noqa: PTH112
        fsync(descriptor)

    def seen_replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    blobs.put(b"first")
    folder = blobs.path(hashlib.sha256(b"pixels").hexdigest()).parent
    folder.mkdir(exist_ok=True)
    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "replace", seen_replace)
    blobs.put(b"pixels")
    assert steps == ["file", "rename", "folder"]
    steps.clear()
    blobs.put(b"on their way", durable=False)
    blobs.put(b"on their way", durable=False)
    assert steps == ["rename"]


def test_a_write_that_fails_leaves_nothing(blobs: Blobs, monkeypatch: pytest.MonkeyPatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailed):
        blobs.put(b"pixels")
    assert not files(blobs)


def test_collecting_takes_old_orphans_and_half_written_files_only(blobs: Blobs):
    kept, old, young = (blobs.put(data) for data in (b"kept", b"old", b"young"))
    partial, writing = blobs.folder / "incoming" / "tmpabc", blobs.folder / "incoming" / "tmpdef"
    stranger = blobs.path(old).with_name("notes.txt")
    for path in (partial, writing, stranger):
        path.write_bytes(b"?")
    for path in (blobs.path(kept), blobs.path(old), partial, stranger):
        age(path, GRACE_S + 60)
    assert blobs.stale({kept}) == [old]
    assert blobs.collect({kept}) == 1
    assert set(files(blobs)) == {blobs.path(kept), blobs.path(young), writing, stranger}
    age(blobs.path(young), GRACE_S + 60)
    blobs.remove([kept, young], grace_s=GRACE_S)
    assert not blobs.has(young)


def test_a_folder_that_cannot_be_read_is_no_lost_blob(blobs: Blobs):
    digest = blobs.put(b"pixels")
    blobs.path(digest).unlink()
    blobs.path(digest).mkdir()
    with pytest.raises(StorageFailed):
        blobs.get(digest)
    with pytest.raises(StorageFailed):
        blobs.remove([digest])
