"""A tiny BLIP puts pictures in words: always the same, once per picture, and never at the cost of the edit."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.backends import Choice, parts_of
from engine.data import Image
from engine.errors import ModelMissing
from engine.inpainting.diffusion.captions import LONGEST, Captioner
from engine.weights import ModelStore
from tests.engine.inpainting.tiny_blip import WORDS, save_blip

pytest.importorskip("torch")
pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_blip(tmp_path_factory.mktemp("models") / "blip")


def pictures() -> list[Image]:
    return list(np.random.default_rng(3).integers(0, 256, (2, 41, 67, 3), np.uint8))


def test_a_caption_is_words_of_the_model_and_always_the_same(folder: Path) -> None:
    picture, other = pictures()
    caption = Captioner(folder)(picture)
    assert caption
    assert set(caption.split()) <= {*WORDS}
    assert len(caption.split()) <= LONGEST
    assert Captioner(folder)(picture) == caption
    assert Captioner(folder)(other) != caption


def test_a_picture_is_looked_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blip: Any = import_module("transformers").BlipForConditionalGeneration
    generate, calls = blip.generate, list[int]()

    def counted(*args: Any, **options: Any) -> Any:
        calls.append(1)
        return generate(*args, **options)

    monkeypatch.setattr(blip, "generate", counted)
    captioner, (picture, other) = Captioner(folder), pictures()
    assert captioner(picture) == captioner(picture.copy())
    assert len(calls) == 1
    captioner(other)
    assert len(calls) == 2


def test_a_model_that_cannot_be_read_is_no_caption(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert Captioner(tmp_path)(pictures()[0]) == ""
    assert "no caption" in caplog.text


def test_memory_that_runs_out_is_no_caption_and_the_next_picture_has_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch: Any = import_module("torch")
    blip: Any = import_module("transformers").BlipForConditionalGeneration
    captioner, picture = Captioner(folder), pictures()[0]

    def short(*_: Any, **__: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA")

    with monkeypatch.context() as patched:
        patched.setattr(blip, "generate", short)
        assert captioner(picture) == ""
    assert captioner(picture)


def test_the_settings_name_it(folder: Path, tmp_path: Path) -> None:
    store, picture = ModelStore(tmp_path), pictures()[0]
    assert parts_of(store, Choice(gpu=False)).specialists.caption(picture) == ""
    assert parts_of(store, Choice(captioner=str(folder), gpu=False)).specialists.caption(picture)
    for unknown in ("no-such-model", "blip-large"):
        with pytest.raises(ModelMissing):
            parts_of(store, Choice(captioner=unknown, gpu=False))


def test_the_catalogue_has_one(folder: Path) -> None:
    class Pulled:
        def installed(self, name: str) -> Path | None:
            return folder if name == "blip-large" else None

    assert parts_of(Pulled(), Choice(captioner="blip-large", gpu=False)).specialists.caption(pictures()[0])
