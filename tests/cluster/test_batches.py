"""Orders of several people that meet in a replica are made in one batch; that is all the batching there is."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("transformers")

from engine.assembly import editor_for, parts_for
from engine.cluster import Pulse
from engine.data import Picture
from engine.edits import EditRequest
from engine.operations import Replace, Target
from engine.settings import GenerationSettings, ModelSettings
from engine.weights import ModelStore
from engine.wire import Done, order_of
from tests.engine.inpainting.tiny_models import save_sd
from tests.engine.service.serving import serving

SIDE, ORDERS = 64, 4


@pytest.fixture
def batches() -> Generator[list[int]]:
    """How many latents the network was given in each of its calls."""
    seen: list[int] = []
    hooks: Any = import_module("torch.nn.modules.module")

    def see(module: Any, given: Any, _: Any) -> None:
        if type(module).__name__ == "UNet2DConditionModel":
            seen.append(int(given[0].shape[0]))

    hook = hooks.register_module_forward_hook(see)
    yield seen
    hook.remove()


def order_for(number: int) -> EditRequest:
    rgb = np.random.default_rng(number).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    mask = np.zeros((SIDE, SIDE), np.bool_)
    mask[16:48, 16:48] = True
    return EditRequest(Picture(rgb), (Replace(target=Target(phrase="it"), prompt="a cat"),), mask=mask, seed=number)


async def test_orders_that_meet_are_made_together(tmp_path: Path, batches: list[int]) -> None:
    models = ModelStore(tmp_path / "models")
    settings = GenerationSettings(inpainting=str(save_sd(tmp_path / "sd")))
    editor = editor_for(models, parts_for(models, ModelSettings()), settings)
    async with serving(Pulse(editor.edit).edit, tmp_path) as client:
        orders = [order_of(order_for(number), client.exchange, job=f"job{number}") for number in range(ORDERS)]
        alone = await client.frames(orders[0])
        first = max(batches)
        batches.clear()
        told = await asyncio.gather(*(client.frames(order) for order in orders))
    assert isinstance(alone[-1], Done)
    assert all(isinstance(frames[-1], Done) for frames in told)
    assert max(batches) >= (ORDERS - 1) * first
