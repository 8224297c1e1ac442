"""OWLv2 through transformers (Minderer et al. 2023, "Scaling Open-Vocabulary Object Detection").

Picture and words meet in its last layer, so a picture's second phrase costs the small text tower alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from engine.budget import ByteBudget
from engine.data import Image
from engine.grounding.sightings import Sightings, View, corners_of
from engine.torch_edge import best_device, pretrained

_WORDS: Final = 4 << 20
"""Bytes of remembered prompts, about 2 kB each."""


class Owl:
    """Network over a folder of Owlv2ForObjectDetection."""

    threshold: ClassVar = 0.1
    """The value of its documentation."""
    noun_threshold: ClassVar = threshold

    def __init__(self, folder: Path) -> None:
        torch: Any = import_module("torch")
        transformers: Any = import_module("transformers")
        self._device, self._dtype = best_device()
        self._processor = pretrained(transformers.Owlv2Processor, folder)
        self._model = pretrained(transformers.Owlv2ForObjectDetection, folder, dtype=torch.float32)
        self._model = self._model.to(self._device).eval()
        self._words: ByteBudget[Any] = ByteBudget(_WORDS, lambda embedding: int(embedding.nbytes))

    @property
    def side(self) -> int:
        """What its processor makes of the longer side."""
        return int(self._processor.image_processor.size["height"])

    def look(self, image: Image) -> View:
        """The feature of every patch, and the box it proposes.

        Half precision stops before the boxes: bfloat16 would round them to 1/256 of the picture's sides.
        """
        torch: Any = import_module("torch")
        shown = self._processor.image_processor(image, input_data_format="channels_last", return_tensors="pt")
        pixels = shown["pixel_values"].to(self._device)
        half = self._dtype != torch.float32
        with torch.inference_mode():
            with torch.autocast(self._device, self._dtype, enabled=half):
                grid, _ = self._model.image_embedder(pixels)
            grid = grid.float()
            patches = grid.flatten(1, 2)
            boxes = self._model.box_predictor(patches, grid)
        height, width = image.shape[:2]
        return View(height, width, (patches, boxes))

    def seek(self, view: View, prompts: Sequence[str]) -> list[Sightings]:
        """One pass over the patches, with every prompt as a query."""
        torch: Any = import_module("torch")
        patches, boxes = view.tensors
        with torch.inference_mode():
            queries = torch.stack([self._embedding(prompt) for prompt in prompts], 1)
            logits, _ = self._model.class_predictor(patches, queries)
        scores = logits[0].sigmoid().cpu().numpy()
        corners = _unpadded(boxes[0].cpu().numpy(), view.height, view.width)
        return [Sightings(corners, scores[:, column], scores[:, column]) for column in range(len(prompts))]

    def _embedding(self, prompt: str) -> Any:
        """(1, D): what the text tower makes of the prompt; remembered, for it depends on no picture."""
        return self._words.get(prompt.encode(), lambda: self._read(prompt))

    def _read(self, prompt: str) -> Any:
        article = "an" if prompt[:1] in "aeiou" else "a"
        tokens = self._processor.tokenizer(
            [f"a photo of {article} {prompt}"],
            padding="max_length",
            truncation=True,
            max_length=self._model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(self._device)
        return self._model.owlv2.get_text_features(**tokens).pooler_output


def _unpadded(boxes: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Corners as shares of a picture that was padded to a square at its right and bottom; boxes: shares of that."""
    return corners_of(boxes) * np.float32(max(height, width)) / np.asarray((width, height, width, height), np.float32)
