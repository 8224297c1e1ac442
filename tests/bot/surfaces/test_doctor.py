"""The doctor advises what this machine can bear."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.surfaces.terminal.doctor import BUILT_IN, HELPERS, ability, memory_here, suggestion
from engine.machine import Machine, this_machine
from engine.weights import CATALOGUE, KINDS, Kind, ModelStore

GB = 1_000_000_000
LAPTOP = Machine(ram=8 * GB)
TINY = Machine(ram=1 * GB)
DESKTOP = Machine(ram=32 * GB, gpu="a card", gpu_memory=12 * GB)
SERVER = Machine(ram=512 * GB, gpu="H200", gpu_memory=150 * GB)


@pytest.mark.parametrize(
    ("kind", "machine", "name"),
    [
        ("detector", LAPTOP, "yolox-nano"),
        ("detector", DESKTOP, "grounding-dino-base"),
        ("segmenter", LAPTOP, "mobile-sam"),
        ("segmenter", SERVER, "sam2.1-hiera-large"),
        ("eraser", LAPTOP, "migan"),
        ("eraser", DESKTOP, "big-lama"),
        ("salient", TINY, "u2netp"),
        ("inpainting", DESKTOP, "sdxl-inpainting"),
        ("inpainting", LAPTOP, None),
        ("instruction", DESKTOP, None),
        ("instruction", SERVER, "flux-2-klein"),
    ],
)
def test_the_suggestion_fits(kind: Kind, machine: Machine, name: str | None) -> None:
    found = suggestion(kind, machine)
    assert (found.name if found else None) == name
    assert found is None or machine.fits(found)


def test_no_suggestion_asks_to_accept_a_licence() -> None:
    found = [suggestion(kind, SERVER) for kind in KINDS]
    assert all(model and not model.gated for model in found)


def test_memory_is_the_cards_where_there_is_one() -> None:
    sdxl, nano = CATALOGUE["sdxl"], CATALOGUE["yolox-nano"]
    assert DESKTOP.memory_for(sdxl) == sdxl.memory(gpu=True)
    assert LAPTOP.memory_for(sdxl) == sdxl.memory(gpu=False)
    assert DESKTOP.fits(sdxl)
    assert not LAPTOP.fits(sdxl)
    assert not Machine(ram=512 * GB, gpu="old", gpu_memory=4 * GB).fits(sdxl)
    assert Machine(ram=512 * GB, gpu="old", gpu_memory=0).fits(nano)
    assert Machine(ram=None).fits(sdxl)
    costs = dict(memory_here(LAPTOP))
    assert "sdxl 18 GB (too large)" in costs[KINDS["text-to-image"]]
    assert "yolox-nano 35 MB" in costs[KINDS["detector"]]


def test_what_is_installed_is_said_to_be_ready(tmp_path: Path, real_data: Path) -> None:
    models = ModelStore(tmp_path)
    before = "\n".join(ability("detector", LAPTOP, models))
    assert "retouch models pull yolox-nano" in before
    models.install(CATALOGUE["yolox-nano"], real_data.parent / "weights" / "yolox_nano.onnx")
    assert list(ability("detector", LAPTOP, models)) == ["ready: yolox-nano"]


def test_every_kind_has_an_answer(tmp_path: Path) -> None:
    for kind in KINDS:
        first, *advice = ability(kind, TINY, ModelStore(tmp_path))
        assert (BUILT_IN[kind] in first) if kind in BUILT_IN else first == "not possible yet"
        assert advice
    assert set(BUILT_IN).isdisjoint(HELPERS)


def test_the_gpu_is_asked_for_without_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert this_machine().gpu is None
    tool.write_text("#!/bin/sh\necho 'NVIDIA T4, 15360'\necho 'NVIDIA H200, 143771'\necho 'NVIDIA X, [N/A]'\n")
    tool.chmod(0o755)
    assert this_machine().gpu == "NVIDIA H200"
    assert this_machine().gpu_memory == 143771 * 2**20
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert this_machine().gpu is None
    ram = this_machine().ram
    assert ram is None or ram > GB / 2
