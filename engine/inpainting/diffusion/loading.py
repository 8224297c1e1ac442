"""Which diffusion model is meant, and as which pipeline it is loaded: local files alone, no code of the model's own."""

from __future__ import annotations

import inspect
import json
import re
import threading
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

from engine.errors import BackendMissing, BadOption, ModelMissing
from engine.inpainting.diffusion.painter import NAME, DiffusionPainter
from engine.torch_edge import best_device, library_edge, pretrained, require_libraries

KNOWN: Final = (
    "black-forest-labs/FLUX.1-Fill-dev",
    "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
    "stable-diffusion-v1-5/stable-diffusion-inpainting",
)
"""Inpainting models by their names on the Hugging Face hub, best first."""
PAINTING: Final = "painting without the extra “gpu”"
INDEX: Final = "model_index.json"
_HUB_NAME: Final = re.compile(r"[\w.-]+/[\w.-]+")
_TRUSTED: Final = {"diffusers", "transformers"}
"""Libraries that parts of a pipeline may come from; a module of the model's own would be code to run."""

_loaded: dict[Path, DiffusionPainter] = {}
_lock = threading.Lock()


def painter_for(model: str | None = None) -> DiffusionPainter:
    """The painter of a model, loaded once per process; the last one used is kept.

    model: a folder that `save_pretrained` wrote, or a hub name that is in the local Hugging Face cache already; None:
    the best known one that is. Nothing is downloaded.

    Raises: BackendMissing when the libraries or the model are not there; BadOption for a model that cannot paint;
    BackendFailed, OutOfMemory.
    """
    require_libraries(PAINTING, NAME)
    folder = folder_of(model) if model else _first_known()
    with _lock:
        if folder not in _loaded:
            _loaded.clear()
            with library_edge(NAME):
                _loaded[folder] = DiffusionPainter(_load(folder))
        return _loaded[folder]


def folder_of(model: str) -> Path:
    """Where the model's files are. Raises: BackendMissing."""
    path = Path(model).expanduser()
    if (path / INDEX).is_file():
        return path.resolve()
    cached = _in_cache(model) if _HUB_NAME.fullmatch(model) else None
    if cached is None:
        raise ModelMissing(model, NAME)
    return cached


def _first_known() -> Path:
    found = next((folder for name in KNOWN if (folder := _in_cache(name))), None)
    if found is None:
        raise BackendMissing(f"painting without an inpainting model, such as {KNOWN[-1]},", NAME)
    return found


def _in_cache(name: str) -> Path | None:
    hub: Any = import_module("huggingface_hub")
    try:
        folder = Path(hub.snapshot_download(name, local_files_only=True))
    except hub.errors.LocalEntryNotFoundError:
        return None
    return folder if (folder / INDEX).is_file() else None


def _load(folder: Path) -> Any:
    """The pipeline, on the best device there is."""
    torch: Any = import_module("torch")
    device, dtype = best_device()
    pipeline = pretrained(_pipeline_class(folder), folder, dtype=dtype, variant=_variant(folder))
    pipeline.set_progress_bar_config(disable=True)
    pipeline.to(device)
    if device == "cuda" and hasattr(pipeline, "unet"):
        pipeline.unet.to(memory_format=torch.channels_last)
        pipeline.vae.to(memory_format=torch.channels_last)
    return pipeline


def _pipeline_class(folder: Path) -> Any:
    """The class the model names where it takes a mask, else the one diffusers has for the same weights and a mask.

    Raises: BadOption for a model that is none of diffusers' or brings code of its own.
    """
    diffusers: Any = import_module("diffusers")
    index: dict[str, Any] = json.loads((folder / INDEX).read_text("utf-8"))
    name = index.get("_class_name")
    named: Any = getattr(diffusers, name, None) if isinstance(name, str) else None
    parts = [cast("list[str | None]", part) for part in index.values() if isinstance(part, list)]
    ours = all(part[0] is None or part[0] in _TRUSTED or hasattr(diffusers.pipelines, part[0]) for part in parts)
    if not ours or not (inspect.isclass(named) and issubclass(named, diffusers.DiffusionPipeline)):
        raise BadOption("model", folder.name, "an image model of diffusers, without code of its own")
    takes_mask = "mask_image" in inspect.signature(named.__call__).parameters
    return named if takes_mask else diffusers.AutoPipelineForInpainting


def _variant(folder: Path) -> str | None:
    """ "fp16" where only such weights are there."""
    weights = [path.name for path in folder.glob("*/*.safetensors")]
    return "fp16" if weights and all(".fp16." in name for name in weights) else None
