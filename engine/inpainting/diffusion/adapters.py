"""What is added to a model's own weights: LoRAs, merged into them, and IP-Adapters, which let it see a reference."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from engine.errors import UnusableModel
from engine.inpainting.diffusion.parts import Part
from engine.inpainting.diffusion.residency import bytes_of
from engine.inpainting.diffusion.settings import REFERENCE_SCALE, Family, Pace, lora_scale_of
from engine.torch_edge import best_device, pretrained

ENCODER: Final = "image_encoder"
"""The folder of an IP-Adapter's eye, at the adapter's side or above it."""


def merge_loras(pipeline: Any, loras: Iterable[Part]) -> None:
    """The LoRAs become part of the pipeline's weights, and cost nothing from then on.

    Raises: UnusableModel for one that does not fit.
    """
    torch_files: Any = import_module("safetensors.torch")
    for lora in loras:
        try:
            pipeline.load_lora_weights(torch_files.load_file(lora.path))
            name = f"{lora.path.name} {lora.name}"
            pipeline.fuse_lora(lora_scale=lora_scale_of(name) if lora.weight is None else lora.weight)
        except (AttributeError, KeyError, RuntimeError, ValueError) as exc:
            raise UnusableModel(lora.name, f"a LoRA for {type(pipeline).__name__}") from exc
        pipeline.unload_lora_weights()


def set_pace(pipeline: Any, pace: Pace, family: Family) -> Family:
    """The pipeline is given the sampler of a model distilled to few steps; how its family is asked then."""
    scheduler = pipeline.scheduler
    if "beta_schedule" in scheduler.config:
        spacing = {"timestep_spacing": "trailing"} if pace.trailing else {}
        kind = getattr(import_module("diffusers"), pace.scheduler)
        pipeline.scheduler = kind.from_config(scheduler.config, **spacing)
        return replace(family, steps=pace.steps, guidance_scale=pace.guidance_scale, eta=pace.eta)
    # Guidance that was distilled into a model that flows is an input of its network, and stays.
    distilled = family.guidance_scale is None or pipeline.transformer.config.get("guidance_embeds")
    guidance = family.guidance_scale if distilled else pace.guidance_scale
    true_cfg_scale = None if family.true_cfg_scale is None else 1.0
    return replace(family, steps=pace.steps, guidance_scale=guidance, true_cfg_scale=true_cfg_scale)


@dataclass(frozen=True)
class Reference:
    """An IP-Adapter. Source: Ye et al., "IP-Adapter" (2023)."""

    file: Path
    encoder: Path
    """The folder of its image encoder."""
    weight: float | None = None

    def bytes_in(self, bytes_each: int) -> int:
        """What it takes in memory at so many bytes a number."""
        return bytes_of(self.file, bytes_each) + bytes_of(self.encoder, bytes_each)

    def fit(self, pipeline: Any) -> None:
        """The pipeline's network, which must be on the device, is given the adapter, and the pipeline its eye."""
        transformers: Any = import_module("transformers")
        device, dtype = best_device()
        eye = pretrained(transformers.CLIPVisionModelWithProjection, self.encoder, dtype=dtype).to(device).eval()
        side = eye.config.image_size
        processor = transformers.CLIPImageProcessor(size={"shortest_edge": side}, crop_size=side)
        pipeline.register_modules(image_encoder=eye, feature_extractor=processor)
        pipeline.load_ip_adapter(str(self.file.parent), subfolder="", weight_name=self.file.name)
        pipeline.set_ip_adapter_scale(REFERENCE_SCALE if self.weight is None else self.weight)
        pipeline.unet.to(device, dtype)


def reference_of(part: Part) -> Reference:
    """The adapter with its image encoder. Raises: UnusableModel where that is not beside it."""
    places = (folder / ENCODER for above in part.path.parents[:2] for folder in (above, above / "models"))
    encoder = next((place for place in places if (place / "config.json").is_file()), None)
    if encoder is None:
        raise UnusableModel(part.name, f"an IP-Adapter with its folder {ENCODER}")
    return Reference(part.path, encoder, part.weight)


def with_shared_weights(network: Any) -> Any:
    """A second network over the same tensors, so that what is fitted to one does not change the other."""
    tensors = (*network.parameters(), *network.buffers())
    return copy.deepcopy(network, {id(tensor): tensor for tensor in tensors})
