"""Files are read within limits, and written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from engine.errors import BadOption, ImageTooLarge, PictureUnreadable
from engine.imageio import Limits, read_picture, write_atomically
from tests.engine.imageio.files_made import saved, scene


def test_what_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path, tmp_path / "none.png" / "x.png", tmp_path / "nul\0.png"):
        with pytest.raises(PictureUnreadable) as caught:
            read_picture(path)
        assert str(tmp_path) not in caught.value.name


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(saved(PillowImage.fromarray(scene(64, 64)), "PNG"))
    path.chmod(0)
    with pytest.raises(PictureUnreadable):
        read_picture(path)


def test_the_size_is_checked_before_reading(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ImageTooLarge) as caught:
        read_picture(path)
    assert (caught.value.actual, caught.value.unit) == (1 << 40, "bytes")
    with pytest.raises(ImageTooLarge):
        read_picture(path, Limits(file_bytes=5))


def test_a_file_is_replaced_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    for data in (b"first", b"second"):
        write_atomically(path, data)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o666 & ~current_umask()


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_link_is_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "real.png", tmp_path / "link.png"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_an_interruption_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "out.png"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", interrupted) if failing == "fsync" else monkeypatch.setattr(
        Path, "replace", interrupted
    )
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_a_bad_option(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "out.png", tmp_path):
        with pytest.raises(BadOption):
            write_atomically(path, b"data")
    assert list(tmp_path.iterdir()) == []
