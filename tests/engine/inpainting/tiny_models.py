"""Real pipelines of every family with a handful of random weights, saved as a user's model would be."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

VAE_SCALE = 2
SIDE = 64
"""What the tiny models paint best, px."""
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def save_sd(folder: Path, *, channels: int = 9, name: str = "StableDiffusionInpaintPipeline") -> Path:
    """Stable Diffusion 1.5: 9 input channels for inpainting, 4 for the plain model."""
    parts = _common(folder) | {"unet": _unet(channels, cross_attention_dim=32)}
    parts |= {"text_encoder": tiny_clip("CLIPTextModel"), "safety_checker": None, "feature_extractor": None}
    return _saved(name, folder, parts, requires_safety_checker=False)


def save_sdxl(folder: Path) -> Path:
    """Stable Diffusion XL inpainting, with its two text encoders."""
    extra = {
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 80,
    }
    parts = _common(folder) | {"unet": _unet(9, cross_attention_dim=64, **extra)}
    second = parts["tokenizer"]
    parts |= {"text_encoder": tiny_clip("CLIPTextModel"), "text_encoder_2": tiny_clip("CLIPTextModelWithProjection")}
    return _saved("StableDiffusionXLInpaintPipeline", folder, parts | {"tokenizer_2": second})


def save_flux_fill(folder: Path) -> Path:
    """FLUX.1 Fill, with its CLIP and T5 text encoders."""
    diffusers: Any = import_module("diffusers")
    transformers: Any = import_module("transformers")
    _seeded()
    transformer = diffusers.FluxTransformer2DModel(
        patch_size=1, in_channels=8 + 8 + 16, out_channels=8, num_layers=1, num_single_layers=1,
        attention_head_dim=16, num_attention_heads=2, joint_attention_dim=32, pooled_projection_dim=32,
        axes_dims_rope=[4, 4, 8], guidance_embeds=True,
    )  # fmt: skip
    t5 = transformers.T5Config(
        d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4, vocab_size=40, feed_forward_proj="gated-gelu"
    )
    parts = {
        "transformer": transformer,
        "vae": _vae(latent_channels=2, shift_factor=0.1),
        "scheduler": diffusers.FlowMatchEulerDiscreteScheduler(),
        "text_encoder": tiny_clip("CLIPTextModel"),
        "tokenizer": clip_tokenizer(folder),
        "text_encoder_2": transformers.T5EncoderModel(t5),
        "tokenizer_2": t5_tokenizer(),
    }
    return _saved("FluxFillPipeline", folder, parts)


def _saved(name: str, folder: Path, parts: dict[str, Any], **options: Any) -> Path:
    diffusers: Any = import_module("diffusers")
    getattr(diffusers, name)(**parts, **options).save_pretrained(folder)
    return folder


def _common(folder: Path) -> dict[str, Any]:
    diffusers: Any = import_module("diffusers")
    _seeded()
    scheduler = diffusers.DDIMScheduler(steps_offset=1, clip_sample=False)
    return {"vae": _vae(latent_channels=4), "scheduler": scheduler, "tokenizer": clip_tokenizer(folder)}


def _seeded() -> None:
    torch: Any = import_module("torch")
    torch.manual_seed(0)


def _vae(**options: Any) -> Any:
    diffusers: Any = import_module("diffusers")
    return diffusers.AutoencoderKL(
        block_out_channels=(4, 8),
        down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
        up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
        norm_num_groups=4,
        sample_size=SIDE,
        use_quant_conv=True,
        **options,
    )


def _unet(channels: int, **options: Any) -> Any:
    diffusers: Any = import_module("diffusers")
    return diffusers.UNet2DConditionModel(
        sample_size=SIDE // VAE_SCALE, in_channels=channels, out_channels=4, block_out_channels=(4, 8),
        layers_per_block=1, norm_num_groups=2, attention_head_dim=2,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        **options,
    )  # fmt: skip


def tiny_clip(name: str) -> Any:
    """A CLIP text encoder for that tokenizer: a class of transformers."""
    transformers: Any = import_module("transformers")
    config = transformers.CLIPTextConfig(
        hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2, projection_dim=32,
        vocab_size=2 + 2 * len(ALPHABET), bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    return getattr(transformers, name)(config)


def clip_tokenizer(folder: Path) -> Any:
    """A CLIP tokenizer that knows single letters; its files are left beside the folder."""
    transformers: Any = import_module("transformers")
    words = ["<|startoftext|>", "<|endoftext|>", *(letter + end for letter in ALPHABET for end in ("", "</w>"))]
    files = folder.parent / f"{folder.name}-vocabulary"
    files.mkdir()
    (files / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}), "utf-8")
    (files / "merges.txt").write_text("#version: 0.2\n", "utf-8")
    return transformers.CLIPTokenizer(str(files / "vocab.json"), str(files / "merges.txt"), model_max_length=77)


def t5_tokenizer() -> Any:
    """A T5 tokenizer that knows single letters."""
    transformers: Any = import_module("transformers")
    words = ["<pad>", "</s>", "<unk>", "\N{LOWER ONE EIGHTH BLOCK}", *ALPHABET]
    return transformers.T5Tokenizer(vocab=[(word, 0.0) for word in words], extra_ids=0, model_max_length=77)
