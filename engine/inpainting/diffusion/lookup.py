"""Where a named generative model is on this machine: a path, a name of the catalogue, or a hub name in the cache."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from engine.errors import BackendMissing, ModelMissing
from engine.inpainting.diffusion.parts import ModelWish, Part, part_at, read_wish
from engine.inpainting.diffusion.residency import USABLE, memory
from engine.inpainting.diffusion.runner import NAME
from engine.weights import CATALOGUE, Kind, Model, ModelStore

INDEX: Final = "model_index.json"
_HUB_NAME: Final = re.compile(r"[\w.-]+/[\w.-]+")
_HELPS: Final[tuple[Kind, ...]] = ("controlnet", "adapter")


def pipeline_folder(wish: ModelWish, kinds: tuple[Kind, ...], store: ModelStore | None) -> Path:
    """The folder of the pipeline that is asked for, or of the best installed one of the first kind there is one of.

    Raises: ModelMissing for a name that is nowhere, or is no pipeline; BackendMissing where none is installed.
    """
    if wish.name:
        folder = located(wish.name, store)
        if not (folder / INDEX).is_file():
            raise ModelMissing(wish.name, NAME)
        return folder
    found = next((folder for kind in kinds if (folder := best_installed(kind, store))), None)
    if found is None:
        smallest = next(model.name for model in CATALOGUE.values() if model.kind == kinds[0])
        raise BackendMissing(f"painting without a model such as {smallest},", NAME)
    return found


def located(name: str, store: ModelStore | None) -> Path:
    """The folder or file of that name. Raises: ModelMissing."""
    path = Path(name).expanduser()
    if path.exists():
        return path.resolve()
    found = _installed(name, store)
    if found is None and _HUB_NAME.fullmatch(name):
        found = _in_cache(name)
    if found is None:
        raise ModelMissing(name, NAME)
    return found


def parts_of(model: str | None, store: ModelStore | None) -> tuple[Part, ...]:
    """The parts that are named with a model. Raises: ModelMissing, UnusableModel, BadOption."""
    return tuple(part_at(located(name, store), name, weight) for name, weight in read_wish(model).parts)


def installed_helpers(store: ModelStore | None) -> tuple[Part, ...]:
    """Installed ControlNets and IP-Adapters, which act only where they are asked to; a LoRA changes every picture."""
    places = {name: _installed(name, store) for name, model in CATALOGUE.items() if model.kind in _HELPS}
    parts = (part_at(path, name) for name, path in places.items() if path is not None)
    return tuple(part for part in parts if part.kind != "lora")


def best_installed(kind: Kind, store: ModelStore | None) -> Path | None:
    """The largest installed model of the kind that fits the memory, else the smallest; None: none is installed."""
    of_kind = [model for model in CATALOGUE.values() if model.kind == kind]
    installed = [(model, path) for model in of_kind if (path := _installed(model.name, store))]
    fitting = [path for model, path in installed if _fits(model)]
    return fitting[-1] if fitting else next((path for _, path in installed), None)


def spoken_name(path: Path) -> str:
    """What a folder or file is called; in the Hugging Face cache the folder of a commit is not called anything."""
    within_cache = path.parent.name == "snapshots"
    return path.parents[1].name.rpartition("--")[2] if within_cache else path.name


def _installed(name: str, store: ModelStore | None) -> Path | None:
    """The path of a model by its name in the catalogue, or by its repository's."""
    known = next(
        (model for model in CATALOGUE.values() if name in (model.name, model.hub and model.hub.repository)), None
    )
    return store.installed(known.name) if known and store else None


def _in_cache(repository: str) -> Path | None:
    """Any repository that was brought by other means, at the revision that was brought last."""
    hub: Any = import_module("huggingface_hub")
    try:
        return Path(hub.snapshot_download(repository, local_files_only=True))
    except hub.errors.LocalEntryNotFoundError:
        return None


def _fits(model: Model) -> bool:
    torch: Any = import_module("torch")
    return model.memory(gpu=torch.cuda.is_available()) <= USABLE * memory().total
