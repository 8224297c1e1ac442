"""Instruction models with a handful of random weights: FLUX.1 Kontext, Qwen-Image-Edit and its Plus, FLUX.2 klein."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from tests.engine.inpainting.tiny_models import save_flux_fill

MARKS: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
SIGHTS: Final = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
"""Special tokens of Qwen's tokenizers, for turns of a chat and for pictures in it."""
CHAT: Final = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def save_kontext(folder: Path) -> Path:
    """FLUX.1 Kontext: the parts of FLUX, and a network that sees the picture beside the noise."""
    diffusers: Any = import_module("diffusers")
    fill = save_flux_fill(folder.with_name(f"{folder.name}-fill"))
    parts = dict(diffusers.FluxFillPipeline.from_pretrained(fill).components)
    _seeded()
    parts["transformer"] = diffusers.FluxTransformer2DModel.from_config(parts["transformer"].config, in_channels=8)
    diffusers.FluxKontextPipeline(**parts).save_pretrained(folder)
    return folder


def save_qwen_edit(folder: Path, name: str = "QwenImageEditPipeline") -> Path:
    """Qwen-Image-Edit, which reads the instruction with the picture before its eyes."""
    diffusers: Any = import_module("diffusers")
    _seeded()
    tokenizer = qwen_tokenizer()
    eyes_and_words = _qwen_vl(tokenizer)
    parts = {
        "scheduler": diffusers.FlowMatchEulerDiscreteScheduler(),
        "vae": diffusers.AutoencoderKLQwenImage(
            base_dim=4, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True],
            latents_mean=[0.0] * 4, latents_std=[1.0] * 4,
        ),
        "transformer": diffusers.QwenImageTransformer2DModel(
            patch_size=2, in_channels=16, out_channels=4, num_layers=1, attention_head_dim=16, num_attention_heads=1,
            joint_attention_dim=16, axes_dims_rope=(8, 4, 4),
        ),
        "text_encoder": eyes_and_words,
        "tokenizer": tokenizer,
        "processor": _qwen_processor(tokenizer),
    }  # fmt: skip
    getattr(diffusers, name)(**parts).save_pretrained(folder)
    return folder


def save_qwen_edit_plus(folder: Path) -> Path:
    """Qwen-Image-Edit 2509, the one that takes several pictures."""
    return save_qwen_edit(folder, "QwenImageEditPlusPipeline")


def save_klein(folder: Path) -> Path:
    """FLUX.2 klein; it reads the layers 9, 18 and 27 of its language model, so that there must be as many."""
    diffusers: Any = import_module("diffusers")
    transformers: Any = import_module("transformers")
    _seeded()
    tokenizer = qwen_tokenizer()
    words = transformers.Qwen3Config(
        hidden_size=8, intermediate_size=8, num_hidden_layers=28, num_attention_heads=1, num_key_value_heads=1,
        head_dim=8, vocab_size=len(tokenizer), bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    parts = {
        "scheduler": diffusers.FlowMatchEulerDiscreteScheduler(),
        "vae": diffusers.AutoencoderKLFlux2(
            block_out_channels=(4, 4, 4, 4), layers_per_block=1, latent_channels=2, norm_num_groups=1, sample_size=64
        ),
        "transformer": diffusers.Flux2Transformer2DModel(
            patch_size=1, in_channels=8, num_layers=1, num_single_layers=1, attention_head_dim=16,
            num_attention_heads=1, joint_attention_dim=24, axes_dims_rope=(4, 4, 4, 4), guidance_embeds=False,
        ),
        "text_encoder": transformers.Qwen3ForCausalLM(words),
        "tokenizer": tokenizer,
    }  # fmt: skip
    diffusers.Flux2KleinPipeline(**parts, is_distilled=True).save_pretrained(folder)
    return folder


def qwen_tokenizer() -> Any:
    """Qwen's tokenizer knowing single bytes, its special tokens and the form of a chat."""
    transformers: Any = import_module("transformers")
    alphabet: list[str] = sorted(import_module("tokenizers").pre_tokenizers.ByteLevel.alphabet())
    words = {word: number for number, word in enumerate((*MARKS, *SIGHTS, *alphabet))}
    tokenizer = transformers.Qwen2Tokenizer(vocab=words, merges=[], model_max_length=1024)
    tokenizer.add_special_tokens({"additional_special_tokens": [*MARKS[1:], *SIGHTS]})
    tokenizer.chat_template = CHAT
    return tokenizer


def _qwen_vl(tokenizer: Any) -> Any:
    transformers: Any = import_module("transformers")
    ids = {name: tokenizer.convert_tokens_to_ids(name) for name in SIGHTS}
    config = transformers.Qwen2_5_VLConfig(
        text_config={
            "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1,
            "num_key_value_heads": 1, "vocab_size": len(tokenizer), "bos_token_id": 0, "eos_token_id": 0,
            "rope_parameters": {"rope_type": "default", "mrope_section": [2, 3, 3], "rope_theta": 1e6},
        },
        vision_config={
            "depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 1, "out_hidden_size": 16,
            "fullatt_block_indexes": [0],
        },
        vision_start_token_id=ids["<|vision_start|>"], vision_end_token_id=ids["<|vision_end|>"],
        image_token_id=ids["<|image_pad|>"], video_token_id=ids["<|video_pad|>"],
    )  # fmt: skip
    return transformers.Qwen2_5_VLForConditionalGeneration(config)


def _qwen_processor(tokenizer: Any) -> Any:
    """At most 56 x 56 px are seen, so that a picture is few tokens."""
    transformers: Any = import_module("transformers")
    pixels = {"shortest_edge": 28 * 28, "longest_edge": 56 * 56}
    return transformers.Qwen2VLProcessor(
        transformers.Qwen2VLImageProcessor(size=pixels),
        tokenizer,
        transformers.Qwen2VLVideoProcessor(size=pixels),
    )


def _seeded() -> None:
    torch: Any = import_module("torch")
    torch.manual_seed(0)
