"""Which models stay loaded, and where their weights lie: as many as a budget of bytes allows, the last used first."""

from __future__ import annotations

import gc
import json
import math
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from engine.errors import OutOfMemory
from engine.inpainting.diffusion.float8 import is_quantised

Placement: TypeAlias = Literal["resident", "by_part", "by_layer"]
"""All weights on the GPU; one part of the pipeline (the network, an encoder) there at a time; one layer at a time."""
GIGABYTE: Final = 1 << 30
USABLE: Final = 0.85
"""The share of the memory that weights may take together; the rest is for pictures being made."""
HEADROOM: Final = 3 * GIGABYTE
"""Bytes that making one picture of 1024 x 1024 px takes beside the weights, above all its decoding (SDXL in bf16)."""
SCALE: Final = 4
"""Bytes of the scale that a row of quantised weights has."""
NETWORKS: Final = ("unet", "transformer")
"""What pipelines call the network that denoises, and the folder of its weights."""
_BY_LAYER: Final = "group_offloading"
"""What diffusers calls the hooks that bring a layer to the device."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Weights(NamedTuple):
    """Bytes of a model's weights in memory."""

    all: int
    largest: int
    """Of its largest part."""


class Residency(Generic[K, V]):
    """Loaded models within a budget; the one last asked for always stays. Safe between threads."""

    def __init__(self, room: Callable[[], int]) -> None:
        """room: the bytes that all may take together."""
        self.room = room
        self._models: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, key: K, bytes_of: Callable[[], int], load: Callable[[], V]) -> V:
        """The model, loaded if it is not there; before that, those used longest ago make room for it.

        Where memory runs out all the same, all others go and it is loaded once more. Raises: OutOfMemory, what `load`
        raises.
        """
        with self._lock:
            if key not in self._models:
                needed = bytes_of()
                self._shrink(self.room() - needed)
                self._models[key] = self._loaded(load), needed
            self._models.move_to_end(key)
            return self._models[key][0]

    @property
    def held(self) -> int:
        """Bytes of all loaded models."""
        return sum(size for _, size in self._models.values())

    def grow(self, grown: Callable[[V], bool], by: int) -> None:
        """That model is about to take so many bytes more; the others make room for them, those used longest ago first.

        Nothing happens where no model fits the description: it was dropped, and takes its parts along.
        """
        with self._lock:
            key = next((key for key, (model, _) in self._models.items() if grown(model)), None)
            if key is None:
                return
            model, size = self._models.pop(key)
            self._shrink(self.room() - size - by)
            self._models[key] = model, size + by

    def keep(self, wanted: Callable[[V], bool]) -> None:
        """Drop every model that is not wanted."""
        with self._lock:
            for key in [key for key, (model, _) in self._models.items() if not wanted(model)]:
                del self._models[key]
        _collect()

    def _loaded(self, load: Callable[[], V]) -> V:
        # Suppressed, not handled: the exception holds what was loaded so far.
        with suppress(OutOfMemory):
            return load()
        self._shrink(0)
        return load()

    def _shrink(self, limit: int) -> None:
        if self.held > max(limit, 0):
            while self._models and self.held > max(limit, 0):
                self._models.popitem(last=False)
            _collect()


def most_of_memory() -> int:
    """The bytes that models may take together where nobody says how many."""
    return int(USABLE * memory().total)


RESIDENT: Final = Residency[Hashable, Any](most_of_memory)
"""The generative models of this process; each has its `pipeline`."""


def free_memory(keep: Any | None = None) -> None:
    """Give back what nothing uses; with `keep`, also every model that does not share that pipeline's weights."""
    if keep is not None:
        RESIDENT.keep(lambda model: model.pipeline.vae is keep.vae)
    _collect()


def make_room(pipeline: Any, needed: int) -> None:
    """Count so many bytes more for the model whose weights the pipeline shares, before they are loaded."""
    RESIDENT.grow(lambda model: model.pipeline.vae is pipeline.vae, needed)


class Memory(NamedTuple):
    """Bytes of the device that models run on."""

    free: int
    total: int


def memory() -> Memory:
    """Of the GPU, else of the machine; a machine that cannot say counts as roomy."""
    torch: Any = import_module("torch")
    if torch.cuda.is_available():
        return Memory(*torch.cuda.mem_get_info())
    names: Any = getattr(os, "sysconf_names", {})
    if "SC_AVPHYS_PAGES" not in names:
        return Memory(1 << 62, 1 << 62)
    page = os.sysconf("SC_PAGE_SIZE")
    return Memory(os.sysconf("SC_AVPHYS_PAGES") * page, os.sysconf("SC_PHYS_PAGES") * page)


def weights_of(folder: Path, bytes_each: int, *, float8: bool = False) -> Weights:
    """What the weights in a pipeline's folder take in memory at so many bytes a number; only headers are read.

    float8: whether its network will be quantised.
    """
    parts: dict[Path, int] = {}
    for file in _read_of(folder.glob("*/*.safetensors")):
        eighth = float8 and file.parent.name in NETWORKS
        taken = sum(
            math.prod(shape) + shape[0] * SCALE
            if eighth and is_quantised(name, shape)
            else math.prod(shape) * bytes_each
            for name, shape in _shapes(file).items()
        )
        parts[file.parent] = parts.get(file.parent, 0) + taken
    return Weights(sum(parts.values()), max(parts.values(), default=0))


def bytes_of(path: Path, bytes_each: int) -> int:
    """What a file of weights, or those right in a folder, take in memory; only headers are read."""
    files = [path] if path.is_file() else _read_of(path.glob("*.safetensors"))
    return sum(math.prod(shape) * bytes_each for file in files for shape in _shapes(file).values())


def _read_of(files: Iterable[Path]) -> list[Path]:
    """Those of the files that are loaded: of weights that are there twice, not the halved ones."""
    found = list(files)
    return [file for file in found if ".fp16." not in file.name] or found


def _shapes(file: Path) -> dict[str, list[int]]:
    """The shapes of the tensors in a safetensors file, by name: its header is a length and a JSON object."""
    with file.open("rb") as opened:
        header: dict[str, Any] = json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
    return {name: tensor["shape"] for name, tensor in header.items() if name != "__metadata__"}


def placement_for(weights: Weights, free: int) -> Placement:
    """The fastest placement that leaves room to work in."""
    if weights.all + HEADROOM <= free:
        return "resident"
    return "by_part" if weights.largest + HEADROOM <= free else "by_layer"


def place(pipeline: Any, placement: Placement, device: str) -> None:
    """The pipeline's weights are put there, and are brought to the device when they are used."""
    match placement:
        case "resident":
            pipeline.to(device)
        case "by_part":
            pipeline.enable_model_cpu_offload(device=device)
        case "by_layer":
            torch: Any = import_module("torch")
            # Diffusers' own: accelerate's sequential offload does the same without bringing a layer ahead of its use.
            pipeline.enable_group_offload(
                onload_device=torch.device(device), offload_type="leaf_level", use_stream=device == "cuda"
            )


def network_of(pipeline: Any) -> Any:
    """The network that denoises."""
    return getattr(pipeline, "unet", None) or pipeline.transformer


def is_offloaded(pipeline: Any) -> bool:
    """Whether its network's weights come to the device only when they are used, as `place` can have it."""
    return hasattr(network_of(pipeline), "_hf_hook") or comes_by_layer(pipeline)


def comes_by_layer(pipeline: Any) -> bool:
    """Whether they come one layer at a time."""
    # Of diffusers' hooks, others stay behind where a network ever cached its steps.
    registries = (getattr(module, "_diffusers_hook", None) for module in network_of(pipeline).modules())
    return any(registry is not None and registry.get_hook(_BY_LAYER) for registry in registries)


def _collect() -> None:
    gc.collect()
    torch: Any = import_module("torch")
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
