"""Erasers as ONNX graphs, for machines without torch: LaMa, MI-GAN."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.data import Image, Mask
from engine.errors import BackendFailed, UnusableModel
from engine.inpainting.erasing import Input, erase_holes
from engine.onnx_edge import Session, session
from engine.protocols import Progress

SIDE: Final = 512
"""The longest side, px, shown to a graph of free size: what LaMa and MI-GAN do well on a laptop."""
WANTED: Final = "an ONNX eraser, which takes a picture and a mask, such as LaMa or MI-GAN,"


@dataclass(frozen=True, slots=True)
class Convention:
    """How a graph wants its picture and its hole.

    A graph of floats (Carve's LaMa, `lama_fp32.onnx`) takes both in [0, 1], the hole as 1, and gives levels in [0, 255]
    or [0, 1]. One of bytes (Picsart's MI-GAN, `migan_pipeline_v2.onnx`) takes and gives levels, the hole as 0 in 255.
    """

    image: str
    """The name of the input with 3 channels."""
    mask: str
    """The name of the input with 1 channel."""
    levels: bool
    size: Input


class OnnxEraser:
    """Fills holes with a graph that takes (1, 3, H, W) pixels and a (1, 1, H, W) hole; loaded when first used."""

    def __init__(self, path: Path) -> None:
        """path: the graph."""
        self._path = path

    def inpaint(self, image: Image, mask: Mask, seed: int, *, progress: Progress | None = None) -> Image:
        """See `engine.protocols.Inpainter`; the seed only places fine detail in holes too large to be seen whole.

        Raises: MaskMismatch, UnusableModel for a file that is no such graph, OutOfMemory, BackendFailed.
        """
        graph = session(self._path)
        convention = convention_of(graph)

        def erase(pixels: Image, hole: Mask) -> Image:
            return _erased(graph, convention, pixels, hole)

        return erase_holes(image, mask, seed, erase, convention.size, progress)


def convention_of(graph: Session) -> Convention:
    """The convention, told from the graph's inputs. Raises: UnusableModel where they are not those of an eraser."""
    places = {port.shape[1]: name for name, port in graph.inputs.items() if len(port.shape) == 4}
    if len(graph.inputs) != 2 or set(places) != {1, 3}:
        raise UnusableModel(graph.name, WANTED)
    picture = graph.inputs[places[3]]
    height, width = picture.shape[2:]
    if height is None and width is None:
        size = Input(SIDE)
    elif height is not None and height == width:
        size = Input(height, fixed=True)
    else:
        raise UnusableModel(graph.name, f"{WANTED} for squares or for any size")
    return Convention(places[3], places[1], picture.dtype == np.uint8, size)


def _erased(graph: Session, convention: Convention, image: Image, hole: Mask) -> Image:
    pixels = image.transpose(2, 0, 1)[None]
    if convention.levels:
        known = np.where(hole, np.uint8(0), np.uint8(255))[None, None]
        return _pixels(_answer(graph, {convention.image: pixels, convention.mask: known}))
    parts = pixels / np.float32(255)
    output = _answer(graph, {convention.image: parts, convention.mask: hole[None, None]})
    # Exports of LaMa differ in the range they give; the pixels around the hole, which they repeat, tell which it is.
    errors = [float(np.abs(output / scale - parts)[..., ~hole].sum()) for scale in (1, 255)]
    return _pixels(output * 255 if errors[0] < errors[1] else output)


def _answer(graph: Session, feeds: dict[str, NDArray[np.generic]]) -> NDArray[np.float32]:
    output = next(iter(graph.run(feeds).values()))
    if not np.isfinite(output).all():
        raise BackendFailed(graph.name)
    return output


def _pixels(levels: NDArray[np.float32]) -> Image:
    return np.rint(np.clip(levels[0].transpose(1, 2, 0), 0, 255)).astype(np.uint8)
