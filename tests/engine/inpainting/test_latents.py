"""What the autoencoder made of a picture is remembered, and nobody sees a difference but the clock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import Image, Mask
from engine.inpainting.diffusion import latents, runner
from engine.inpainting.diffusion.latents import remembered_latents
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.settings import Family
from engine.protocols import Audience, Brief
from engine.torch_edge import pretrained
from tests.engine.inpainting.tiny_models import SIDE, save_flux_fill, save_sd, save_sdxl

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]


class Counted:
    """A painter, and how often its encoder looked at a picture."""

    def __init__(self, folder: Path) -> None:
        self.pipeline: Any = pretrained(import_module("diffusers").DiffusionPipeline, folder)
        self.pipeline.set_progress_bar_config(disable=True)
        self.painter = DiffusionPainter(self.pipeline, Family(steps=2, guidance_scale=2.0))
        self.painter.side = SIDE
        self.seen = 0
        self.pipeline.vae.encoder.register_forward_hook(self._count)

    def _count(self, *_: object) -> None:
        self.seen += 1

    def paint(self, seed: int = 1, prompt: str = "a bench", **changed: Any) -> Image:
        return self.painter.paint(photo(), hole(), Brief(prompt, seed, **changed))


def photo() -> Image:
    return np.random.default_rng(5).integers(0, 256, (90, 80, 3), dtype=np.uint8)


def hole() -> Mask:
    mask = np.zeros((90, 80), np.bool_)
    mask[30:55, 30:50] = True
    return mask


@pytest.mark.parametrize("save", [save_sd, save_sdxl, save_flux_fill])
def test_a_window_painted_again_is_not_encoded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[Path], Path]
) -> None:
    folder = save(tmp_path / "model")
    model = Counted(folder)
    first = model.paint()
    once = model.seen
    assert once > 0
    others = [model.paint(), model.paint(seed=2), model.paint(prompt="a cat")]
    assert model.seen == once
    monkeypatch.setattr(runner, "remembered_latents", nullcontext)
    plain = Counted(folder)
    wanted = [plain.paint(), plain.paint(), plain.paint(seed=2), plain.paint(prompt="a cat")]
    assert plain.seen == 4 * once
    for made, want in zip([first, *others], wanted, strict=True):
        assert (made == want).all()


def test_one_other_pixel_is_another_picture(tmp_path: Path) -> None:
    model = Counted(save_sd(tmp_path / "model"))
    model.paint()
    once = model.seen
    other = photo()
    other[40, 60, 2] ^= 1
    model.painter.paint(other, hole(), Brief("a bench", 1))
    assert model.seen > once


def test_variations_of_one_picture_are_encoded_once(tmp_path: Path) -> None:
    model = Counted(save_sd(tmp_path / "model"))
    alone = model.paint(0)
    once, model.seen = model.seen, 0
    latents._memories.clear()  # pyright: ignore[reportPrivateUsage]
    with ThreadPoolExecutor(3) as pool:
        tasks = [
            pool.submit(
                model.painter.paint, photo(), hole(), Brief("a bench", seed), Audience(lambda _: None, company=3)
            )
            for seed in range(3)
        ]
        made = [task.result() for task in tasks]
    assert model.seen == once
    assert np.abs(made[0].astype(int) - alone).max() <= 2
    assert (made[0] != made[1]).any()


@pytest.mark.parametrize("pictures", [1, 2])
def test_what_is_handed_out_can_be_changed(tmp_path: Path, pictures: int) -> None:
    torch: Any = import_module("torch")
    vae = Counted(save_sd(tmp_path / "model")).pipeline.vae
    vae.enable_slicing()
    pixels = torch.rand(pictures, 3, 32, 32)
    with torch.no_grad():
        wanted = vae.encode(pixels).latent_dist.parameters
        for _ in range(3):
            with remembered_latents(vae):
                given = vae.encode(pixels).latent_dist
            assert torch.equal(given.parameters, wanted)
            given.mean.zero_()
    assert "encode" not in vars(vae)


def test_no_more_is_kept_than_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch: Any = import_module("torch")
    monkeypatch.setattr(latents, "REMEMBERED", 3 * 4 * 8 * 16 * 16)
    vae = Counted(save_sd(tmp_path / "model")).pipeline.vae
    with torch.no_grad(), remembered_latents(vae):
        for _ in range(5):
            vae.encode(torch.rand(1, 3, 32, 32))
        memory = latents._memories[vae]  # pyright: ignore[reportPrivateUsage]
        assert 0 < memory.held <= memory.limit
