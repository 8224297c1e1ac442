"""Real SAMs of every generation with a handful of random weights, saved as a user's model would be."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.engine.inpainting.tiny_models import ALPHABET, clip_tokenizer

SIDE = 64
"""px of the square that the tiny models see."""
_CHANNELS = 32
_VIT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": SIDE,
    "patch_size": 8,
    "pretrain_image_size": 32,
    "window_size": 4,
    "global_attn_indexes": [1],
}
_PROMPTS = {"hidden_size": _CHANNELS, "image_size": SIDE, "mask_input_channels": 8}
_DECODER = {"hidden_size": _CHANNELS, "mlp_dim": 32, "num_attention_heads": 4, "iou_head_hidden_dim": 16}
_HEADS = {"hidden_size": _CHANNELS, "num_attention_heads": 4, "intermediate_size": 32}


def tiny_sam(side: int = SIDE, width: int = 24, depth: int = 3, window: int = 3) -> Any:
    """A SAM with one block of global attention, its last."""
    torch: Any = import_module("torch")
    modeling: Any = import_module("segment_anything.modeling")
    _seeded()
    patch, grid = 16, side // 16
    encoder = modeling.ImageEncoderViT(
        img_size=side, patch_size=patch, embed_dim=width, depth=depth, num_heads=2, mlp_ratio=2,
        out_chans=_CHANNELS, norm_layer=partial(torch.nn.LayerNorm, eps=1e-6), use_rel_pos=True,
        window_size=window, global_attn_indexes=(depth - 1,),
    )  # fmt: skip
    prompts = modeling.PromptEncoder(_CHANNELS, (grid, grid), (side, side), mask_in_chans=8)
    transformer = modeling.TwoWayTransformer(depth=2, embedding_dim=_CHANNELS, num_heads=8, mlp_dim=48)
    decoder = modeling.MaskDecoder(
        transformer_dim=_CHANNELS, transformer=transformer, iou_head_depth=3, iou_head_hidden_dim=16
    )
    pixels = ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
    return _lively(modeling.Sam(encoder, prompts, decoder, *pixels))


def save_sam(path: Path, **shape: int) -> Any:
    """A tiny SAM, saved as segment-anything's own checkpoints are; also as it is."""
    torch: Any = import_module("torch")
    net = tiny_sam(**shape)
    torch.save(net.state_dict(), path)
    return net


def save_sam2(folder: Path) -> Any:
    """A tiny SAM 2 in a folder with its preprocessor; also as it is."""
    transformers: Any = import_module("transformers")
    _seeded()
    backbone = {
        "hidden_size": 8, "num_attention_heads": 1, "image_size": [SIDE, SIDE], "blocks_per_stage": [1, 1, 2, 1],
        "embed_dim_per_stage": [8, 16, 32, 64], "num_attention_heads_per_stage": [1, 2, 4, 8],
        "window_size_per_stage": [4, 2, 2, 2], "global_attention_blocks": [3],
        "window_positional_embedding_background_size": [2, 2],
    }  # fmt: skip
    vision = {
        "backbone_config": {"model_type": "sam2_hiera_det_model", **backbone}, "fpn_hidden_size": _CHANNELS,
        "backbone_channel_list": [64, 32, 16, 8], "backbone_feature_sizes": [[16, 16], [8, 8], [4, 4]],
    }  # fmt: skip
    config = transformers.Sam2Config(
        vision_config=vision, prompt_encoder_config={**_PROMPTS, "patch_size": 16}, mask_decoder_config=_DECODER
    )
    net = _lively(transformers.Sam2Model(config))
    net.save_pretrained(folder)
    _square(transformers.Sam2ImageProcessor).save_pretrained(folder)
    return net


def save_sam3(folder: Path) -> Any:
    """A tiny SAM 3 with detector and tracker, as it is published: the model for video, which holds both."""
    safetensors: Any = import_module("safetensors.torch")
    transformers: Any = import_module("transformers")
    _seeded()
    net = _lively(transformers.Sam3VideoModel(_sam3_config(transformers)))
    # Names as in the published file: `save_pretrained` of this model doubles the prefix of its tracker.
    net.config.save_pretrained(folder)
    safetensors.save_file(net.state_dict(), folder / "model.safetensors", {"format": "pt"})
    transformers.Sam3Processor(_square(transformers.Sam3ImageProcessor), clip_tokenizer(folder)).save_pretrained(folder)
    return net


def save_sam3_detector(folder: Path) -> Any:
    """A tiny SAM 3 that knows phrases only."""
    transformers: Any = import_module("transformers")
    _seeded()
    net = _lively(transformers.Sam3Model(_sam3_config(transformers).detector_config))
    net.save_pretrained(folder)
    transformers.Sam3Processor(_square(transformers.Sam3ImageProcessor), clip_tokenizer(folder)).save_pretrained(folder)
    return net


def _sam3_config(transformers: Any) -> Any:
    vision: dict[str, Any] = {
        "backbone_config": {"model_type": "sam3_vit_model", **_VIT}, "fpn_hidden_size": _CHANNELS,
        "backbone_feature_sizes": [[32, 32], [16, 16], [8, 8]],
    }  # fmt: skip
    text = {
        "model_type": "clip_text_model", "vocab_size": 2 + 2 * len(ALPHABET), "hidden_size": 32,
        "intermediate_size": 37, "projection_dim": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
        "max_position_embeddings": 16, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1,
    }  # fmt: skip
    detector = transformers.Sam3Config(
        vision_config=vision, text_config=text, geometry_encoder_config={**_HEADS, "num_layers": 1},
        detr_encoder_config={**_HEADS, "num_layers": 1},
        detr_decoder_config={**_HEADS, "num_layers": 2, "num_queries": 6},
        mask_decoder_config={"hidden_size": _CHANNELS, "num_attention_heads": 4},
    )  # fmt: skip
    tracker = transformers.Sam3TrackerVideoConfig(
        vision_config=vision, prompt_encoder_config={**_PROMPTS, "patch_size": 8}, mask_decoder_config=_DECODER,
        memory_attention_hidden_size=_CHANNELS, memory_attention_num_layers=1,
        memory_attention_feed_forward_hidden_size=32, memory_encoder_hidden_size=_CHANNELS,
        memory_encoder_output_channels=8, mask_downsampler_embed_dim=_CHANNELS, memory_fuser_embed_dim=_CHANNELS,
        memory_fuser_intermediate_dim=32, image_size=SIDE,
    )  # fmt: skip
    return transformers.Sam3VideoConfig(
        detector_config=detector.to_dict(), tracker_config=tracker.to_dict(), low_res_mask_size=32
    )


def _square(processor: Any) -> Any:
    return processor(size={"height": SIDE, "width": SIDE}, mask_size={"height": SIDE // 4, "width": SIDE // 4})


def _lively(net: Any) -> Any:
    """The network with weights that answer differently to different pictures, boxes and clicks; seeded."""
    torch: Any = import_module("torch")
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(torch.randn(weight.shape) * (0.3 if weight.ndim > 1 else 0.1))
    return net.eval()


def _seeded() -> None:
    torch: Any = import_module("torch")
    torch.manual_seed(0)
