"""The model catalogue: what can be installed, where from, under which licence, and whether the bytes are right."""

from __future__ import annotations

import hashlib
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.errors import BadOption, DamagedWeights, DownloadFailed, PictureUnreadable

CHUNK = 1 << 18
TIMEOUT = 30.0
"""Seconds without a byte before a download is given up; what has come is kept and resumed."""

Progress = Callable[[int, int], None]
"""(bytes there, bytes in all)."""


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the catalogue: one file, pinned by its hash."""

    name: str
    purpose: str
    file: str
    url: str
    licence: str
    size: int
    """Bytes on disk."""
    memory: int
    """Bytes while it works, about."""
    sha256: str


CATALOGUE: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            name="yolox-nano",
            purpose="finds 80 everyday things by name (person, dog, car, chair, ...) on a CPU",
            file="yolox_nano.onnx",
            url="https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/yolox_nano.onnx",
            licence="Apache-2.0",
            size=3_660_092,
            memory=60_000_000,
            sha256="695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14",
        ),
    )
}


def model_named(name: str) -> Model:
    """The catalogue's entry. Raises: BadOption for a name it lacks."""
    if name not in CATALOGUE:
        raise BadOption("model", name, ", ".join(CATALOGUE))
    return CATALOGUE[name]


class ModelStore:
    """The models installed in one folder; a file is there only after its hash was right."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, model: Model) -> Path:
        """Where the model's file is, or would be."""
        return self._folder / model.name / model.file

    def installed(self, name: str) -> Path | None:
        """The file of an installed model; None: not installed."""
        path = self.path(model_named(name))
        return path if path.is_file() else None

    def verify(self, model: Model) -> bool:
        """Whether the installed file still has the catalogue's hash."""
        path = self.path(model)
        return path.is_file() and _sha256(path) == model.sha256

    def install(self, model: Model, source: Path) -> Path:
        """Copy a file the user has, after checking it. Raises: PictureUnreadable, DamagedWeights."""
        if not source.is_file():
            raise PictureUnreadable(source.name)
        partial = self._partial(model)
        shutil.copyfile(source, partial)
        return self._settle(model, partial)

    def pull(self, model: Model, progress: Progress) -> Path:
        """Download the model, going on where an earlier try stopped. Raises: DownloadFailed, DamagedWeights."""
        partial = self._partial(model)
        there = partial.stat().st_size if partial.exists() else 0
        if there < model.size:
            try:
                _download(model, partial, there, progress)
            except (urllib.error.URLError, OSError) as exc:
                raise DownloadFailed(model.name) from exc
            if partial.stat().st_size < model.size:
                raise DownloadFailed(model.name)
        return self._settle(model, partial)

    def _partial(self, model: Model) -> Path:
        path = self.path(model)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(f"{path.name}.part")

    def _settle(self, model: Model, partial: Path) -> Path:
        """The checked file under its own name; a wrong one is removed, so that the next try starts afresh."""
        if _sha256(partial) != model.sha256:
            partial.unlink()
            raise DamagedWeights(model.name)
        path = self.path(model)
        partial.replace(path)
        return path


def _download(model: Model, partial: Path, there: int, progress: Progress) -> None:
    request = urllib.request.Request(model.url, headers={"Range": f"bytes={there}-"} if there else {})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        resumed = answer.status == 206
        with partial.open("ab" if resumed else "wb") as file:
            _copy(answer, file, there if resumed else 0, model.size, progress)
            os.fsync(file.fileno())


def _copy(source: IO[bytes], file: IO[bytes], there: int, size: int, progress: Progress) -> None:
    """No more than the catalogue's size is ever written."""
    while there < size and (chunk := source.read(min(CHUNK, size - there))):
        file.write(chunk)
        there += len(chunk)
        progress(there, size)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
