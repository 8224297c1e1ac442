"""What the Hugging Face cache, or another copy of a repository, holds of a model; nothing is asked of a network.

`HF_HOME` and `HF_HUB_CACHE` mean what they mean to huggingface_hub (its page “Environment variables”), which the base
installation does not have.
"""

from __future__ import annotations

import json
import os
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, cast

from engine.weights.catalogue import Hub

DATA: Final = (".safetensors", ".json", ".txt", ".model", ".jinja")
"""Files that hold data alone; what can carry code (pickles, Python) is never brought."""


def is_needed(hub: Hub, path: str) -> bool:
    """Whether a file of the repository is one to bring."""
    return path.endswith(DATA) and any(fnmatchcase(path, pattern) for pattern in hub.files)


def has_required(hub: Hub, paths: set[str]) -> bool:
    """Whether every file that must be there is, and something for weights."""
    required = {pattern for pattern in hub.files if "*" not in pattern}
    return required <= paths and any(path.endswith(".safetensors") for path in paths)


def cached(hub: Hub) -> Path | None:
    """The folder of the commit in the Hugging Face cache, if all that is needed is there; None: it is not."""
    name = f"models--{hub.repository.replace('/', '--')}"
    folder = _cache() / name / "snapshots" / hub.revision
    return folder if folder.is_dir() and is_complete(hub, folder) else None


def files_in(hub: Hub, folder: Path) -> list[str]:
    """The paths inside a folder of the files that are needed."""
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in paths if is_needed(hub, path))


def is_complete(hub: Hub, folder: Path) -> bool:
    """Whether a copy of the repository, made by other means, has the weights that its own indexes name."""
    paths = set(files_in(hub, folder))
    parts = _parts(folder) if "model_index.json" in paths else {(folder / path).parent for path in paths}
    return has_required(hub, paths) and all(_has_weights(part, folder, paths) for part in parts)


def blob_name(path: Path) -> str | None:
    """The hash that the Hugging Face cache keeps a file under: its SHA-256 or git's; None: it is not from there."""
    name = path.resolve().name
    return name if path.is_symlink() and all(digit in "0123456789abcdef" for digit in name) else None


def home() -> Path:
    """The folder where the tools of the hub keep their cache and the user's token."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("HF_HOME") or Path(base) / "huggingface").expanduser()


def _parts(folder: Path) -> list[Path]:
    """The folders of a pipeline's parts; a part that is switched off has no library."""
    index = _json(folder / "model_index.json")
    return [folder / name for name, part in index.items() if isinstance(part, list) and cast("list[Any]", part)[0]]


def _has_weights(part: Path, folder: Path, paths: set[str]) -> bool:
    """Whether a network's weights are all there; tokenizers, schedulers and processors have none."""
    inside = {path for path in paths if (folder / path).parent == part}
    config = part / "config.json"
    if not inside:
        return False
    if not config.is_file() or not {"_class_name", "architectures"} & _json(config).keys():
        return True
    indexes = [folder / path for path in inside if path.endswith(".safetensors.index.json")]
    shards = {(part / shard) for index in indexes for shard in _json(index).get("weight_map", {}).values()}
    return all(shard.is_file() for shard in shards) and any(path.endswith(".safetensors") for path in inside)


def _json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty where there is none."""
    try:
        value: Any = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _cache() -> Path:
    return Path(os.environ.get("HF_HUB_CACHE") or home() / "hub").expanduser()
