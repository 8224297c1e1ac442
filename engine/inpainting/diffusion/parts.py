"""The notation of a model and what is added to it, `MODEL+PART+PART:WEIGHT`, and what each part is, told by its files.

A part is a ControlNet, a model of depth, an IP-Adapter or a LoRA; MODEL and the parts are names as in
`engine.inpainting.diffusion.lookup`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

from engine.errors import BadOption, UnusableModel

PartKind: TypeAlias = Literal["controlnet", "depth", "reference", "lora"]
PLUS: Final = "+"
KINDS_IN_WORDS: Final = "a ControlNet, a model of depth, an IP-Adapter or a LoRA, as safetensors"
_WEIGHT: Final = re.compile(r"(.+):(\d*\.?\d+)")
_DEPTH: Final = "ForDepthEstimation"


class PartWish(NamedTuple):
    """A part as it was asked for."""

    name: str
    weight: float | None
    """How strongly it acts; None: as its kind usually does."""


class ModelWish(NamedTuple):
    """A model as it was asked for."""

    name: str
    """Empty: the best that is installed."""
    parts: tuple[PartWish, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is there."""

    kind: PartKind
    path: Path
    """A folder for a ControlNet and a model of depth, a .safetensors file for the others."""
    name: str
    weight: float | None = None


def read_wish(model: str | None) -> ModelWish:
    """The model and its parts; a path that is there is itself, whatever signs it has. Raises: BadOption."""
    if not model or Path(model).expanduser().exists():
        return ModelWish(model or "")
    name, *parts = (word.strip() for word in model.split(PLUS))
    return ModelWish(name, tuple(_part_wish(part) for part in parts))


def _part_wish(words: str) -> PartWish:
    if not words:
        raise BadOption("model", words, "a name after each “+”")
    weighed = _WEIGHT.fullmatch(words)
    return PartWish(weighed[1], float(weighed[2])) if weighed else PartWish(words, None)


def part_at(path: Path, name: str, weight: float | None = None) -> Part:
    """What the folder or file is. Raises: UnusableModel for what is none of the kinds."""
    config = _config(path)
    if str(config.get("_class_name", "")).endswith("ControlNetModel"):
        return Part("controlnet", path, name, weight)
    if any(str(architecture).endswith(_DEPTH) for architecture in config.get("architectures") or ()):
        return Part("depth", path, name, weight)
    for file in _weights(path):
        kind = _kind_of_weights(file)
        if kind is not None:
            return Part(kind, file, name, weight)
    raise UnusableModel(name, KINDS_IN_WORDS)


def width_of_words(part: Part) -> int | None:
    """The length of the vectors of words that a ControlNet or an IP-Adapter was trained beside; None: it has none.

    SD 1.5 has 768, SDXL 2048 and FLUX.1 4096, so it tells which models the part fits.
    """
    if part.kind == "controlnet":
        return width_of(_config(part.path))
    with _opened(part.path) as file:
        keys = [key for key in file.keys() if key.endswith("to_k_ip.weight")]  # noqa: SIM118 — no mapping
        return int(file.get_slice(keys[0]).get_shape()[1]) if keys else None


def width_of(config: Mapping[str, Any]) -> int | None:
    """The same of a network, by its configuration."""
    return config.get("cross_attention_dim") or config.get("joint_attention_dim")


def _config(path: Path) -> dict[str, Any]:
    try:
        read: Any = json.loads((path / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", read) if isinstance(read, dict) else {}


def _weights(path: Path) -> list[Path]:
    return [path] if path.suffix == ".safetensors" else sorted(path.rglob("*.safetensors"))


def _kind_of_weights(file: Path) -> PartKind | None:
    with _opened(file) as weights:
        keys = list(weights.keys())
    if any(key.startswith("ip_adapter.") for key in keys):
        return "reference"
    return "lora" if any("lora" in key for key in keys) else None


def _opened(file: Path) -> Any:
    """The file, of which no tensor is read yet. Raises: UnusableModel."""
    safetensors: Any = import_module("safetensors")
    try:
        return safetensors.safe_open(file, framework="pt")
    except (OSError, safetensors.SafetensorError) as exc:
        raise UnusableModel(file.name, KINDS_IN_WORDS) from exc
