"""A BLIP model with a handful of random weights, saved as a user's would be."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

WORDS = ("a", "dog", "beach", "at", "sunset", "on", "the", "grass", "house", "sea")
EYE_SIDE = 32
"""Px that it sees."""


def save_blip(folder: Path) -> Path:
    """The captioning model with its processor."""
    transformers: Any = import_module("transformers")
    torch: Any = import_module("torch")
    torch.manual_seed(0)
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", *WORDS]
    tokenizer = transformers.BertTokenizer(
        vocab={word: number for number, word in enumerate(tokens)}, bos_token="[DEC]"
    )
    text = {
        "vocab_size": len(tokens), "hidden_size": 32, "encoder_hidden_size": 32, "intermediate_size": 37,
        "projection_dim": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 64,
        "bos_token_id": 5, "sep_token_id": 3, "eos_token_id": 3, "pad_token_id": 0,
    }  # fmt: skip
    vision = {
        "hidden_size": 32, "intermediate_size": 37, "num_hidden_layers": 2, "num_attention_heads": 4,
        "image_size": EYE_SIDE, "patch_size": 8, "initializer_range": 1.0,
    }  # fmt: skip
    config = transformers.BlipConfig(text_config=text, vision_config=vision, projection_dim=16)
    model = transformers.BlipForConditionalGeneration(config)
    for parameter in model.text_decoder.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    model.save_pretrained(folder)
    sides = {"height": EYE_SIDE, "width": EYE_SIDE}
    transformers.BlipProcessor(transformers.BlipImageProcessor(size=sides), tokenizer).save_pretrained(folder)
    return folder
