"""The installed models as the engine's parts: for every part the best that is installed and suits this machine.

Each table goes from what does its part best to what is lightest. A GPU takes the best that is installed; a CPU the
lightest, for a minute a picture is no conversation. A model that the settings name is taken on either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Protocol, TypeVar

from engine.data import Image
from engine.errors import BadOption, ModelMissing
from engine.grounding.faces import FindFaces, faces
from engine.grounding.router import Grounder
from engine.grounding.salient import SalientCutter
from engine.grounding.yolox import YoloxDetector
from engine.grounding.yunet import YuNet
from engine.grounding.zero_shot import ZeroShotDetector
from engine.inpainting.diffusion.captions import Captioner
from engine.inpainting.diffusion.lookup import located
from engine.inpainting.lama import ModelEraser
from engine.inpainting.onnx_eraser import OnnxEraser
from engine.machine import has_gpu
from engine.protocols import Detector, Inpainter, Segmenter
from engine.segmentation.classic import ClassicSegmenter
from engine.segmentation.onnx_sam import OnnxSamSegmenter
from engine.segmentation.sam import SamSegmenter
from engine.segmentation.sam2 import Sam2Segmenter
from engine.segmentation.sam3 import Sam3
from engine.specialists import Specialists
from engine.tools.face_restorer import FaceRestorer
from engine.tools.restorers import ModelUpscaler, Restorers
from engine.torch_edge import has_libraries
from engine.weights import CATALOGUE

Part = TypeVar("Part")
one_sam3 = cache(Sam3)
"""The same model for the same folder: it finds and cuts out with one set of weights."""

SEEKERS: Final[Mapping[str, Callable[[Path], Detector]]] = {
    "sam3": one_sam3,
    "grounding-dino-base": ZeroShotDetector,
    "grounding-dino-tiny": ZeroShotDetector,
    "owlv2-base-patch16-ensemble": ZeroShotDetector,
}
"""Detectors that look for anything that has a name."""
RECOGNISERS: Final[Mapping[str, Callable[[Path], Detector]]] = {
    "yolox-m": YoloxDetector,
    "yolox-s": YoloxDetector,
    "yolox-nano": YoloxDetector,
}
"""Detectors that know a few nouns, cheaply; the best that is installed is quick enough everywhere."""
SEGMENTERS: Final[Mapping[str, Callable[[Path], Segmenter]]] = {
    "sam2.1-hiera-large": Sam2Segmenter,
    "sam3": one_sam3,
    "sam-vit-h": SamSegmenter,
    "sam2.1-hiera-small": Sam2Segmenter,
    "sam-vit-l": SamSegmenter,
    "sam2.1-hiera-tiny": Sam2Segmenter,
    "sam-vit-b": SamSegmenter,
    "sam2.1-tiny-onnx": lambda folder: onnx_pair(folder, "vision_encoder.onnx", "prompt_encoder_mask_decoder.onnx"),
    # Lighter than the last, but it takes no boxes, and boxes are what words lead to.
    "slimsam": lambda folder: onnx_pair(folder, "vision_encoder.onnx", "prompt_encoder_mask_decoder.onnx"),
    "mobile-sam": lambda folder: onnx_pair(folder, "mobile_sam_image_encoder.onnx", "sam_mask_decoder_multi.onnx"),
}
SALIENT: Final = ("isnet-general-use", "u2net", "u2netp")
ERASERS: Final[Mapping[str, Callable[[Path], Inpainter]]] = {
    "big-lama": ModelEraser,
    "lama-onnx": OnnxEraser,
    "migan": OnnxEraser,
}
UPSCALERS: Final = ("hat-x4", "swinir-x4", "real-esrgan-x4", "real-esrgan-general")
RESTORERS: Final = ("scunet", "nafnet-denoise", "nafnet-deblur", "fbcnn")
FACE_RESTORER: Final = "gfpgan"
FACES: Final = "yunet"
CLASSIC: Final = "classic"
"""The name of the segmenter that needs no weights."""


class Installed(Protocol):
    """Where models lie."""

    def installed(self, name: str) -> Path | None:
        """The file or folder of a model of the catalogue; None: it is not here."""
        ...


@dataclass(frozen=True)
class Choice:
    """Which models are to be used; None: the best that is installed and suits the machine."""

    detector: str | None = None
    segmenter: str | None = None
    eraser: str | None = None
    captioner: str | None = None
    """A name of the catalogue, a folder, or a hub name in the local cache; None: pictures are not put in words."""
    gpu: bool = field(default_factory=has_gpu)


@dataclass(frozen=True)
class Parts:
    """What finds, cuts out, fills and repairs; every model in them is loaded when it is first used."""

    grounder: Grounder
    segmenter: Segmenter
    specialists: Specialists


def parts_of(models: Installed, choice: Choice | None = None) -> Parts:
    """The parts that the installed models make. Raises: BadOption, ModelMissing for a choice that cannot be had."""
    chosen = choice or Choice()
    segmenter = segmenter_of(models, chosen)
    salient = next((SalientCutter(path) for name in SALIENT if (path := models.installed(name))), None)
    yunet = models.installed(FACES)
    find_faces = YuNet(yunet) if yunet else faces
    grounder = Grounder(_detectors(models, chosen), segmenter, salient, find_faces)
    return Parts(grounder, segmenter, specialists_of(models, chosen, find_faces))


def _detectors(models: Installed, choice: Choice) -> list[Detector]:
    if choice.detector is not None:
        return [_named(models, "detector", choice.detector, {**SEEKERS, **RECOGNISERS})]
    found = _first(models, SEEKERS, gpu=choice.gpu), _first(models, RECOGNISERS, gpu=True)
    return [detector for detector in found if detector is not None]


def segmenter_of(models: Installed, choice: Choice) -> Segmenter:
    """What cuts things out of their boxes. Raises: as `parts_of`."""
    if choice.segmenter == CLASSIC:
        return ClassicSegmenter()
    if choice.segmenter is not None:
        return _named(models, "segmenter", choice.segmenter, SEGMENTERS)
    return _first(models, SEGMENTERS, gpu=choice.gpu) or ClassicSegmenter()


def specialists_of(models: Installed, choice: Choice, find_faces: FindFaces = faces) -> Specialists:
    """The erasers, restorers and upscalers that are installed. Raises: as `parts_of`."""
    eraser = (
        _named(models, "eraser", choice.eraser, ERASERS)
        if choice.eraser is not None
        else _first(models, ERASERS, gpu=choice.gpu)
    )
    upscaler = _first(models, dict.fromkeys(UPSCALERS, ModelUpscaler), gpu=choice.gpu)
    files = [path for name in RESTORERS if _runs(name) and (path := models.installed(name))]
    redrawer = models.installed(FACE_RESTORER) if _runs(FACE_RESTORER) else None
    return Specialists(
        eraser=eraser,
        upscaler=upscaler,
        restorer_of=Restorers(files).of if files else lambda _: None,
        faces=FaceRestorer(redrawer, lambda image: [face.box for face in find_faces(image)]) if redrawer else None,
        caption=_captioner(models, choice.captioner),
    )


def _captioner(models: Installed, name: str | None) -> Callable[[Image], str]:
    """What puts pictures in words; none where nothing is named that does, or it cannot run. Raises: ModelMissing."""
    if not name or not has_libraries():
        return lambda _: ""
    return Captioner((models.installed(name) if name in CATALOGUE else None) or located(name, None))


def onnx_pair(folder: Path, encoder: str, decoder: str) -> Segmenter:
    """A segmenter over two graphs of a folder."""
    return OnnxSamSegmenter(folder / encoder, folder / decoder)


def _first(models: Installed, makers: Mapping[str, Callable[[Path], Part]], *, gpu: bool) -> Part | None:
    """The best that is installed where there is a GPU, the lightest where there is none."""
    names = list(makers) if gpu else list(makers)[::-1]
    return next((makers[name](path) for name in names if _runs(name) and (path := models.installed(name))), None)


def _named(models: Installed, what: str, name: str, makers: Mapping[str, Callable[[Path], Part]]) -> Part:
    if name not in makers:
        raise BadOption(what, name, ", ".join(makers))
    path = models.installed(name)
    if path is None:
        raise ModelMissing(name, what)
    return makers[name](path)


def _runs(name: str) -> bool:
    """Whether the libraries that the model needs are installed."""
    return CATALOGUE[name].extra is None or has_libraries()
