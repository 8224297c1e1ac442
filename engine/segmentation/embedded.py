"""A model that looks at a picture once, dearly, and then answers cheaply: what it saw is kept while there is room."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, TypeVar
from uuid import uuid4

from engine.budget import ByteBudget, fingerprint
from engine.data import Image
from engine.torch_edge import best_device, library_edge, require_libraries

NAME: Final = "segmentation"
_NEED: Final = "cutting out with a segmentation model"
_EXTRA: Final = "the extra “gpu”"

R = TypeVar("R")


@dataclass(frozen=True, eq=False, slots=True)
class Loaded:
    """A network on its device, with what prepares pictures and words for it."""

    net: Any
    device: str
    dtype: Any
    """Of the encoder's arithmetic; what comes after it is small and stays in float32, for coordinates need it."""
    processor: Any = None
    """The library's own, where it has one."""


@dataclass(frozen=True, eq=False, slots=True)
class Embedding:
    """What an encoder saw of one picture, left on the device: moving SAM 3's would cost more than using it."""

    maps: tuple[Any, ...]
    """Tensors."""

    @property
    def bytes(self) -> int:
        """Memory the tensors take."""
        return sum(int(part.element_size() * part.nelement()) for part in self.maps)


EMBEDDINGS: Final[ByteBudget[Embedding]] = ByteBudget(256 << 20, lambda embedding: embedding.bytes)
"""What all models of this process share; a picture takes up to 4 MB with SAM, 17 with SAM 2, 21 with SAM 3."""


class Encoder:
    """A model loaded at its first use, called by one thread at a time, that encodes no picture twice while it is kept.

    Two of them never share an embedding, not even of one file: what stands under a path may change.
    """

    def __init__(
        self,
        load: Callable[[str, Any], Loaded],
        encode: Callable[[Loaded, Image], Embedding],
        budget: ByteBudget[Embedding],
    ) -> None:
        """load: from (device, dtype). encode: called without gradients, at most once at a time."""
        self._load, self._encode, self._budget = load, encode, budget
        self._key = uuid4().hex
        self._loaded: Loaded | None = None
        self._lock = threading.Lock()

    def ask(self, image: Image, decode: Callable[[Loaded, Embedding], R]) -> R:
        """What `decode` makes of the model and of what it sees in the picture.

        Raises: BackendMissing without the extra `gpu`; what `load` raises; OutOfMemory, BackendFailed.
        """
        require_libraries(_NEED, _EXTRA)
        with library_edge(NAME):
            torch: Any = import_module("torch")
            with torch.inference_mode():
                seen = self._budget.get(fingerprint(image, self._key), lambda: self._embedding(image))
                with self._lock:
                    return decode(self._model(), seen)

    def _embedding(self, image: Image) -> Embedding:
        with self._lock:
            return self._encode(self._model(), image)

    def _model(self) -> Loaded:
        if self._loaded is None:
            self._loaded = self._load(*best_device())
        return self._loaded
