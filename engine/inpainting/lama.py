"""Erasers trained to continue what surrounds a hole, such as LaMa, from one file of weights.

Suvorov et al., "Resolution-robust Large Mask Inpainting with Fourier Convolutions" (WACV 2022).
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.data import Image, Mask
from engine.errors import OutOfMemory
from engine.inpainting.erasing import Input, erase_holes
from engine.protocols import Progress
from engine.spandrel_edge import OneFileModel, free_memory
from engine.torch_edge import best_device

NAME: Final = "lama"
"""What errors and answers call this backend."""
SIDES: Final = {"cuda": 1024, "cpu": 512}
"""The longest side shown, px: LaMa holds its structure to about 1024; two cores take 3 s for 512 and 13 s for 1024."""


class ModelEraser:
    """Fills holes with any eraser that spandrel loads, one picture at a time; loaded when first used."""

    def __init__(self, path: Path) -> None:
        """path: a file of LaMa's weights."""
        self._path = path
        self._model: OneFileModel | None = None
        self._busy = threading.Lock()

    def inpaint(self, image: Image, mask: Mask, seed: int, *, progress: Progress | None = None) -> Image:
        """See `engine.protocols.Inpainter`; the seed only places fine detail in holes too large to be seen whole.

        When memory runs out it tries once more, shown half as much.
        Raises: MaskMismatch, BackendMissing without the extra `gpu`, UnusableModel, OutOfMemory, BackendFailed.
        """
        with self._busy:
            model = self._model = self._model or OneFileModel(self._path, "Inpainting", NAME)
            side = SIDES[best_device()[0]]
            # Suppressed, not handled: the exception holds the tensors that filled the memory.
            with suppress(OutOfMemory):
                return erase_holes(image, mask, seed, model, Input(side, model.multiple), progress)
            free_memory()
            return erase_holes(image, mask, seed, model, Input(side // 2, model.multiple), progress)
