"""Models that ran before anybody needs them."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from engine.assembly import editor_for, parts_for
from engine.data import Image, Mask
from engine.errors import BackendFailed
from engine.fakes import FillInpainter
from engine.protocols import Inpainter, Progress
from engine.service.warm import warm_up
from engine.settings import GenerationSettings, ModelSettings
from engine.specialists import Specialists
from engine.weights import ModelStore


class Eraser:
    """Counts how often it runs; one that is broken fails."""

    def __init__(self, *, broken: bool) -> None:
        self.runs = 0
        self._broken = broken

    def inpaint(self, image: Image, mask: Mask, seed: int, *, progress: Progress | None = None) -> Image:
        self.runs += 1
        if self._broken:
            raise BackendFailed("lama")
        return FillInpainter().inpaint(image, mask, seed)


def warmed(eraser: Inpainter, folder: Path) -> list[str]:
    store = ModelStore(folder)
    parts = replace(parts_for(store, ModelSettings()), specialists=Specialists(eraser=eraser))
    return warm_up(parts, editor_for(store, parts, GenerationSettings()))


def test_every_model_runs_once(tmp_path: Path, logged: StringIO) -> None:
    eraser = Eraser(broken=False)
    assert warmed(eraser, tmp_path) == []
    assert eraser.runs == 1
    told = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [one["stage"] for one in told][:4] == ["finder", "reader", "segmenter", "eraser"]
    assert {one["outcome"] for one in told[:4]} == {"done"}
    assert {one["outcome"] for one in told[4:]} <= {"none_installed"}


def test_one_that_is_broken_is_named_and_keeps_nobody_back(tmp_path: Path) -> None:
    assert warmed(Eraser(broken=True), tmp_path) == ["eraser"]


def test_a_painter_is_loaded_and_has_taken_a_step(tmp_path: Path, logged: StringIO) -> None:
    pytest.importorskip("diffusers")
    from tests.engine.inpainting.tiny_models import save_sd

    folder = save_sd(tmp_path / "tiny")
    store = ModelStore(tmp_path / "models")
    parts = parts_for(store, ModelSettings())
    assert warm_up(parts, editor_for(store, parts, GenerationSettings(inpainting=str(folder)))) == []
    painter = [one for line in logged.getvalue().splitlines() if (one := json.loads(line))["stage"] == "painter"]
    assert [one["outcome"] for one in painter] == ["done"]
