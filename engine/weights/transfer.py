"""A model's files brought into a folder: over the network, or from what the user has. Checked either way."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.error import HTTPError

from engine.errors import AccessDenied, BadOption, DamagedWeights, DiskFull, DownloadFailed, StorageFailed
from engine.weights import hub
from engine.weights.cache import files_in, is_complete
from engine.weights.catalogue import Model, ModelFile
from engine.weights.download import BROKEN, Arrived, fetch
from engine.weights.hashes import is_right, sha256_of
from engine.weights.manifest import MANIFEST, read_manifest

REFUSED: Final = (401, 403)

Progress = Callable[[str, int, int], None]
"""(the file at work, bytes of the model there, bytes of the model in all)."""


def download(model: Model, folder: Path, progress: Progress) -> tuple[ModelFile, ...]:
    """Bring what is missing or damaged, going on where an earlier try stopped; the files that are there then.

    Raises: DownloadFailed, AccessDenied, DamagedWeights, DiskFull, StorageFailed.
    """
    with _network_edge(model):
        files = hub.listing(model.hub) if model.hub else model.files
    _make(folder)
    _require_room(folder, sum(file.size for file in files) - _there(folder, files))
    before, total = 0, sum(file.size for file in files)
    for file in files:
        if not is_right(folder / file.path, file):
            _bring(model, file, folder / file.path, _counted(progress, file, before, total))
        before += file.size
        progress(file.path, before, total)
    return files


def copy(model: Model, source: Path, folder: Path) -> tuple[tuple[ModelFile, ...], bool]:
    """Copy a file or a folder that the user has, after checking it; the files, and whether every hash was a known one.

    The hashes are the catalogue's, the hub's, or those in a folder that another Retouch installed. A copy of a
    repository that none of them can be had for is taken as it is, with the hashes it has: False.

    Raises: BadOption for a folder without the files, DamagedWeights, DiskFull, StorageFailed.
    """
    files, vouched = (model.files, True) if model.files else _known(model, source)
    theirs = {file: _within(model, source, file) for file in files}
    _make(folder)
    _require_room(folder, sum(file.size for file in files))
    for file, path in theirs.items():
        if not is_right(path, file):
            raise DamagedWeights(model.name)
        _copy(path, folder / file.path)
    return files, vouched


@contextmanager
def _network_edge(model: Model) -> Generator[None]:
    """What the network raises becomes this project's errors."""
    try:
        yield
    except HTTPError as exc:
        exc.close()
        if exc.code in REFUSED:
            raise AccessDenied(model.name, model.page, known=hub.token() is not None) from exc
        raise DownloadFailed(model.name, exc.code) from exc
    except (*BROKEN, ValueError) as exc:
        raise DownloadFailed(model.name) from exc


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StorageFailed("models folder") from exc


def _require_room(folder: Path, needed: int) -> None:
    """Raises: DiskFull where the disk has less than what is still to come."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise DiskFull(needed, free)


def _there(folder: Path, files: tuple[ModelFile, ...]) -> int:
    paths = [at for file in files for at in (folder / file.path, _partial(folder / file.path)) if at.is_file()]
    return sum(path.stat().st_size for path in paths)


def _bring(model: Model, file: ModelFile, target: Path, arrived: Arrived) -> None:
    """One file under its own name, once it is right; a wrong one is removed, so that the next try starts afresh."""
    target.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _partial(target)
    token = hub.token() if model.hub else None
    with _network_edge(model):
        fetch(hub.address(file.url), partial, file.size, token, arrived)
    if not is_right(partial, file):
        partial.unlink()
        raise DamagedWeights(model.name)
    partial.replace(target)


def _counted(progress: Progress, file: ModelFile, before: int, total: int) -> Arrived:
    """The bytes of one file, told as bytes of the whole model."""
    return lambda there: progress(file.path, before + there, total)


def _known(model: Model, source: Path) -> tuple[tuple[ModelFile, ...], bool]:
    """The files of a repository's copy, with hashes from whoever knows them; whether those are the hub's."""
    assert model.hub
    beside = read_manifest(source / MANIFEST)
    if beside and beside.revision == model.hub.revision:
        return beside.files, beside.vouched
    try:
        return hub.listing(model.hub), True
    except (*BROKEN, ValueError):
        if not is_complete(model.hub, source):
            raise BadOption("--from", source.name, _wanted(model)) from None
        return tuple(_as_it_is(source, path) for path in files_in(model.hub, source)), False


def _copy(source: Path, target: Path) -> None:
    partial = _partial(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, partial)
    except OSError as exc:
        raise StorageFailed("models folder") from exc
    partial.replace(target)


def _within(model: Model, source: Path, file: ModelFile) -> Path:
    """Where in what the user has a file is: at its path, or lying in the folder under its name alone."""
    if source.is_file() and len(model.files) == 1:
        return source
    for path in (source / file.path, source / Path(file.path).name):
        if path.is_file():
            return path
    raise BadOption("--from", source.name, _wanted(model))


def _wanted(model: Model) -> str:
    if model.hub:
        return f"a folder with the files of {model.hub.repository}"
    return f"a folder with {', '.join(file.path for file in model.files)}"


def _as_it_is(folder: Path, path: str) -> ModelFile:
    at = folder / path
    return ModelFile(path=path, size=at.stat().st_size, sha256=sha256_of(at))


def _partial(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")
