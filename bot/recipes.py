"""The edits of a branch as portable JSON, to be made again on another picture."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal, cast, get_args

from pydantic import Field, ValidationError

from bot.history import Revision
from engine.errors import BadOption
from engine.imageio import write_atomically
from engine.operations import EditOperation, Operation, Record

EDITS = get_args(EditOperation)
LARGEST = 1 << 20
"""Bytes of a recipe file: thousands of edits."""


class Step(Record):
    """One edit: what became one revision."""

    instruction: str
    """The author's words, for people to read; the operations are what is done."""
    operations: Annotated[tuple[Annotated[EditOperation, Field(discriminator="kind")], ...], Field(min_length=1)]
    seed: int = 0


class Recipe(Record):
    """Edits in the order they were made; a mask that was drawn by hand belongs to its picture and is not part of it."""

    version: Literal[1] = 1
    created_with: str
    """Name and version of the program that wrote it."""
    steps: tuple[Step, ...]


def recipe_of(branch: Iterable[Revision]) -> Recipe:
    """The edits from the original to the end of a branch: what was undone is on no branch, so it is not included."""
    steps = (
        Step(instruction=revision.instruction, operations=edits, seed=revision.seed or 0)
        for revision in branch
        if revision.plan and (edits := _edits(revision.plan.operations))
    )
    return Recipe(created_with=f"retouch {version('retouch')}", steps=tuple(steps))


def save(recipe: Recipe, path: Path) -> None:
    """Write the recipe as JSON; the file is there whole or as it was before. Raises: BadOption where it cannot be."""
    try:
        write_atomically(path, recipe.model_dump_json(indent=2, exclude_none=True).encode() + b"\n")
    except (BadOption, OSError) as exc:
        raise BadOption("recipe", path.name, "a file that can be written") from exc


def load(path: Path) -> Recipe:
    """The recipe in a file. Raises: BadOption with the fault for one that is not there, or holds something else."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as exc:
        raise BadOption("recipe", path.name, "a file that can be read") from exc
    if len(data) > LARGEST:
        raise BadOption("recipe", path.name, f"a file of at most {LARGEST} bytes")
    try:
        return Recipe.model_validate_json(data)
    except ValidationError as exc:
        fault = exc.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or "the file"
        raise BadOption("recipe", path.name, f"a recipe of version 1; {where}: {fault['msg']}") from exc


def _edits(operations: Iterable[Operation]) -> tuple[EditOperation, ...]:
    return tuple(cast(EditOperation, operation) for operation in operations if isinstance(operation, EDITS))
