"""Real architectures of spandrel with a handful of random weights, saved as a user's model would be."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

_SIZES: dict[str, dict[str, Any]] = {
    "Compact": {"num_feat": 8, "num_conv": 2, "upscale": 4},
    "ESRGAN": {"num_filters": 8, "num_blocks": 1, "scale": 2},
    "FBCNN": {"nc": [8, 8, 8, 512], "nb": 2},
    "HAT": {"embed_dim": 36, "depths": [1], "num_heads": [2], "window_size": 16, "upscale": 4, "num_feat": 8},
    "MixDehazeNet": {"embed_dims": [8, 8, 8, 8, 8], "depths": [1, 1, 1, 1, 1]},
    "NAFNet": {"width": 4, "middle_blk_num": 1, "enc_blk_nums": [1], "dec_blk_nums": [1]},
    "RestoreFormer": {
        "ch": 32, "ch_mult": (1,) * 6, "num_res_blocks": 1, "n_embed": 8, "z_channels": 32, "embed_dim": 32,
    },
    "RetinexFormer": {"n_feat": 8, "stage": 1, "num_blocks": [1, 1, 1]},
    "SCUNet": {"config": [1, 1, 1, 1, 1, 1, 1], "dim": 64},
    "SwinIR": {
        "embed_dim": 12, "depths": [2], "num_heads": [2], "window_size": 8, "upscale": 4, "upsampler": "nearest+conv",
    },
}  # fmt: skip


def save(folder: Path, architecture: str, name: str | None = None) -> Path:
    """The architecture's weights as safetensors, under a file name of its own."""
    torch: Any = import_module("torch")
    safetensors: Any = import_module("safetensors.torch")
    torch.manual_seed(1)
    path = folder / f"{name or architecture}.safetensors"
    weights = tiny(architecture).state_dict()
    safetensors.save_file({key: value.contiguous().clone() for key, value in weights.items()}, path)
    return path


def tiny(architecture: str) -> Any:
    """The architecture itself, with random weights."""
    made = getattr(import_module(f"spandrel.architectures.{architecture}"), architecture)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return made(**_SIZES[architecture]).eval()
