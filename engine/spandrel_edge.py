"""Models that spandrel loads from one file: erasers, upscalers, restorers.

Files are read as tensors only, no code of theirs is run: safetensors; pickles through spandrel's unpickler, which knows
nothing but tensors; TorchScript archives through `engine.torchscript`.
"""

from __future__ import annotations

import gc
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from engine.data import Image, Mask
from engine.errors import BackendFailed, BackendMissing, OutOfMemory, UnusableModel
from engine.torch_edge import best_device, has_libraries, library_edge
from engine.torchscript import weights_of

SUFFIXES: Final = (".safetensors", ".pth", ".ckpt", ".pt")
Purpose: TypeAlias = Literal["Inpainting", "SR", "Restoration", "FaceSR"]
"""What spandrel says a model is for."""
_WANTED: Final[dict[Purpose, str]] = {
    "FaceSR": "a restorer of faces such as GFPGAN",
    "Inpainting": "an eraser such as LaMa",
    "SR": "an upscaler such as Real-ESRGAN, SwinIR or HAT",
    "Restoration": "a restorer such as NAFNet, SCUNet or FBCNN",
}


class OneFileModel:
    """A colour model of one purpose, on the best device, taking and giving pictures."""

    def __init__(self, path: Path, purpose: Purpose, backend: str) -> None:
        """Load the file. backend: what errors call it.

        Raises: BackendMissing without the extra `gpu`; UnusableModel for a file that is not there, cannot be read or
        is no colour model of this purpose; OutOfMemory.
        """
        if not has_libraries() or find_spec("spandrel") is None:
            raise BackendMissing(f"{_WANTED[purpose]} without the extra “gpu”", backend)
        if not path.is_file() or path.suffix.lower() not in SUFFIXES:
            raise UnusableModel(path.name, f"{_WANTED[purpose]}, in a file that ends in {', '.join(SUFFIXES)}")
        self._backend = backend
        try:
            with library_edge(backend):
                self._model, self._device, self._dtype = _loaded(path, purpose)
        except OutOfMemory:
            raise
        except BackendFailed as exc:
            raise UnusableModel(path.name, f"{_WANTED[purpose]}, for colour pictures") from exc
        requirements = self._model.size_requirements
        self.architecture: str = str(self._model.architecture.id)
        self.scale: int = self._model.scale
        """How many times as high and wide its output is."""
        self.multiple: int = max(1, requirements.multiple_of)
        """What the sides of its input are a multiple of, px; other sizes are padded by reflection."""
        self.looks_afar: bool = self._model.tiling.name != "SUPPORTED"
        """Whether a piece of a picture comes out otherwise than the same piece within the whole."""

    def __call__(self, image: Image, mask: Mask | None = None) -> Image:
        """The model's picture, `scale` times the (H, W, 3) input; an eraser also takes the (H, W) mask of the hole.

        Raises: OutOfMemory, BackendFailed, also where it gives something that is no number.
        """
        torch: Any = import_module("torch")
        with library_edge(self._backend), torch.inference_mode():
            inputs = [self._tensor(image)]
            if mask is not None:
                inputs.append(torch.from_numpy(mask[None, None].astype(np.float32)).to(self._device, self._dtype))
            output = self._model(*inputs)[0]
            if not bool(torch.isfinite(output).all()):
                raise BackendFailed(self._backend)
            levels = (output.float() * 255).round_().to(torch.uint8)
            return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy())

    def _tensor(self, image: Image) -> Any:
        torch: Any = import_module("torch")
        pixels = torch.from_numpy(np.ascontiguousarray(image)).to(self._device)
        return pixels.permute(2, 0, 1)[None].to(self._dtype) / 255


def free_memory() -> None:
    """Give back what a failed try still holds; call it where the exception is gone."""
    torch: Any = import_module("torch")
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _loaded(path: Path, purpose: Purpose) -> tuple[Any, str, Any]:
    """The model, its device and its dtype. Raises: BackendFailed for another kind of model; what spandrel raises."""
    torch: Any = import_module("torch")
    spandrel: Any = import_module("spandrel")
    loader = spandrel.ModelLoader()
    scripted = path.suffix.lower() == ".pt"
    model = loader.load_from_state_dict(weights_of(path)) if scripted else loader.load_from_file(path)
    enlarges = purpose == "SR"
    colour = (model.input_channels, model.output_channels) == (3, 3)
    if model.purpose != purpose or not colour or enlarges != (model.scale > 1):
        raise BackendFailed(path.name)
    device, _ = best_device()
    # float16 tells 2048 levels apart below white, bfloat16 only 256: it would band a smooth sky.
    dtype = torch.float16 if device == "cuda" and model.supports_half else torch.float32
    return model.to(device, dtype).eval(), device, dtype
