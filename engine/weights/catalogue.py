"""The catalogue: every model that can be installed, where from, under which licence, and what it costs.

The entries are in the TOML files beside this one. Every file is pinned: by its own SHA-256, or by the commit of the
repository that holds it, whose hub then tells the hash of each file in it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import tomli
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from engine.errors import BadOption

Kind: TypeAlias = Literal[
    "detector",
    "faces",
    "segmenter",
    "salient",
    "eraser",
    "restorer",
    "upscaler",
    "inpainting",
    "instruction",
    "text-to-image",
    "controlnet",
    "adapter",
    "captioner",
]
"""What a model does for an edit."""
KINDS: Final[dict[Kind, str]] = {
    "detector": "Finding things by name",
    "faces": "Finding faces",
    "segmenter": "Cutting things out to the pixel",
    "salient": "Cutting out the main subject",
    "eraser": "Removing things",
    "restorer": "Repairing a photo",
    "upscaler": "Enlarging",
    "inpainting": "Painting something new into a picture",
    "instruction": "Editing by the sentence alone",
    "text-to-image": "New pictures and styles",
    "controlnet": "Keeping the structure while painting",
    "adapter": "Reference pictures, and fewer steps",
    "captioner": "Putting a picture in words",
}
"""Every kind, in the order an edit meets them, with its words for a person."""
Sha256: TypeAlias = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Sha1: TypeAlias = Annotated[str, StringConstraints(pattern="^[0-9a-f]{40}$")]
RelativePath: TypeAlias = Annotated[str, StringConstraints(pattern=r"^\w[\w.+-]*(/\w[\w.+-]*)*$")]
"""A path inside a model's folder, with “/” between its parts, that cannot lead out of it."""


class Record(BaseModel):
    """A frozen record of the catalogue; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelFile(Record):
    """One file, and what proves that its bytes are right: one of the two hashes."""

    path: RelativePath
    url: str = ""
    size: int = Field(ge=0)
    """Bytes."""
    sha256: Sha256 | None = None
    git_sha1: Sha1 | None = None
    """The name of the file's blob in git: what a hub knows of the small files of a repository."""

    @model_validator(mode="after")
    def _one_hash(self) -> ModelFile:
        if (self.sha256 is None) == (self.git_sha1 is None):
            raise ValueError("a file has either a sha256 or a git_sha1")
        return self


class Hub(Record):
    """A repository on the Hugging Face hub at one commit, and which of its files are needed."""

    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: Sha1
    files: tuple[str, ...]
    """Patterns of `fnmatch`; one without a wildcard names a file that must be there."""
    size: int
    """Bytes of those files, rounded; the hub tells the exact sum when they are pulled."""


class Model(Record):
    """One entry of the catalogue: files by address, or part of a repository."""

    name: str = Field(pattern="^[a-z0-9][a-z0-9.-]*$")
    kind: Kind
    purpose: str
    licence: str
    terms: str = ""
    """What the licence means for commercial use, where that needs a word."""
    page: str
    """Where the model and its licence are described."""
    gated: bool = False
    """Whether the hub gives the files only to people who accepted the licence."""
    extra: Literal["gpu"] | None = None
    """The extra of this package that runs it; None: the base installation does, on the CPU."""
    best_on: Literal["cpu", "gpu"] | None = None
    """The first of its kind to install on a machine without a GPU, or on one with it."""
    files: tuple[ModelFile, ...] = ()
    hub: Hub | None = None
    stored_bytes: Literal[2, 4] = 4
    """Bytes of one weight in the files."""
    working_mb: int = 0
    """MB beside the weights while it works, in float32."""
    measured: bool = False
    """Whether `working_mb` was measured here; else it is an estimate from the shapes of the layers."""

    @model_validator(mode="after")
    def _one_source(self) -> Model:
        if bool(self.files) == bool(self.hub):
            raise ValueError(f"{self.name} has either files or a repository")
        return self

    @property
    def size(self) -> int:
        """Bytes on disk; rounded for a repository."""
        return self.hub.size if self.hub else sum(file.size for file in self.files)

    def memory(self, *, gpu: bool) -> int:
        """Bytes it takes while it works: its weights in the precision used there, and what it computes with.

        Without the extra `gpu` a model runs on the CPU as it is stored. With it, a weight has 2 bytes on a GPU
        and 4 on a CPU (engine.torch_edge.best_device), and so has what is computed.
        """
        working = self.working_mb * 1_000_000
        if self.extra is None:
            return self.size + working
        return (
            self.size * 2 // self.stored_bytes + working // 2 if gpu else self.size * 4 // self.stored_bytes + working
        )


def _read(name: str) -> list[Model]:
    entries: list[dict[str, Any]] = tomli.loads(Path(__file__).with_name(name).read_text("utf-8"))["model"]
    return [Model.model_validate(entry) for entry in entries]


CATALOGUE: Final[dict[str, Model]] = {
    model.name: model for name in ("regions.toml", "repair.toml", "generation.toml") for model in _read(name)
}
"""Every model by its name, in the order of `KINDS`, each kind's smaller ones first."""


def model_named(name: str) -> Model:
    """The catalogue's entry. Raises: BadOption for a name it lacks."""
    if name not in CATALOGUE:
        raise BadOption("model", name, ", ".join(CATALOGUE))
    return CATALOGUE[name]
