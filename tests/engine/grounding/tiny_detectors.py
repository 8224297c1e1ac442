"""Real open-vocabulary detectors with a handful of random weights, saved as a user's would be."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

WORDS = ["lamp", "post", "wooden", "bench", "dog", "cat", "wombat", "hat", "tree", "red", "man", "trash", "can", "and"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BERT_IDS = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103, ".": 1012, "?": 1029}
"""Grounding DINO's own code knows some of these numbers by heart."""


def save_grounding_dino(folder: Path, name: str = "GroundingDino") -> Path:
    """Grounding DINO ("GroundingDino") or its sibling from MMDetection ("MMGroundingDino")."""
    transformers: Any = import_module("transformers")
    swin = transformers.SwinConfig(
        embed_dim=16, depths=[1, 1, 1, 1], num_heads=[1, 2, 2, 4], window_size=4, out_indices=[2, 3, 4]
    )
    bert = transformers.BertConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=37, vocab_size=1200
    )
    config = getattr(transformers, f"{name}Config")(
        backbone_config=swin, text_config=bert, d_model=64, num_queries=40, encoder_layers=2, encoder_ffn_dim=37,
        encoder_attention_heads=2, decoder_layers=2, decoder_ffn_dim=37, decoder_attention_heads=2, max_text_len=32,
    )  # fmt: skip
    model = _seeded(getattr(transformers, f"{name}ForObjectDetection"), config, 0.25)
    pictures = transformers.GroundingDinoImageProcessor(size={"shortest_edge": 64, "longest_edge": 107})
    return _saved(folder, model, transformers.GroundingDinoProcessor(pictures, bert_tokenizer(folder)))


def save_owl(folder: Path) -> Path:
    """OWLv2."""
    transformers: Any = import_module("transformers")
    text = {
        "hidden_size": 32, "intermediate_size": 37, "num_hidden_layers": 2, "num_attention_heads": 2,
        "vocab_size": 60, "bos_token_id": 1, "eos_token_id": 2, "max_position_embeddings": 40,
    }  # fmt: skip
    vision = {
        "hidden_size": 32, "intermediate_size": 37, "num_hidden_layers": 2, "num_attention_heads": 2,
        "image_size": 48, "patch_size": 8,
    }  # fmt: skip
    config = transformers.Owlv2Config(text_config=text, vision_config=vision, projection_dim=32)
    model = _seeded(transformers.Owlv2ForObjectDetection, config, 0.08)
    pictures = transformers.Owlv2ImageProcessor(size={"height": 48, "width": 48})
    return _saved(folder, model, transformers.Owlv2Processor(pictures, owl_tokenizer(folder)))


def bert_tokenizer(folder: Path) -> Any:
    """A BERT tokenizer that knows a few words and, in pieces, all others; its file is left beside the folder."""
    transformers: Any = import_module("transformers")
    pieces = [*(letter for letter in LETTERS), *(f"##{letter}" for letter in LETTERS), *WORDS]
    free = (number for number in range(1, 1200) if number not in BERT_IDS.values())
    numbered = {number: word for word, number in BERT_IDS.items()} | dict(zip(free, pieces, strict=False))
    lines = [numbered.get(number, f"[unused{number}]") for number in range(1200)]
    path = folder.parent / f"{folder.name}-vocab.txt"
    path.write_text("\n".join(lines), "utf-8")
    return transformers.BertTokenizer(str(path))


def owl_tokenizer(folder: Path) -> Any:
    """OWLv2's CLIP tokenizer, which pads with the vocabulary's first entry and knows single letters here."""
    transformers: Any = import_module("transformers")
    words = ["!", "<|startoftext|>", "<|endoftext|>", *(letter + end for letter in LETTERS for end in ("", "</w>"))]
    files = folder.parent / f"{folder.name}-vocabulary"
    files.mkdir()
    (files / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}), "utf-8")
    (files / "merges.txt").write_text("#version: 0.2\n", "utf-8")
    names = str(files / "vocab.json"), str(files / "merges.txt")
    return transformers.CLIPTokenizer(*names, model_max_length=40, pad_token="!")


def _seeded(kind: Any, config: Any, spread: float) -> Any:
    """Weights of such a spread, and such biases, that phrases differ and thresholds part the boxes."""
    torch: Any = import_module("torch")
    torch.manual_seed(0)
    model = kind(config).eval()
    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.dim() > 1:
                weights.normal_(std=spread)
            elif name.endswith("logit_shift.bias"):
                weights.fill_(-1.5)
            elif "class_embed" in name:
                weights.fill_(-0.8)
    return model


def _saved(folder: Path, model: Any, processor: Any) -> Path:
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
