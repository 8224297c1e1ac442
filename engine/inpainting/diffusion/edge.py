"""The one place where the model libraries' errors become this project's, and where their chatter ends."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from engine.errors import BackendFailed, BackendMissing, EditError, OutOfMemory

NAME = "diffusion"
LIBRARIES = ("torch", "diffusers", "transformers", "safetensors")
NO_ROOM = ("can't allocate memory", "not enough memory", "out of memory")
"""How a CPU allocator, which has no exception of its own, says so."""


def require_libraries() -> None:
    """Raises: BackendMissing where the extra `gpu` is not installed; imports nothing."""
    if any(find_spec(library) is None for library in LIBRARIES):
        raise BackendMissing("painting without the extra “gpu”", NAME)


@contextmanager
def library_edge() -> Generator[None, None, None]:
    """Around every call into the libraries: EditErrors pass, what else is raised becomes one.

    Raises: OutOfMemory, BackendFailed.
    """
    torch: Any = import_module("torch")
    try:
        with _hushed():
            yield
    except EditError:
        raise
    except (torch.OutOfMemoryError, MemoryError) as exc:
        raise OutOfMemory(NAME) from exc
    except Exception as exc:
        if isinstance(exc, RuntimeError) and any(words in str(exc).lower() for words in NO_ROOM):
            raise OutOfMemory(NAME) from exc
        raise BackendFailed(NAME) from exc


@contextmanager
def _hushed() -> Generator[None, None, None]:
    """Without the libraries' warnings to their own developers; what anyone else warns of is still heard."""
    with warnings.catch_warnings():
        for category in (FutureWarning, DeprecationWarning, UserWarning):
            warnings.filterwarnings("ignore", category=category, module=r"(diffusers|transformers|torch)\b")
        yield


def silence() -> None:
    """No progress bars and no remarks from the libraries, which would mix with this program's own output."""
    for library in ("diffusers", "transformers"):
        logging: Any = import_module(f"{library}.utils.logging")
        logging.disable_progress_bar()
        logging.set_verbosity_error()
