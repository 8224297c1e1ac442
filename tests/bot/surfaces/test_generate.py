"""`retouch generate`: words in, a picture and the beginning of a conversation out."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.surfaces.terminal.edit import EditOptions, edit
from bot.surfaces.terminal.generate import generating, read_prompt
from engine.clock import Clock
from engine.errors import BackendMissing, BadOption
from engine.operations import Generate


def asked(*words: str, **options: Any) -> EditOptions:
    given: dict[str, Any] = {
        "reference": None,
        "model": None,
        "seed": None,
        "count": 1,
        "out": None,
        "as_json": False,
    }
    return generating(list(words), **(given | options))


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("a red fox", Generate(prompt="a red fox")),
        ("a red fox, 640x480", Generate(prompt="a red fox", width=640, height=480)),
        ("a square picture of a fox", Generate(prompt="a fox", aspect="1:1")),
        ("draw me a widescreen image of a beach", Generate(prompt="a beach", aspect="16:9")),
        ("remove", Generate(prompt="remove")),
    ],
)
def test_any_words_are_a_prompt(words: str, meant: Generate) -> None:
    assert read_prompt(words) == meant


def test_no_words_are_an_error() -> None:
    with pytest.raises(BadOption):
        asked(" ")


def test_nothing_is_written_without_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETOUCH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BackendMissing):
        asyncio.run(edit(asked("a red fox"), Clock(), 0.0))
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap")
def test_pictures_and_their_undo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("diffusers")
    from tests.engine.inpainting.tiny_roles import save_sd_plain

    model = str(save_sd_plain(tmp_path / "lightning-2steps"))
    monkeypatch.setenv("RETOUCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RETOUCH_GENERATION__TEXT_TO_IMAGE", model)
    out = tmp_path / "fox.png"
    capsys.readouterr()
    asyncio.run(edit(asked("a red fox, 96x80", seed=5, count=2, out=out, as_json=True), Clock(), 0.0))
    told = json.loads(capsys.readouterr().out)
    first, second = (Image.open(path) for path in told["images"])
    assert (first.size, second.size) == ((96, 80), (96, 80))
    assert first.tobytes() != second.tobytes()
    assert (told["mask"], told["offset"], told["outside_changed"]) == (None, None, None)
    asyncio.run(edit(EditOptions(photo=None, instructions=("undo",), out=out), Clock(), 0.0))
    assert Image.open(out).convert("RGB").getextrema() == ((255, 255),) * 3
