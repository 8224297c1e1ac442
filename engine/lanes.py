"""Which edits are done at once and which take their time: a brighter picture never waits behind a painted one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias, assert_never

from engine.named_looks import look_of
from engine.operations import (
    Add,
    Adjust,
    Alter,
    Background,
    Blur,
    Crop,
    Duplicate,
    EditOperation,
    Expand,
    Extract,
    Flip,
    Generate,
    Move,
    Recolor,
    Remove,
    Replace,
    Resize,
    Restore,
    Rotate,
    Style,
    Text,
    Upscale,
)

Lane: TypeAlias = Literal["quick", "heavy"]
BACKENDS: Final = (None, "exact", "exemplar", "lama")
"""Backends under which some operations are quick."""
NEVER_TRAINED: Final = ("blemishes", "colour", "faded")
"""Defects that no model is used for."""


def is_quick(operations: Iterable[EditOperation], backend: str | None) -> bool:
    """Whether every operation is sure to be done in about a second: by a tool, or by one pass of a small model.

    Those that a large model may do, where one is installed, do not count as quick. backend: as on the command line.
    """
    return backend in BACKENDS and all(_is_quick(operation, backend) for operation in operations)


def lane_of(operations: Iterable[EditOperation], backend: str | None) -> Lane:
    """The lane of an edit."""
    return "quick" if is_quick(operations, backend) else "heavy"


def _is_quick(operation: EditOperation, backend: str | None) -> bool:
    match operation:
        case Adjust() | Blur() | Crop() | Duplicate() | Extract() | Flip() | Move() | Recolor() | Remove():
            return True
        case Resize() | Rotate() | Text():
            return True
        case Background():
            return operation.action != "replace"
        case Style():
            return look_of(operation.prompt) is not None
        case Restore():
            return backend is not None or operation.defect in NEVER_TRAINED
        case Upscale():
            return backend is not None and not operation.detail
        case Add() | Alter() | Expand() | Generate() | Replace():
            return False
        case _:
            assert_never(operation)
