"""The one place where onnxruntime is met: its errors, chatter, threads and devices, and the graphs it holds."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.budget import ByteBudget
from engine.errors import BackendFailed, EditError, OutOfMemory, UnusableModel

NO_ROOM: Final = ("failed to allocate memory", "bad_alloc", "bad allocation", "out of memory")
"""How onnxruntime's allocators, which have no exception of their own, say so."""
_TYPES: Final = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(uint8)": np.uint8,
}
_THREADS: Final = 8
"""Beyond these, models of a laptop's size gain nothing."""
_KEPT: Final = 1 << 30
"""Bytes of model files that stay loaded, the ones last used first."""
_SILENT: Final = 4
"""Of onnxruntime's log levels: what is wrong is raised, and said by whoever answers."""


@dataclass(frozen=True, slots=True)
class Port:
    """An input or an output of a graph."""

    shape: tuple[int | None, ...]
    """None: any length."""
    dtype: np.dtype[Any]


class Session:
    """A loaded graph; its ports by name, and its answers. Safe between threads."""

    def __init__(self, path: Path) -> None:
        """Raises: UnusableModel for a file that is no whole ONNX graph, OutOfMemory."""
        self.name = path.name
        try:
            with _edge(path.name):
                self._loaded: Any = _loaded(path)
        except OutOfMemory:
            raise
        except BackendFailed as exc:
            raise UnusableModel(path.name, "a whole ONNX graph") from exc
        self.inputs = {node.name: _port(node) for node in self._loaded.get_inputs()}
        self.outputs = {node.name: _port(node) for node in self._loaded.get_outputs()}
        beside = (path.with_name(path.name + ending) for ending in ("", "_data", ".data"))
        self.size: int = sum(file.stat().st_size for file in beside if file.is_file())
        """Bytes of its files: the graph, and the weights that may lie beside it."""

    def run(self, feeds: Mapping[str, NDArray[Any]], wanted: Sequence[str] = ()) -> dict[str, NDArray[np.float32]]:
        """The outputs by name, as float32; all of them, or those that are wanted.

        feeds: every input by name, cast to the type it has in the graph. Raises: OutOfMemory, BackendFailed.
        """
        names = list(wanted or self.outputs)
        cast = {name: np.ascontiguousarray(value, self.inputs[name].dtype) for name, value in feeds.items()}
        with _edge(self.name):
            answers = self._loaded.run(names, cast)
        return {name: np.asarray(answer, np.float32) for name, answer in zip(names, answers, strict=True)}


def session(path: Path) -> Session:
    """The graph of a file, loaded once while it stays the same file and there is room for it.

    Raises: UnusableModel, OutOfMemory.
    """
    try:
        state = path.stat()
    except OSError as exc:
        raise UnusableModel(path.name, "a file that is there") from exc
    key = repr((str(path.absolute()), state.st_mtime_ns, state.st_size)).encode()
    return _SESSIONS.get(key, lambda: Session(path))


_SESSIONS: Final[ByteBudget[Session]] = ByteBudget(_KEPT, lambda kept: kept.size)


def _loaded(path: Path) -> Any:
    runtime: Any = import_module("onnxruntime")
    runtime.set_default_logger_severity(_SILENT)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = min(_THREADS, _processors())
    # Threads that spin while they wait take the processor from whoever else is served.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # With its own arena a SAM's encoder holds up to 5.5 GB ever after, without it 0.4, for a sixth more time.
    options.enable_cpu_mem_arena = False
    there = runtime.get_available_providers()
    providers = [name for name in ("CUDAExecutionProvider", "CPUExecutionProvider") if name in there]
    return runtime.InferenceSession(str(path), options, providers=providers)


def _processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _port(node: Any) -> Port:
    shape = tuple(length if isinstance(length, int) else None for length in node.shape)
    return Port(shape, np.dtype(_TYPES.get(node.type, np.float32)))


@contextmanager
def _edge(name: str) -> Generator[None, None, None]:
    try:
        yield
    except EditError:
        raise
    except MemoryError as exc:
        raise OutOfMemory(name) from exc
    except Exception as exc:
        if any(words in str(exc).lower() for words in NO_ROOM):
            raise OutOfMemory(name) from exc
        raise BackendFailed(name) from exc
