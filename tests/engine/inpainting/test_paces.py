"""Few-step checkpoints are run as their cards say, whatever kind of sampler they have."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.inpainting.diffusion.adapters import merge_loras, set_pace
from engine.inpainting.diffusion.parts import Part
from engine.inpainting.diffusion.settings import family_of, lora_scale_of, pace_of
from tests.engine.inpainting.tiny_models import save_sd
from tests.engine.inpainting.tiny_roles import save_lora

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytest.importorskip("peft")
pytestmark = [
    pytest.mark.filterwarnings(r"ignore::FutureWarning:(diffusers|transformers|huggingface_hub|peft)\b"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:importlib._bootstrap"),
]

FLOWING = "FlowMatchEulerDiscreteScheduler"


@pytest.mark.parametrize(
    ("name", "steps", "guidance", "scheduler"),
    [
        ("FLUX.1-schnell", 4, 0, FLOWING),
        ("FLUX.1-Turbo-Alpha", 8, 0, FLOWING),
        ("Z-Image-Turbo", 8, 0, FLOWING),
        ("FLUX.2-klein-base-4B", 50, 4, FLOWING),
        ("sd-turbo", 4, 0, "EulerAncestralDiscreteScheduler"),
        ("stable-diffusion-3.5-large-turbo", 4, 0, "EulerAncestralDiscreteScheduler"),
        ("Qwen-Image-Lightning-8steps-V1.0", 8, 0, "EulerDiscreteScheduler"),
        ("Hyper-FLUX.1-dev-16steps-lora", 16, 3.5, FLOWING),
        ("Hyper-SD3-4steps-CFG-lora", 4, 3, FLOWING),
        ("Hyper-SD3-8steps-CFG-lora", 8, 5, FLOWING),
        ("Hyper-SD3-16steps-CFG-lora", 16, 7, FLOWING),
        ("Hyper-SDXL-8steps-CFG-lora", 8, 5, "DDIMScheduler"),
    ],
)
def test_the_card_says(name: str, steps: int, guidance: float, scheduler: str) -> None:
    pace = pace_of(name)
    assert pace is not None
    assert (pace.steps, pace.guidance_scale, pace.scheduler) == (steps, guidance, scheduler)
    assert hasattr(import_module("diffusers"), scheduler)


def transformer_of(pipeline: str) -> Any:
    """A network of the kind that the pipeline has, with a handful of weights."""
    diffusers: Any = import_module("diffusers")
    few = {"num_layers": 1, "attention_head_dim": 8, "num_attention_heads": 1, "joint_attention_dim": 8}
    if pipeline.startswith("StableDiffusion3"):
        return diffusers.SD3Transformer2DModel(sample_size=8, caption_projection_dim=8, pooled_projection_dim=8, **few)
    if pipeline.startswith("Qwen"):
        return diffusers.QwenImageTransformer2DModel(in_channels=16, out_channels=4, axes_dims_rope=(2, 2, 4), **few)
    guided = {"guidance_embeds": "schnell" not in pipeline}
    return diffusers.FluxTransformer2DModel(
        in_channels=8, num_single_layers=1, pooled_projection_dim=8, axes_dims_rope=(2, 2, 4), **guided, **few
    )


@pytest.mark.parametrize(
    ("pipeline", "name", "guidance", "true_guidance"),
    [
        ("StableDiffusion3InpaintPipeline", "stable-diffusion-3.5-large-turbo", 0.0, None),
        ("FluxFillPipeline", "FLUX.1-Turbo-Alpha", 30.0, None),
        ("FluxKontextPipeline", "Hyper-FLUX.1-dev-8steps-lora", 2.5, None),
        ("QwenImageEditPipeline", "Qwen-Image-Edit-Lightning-4steps", None, 1.0),
    ],
)
def test_models_that_flow_keep_their_sampler_and_the_guidance_that_they_see(
    pipeline: str, name: str, guidance: float | None, true_guidance: float | None
) -> None:
    scheduler = import_module("diffusers").FlowMatchEulerDiscreteScheduler()
    loaded = SimpleNamespace(scheduler=scheduler, transformer=transformer_of(pipeline))
    pace = pace_of(name)
    assert pace is not None
    family = set_pace(loaded, pace, family_of(pipeline))
    assert loaded.scheduler is scheduler
    assert (family.steps, family.guidance_scale, family.true_cfg_scale) == (pace.steps, guidance, true_guidance)


def test_a_lora_acts_as_strongly_as_its_card_says(tmp_path: Path) -> None:
    assert lora_scale_of("Hyper-FLUX.1-dev-8steps-lora.safetensors") == 0.125
    assert lora_scale_of("lcm-lora-sdxl") == lora_scale_of("pencil") == 1
    model = save_sd(tmp_path / "sd")
    plain, gentle, named = (
        _weights(model, tmp_path, *part) for part in ((None, None), ("hyper-sd3", None), ("hyper-sd3", 1.0))
    )
    whole, eighth = named - plain, gentle - plain
    assert float(whole.abs().max()) > 0
    assert float((whole - 8 * eighth).abs().max()) < 1e-4


def _weights(model: Path, folder: Path, lora: str | None, weight: float | None) -> Any:
    """One matrix of the model with the LoRA merged in."""
    pipeline: Any = import_module("diffusers").StableDiffusionInpaintPipeline.from_pretrained(model)
    if lora is not None:
        merge_loras(pipeline, [Part("lora", save_lora(folder / f"{lora}.safetensors", model), lora, weight)])
    return next(value for name, value in pipeline.unet.state_dict().items() if name.endswith("to_q.weight"))
