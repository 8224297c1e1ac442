"""The models on this machine: where each is, bringing one, checking it, removing it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.errors import PictureUnreadable
from engine.weights.cache import blob_name, cached, files_in
from engine.weights.catalogue import Model, ModelFile, model_named
from engine.weights.hashes import git_sha1_of, is_right, sha256_of
from engine.weights.manifest import MANIFEST, Manifest, read_manifest

if TYPE_CHECKING:
    from engine.weights.transfer import Progress

GIT_DIGITS: Final = 40


class ModelStore:
    """The models in one folder; a file has its name there only after its hash was right.

    What the Hugging Face cache holds at the catalogue's revision counts as installed, and is used where it lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, model: Model) -> Path:
        """Where the model is, or would be: its file when it is a single one, else the folder of its files."""
        folder = self._folder / model.name
        return folder / model.files[0].path if len(model.files) == 1 else folder

    def installed(self, name: str) -> Path | None:
        """The model's file, or its folder when it has several; None: not installed. Hashes nothing.

        Raises: BadOption for a name that the catalogue lacks.
        """
        model = model_named(name)
        if self.holds(model):
            return self.path(model)
        return cached(model.hub) if model.hub else None

    def holds(self, model: Model) -> bool:
        """Whether the model is in this store itself, all its files in place."""
        files = self._files(model)
        return bool(files) and all((self._folder / model.name / file.path).is_file() for file in files)

    def pull(self, model: Model, progress: Progress) -> Path:
        """Download what is missing or damaged, going on where an earlier try stopped.

        Raises: DownloadFailed, AccessDenied, DamagedWeights, DiskFull, StorageFailed.
        """
        # The network's libraries take as long to load as an edit takes: they are left until something is pulled.
        from engine.weights import transfer

        self._finish(model, transfer.download(model, self._folder / model.name, progress), vouched=True)
        return self.path(model)

    def install(self, model: Model, source: Path) -> bool:
        """Copy a file or a folder that the user has, after checking it; whether every hash was a known one.

        Raises: PictureUnreadable, BadOption for a folder without the files, DamagedWeights, DiskFull, StorageFailed.
        """
        from engine.weights import transfer

        if not source.exists():
            raise PictureUnreadable(source.name)
        files, vouched = transfer.copy(model, source, self._folder / model.name)
        self._finish(model, files, vouched=vouched)
        return vouched

    def damaged(self, model: Model) -> list[str]:
        """The files of an installed model that are missing or are not what was installed."""
        folder = self._folder / model.name
        if model.hub and not self.holds(model) and (snapshot := cached(model.hub)):
            return [path for path in files_in(model.hub, snapshot) if not _as_cached(snapshot / path)]
        return [file.path for file in self._files(model) if not is_right(folder / file.path, file)]

    def remove(self, model: Model) -> int:
        """Delete the model and what an unfinished pull left; the bytes that were freed, 0 where there was nothing."""
        folder = self._folder / model.name
        freed = sum(path.stat().st_size for path in _files_under(folder))
        shutil.rmtree(folder, ignore_errors=True)
        return freed

    def begun(self, model: Model) -> int:
        """Bytes that are in the store, of a pull that stopped as of one that ended."""
        return sum(path.stat().st_size for path in _files_under(self._folder / model.name) if path.name != MANIFEST)

    def _files(self, model: Model) -> tuple[ModelFile, ...]:
        """What has to be there: by the catalogue, or by the manifest of what was installed at its revision."""
        if model.files:
            return model.files
        manifest = read_manifest(self._folder / model.name / MANIFEST)
        return manifest.files if manifest and model.hub and manifest.revision == model.hub.revision else ()

    def _finish(self, model: Model, files: tuple[ModelFile, ...], *, vouched: bool) -> None:
        if model.hub:
            told = Manifest(repository=model.hub.repository, revision=model.hub.revision, vouched=vouched, files=files)
            (self._folder / model.name / MANIFEST).write_text(told.model_dump_json(indent=1), "utf-8")


def _as_cached(path: Path) -> bool:
    """Whether a file of the Hugging Face cache has the hash it is kept under; true where it is kept under none."""
    promised = blob_name(path)
    return promised is None or promised == (git_sha1_of(path) if len(promised) == GIT_DIGITS else sha256_of(path))


def _files_under(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
