"""Small Segment Anything models as two ONNX graphs: a CPU cuts a thing out by its box or by clicks, with no torch.

Kirillov et al., "Segment Anything" (2023); Ravi et al., "SAM 2" (2024).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.budget import ByteBudget, fingerprint
from engine.data import Box, Click, Image, Mask
from engine.onnx_edge import session
from engine.segmentation.onnx_dialects import Dialect, dialect_of
from engine.segmentation.sam_masks import Answer, picture_mask

_KEPT: Final = 128 << 20
"""Bytes of embeddings kept: a picture takes 4 to 8 MB with SAM, 17 with SAM 2."""
_WITH_SINGLE: Final = 4
"""Answers of a decoder whose first is meant for prompts that leave no doubt (segment-anything, utils/onnx.py)."""

_Embedding = dict[str, NDArray[np.float32]]


class OnnxSamSegmenter:
    """Segmenter over an encoder and a decoder; thread-safe, loaded at its first use.

    The embedding of a picture is kept: another box of it, phrase or click costs only the decoder.
    """

    def __init__(self, encoder: Path, decoder: Path) -> None:
        """encoder, decoder: ONNX files in one of the dialects of `engine.segmentation.onnx_dialects`."""
        self._encoder, self._decoder = encoder, decoder
        self._embeddings = ByteBudget[_Embedding](_KEPT, lambda kept: sum(part.nbytes for part in kept.values()))

    def segment(self, image: Image, box: Box | None, clicks: Sequence[Click] = ()) -> Mask:
        """The (H, W) mask of the thing that the box holds and the clicks mean.

        Raises: UnusableModel, OutOfMemory, BackendFailed.
        """
        return picture_mask(image, self._answer(image, box, clicks), box, clicks)

    @cached_property
    def _dialect(self) -> Dialect:
        return dialect_of(session(self._encoder), session(self._decoder))

    def _answer(self, image: Image, box: Box | None, clicks: Sequence[Click]) -> Answer:
        dialect = self._dialect
        frame = dialect.frame(*image.shape[:2])
        seen = self._embeddings.get(fingerprint(image), lambda: self._embedded(image))
        asked = dialect.asked(frame, box, clicks)
        found = session(self._decoder).run(seen | asked, (dialect.logits, dialect.scores))
        maps = found[dialect.logits]
        maps, scores = maps.reshape(-1, *maps.shape[-2:]), found[dialect.scores].ravel()
        if len(maps) == _WITH_SINGLE and box is None and len(clicks) == 1:
            maps, scores = maps[1:], scores[1:]
        return Answer(np.stack([frame.unplaced(values) for values in maps]), scores)

    def _embedded(self, image: Image) -> _Embedding:
        dialect = self._dialect
        pixels = dialect.entrance.pixels(image, dialect.frame(*image.shape[:2]))
        found = session(self._encoder).run({dialect.entrance.name: pixels}, tuple(dialect.embeddings.values()))
        return {name: found[output] for name, output in dialect.embeddings.items()}
