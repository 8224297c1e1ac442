"""Previews: what latents are heading for, in the right colours and places, and not too often."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.data import Box, Image
from engine.inpainting.diffusion.palettes import FLUX, FLUX2, SD3, SD15, SDXL, WAN21, Palette, palette_of
from engine.inpainting.diffusion.preview import EVERY, Previewer, foreseen, in_the_picture, unpacked

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = pytest.mark.filterwarnings(r"ignore::DeprecationWarning:diffusers\b")


@pytest.mark.parametrize(
    ("name", "channels", "palette"),
    [
        ("StableDiffusionXLInpaintPipeline", 4, SDXL),
        ("StableDiffusionInpaintPipeline", 4, SD15),
        ("StableDiffusionInpaintPipeline", 8, None),
        ("StableDiffusion3InpaintPipeline", 16, SD3),
        ("FluxFillPipeline", 16, FLUX),
        ("FluxKontextPipeline", 16, FLUX),
        ("ZImageInpaintPipeline", 16, FLUX),
        ("Flux2KleinPipeline", 32, FLUX2),
        ("Flux2KleinPipeline", 16, None),
        ("KandinskyInpaintPipeline", 4, None),
    ],
)
def test_each_family_has_its_own_colours(name: str, channels: int, palette: Palette | None) -> None:
    assert palette_of(pipeline_of(name, channels)) is palette


def test_the_channels_are_those_of_the_real_autoencoders() -> None:
    diffusers: Any = import_module("diffusers")
    few = {"base_dim": 4, "dim_mult": [1, 1], "num_res_blocks": 1, "temperal_downsample": [False]}
    qwen: Any = type("QwenImageEditPlusPipeline", (), {"vae": diffusers.AutoencoderKLQwenImage(**few)})()
    assert palette_of(qwen) is WAN21
    small = {"block_out_channels": (4, 4, 4, 4), "layers_per_block": 1, "norm_num_groups": 1}
    klein: Any = type("Flux2KleinPipeline", (), {"vae": diffusers.AutoencoderKLFlux2(**small)})()
    assert palette_of(klein) is FLUX2


@pytest.mark.parametrize(
    ("scheduler", "step"),
    [
        ("DDIMScheduler", 4),
        ("EulerDiscreteScheduler", 4),
        ("FlowMatchEulerDiscreteScheduler", 4),
        ("DDIMScheduler", 0),
        ("FlowMatchEulerDiscreteScheduler", 0),
    ],
)
def test_one_step_that_is_told_the_truth_foresees_the_picture(scheduler: str, step: int) -> None:
    """Latents made of a known picture and known noise, and a real sampler that is told that very noise."""
    torch: Any = import_module("torch")
    diffusers: Any = import_module("diffusers")
    flows = scheduler.startswith("Flow")
    options = {} if flows else {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
    clipped = {"clip_sample": False} if scheduler == "DDIMScheduler" else {}
    sampler: Any = getattr(diffusers, scheduler)(**options, **clipped)
    sampler.set_timesteps(10)
    torch.manual_seed(0)
    clean, noise = torch.randn(2, 1, 4, 8, 8)
    timestep = sampler.timesteps[step]
    before = (
        sampler.scale_noise(clean, timestep[None], noise) if flows else sampler.add_noise(clean, noise, timestep[None])
    )
    if hasattr(sampler, "scale_model_input"):
        sampler.scale_model_input(before, timestep)
    after = sampler.step(noise - clean if flows else noise, timestep, before).prev_sample
    assert float((foreseen(sampler, timestep, before, after) - clean).abs().max()) < 0.02
    assert float((after - clean).abs().max()) > 0.2


@pytest.mark.parametrize("name", ["FluxFillPipeline", "QwenImageEditPipeline", "QwenImageEditPlusPipeline"])
def test_latents_are_unpacked_as_their_pipeline_packs(name: str) -> None:
    torch: Any = import_module("torch")
    pipeline: Any = getattr(import_module("diffusers"), name)
    latents = torch.arange(2 * 16 * 6 * 4).float().reshape(2, 16, 6, 4)
    packed = pipeline._pack_latents(latents, 2, 16, 6, 4)
    assert bool((unpacked(packed, 6, 4) == latents).all())


def test_flux_2_is_unpacked_as_its_autoencoder_packs() -> None:
    torch: Any = import_module("torch")
    pipeline: Any = import_module("diffusers").Flux2KleinPipeline
    latents = torch.arange(2 * 32 * 6 * 4).float().reshape(2, 32, 6, 4)
    packed = pipeline._pack_latents(pipeline._patchify_latents(latents))
    assert packed.shape == (2, 6, 128)
    assert bool((unpacked(packed, 6, 4) == latents).all())


class Ticking:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def pipeline_of(name: str, channels: int) -> Any:
    made: Any = type(name, (), {})()
    made.vae = SimpleNamespace(config={"latent_channels": channels})
    made.vae_scale_factor = 8
    return made


def sampler_at_rest() -> Any:
    return SimpleNamespace(timesteps=[9.0, 5.0], sigmas=[1.0, 0.0])


def test_a_preview_comes_no_sooner_than_it_should_and_one_for_each_picture() -> None:
    torch: Any = import_module("torch")
    clock = Ticking()
    previewer = Previewer(pipeline_of("FluxFillPipeline", 16), 48, 32, clock)
    packed = torch.zeros(3, 6, 64)
    shown: list[list[Image] | None] = []
    for clock.now in (0.1, EVERY - 0.1, EVERY + 0.1, EVERY + 0.2, 2 * EVERY, 2 * EVERY + 0.2):
        shown.append(previewer.shown(sampler_at_rest(), 9.0, packed))
    assert [pictures is not None for pictures in shown] == [False, False, True, False, False, True]
    pictures = shown[2] or []
    assert [picture.shape for picture in pictures] == [(6, 4, 3)] * 3
    expected = np.rint((np.array(FLUX.bias) + 1) * 127.5)
    assert np.abs(pictures[0].astype(int) - expected).max() <= 1


def test_models_whose_colours_are_not_known_have_none() -> None:
    clock = Ticking()
    previewer = Previewer(pipeline_of("Flux2KleinPipeline", 16), 48, 32, clock)
    for clock.now in (0.0, 9.0, 99.0):
        assert previewer.shown(sampler_at_rest(), 9.0, None) is None


def test_a_large_picture_is_shown_small_with_the_hole_in_its_place() -> None:
    photo = np.full((1500, 3000, 3), 40, np.uint8)
    window = Box(1000, 400, 1800, 1000)
    hole = np.zeros((600, 800), np.bool_)
    hole[150:450, 200:600] = True
    seen: list[Image] = []
    in_the_picture(photo, window, hole, seen.append)(np.full((75, 100, 3), 220, np.uint8))
    assert seen[0].shape == (256, 512, 3)
    bright = seen[0][:, :, 0] > 128
    assert bright.mean() == pytest.approx(hole.sum() / (1500 * 3000), rel=0.1)
    assert bright[round(700 * 256 / 1500), round(1400 * 512 / 3000)]
