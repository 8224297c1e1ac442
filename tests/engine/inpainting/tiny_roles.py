"""What stands beside a tiny pipeline: new-picture models, ControlNets, models of depth, IP-Adapters and LoRAs."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from tests.engine.inpainting.tiny_models import save_flux_fill, save_sd, save_sdxl

EYE_SIDE = 32
"""Px that the tiny image encoder sees."""


def save_sdxl_plain(folder: Path) -> Path:
    """Stable Diffusion XL for new pictures: its network sees noise alone."""
    diffusers: Any = import_module("diffusers")
    parts = _parts("StableDiffusionXLInpaintPipeline", save_sdxl(folder.with_name(f"{folder.name}-inpainting")))
    torch: Any = import_module("torch")
    torch.manual_seed(1)
    parts["unet"] = diffusers.UNet2DConditionModel.from_config(parts["unet"].config, in_channels=4)
    diffusers.StableDiffusionXLPipeline(**parts).save_pretrained(folder)
    return folder


def save_sd_plain(folder: Path) -> Path:
    """Stable Diffusion 1.5 for new pictures."""
    return save_sd(folder, channels=4, name="StableDiffusionPipeline")


def save_flux(folder: Path) -> Path:
    """FLUX.1 for new pictures."""
    diffusers: Any = import_module("diffusers")
    parts = _parts("FluxFillPipeline", save_flux_fill(folder.with_name(f"{folder.name}-fill")))
    torch: Any = import_module("torch")
    torch.manual_seed(1)
    parts["transformer"] = diffusers.FluxTransformer2DModel.from_config(parts["transformer"].config, in_channels=8)
    diffusers.FluxPipeline(**parts).save_pretrained(folder)
    return folder


def save_controlnet(folder: Path, model: Path) -> Path:
    """A ControlNet for the network of a UNet model; unlike a fresh one it has an effect."""
    diffusers: Any = import_module("diffusers")
    torch: Any = import_module("torch")
    torch.manual_seed(2)
    unet = diffusers.UNet2DConditionModel.from_pretrained(model, subfolder="unet")
    plain = diffusers.UNet2DConditionModel.from_config(unet.config, in_channels=4)
    control = diffusers.ControlNetModel.from_unet(
        plain, conditioning_channels=3, conditioning_embedding_out_channels=(4, 8)
    )
    for block in (*control.controlnet_down_blocks, control.controlnet_mid_block, control.controlnet_cond_embedding):
        for parameter in block.parameters():
            torch.nn.init.normal_(parameter, std=0.5)
    control.save_pretrained(folder)
    return folder


def save_flux_controlnet(folder: Path, model: Path) -> Path:
    """A ControlNet for FLUX.1; unlike a fresh one it has an effect."""
    diffusers: Any = import_module("diffusers")
    torch: Any = import_module("torch")
    torch.manual_seed(2)
    network = diffusers.FluxTransformer2DModel.from_pretrained(model, subfolder="transformer")
    control = diffusers.FluxControlNetModel.from_transformer(
        network, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2
    )
    for block in (*control.controlnet_blocks, *control.controlnet_single_blocks, control.controlnet_x_embedder):
        for parameter in block.parameters():
            torch.nn.init.normal_(parameter, std=0.5)
    control.save_pretrained(folder)
    return folder


def save_depth_model(folder: Path) -> Path:
    """A model that tells near from far."""
    transformers: Any = import_module("transformers")
    torch: Any = import_module("torch")
    torch.manual_seed(3)
    config = transformers.GLPNConfig(
        num_encoder_blocks=4, depths=[1, 1, 1, 1], hidden_sizes=[8, 8, 8, 8], num_attention_heads=[1, 1, 1, 1],
        decoder_hidden_size=8, sr_ratios=[8, 4, 2, 1],
    )  # fmt: skip
    transformers.GLPNForDepthEstimation(config).save_pretrained(folder)
    transformers.GLPNImageProcessor().save_pretrained(folder)
    return folder


def save_ip_adapter(folder: Path, model: Path) -> Path:
    """An IP-Adapter for the network of a UNet model, laid out as its repository is."""
    torch: Any = import_module("torch")
    torch.manual_seed(4)
    encoder = _eye()
    encoder.save_pretrained(folder / "models" / "image_encoder")
    words = _unet(model).config.cross_attention_dim
    tensors = {
        "image_proj.proj.weight": torch.randn(4 * words, encoder.config.projection_dim),
        "image_proj.proj.bias": torch.randn(4 * words),
        "image_proj.norm.weight": torch.ones(words),
        "image_proj.norm.bias": torch.zeros(words),
    }
    for number, width in enumerate(_widths_of_attention_to_words(_unet(model))):
        for name in ("to_k_ip", "to_v_ip"):
            tensors[f"ip_adapter.{2 * number + 1}.{name}.weight"] = torch.randn(width, words)
    return _save(tensors, folder / "models" / "ip-adapter.safetensors").parents[1]


def save_lora(file: Path, model: Path, rank: int = 2) -> Path:
    """A LoRA for the network of a UNet model."""
    torch: Any = import_module("torch")
    torch.manual_seed(5)
    tensors = dict[str, Any]()
    for name, layer in _unet(model).named_modules():
        if name.endswith(("to_q", "to_k", "to_v")):
            tensors[f"unet.{name}.lora_A.weight"] = torch.randn(rank, layer.in_features)
            tensors[f"unet.{name}.lora_B.weight"] = torch.randn(layer.out_features, rank)
    return _save(tensors, file)


def _parts(name: str, folder: Path) -> dict[str, Any]:
    return dict(getattr(import_module("diffusers"), name).from_pretrained(folder).components)


def _unet(model: Path) -> Any:
    return import_module("diffusers").UNet2DConditionModel.from_pretrained(model, subfolder="unet")


def _widths_of_attention_to_words(unet: Any) -> list[int]:
    return [int(layer.to_k.out_features) for name, layer in unet.named_modules() if name.endswith("attn2")]


def _eye() -> Any:
    transformers: Any = import_module("transformers")
    config = transformers.CLIPVisionConfig(
        hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=1, projection_dim=24,
        image_size=EYE_SIDE, patch_size=8,
    )  # fmt: skip
    return transformers.CLIPVisionModelWithProjection(config)


def _save(tensors: dict[str, Any], file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    import_module("safetensors.torch").save_file(tensors, file)
    return file
