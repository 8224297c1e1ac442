"""Which models stay loaded, where their weights go, and that pictures come out the same from there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import BadOption, OutOfMemory
from engine.inpainting.diffusion import loading
from engine.inpainting.diffusion.controls import Control
from engine.inpainting.diffusion.loading import painter_for
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.residency import (
    GIGABYTE,
    HEADROOM,
    RESIDENT,
    Placement,
    Residency,
    Weights,
    bytes_of,
    free_memory,
    place,
    placement_for,
    weights_of,
)
from engine.inpainting.diffusion.settings import Family
from engine.protocols import Brief
from tests.engine.inpainting.tiny_models import SIDE, save_sd
from tests.engine.inpainting.tiny_roles import save_controlnet, save_ip_adapter

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]


class Shelf:
    """A residency of ten bytes, and which models were loaded in which order."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.residency = Residency[str, object](lambda: 10)

    def get(self, name: str, size: int) -> object:
        def load() -> object:
            self.loaded.append(name)
            return object()

        return self.residency.get(name, lambda: size, load)


def test_models_stay_while_they_fit_and_the_one_used_longest_ago_goes() -> None:
    shelf = Shelf()
    first = shelf.get("a", 4)
    shelf.get("b", 4)
    assert shelf.get("a", 4) is first
    shelf.get("c", 4)
    assert shelf.residency.held == 8
    assert shelf.get("a", 4) is first
    shelf.get("b", 4)
    assert shelf.loaded == ["a", "b", "c", "b"]


def test_one_larger_than_the_budget_is_kept_alone() -> None:
    shelf = Shelf()
    shelf.get("a", 4)
    huge = shelf.get("huge", 40)
    assert shelf.get("huge", 40) is huge
    assert shelf.residency.held == 40
    shelf.get("a", 4)
    assert shelf.residency.held == 4


def test_room_is_made_before_a_model_is_loaded() -> None:
    shelf = Shelf()
    shelf.get("a", 8)
    shelf.residency.get("b", lambda: 8, lambda: shelf.loaded.append(f"beside {shelf.residency.held}"))
    assert shelf.loaded == ["a", "beside 0"]


def test_memory_that_runs_out_while_loading_is_taken_from_the_others() -> None:
    shelf = Shelf()
    shelf.get("a", 2)
    held: list[int] = []

    def load() -> str:
        held.append(shelf.residency.held)
        if shelf.residency.held:
            raise OutOfMemory("diffusion")
        return "b"

    assert shelf.residency.get("b", lambda: 2, load) == "b"
    assert held == [2, 0]

    def never() -> str:
        raise OutOfMemory("diffusion")

    with pytest.raises(OutOfMemory):
        shelf.residency.get("c", lambda: 2, never)


@pytest.mark.parametrize(
    ("weights", "free", "placement"),
    [
        (Weights(7, 5), 10, "resident"),
        (Weights(7, 5), 9, "by_part"),
        (Weights(7, 5), 7, "by_layer"),
        (Weights(24, 12), 24, "by_part"),
    ],
)
def test_weights_go_where_there_is_room_to_work_beside_them(weights: Weights, free: int, placement: Placement) -> None:
    """Gigabytes: SDXL has 7, its network 5; FLUX in eight bits 24 with its encoders."""
    assert HEADROOM == 3 * GIGABYTE
    assert placement_for(Weights(*(size * GIGABYTE for size in weights)), free * GIGABYTE) == placement


def test_weights_are_counted_from_headers(tmp_path: Path) -> None:
    for part, shape in {"unet": [6, 2], "vae": [5]}.items():
        header = json.dumps({"w": {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]}, "__metadata__": {}})
        for name in ("model.safetensors", "model.fp16.safetensors"):
            (tmp_path / part).mkdir(exist_ok=True)
            (tmp_path / part / name).write_bytes(len(header).to_bytes(8, "little") + header.encode())
    assert weights_of(tmp_path, 2) == Weights(34, 24)
    assert weights_of(tmp_path / "unet", 2) == Weights(0, 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_sd(tmp_path_factory.mktemp("models") / "sd")


def test_a_model_that_grows_sends_others_away_and_stays() -> None:
    shelf = Shelf()
    first = shelf.get("a", 4)
    shelf.get("b", 4)
    shelf.residency.grow(lambda model: model is first, 3)
    assert shelf.residency.held == 7
    assert shelf.get("a", 4) is first
    shelf.get("b", 3)
    assert shelf.loaded == ["a", "b", "b"]
    shelf.residency.grow(lambda model: model is first, 99)
    assert shelf.get("a", 4) is first
    shelf.residency.grow(lambda _: False, 5)
    assert shelf.residency.held == 106


def test_what_stands_beside_a_model_is_counted_when_it_is_first_used(
    folder: Path, tmp_path: Path, rng: np.random.Generator
) -> None:
    photo = rng.integers(0, 256, (80, 80, 3), dtype=np.uint8)
    mask = np.zeros((80, 80), np.bool_)
    mask[30:50, 30:50] = True
    control, eye = save_controlnet(tmp_path / "canny", folder), save_ip_adapter(tmp_path / "eye", folder)
    RESIDENT.keep(lambda _: False)
    painter = painter_for(f"{folder}+{control}+{eye}")
    alone = RESIDENT.held
    painter.paint(photo, mask, Brief("a bench", 1))
    assert RESIDENT.held == alone
    painter.paint(photo, mask, Brief("a bench", 1, 0.1, "keep", structure=True))
    assert RESIDENT.held == alone + bytes_of(control, 4)
    network: Any = Control(control).load()
    assert bytes_of(control, 4) == 4 * sum(parameter.numel() for parameter in network.parameters())
    painter.paint(photo, mask, Brief("a bench", 1, 0.1, "keep", reference=photo))
    assert RESIDENT.held > alone + bytes_of(control, 4)


def test_an_ip_adapter_is_refused_where_the_weights_come_and_go(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    eye = save_ip_adapter(tmp_path / "eye", folder)

    def small(pipeline: Any, *_: object) -> None:
        place(pipeline, "by_layer", "cpu")

    monkeypatch.setattr(loading, "place", small)
    RESIDENT.keep(lambda _: False)
    with pytest.raises(BadOption):
        painter_for(f"{folder}+{eye}")
    assert not painter_for(str(folder)).takes_reference
    RESIDENT.keep(lambda _: False)


def test_the_weights_of_a_saved_model_are_those_it_has(folder: Path) -> None:
    pipeline: Any = painter_for(str(folder))._runner.pipeline  # pyright: ignore[reportPrivateUsage]
    parts = [sum(p.numel() for p in part.parameters()) for part in (pipeline.unet, pipeline.vae, pipeline.text_encoder)]
    counted = weights_of(folder, 4)
    assert counted.largest == 4 * max(parts)
    assert counted.all == pytest.approx(4 * sum(parts), rel=0.01)


def test_wherever_the_weights_are_the_picture_is_the_same(folder: Path, rng: np.random.Generator) -> None:
    photo = rng.integers(0, 256, (80, 80, 3), dtype=np.uint8)
    mask = np.zeros((80, 80), np.bool_)
    mask[30:50, 30:50] = True

    def painted(placement: Placement) -> np.ndarray[Any, Any]:
        RESIDENT.keep(lambda _: False)
        pipeline: Any = painter_for(str(folder))._runner.pipeline  # pyright: ignore[reportPrivateUsage]
        place(pipeline, placement, "cpu")
        painter = DiffusionPainter(pipeline, Family(steps=2, guidance_scale=2.0))
        painter.side = SIDE
        return painter.paint(photo, mask, Brief("a bench", 1))

    resident, by_part, by_layer = (painted(placement) for placement in ("resident", "by_part", "by_layer"))
    assert (resident == by_part).all()
    assert (resident == by_layer).all()


def test_when_memory_runs_out_other_models_go(folder: Path, tmp_path: Path) -> None:
    mine, other = painter_for(str(folder)), painter_for(str(save_sd(tmp_path / "other")))
    free_memory(mine._runner.pipeline)  # pyright: ignore[reportPrivateUsage]
    assert painter_for(str(folder)) is mine
    assert painter_for(str(tmp_path / "other")) is not other
