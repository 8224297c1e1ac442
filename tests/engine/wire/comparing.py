"""Records that hold arrays, made comparable."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, cast

import numpy as np


def plain(value: Any) -> Any:
    """The value with arrays and records as tuples that `==` compares, types told."""
    if isinstance(value, np.ndarray):
        array = cast("Any", value)
        return str(array.dtype), array.tolist()
    if is_dataclass(value):
        return type(value).__name__, *(plain(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, dict):
        entries = cast("dict[Any, Any]", value)
        return {key: plain(entry) for key, entry in entries.items()}
    if isinstance(value, tuple):
        parts = cast("tuple[Any, ...]", value)
        return type(parts).__name__, *map(plain, parts)
    return value
