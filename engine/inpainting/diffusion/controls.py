"""ControlNets: networks that hold what is painted to the outlines, or to the depth, of what was there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
from PIL import Image as PillowImage

from engine.data import Image
from engine.inpainting.diffusion.settings import CANNY, CONTROL_SCALE
from engine.inpainting.diffusion.window import resized
from engine.torch_edge import best_device, pretrained

Condition: TypeAlias = Literal["canny", "depth"]


def outlines(image: Image) -> Image:
    """(H, W, 3) white outlines on black, of steps in any channel. Source: Canny (1986), by OpenCV."""
    edges = cv2.Canny(image, *CANNY)
    return np.repeat(edges[:, :, None], 3, axis=2).astype(np.uint8)


class DepthModel:
    """Tells near from far, with any depth-estimation model of transformers; loaded when it is first asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, image: Image) -> Image:
        """(H, W, 3) depth, near white and far black: the picture's own range spread over 0 to 255."""
        torch: Any = import_module("torch")
        with torch.inference_mode():
            inputs = self._processor(images=PillowImage.fromarray(image), return_tensors="pt")
            told: Any = self._network(**inputs.to(self._network.device, self._network.dtype)).predicted_depth
        depth = np.asarray(told[0].float().cpu().numpy(), np.float32)
        depth -= depth.min()
        grey = np.rint(depth * (255 / max(float(depth.max()), 1e-6))).astype(np.uint8)
        return resized(np.repeat(grey[:, :, None], 3, axis=2), *image.shape[:2])

    @cached_property
    def _network(self) -> Any:
        transformers: Any = import_module("transformers")
        device, dtype = best_device()
        return pretrained(transformers.AutoModelForDepthEstimation, self._folder, dtype=dtype).to(device).eval()

    @cached_property
    def _processor(self) -> Any:
        transformers: Any = import_module("transformers")
        return transformers.AutoImageProcessor.from_pretrained(self._folder, local_files_only=True)


@dataclass(frozen=True)
class Control:
    """A ControlNet's folder and what it is shown."""

    folder: Path
    depth: DepthModel | None = None
    """None: it was trained on outlines."""
    weight: float | None = None

    @property
    def scale(self) -> float:
        """How strongly it acts."""
        return CONTROL_SCALE if self.weight is None else self.weight

    def load(self) -> Any:
        """The network, on the best device. The class is the one that its configuration names."""
        diffusers: Any = import_module("diffusers")
        device, dtype = best_device()
        variant = None if any(self.folder.glob("*model.safetensors")) else "fp16"
        name = diffusers.ControlNetModel.load_config(self.folder, local_files_only=True)["_class_name"]
        network = pretrained(getattr(diffusers, name), self.folder, dtype=dtype, variant=variant)
        return network.to(device)

    def condition(self, image: Image) -> Image:
        """The picture it is shown for this one."""
        return outlines(image) if self.depth is None else self.depth(image)
