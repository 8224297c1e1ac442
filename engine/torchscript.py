"""The weights in a TorchScript archive, read as tensors: the program beside them is neither compiled nor run."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

_DTYPES: Final = {
    "BoolStorage": "bool",
    "ByteStorage": "uint8",
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "IntStorage": "int32",
    "LongStorage": "int64",
}
_LISTS: Final = ("build_intlist", "build_doublelist", "build_boollist", "build_tensorlist", "restore_type_tag")


class _Module:
    """An object of the program: its attributes, and nothing it does."""


class _Unpickler(pickle.Unpickler):
    """Builds tensors and modules; whatever else a pickle names is refused."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(archive.open(f"{root}/data.pkl"))
        self._archive, self._root = archive, root

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """What a name in the pickle stands for. Raises: UnpicklingError."""
        match module_name, global_name:
            case "torch", _ if global_name in _DTYPES:
                return global_name
            case "torch._utils", "_rebuild_tensor_v2":
                return _tensor
            case "collections", "OrderedDict":
                return dict
            case "torch.jit._pickle", _ if global_name in _LISTS:
                return _first
            case _ if module_name.split(".")[0] == "__torch__":
                return _Module
            case _:
                raise pickle.UnpicklingError(f"{module_name}.{global_name}")

    def persistent_load(self, pid: Any) -> Any:
        """The values of a storage, in one dimension."""
        torch: Any = import_module("torch")
        _, kind, key, _, _ = pid
        values = bytearray(self._archive.read(f"{self._root}/data/{key}"))
        dtype = getattr(torch, _DTYPES[kind])
        return torch.frombuffer(values, dtype=dtype) if values else torch.empty(0, dtype=dtype)


def weights_of(path: Path) -> dict[str, Any]:
    """The parameters and buffers of the archive's module by their dotted names.

    Raises: pickle.UnpicklingError for one that holds more than tensors, zipfile.BadZipFile, KeyError.
    """
    with zipfile.ZipFile(path) as archive:
        root = archive.namelist()[0].split("/")[0]
        return dict(_tensors(_Unpickler(archive, root).load(), ""))


def _tensors(module: _Module, prefix: str) -> Iterator[tuple[str, Any]]:
    torch: Any = import_module("torch")
    for name, value in vars(module).items():
        if isinstance(value, _Module):
            yield from _tensors(value, f"{prefix}{name}.")
        elif isinstance(value, torch.Tensor):
            yield prefix + name, value


def _tensor(storage: Any, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> Any:
    return storage.as_strided(shape, strides, offset)


def _first(values: Any, *_: Any) -> Any:
    return values
