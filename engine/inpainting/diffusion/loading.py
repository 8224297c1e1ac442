"""A named diffusion model, loaded once and put to its uses: local files alone, no code of the model's own.

One set of weights serves every use that they are fit for: what a model's index calls a pipeline for new pictures is
also asked to paint under a mask, and with a ControlNet or an IP-Adapter beside it.
"""

from __future__ import annotations

import copy
import inspect
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from engine.errors import BackendMissing, BadOption
from engine.inpainting.diffusion.acceleration import TUNING, Precision, accelerate, fuse
from engine.inpainting.diffusion.adapters import Reference, merge_loras, reference_of, set_pace
from engine.inpainting.diffusion.controls import Control, DepthModel
from engine.inpainting.diffusion.equipment import Equipment, Role
from engine.inpainting.diffusion.float8 import quantise, require_float8
from engine.inpainting.diffusion.illustrator import DiffusionIllustrator
from engine.inpainting.diffusion.instruction import InstructionModel
from engine.inpainting.diffusion.lookup import INDEX, installed_helpers, parts_of, pipeline_folder, spoken_name
from engine.inpainting.diffusion.painter import DiffusionPainter
from engine.inpainting.diffusion.parts import Part, read_wish, width_of, width_of_words
from engine.inpainting.diffusion.residency import (
    GIGABYTE,
    RESIDENT,
    Weights,
    is_offloaded,
    memory,
    most_of_memory,
    network_of,
    place,
    placement_for,
    weights_of,
)
from engine.inpainting.diffusion.runner import INSTRUCT, NAME
from engine.inpainting.diffusion.settings import Family, family_of, pace_of
from engine.torch_edge import best_device, library_edge, pretrained, require_libraries
from engine.weights import Kind, ModelStore

FOLLOWING: Final = "following instructions without the extra “gpu”"
PAINTING: Final = "painting without the extra “gpu”"
_TRUSTED: Final = {"diffusers", "transformers"}
"""Libraries that parts of a pipeline may come from; a module of the model's own would be code to run."""

Use = TypeVar("Use")


@dataclass(eq=False)
class Loaded:
    """A model in memory, with what was named beside it."""

    pipeline: Any
    """Of the class that the model's index names."""
    family: Family
    control: Control | None
    reference: Reference | None
    uses: dict[type[Any], Any] = field(default_factory=dict[type[Any], Any])

    def as_used(self, use: type[Use], make: Callable[[Loaded], Use]) -> Use:
        """The model put to a use, always the same object."""
        if use not in self.uses:
            with library_edge(NAME):
                self.uses[use] = make(self)
        return self.uses[use]


_lock = threading.Lock()


def painter_for(model: str | None = None, store: ModelStore | None = None) -> DiffusionPainter:
    """The painter of a model, loaded once per process; those last used are kept while they fit the memory.

    model: a folder that `save_pretrained` wrote, a name of the catalogue, or a hub name that is in the local Hugging
    Face cache already, and after each "+" a ControlNet, an IP-Adapter or a LoRA; None: the best installed one that
    fits the memory. store: where the catalogue's models are. Nothing is downloaded.

    Raises: BackendMissing when the libraries or the model are not there; BadOption for a model that cannot paint;
    UnusableModel for a part that does not fit; BackendFailed, OutOfMemory.
    """
    require_libraries(PAINTING, NAME)
    with _lock:
        return _resident(model, ("inpainting", "text-to-image"), store).as_used(DiffusionPainter, _painter)


def illustrator_for(model: str | None = None, store: ModelStore | None = None) -> DiffusionIllustrator:
    """`painter_for` for models that make new pictures from words; BackendMissing also for one that does not."""
    require_libraries(PAINTING, NAME)
    with _lock:
        return _resident(model, ("text-to-image",), store).as_used(DiffusionIllustrator, _illustrator)


def follower_for(model: str | None = None, store: ModelStore | None = None) -> InstructionModel:
    """`painter_for` for models that follow instructions; BadOption for one that does not."""
    require_libraries(FOLLOWING, INSTRUCT)
    with _lock:
        return _resident(model, ("instruction",), store).as_used(InstructionModel, _follower)


def tune(
    *, fast: bool, memory_gb: float | None = None, precision: Precision = "auto", step_caching: float = 0.0
) -> None:
    """How models are loaded and run from now on.

    fast: whether they are accelerated on a GPU. memory_gb: how much memory they may take together, in units of
    1024 ** 3 bytes; None: most of what the device has; the model in use always stays. precision: on a GPU; one that
    cannot have it is refused when a model is loaded. step_caching: see `Tuning`.
    """
    TUNING.fast, TUNING.precision, TUNING.step_caching = fast, precision, step_caching
    RESIDENT.room = most_of_memory if memory_gb is None else lambda: int(memory_gb * GIGABYTE)


def _resident(model: str | None, kinds: tuple[Kind, ...], store: ModelStore | None) -> Loaded:
    folder = pipeline_folder(read_wish(model), kinds, store)
    parts = parts_of(model, store)
    # Among what tells models apart, for one that is installed while this runs is to help from then on.
    helpers = installed_helpers(store)

    def load() -> Loaded:
        named = _named_class(folder)
        with library_edge(NAME):
            return _load(folder, named, parts, helpers)

    return RESIDENT.get((folder, parts, helpers), lambda: _weights(folder).all, load)


def _weights(folder: Path) -> Weights:
    device, dtype = best_device()
    return weights_of(folder, dtype.itemsize, float8=_in_float8(device))


def _in_float8(device: str) -> bool:
    return TUNING.precision == "float8" and device == "cuda"


def _load(folder: Path, named: Any, parts: tuple[Part, ...], helpers: tuple[Part, ...]) -> Loaded:
    """The model and its parts, on the best device there is. Raises: BadOption for a precision that it lacks."""
    device, dtype = best_device()
    if _in_float8(device):
        require_float8()
    pipeline = pretrained(named, folder, dtype=dtype, variant=_variant(folder))
    pipeline.set_progress_bar_config(disable=True)
    loras = [part for part in parts if part.kind == "lora"]
    merge_loras(pipeline, loras)
    placement = placement_for(_weights(folder), memory().free) if device == "cuda" else "resident"
    compiled = device == "cuda" and placement == "resident" and TUNING.fast
    if compiled:
        fuse(pipeline)
    if _in_float8(device):
        quantise(network_of(pipeline), device)
    place(pipeline, placement, device)
    if compiled:
        accelerate(pipeline)
    names = [spoken_name(part.path) + " " + part.name for part in loras]
    family = _paced(pipeline, (*names, spoken_name(folder), type(pipeline.scheduler).__name__))
    return Loaded(pipeline, family, *_chosen(pipeline, parts, helpers))


def _paced(pipeline: Any, names: Iterable[str]) -> Family:
    family = family_of(type(pipeline).__name__)
    pace = next((pace for name in names if (pace := pace_of(name))), None)
    return set_pace(pipeline, pace, family) if pace else family


def _chosen(
    pipeline: Any, named: tuple[Part, ...], helpers: tuple[Part, ...]
) -> tuple[Control | None, Reference | None]:
    """The ControlNet and the IP-Adapter: those named, else installed ones that were trained beside such a model.

    An IP-Adapter becomes part of the network, of which it needs a copy over the same weights. Where those come to the
    device in parts, the copy takes the hooks that bring them along: of layers they cannot be copied, and those of whole
    parts bring copies of the parts before, and count on nobody else moving the same weights. There an installed one is
    left out.
    Raises: BadOption for several of one kind and for such an adapter by name, UnusableModel for one that does not fit.
    """
    depths = _only(named, "depth")
    fitting = tuple(part for part in helpers if _fits(part, pipeline) and not _is_of_depth(part))
    control = _only(named, "controlnet") or next((part for part in fitting if part.kind == "controlnet"), None)
    offloaded = is_offloaded(pipeline)
    reference = _only(named, "reference")
    if reference and offloaded:
        raise BadOption("model", reference.name, "an IP-Adapter only where the model fits into the GPU's memory whole")
    if not offloaded:
        reference = reference or next((part for part in fitting if part.kind == "reference"), None)
    for part in (control, reference):
        if part is not None and not _fits(part, pipeline):
            raise BadOption("model", part.name, f"parts that were trained beside {type(pipeline).__name__}")
    if control and _is_of_depth(control) and depths is None:
        raise BadOption("model", control.name, "a model of depth beside a ControlNet of depth: +FOLDER")
    return (
        Control(control.path, _depth_model(control, depths), control.weight) if control else None,
        reference_of(reference) if reference else None,
    )


def _only(parts: tuple[Part, ...], kind: str) -> Part | None:
    found = [part for part in parts if part.kind == kind]
    if len(found) > 1:
        raise BadOption("model", found[1].name, f"one {kind}")
    return found[0] if found else None


def _is_of_depth(control: Part) -> bool:
    return "depth" in f"{spoken_name(control.path)} {control.name}".lower()


def _depth_model(control: Part, depths: Part | None) -> DepthModel | None:
    return DepthModel(depths.path) if depths and _is_of_depth(control) else None


def _fits(part: Part, pipeline: Any) -> bool:
    """Whether it was trained beside a model of the same kind: each has words that are vectors of another length."""
    return width_of_words(part) == width_of(network_of(pipeline).config)


def _painter(loaded: Loaded) -> DiffusionPainter:
    """Raises: BadOption for a model without a pipeline that takes a mask."""
    takes = inspect.signature(type(loaded.pipeline).__call__).parameters
    role: Role = "AutoPipelineForInpainting"
    pipeline = loaded.pipeline if "mask_image" in takes else _in_role(loaded.pipeline, role)
    if pipeline is None:
        raise BadOption("model", type(loaded.pipeline).__name__, "a model that paints under a mask")
    return DiffusionPainter(pipeline, loaded.family, Equipment(loaded.control, loaded.reference, role))


def _illustrator(loaded: Loaded) -> DiffusionIllustrator:
    role: Role = "AutoPipelineForText2Image"
    pipeline = _in_role(loaded.pipeline, role) if _starts_from_noise(loaded.pipeline) else None
    if pipeline is None:
        raise BackendMissing("drawing a new picture with this model", NAME)
    painter = loaded.as_used(DiffusionPainter, _painter)
    return DiffusionIllustrator(pipeline, painter, loaded.family, Equipment(None, loaded.reference, role))


def _starts_from_noise(pipeline: Any) -> bool:
    """Whether its network sees noise alone; one trained to inpaint also sees the picture and the mask."""
    network: Any = getattr(pipeline, "unet", None)
    return network is None or network.config.in_channels == pipeline.vae.config.latent_channels


def _in_role(pipeline: Any, role: Role) -> Any | None:
    """The same weights as a pipeline for that role; None: diffusers has none."""
    kind: Any = getattr(import_module("diffusers"), role)
    try:
        made = kind.from_pipe(pipeline, scheduler=copy.deepcopy(pipeline.scheduler))
    except ValueError:
        return None
    made.set_progress_bar_config(disable=True)
    return made


def _follower(loaded: Loaded) -> InstructionModel:
    """Raises: BadOption where it needs a mask, or takes no picture to edit."""
    takes = inspect.signature(type(loaded.pipeline).__call__).parameters
    if "image" not in takes or "mask_image" in takes or "strength" in takes:
        raise BadOption(
            "model", type(loaded.pipeline).__name__, "a model that follows instructions, such as flux-2-klein"
        )
    return InstructionModel(loaded.pipeline, loaded.family)


def _named_class(folder: Path) -> Any:
    """The class the model names. Raises: BadOption for one that is none of diffusers' or brings code of its own."""
    diffusers: Any = import_module("diffusers")
    index: dict[str, Any] = json.loads((folder / INDEX).read_text("utf-8"))
    name = index.get("_class_name")
    named: Any = getattr(diffusers, name, None) if isinstance(name, str) else None
    parts = [cast("list[str | None]", part) for part in index.values() if isinstance(part, list)]
    ours = all(part[0] is None or part[0] in _TRUSTED or hasattr(diffusers.pipelines, part[0]) for part in parts)
    if not ours or not (inspect.isclass(named) and issubclass(named, diffusers.DiffusionPipeline)):
        raise BadOption("model", folder.name, "an image model of diffusers, without code of its own")
    return named


def _variant(folder: Path) -> str | None:
    """ "fp16" where only such weights are there."""
    weights = [path.name for path in folder.glob("*/*.safetensors")]
    return "fp16" if weights and all(".fp16." in name for name in weights) else None
