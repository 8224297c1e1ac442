"""Which model an edit will want, as far as its order tells: who has it loaded should get the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.lanes import is_quick
from engine.operations import Alter, EditOperation, Generate, Style

HEADER: Final = "serve-multiplexed-model-id"
"""The HTTP header in which Ray Serve is told so (its manual, "Model Multiplexing"); others pass over it."""


def wanted_model(operations: Sequence[EditOperation], backend: str | None, model: str | None) -> str | None:
    """A name that is the same for edits by the same generative model; None: every engine is as good as another.

    Where the order names no model, that of the settings does the work; its role then stands for it.
    """
    if is_quick(operations, backend):
        return None
    if model:
        return model
    if backend == "instruct" or any(isinstance(operation, Alter | Style) for operation in operations):
        return "follower"
    return "illustrator" if any(isinstance(operation, Generate) for operation in operations) else "painter"
