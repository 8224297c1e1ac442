"""Generative models at their real size with random weights, and tiny ones of the same families.

Tokenizers know single letters and T5 has two layers, for their weights are not what is measured.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.engine.inpainting.tiny_models import clip_tokenizer, save_flux_fill, save_sd, save_sdxl, t5_tokenizer


def sd() -> Any:
    """Stable Diffusion 1.5 inpainting: 0.86 billion weights in the UNet."""
    unet = _new("UNet2DConditionModel", sample_size=64, in_channels=9, cross_attention_dim=768, attention_head_dim=8)
    options = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    return _assembled("StableDiffusionInpaintPipeline", unet=unet, text_encoder=_clip(768, 12), **options)


def sdxl() -> Any:
    """Stable Diffusion XL inpainting: 2.6 billion weights in the UNet."""
    unet = _new(
        "UNet2DConditionModel", sample_size=128, in_channels=9, cross_attention_dim=2048,
        block_out_channels=(320, 640, 1280), attention_head_dim=(5, 10, 20), transformer_layers_per_block=(1, 2, 10),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816,
    )  # fmt: skip
    second = _clip(1280, 32, "CLIPTextModelWithProjection")
    return _assembled(
        "StableDiffusionXLInpaintPipeline", unet=unet, text_encoder=_clip(768, 12), text_encoder_2=second,
        tokenizer_2=_clip_tokenizer(),
    )  # fmt: skip


def flux_fill() -> Any:
    """FLUX.1 Fill: 12 billion weights in the transformer."""
    transformer = _new("FluxTransformer2DModel", in_channels=384, out_channels=64, guidance_embeds=True)
    transformers: Any = import_module("transformers")
    t5 = transformers.T5Config(
        d_model=4096, d_kv=64, d_ff=10240, num_layers=2, num_heads=64, vocab_size=40, feed_forward_proj="gated-gelu"
    )
    return _assembled(
        "FluxFillPipeline", transformer=transformer, text_encoder=_clip(768, 12),
        text_encoder_2=transformers.T5EncoderModel(t5), tokenizer_2=t5_tokenizer(),
        scheduler=_new("FlowMatchEulerDiscreteScheduler"),
        vae=_vae(latent_channels=16, shift_factor=0.1159, scaling_factor=0.3611),
    )  # fmt: skip


MODELS: dict[str, Callable[[], Any]] = {"sd": sd, "sdxl": sdxl, "flux-fill": flux_fill}
TINY: dict[str, Callable[[Path], Path]] = {"sd": save_sd, "sdxl": save_sdxl, "flux-fill": save_flux_fill}


def _new(name: str, **options: Any) -> Any:
    diffusers: Any = import_module("diffusers")
    return getattr(diffusers, name)(**options)


def _assembled(name: str, **parts: Any) -> Any:
    if "vae" not in parts:
        parts |= {"vae": _vae(latent_channels=4), "scheduler": _new("DDIMScheduler", steps_offset=1, clip_sample=False)}
    pipeline = _new(name, tokenizer=_clip_tokenizer(), **parts)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _vae(**options: Any) -> Any:
    return _new(
        "AutoencoderKL", block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=1024,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, **options,
    )  # fmt: skip


def _clip(width: int, layers: int, name: str = "CLIPTextModel") -> Any:
    transformers: Any = import_module("transformers")
    config = transformers.CLIPTextConfig(
        hidden_size=width, intermediate_size=4 * width, num_attention_heads=width // 64, num_hidden_layers=layers,
        projection_dim=width, vocab_size=54, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    return getattr(transformers, name)(config)


def _clip_tokenizer() -> Any:
    return clip_tokenizer(Path(tempfile.mkdtemp()) / "clip")


def at_real_size(name: str, device: str) -> Any:
    """The pipeline on the device in bfloat16, its weights drawn there."""
    torch: Any = import_module("torch")
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            pipeline = MODELS[name]()
    finally:
        torch.set_default_dtype(torch.float32)
    return pipeline.to(device, torch.bfloat16)


def tiny(name: str) -> Any:
    """A pipeline of the same family with a handful of weights, on the CPU."""
    diffusers: Any = import_module("diffusers")
    folder = Path(tempfile.mkdtemp()) / name
    pipeline = diffusers.DiffusionPipeline.from_pretrained(TINY[name](folder))
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
