"""Trained models, one file each, that undo a defect of a photo or give it more pixels with more detail."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.data import Image, Picture
from engine.errors import OutOfMemory, UnusableModel
from engine.operations import Defect
from engine.protocols import Progress
from engine.spandrel_edge import OneFileModel, Purpose, free_memory
from engine.tools.tiles import Tiling, in_tiles
from engine.tools.upscale import enlarged_opacity, enlarged_size
from engine.torch_edge import best_device

RESTORER: Final = "restorer"
UPSCALER: Final = "upscaler"
"""What errors and answers call these backends."""
LEAST_SIDE: Final = 128
"""Of a tile, px; where not even that fits into memory, nothing does."""
OVERLAP: Final = 32
WIDE_OVERLAP: Final = 128
"""Of tiles, px; the wide one for models that look afar, whose tiles differ in tone."""
TRAINED: Final[dict[str, tuple[Defect, ...]]] = {
    "DRUNet": ("noise",),
    "DnCNN": ("noise",),
    "FBCNN": ("jpeg",),
    "FFTformer": ("blur",),
    "HVICIDNet": ("lowlight",),
    "KBNet": ("noise",),
    "MixDehazeNet": ("haze",),
    "NAFNet": ("noise",),
    "RetinexFormer": ("lowlight",),
    "SCUNet": ("noise",),
    "Uformer": ("noise",),
}
"""What the published weights of each architecture undo, where the name of the file does not say otherwise."""
DATASETS: Final[dict[str, tuple[Defect, ...]]] = {
    "gopro": ("blur",),
    "reds": ("blur", "jpeg"),
    "deblur": ("blur",),
    "rain": ("rain",),
    "snow": ("snow",),
    "haze": ("haze",),
}
"""Words in the names of published files that say what they were trained to undo."""


class ModelRestorer:
    """Undoes what its model was trained to, one picture at a time; loaded when first used."""

    def __init__(self, path: Path) -> None:
        """path: the weights of NAFNet, SCUNet, FBCNN, MixDehazeNet, RetinexFormer or another that spandrel loads."""
        self._tool = _Tool(path, "Restoration", RESTORER)

    @property
    def defects(self) -> tuple[Defect, ...]:
        """What it undoes; loads the file. Raises: as `restore`, UnusableModel where nobody can say."""
        named = self._tool.path.stem.lower()
        found = next((defects for word, defects in DATASETS.items() if word in named), ())
        found = found or TRAINED.get(self._tool.model.architecture, ())
        if not found:
            raise UnusableModel(self._tool.path.name, "a restorer that is known by its architecture or its file's name")
        return found

    def restore(self, image: Image, progress: Progress = lambda _: None) -> Image:
        """The (H, W, 3) image without the defect.

        Raises: BackendMissing without the extra `gpu`, UnusableModel, OutOfMemory, BackendFailed.
        """
        height, width = image.shape[:2]
        return self._tool.made(image, height, width, progress)


class Restorers:
    """The restorers of a machine, by the defect they undo; the one last used stays loaded."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """paths: files of weights; where two undo the same, the first does."""
        self._paths = paths
        self._known: dict[Path, tuple[Defect, ...]] = {}
        self._last: tuple[Path, ModelRestorer] | None = None

    def of(self, defect: Defect) -> ModelRestorer | None:
        """The one that undoes the defect; None: none does. Raises: as `ModelRestorer.restore`."""
        for path in self._paths:
            last = self._last
            restorer = last[1] if last and last[0] == path else ModelRestorer(path)
            if path not in self._known:
                self._known[path] = restorer.defects
            if defect in self._known[path]:
                self._last = (path, restorer)
                return restorer
        return None


class ModelUpscaler:
    """Enlarges with a super-resolution model, one picture at a time; loaded when first used."""

    def __init__(self, path: Path) -> None:
        """path: the weights of Real-ESRGAN, SwinIR, HAT or another that spandrel loads."""
        self._tool = _Tool(path, "SR", UPSCALER)

    def upscale(self, picture: Picture, scale: float, progress: Progress = lambda _: None) -> Picture:
        """The picture `scale` times as high and wide, 1 < scale <= 8: the model's result, averaged down to that.

        Where its own scale is less it is applied again. Opacity is interpolated.

        Raises: BadOption as `engine.tools.upscale.upscale`; BackendMissing without the extra `gpu`, UnusableModel,
        OutOfMemory, BackendFailed.
        """
        height, width = enlarged_size(picture, scale)
        own = self._tool.model.scale
        image, reached = picture.rgb, own
        while reached < scale:
            image = self._tool.made(image, picture.height * reached, picture.width * reached, lambda _: progress(0.0))
            reached *= own
        return Picture(self._tool.made(image, height, width, progress), enlarged_opacity(picture, height, width))


class _Tool:
    """A model loaded on first use, and its work within the memory there is."""

    def __init__(self, path: Path, purpose: Purpose, backend: str) -> None:
        self.path = path
        self._purpose: Purpose = purpose
        self._backend = backend
        self._loaded: OneFileModel | None = None
        self._busy = threading.Lock()

    @property
    def model(self) -> OneFileModel:
        self._loaded = self._loaded or OneFileModel(self.path, self._purpose, self._backend)
        return self._loaded

    def made(self, image: Image, height: int, width: int, progress: Progress) -> Image:
        """What the model makes of the image, at that size; in smaller tiles where memory runs out."""
        with self._busy:
            model = self.model
            overlap = WIDE_OVERLAP if model.looks_afar and model.scale == 1 else OVERLAP
            side = _side(model)
            while side >= LEAST_SIDE:
                # Suppressed, not handled: the exception holds the tensors that filled the memory.
                with suppress(OutOfMemory):
                    tiling = Tiling(side, min(overlap, side // 4))
                    return in_tiles(model, model.scale, image, height, width, tiling, progress)
                free_memory()
                side //= 2
            raise OutOfMemory(self._backend)


def _side(model: OneFileModel) -> int:
    """Of a tile, px: a wider one where the model looks afar, a smaller one where it enlarges or has two cores."""
    side = 1024 if model.scale == 1 else 512
    if best_device()[0] == "cpu":
        side //= 2
    return side * 2 if model.looks_afar and model.scale == 1 else side
