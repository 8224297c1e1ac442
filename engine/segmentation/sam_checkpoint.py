"""A Segment Anything model from its `.pth` file alone: every size is read off the shapes of the weights."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from engine.errors import BackendMissing, UnusableModel
from engine.torch_edge import NO_ROOM

_NEEDED: Final = "a checkpoint of Segment Anything (.pth)"
_PIXELS: Final = {"pixel_mean": (123.675, 116.28, 103.53), "pixel_std": (58.395, 57.12, 57.375)}
"""Of ImageNet, in levels: the two numbers of the model that its file does not hold."""
_HEADS: Final = 8
"""Of the mask decoder's attention, in every model published; shapes do not tell."""


def load_sam(path: Path) -> Any:
    """The network of the file on the CPU, in float32, ready to be asked; nothing in the file is run.

    Raises: UnusableModel for no such file or one that is no SAM, BackendMissing without the package.
    """
    if find_spec("segment_anything") is None:
        raise BackendMissing("cutting out with Segment Anything", "the package segment-anything")
    torch: Any = import_module("torch")
    try:
        weights: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        # Weights made on no device and replaced by the file's: nothing random is drawn, and memory is taken once.
        with torch.device("meta"):
            net = _network(weights)
        net.load_state_dict(weights, assign=True)
    except Exception as exc:
        if isinstance(exc, MemoryError) or any(words in str(exc).lower() for words in NO_ROOM):
            raise
        raise UnusableModel(path.name, _NEEDED) from exc
    for name, levels in _PIXELS.items():
        setattr(net, name, torch.tensor(levels).view(-1, 1, 1))
    return net.float().eval().requires_grad_(False)


def _network(weights: dict[str, Any]) -> Any:
    modeling: Any = import_module("segment_anything.modeling")
    grid = weights["image_encoder.pos_embed"].shape[1]
    width, _, patch, _ = weights["image_encoder.patch_embed.proj.weight"].shape
    channels = weights["image_encoder.neck.0.weight"].shape[0]
    prompts = modeling.PromptEncoder(
        embed_dim=channels,
        image_embedding_size=(grid, grid),
        input_image_size=(grid * patch, grid * patch),
        mask_in_chans=weights["prompt_encoder.mask_downscaling.3.weight"].shape[0],
    )
    encoder = _image_encoder(modeling, weights, grid, patch, width)
    return modeling.Sam(encoder, prompts, _mask_decoder(modeling, weights, channels))


def _image_encoder(modeling: Any, weights: dict[str, Any], grid: int, patch: int, width: int) -> Any:
    torch: Any = import_module("torch")
    blocks = "image_encoder.blocks"
    depth = _count(weights, blocks)
    # A block attends within windows of n x n patches where its table of relative places has 2n - 1 rows.
    reach = [(weights[f"{blocks}.{block}.attn.rel_pos_h"].shape[0] + 1) // 2 for block in range(depth)]
    head = weights[f"{blocks}.0.attn.rel_pos_h"].shape[1]
    return modeling.ImageEncoderViT(
        img_size=grid * patch,
        patch_size=patch,
        embed_dim=width,
        depth=depth,
        num_heads=width // head,
        mlp_ratio=weights[f"{blocks}.0.mlp.lin1.weight"].shape[0] / width,
        out_chans=weights["image_encoder.neck.0.weight"].shape[0],
        norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
        use_rel_pos=True,
        window_size=min(reach),
        global_attn_indexes=tuple(block for block in range(depth) if reach[block] == grid),
    )


def _mask_decoder(modeling: Any, weights: dict[str, Any], channels: int) -> Any:
    layers, quality = "mask_decoder.transformer.layers", "mask_decoder.iou_prediction_head.layers"
    transformer = modeling.TwoWayTransformer(
        depth=_count(weights, layers),
        embedding_dim=channels,
        mlp_dim=weights[f"{layers}.0.mlp.lin1.weight"].shape[0],
        num_heads=_HEADS,
    )
    return modeling.MaskDecoder(
        transformer_dim=channels,
        transformer=transformer,
        num_multimask_outputs=weights["mask_decoder.mask_tokens.weight"].shape[0] - 1,
        iou_head_depth=_count(weights, quality),
        iou_head_hidden_dim=weights[f"{quality}.0.weight"].shape[0],
    )


def _count(weights: dict[str, Any], layers: str) -> int:
    """How many layers the list of that name has."""
    below = len(layers) + 1
    return len({name[below:].split(".")[0] for name in weights if name.startswith(f"{layers}.")})
