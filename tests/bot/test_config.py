"""Settings come from the file and the environment, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load_settings
from engine.errors import BadOption


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "retouch.toml"
    monkeypatch.setenv("RETOUCH_CONFIG", str(path))
    return path


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("[limits]\nmegapixels = 10\nfile_mb = 5\n")
    monkeypatch.setenv("RETOUCH_LIMITS__MEGAPIXELS", "20")
    settings = load_settings()
    assert settings.limits.megapixels == 20
    assert settings.limits.file_mb == 5
    assert settings.limits.of_pictures().pixels == 20_000_000


def test_home_is_a_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RETOUCH_CONFIG", raising=False)
    monkeypatch.setenv("RETOUCH_HOME", str(tmp_path))
    assert load_settings().home == tmp_path


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[limits]\nmegapixels = -1\n", "limits.megapixels"),
        ("[limits]\nmegapixel = 10\n", "limits.megapixel"),
        ("[output]\nquality = 101\n", "output.quality"),
        ('[logging]\nlevel = "loud"\n', "logging.level"),
        ('[storage]\nbucket = "x"\n', "storage.bucket"),
        ('[engine]\nurl = "gpu.local"\nexchange = "x"\n', "engine.url"),
        ('[engine]\nurl = "http://gpu.local:8687"\n', "engine"),
        ("colour = 1\n", "colour"),
        ("limits = [", "RETOUCH_CONFIG"),
    ],
)
def test_what_is_wrong_is_named(file: Path, text: str, named: str) -> None:
    file.write_text(text)
    with pytest.raises(BadOption) as wrong:
        load_settings()
    assert wrong.value.name == named


def test_where_the_history_is_and_the_password_unseen(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('[storage]\nblobs = "s3://bucket/prefix"\n')
    monkeypatch.setenv("RETOUCH_STORAGE__DATABASE", "postgresql://retouch:SECRET@db/retouch")
    settings = load_settings()
    assert settings.storage.blobs == "s3://bucket/prefix"
    assert settings.storage.database.startswith("postgresql://")
    assert "SECRET" not in repr(settings)


def test_a_file_that_is_not_there(file: Path) -> None:
    with pytest.raises(BadOption):
        load_settings()
