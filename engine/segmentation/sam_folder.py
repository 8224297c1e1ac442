"""SAMs as transformers saves them: a folder, and whether it holds the whole of the model that is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.data import Image
from engine.errors import UnusableModel
from engine.torch_edge import pretrained


def family(folder: Path, allowed: Sequence[str]) -> str:
    """The folder's `model_type`, one of `allowed`. Raises: UnusableModel where there is none, or another."""
    try:
        config: Any = json.loads((folder / "config.json").read_text("utf-8"))
        if (found := config["model_type"]) in allowed:
            return found
    except (OSError, ValueError, LookupError, TypeError) as exc:
        raise _unusable(folder, allowed) from exc
    raise _unusable(folder, allowed)


def whole(kind: Any, folder: Path, device: str, **options: Any) -> Any:
    """The network of that class, on the device, in float32. Raises: UnusableModel where the folder lacks weights of it.

    transformers draws missing weights at random and goes on, and a model that is partly noise looks like one that
    works.
    """
    net, report = pretrained(kind, folder, output_loading_info=True, **options)
    if report["missing_keys"] or report["mismatched_keys"]:
        raise UnusableModel(folder.name, f"a folder with all the weights of {kind.__name__}")
    return net.float().to(device).eval().requires_grad_(False)


def prepared(kind: Any, folder: Path) -> Any:
    """The folder's own preparation of pictures or words. Raises: UnusableModel where its files lack or fail."""
    try:
        return pretrained(kind, folder)
    except (OSError, ValueError, TypeError) as exc:
        raise UnusableModel(folder.name, f"a folder with the files of {kind.__name__}") from exc


def pixels_of(prepare: Any, image: Image, device: str) -> Any:
    """The (1, 3, side, side) float32 tensor that the model sees of a picture, by the library's own preparation."""
    # Said rather than guessed: the library takes a picture 3 px high for one with its channels first.
    return prepare(images=image, input_data_format="channels_last", return_tensors="pt")["pixel_values"].to(device)


def _unusable(folder: Path, allowed: Sequence[str]) -> UnusableModel:
    return UnusableModel(folder.name, f"a folder of transformers for a model of type {' or '.join(allowed)}")
