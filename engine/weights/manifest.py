"""What was installed from a repository, written beside its files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.weights.catalogue import ModelFile, Record

MANIFEST: Final = "manifest.json"


class Manifest(Record):
    """The files of one commit of a repository, written once all of them were right."""

    repository: str
    revision: str
    vouched: bool
    """Whether the hashes are the hub's; else they are those that the user's own copy had."""
    files: tuple[ModelFile, ...]


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file; None where there is none, or it is damaged: then the model counts as not installed."""
    try:
        return Manifest.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
