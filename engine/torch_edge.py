"""The one place where torch and the model libraries over it are met: their absence, errors, chatter, device, files."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from engine.errors import BackendFailed, BackendMissing, EditError, OutOfMemory

LIBRARIES: Final = ("torch", "diffusers", "transformers", "safetensors")
"""What the extra `gpu` brings, as far as every model of it needs."""
NO_ROOM: Final = ("can't allocate memory", "not enough memory", "out of memory")
"""How a CPU allocator, which has no exception of its own, says so."""


def has_libraries() -> bool:
    """Whether the extra `gpu` is installed; imports nothing."""
    return all(find_spec(library) is not None for library in LIBRARIES)


def require_libraries(need: str, backend: str) -> None:
    """Raises: BackendMissing(need, backend) where the extra `gpu` is not installed; imports nothing."""
    if not has_libraries():
        raise BackendMissing(need, backend)


@contextmanager
def library_edge(name: str) -> Generator[None, None, None]:
    """Around every call into the libraries: EditErrors pass, what else is raised becomes one, under `name`.

    Raises: OutOfMemory, BackendFailed.
    """
    # Threads of torch that spin while they wait starve each other on a busy machine: 91 s against 7 s measured.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    torch: Any = import_module("torch")
    try:
        with _hushed():
            yield
    except EditError:
        raise
    except (torch.OutOfMemoryError, MemoryError) as exc:
        raise OutOfMemory(name) from exc
    except Exception as exc:
        if isinstance(exc, RuntimeError) and any(words in str(exc).lower() for words in NO_ROOM):
            raise OutOfMemory(name) from exc
        raise BackendFailed(name) from exc


def best_device() -> tuple[str, Any]:
    """The device models run on, and the dtype of their weights there.

    Half precision where a GPU has it: bfloat16 does not overflow, float16 is for cards without it.
    """
    torch: Any = import_module("torch")
    if torch.cuda.is_available():
        return "cuda", torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    return "cpu", torch.float32


def pretrained(kind: Any, folder: Path, **options: Any) -> Any:
    """What `kind.from_pretrained` makes of a local folder: no network, safetensors only, no code of the model's own.

    Every model of diffusers and transformers is loaded here and nowhere else.
    """
    _silence()
    return kind.from_pretrained(folder, local_files_only=True, use_safetensors=True, **options)


def _silence() -> None:
    """No progress bars and no remarks from the libraries, which would mix with this program's own output."""
    for library in ("diffusers", "transformers"):
        logging: Any = import_module(f"{library}.utils.logging")
        logging.disable_progress_bar()
        logging.set_verbosity_error()


@contextmanager
def _hushed() -> Generator[None, None, None]:
    """Without the libraries' warnings to their own developers; what anyone else warns of is still heard."""
    with warnings.catch_warnings():
        for category in (FutureWarning, DeprecationWarning, UserWarning):
            warnings.filterwarnings("ignore", category=category, module=r"(diffusers|transformers|torch)\b")
        yield
