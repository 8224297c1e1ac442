"""Grounding DINO through transformers (Liu et al. 2023, "Grounding DINO: Marrying DINO with Grounded Pre-Training").

It fuses words into the picture's features early, so a picture's second phrase saves the vision backbone alone.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.data import Image
from engine.grounding.prompts import head_of
from engine.grounding.sightings import Sightings, View, corners_of
from engine.torch_edge import best_device, pretrained


class GroundingDino:
    """Network over a folder of GroundingDinoForObjectDetection, or of its sibling from MMDetection."""

    threshold: ClassVar = 0.3
    """Fooocus' value, as is the next."""
    noun_threshold: ClassVar = 0.25

    def __init__(self, folder: Path) -> None:
        torch: Any = import_module("torch")
        transformers: Any = import_module("transformers")
        self._device, self._dtype = best_device()
        self._processor = pretrained(transformers.GroundingDinoProcessor, folder)
        kind = transformers.AutoModelForZeroShotObjectDetection
        self._model = pretrained(kind, folder, dtype=torch.float32).to(self._device).eval()
        self._backbone = self._model.model.backbone.conv_encoder.model

    @property
    def side(self) -> int:
        """What its processor allows the longer side."""
        return int(self._processor.image_processor.size["longest_edge"])

    def look(self, image: Image) -> View:
        """The feature maps of the backbone.

        Half precision stops here: boxes computed in bfloat16 would be rounded to 1/256 of the picture's sides.
        """
        torch: Any = import_module("torch")
        shown = self._processor.image_processor(image, input_data_format="channels_last", return_tensors="pt")
        pixels = shown["pixel_values"].to(self._device)
        half = self._dtype != torch.float32
        with torch.inference_mode(), torch.autocast(self._device, self._dtype, enabled=half):
            maps = self._backbone(pixels, return_dict=True).feature_maps
        height, width = pixels.shape[-2:]
        return View(height, width, tuple(each.float() for each in maps))

    def seek(self, view: View, prompts: Sequence[str]) -> list[Sightings]:
        """One batch: every prompt is a caption of its own, lower case and with the full stop that ends a phrase."""
        torch: Any = import_module("torch")
        tokens = self._processor.tokenizer(
            [f"{prompt}." for prompt in prompts],
            padding=True,
            truncation=True,
            max_length=self._model.config.max_text_len,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        spans = tokens.pop("offset_mapping").numpy()
        pixels = view.tensors[0].new_zeros(1).expand(len(prompts), 3, view.height, view.width)
        with torch.inference_mode(), self._recalling(view, len(prompts)):
            found = self._model(pixel_values=pixels, **tokens.to(self._device))
        scores = found.logits.sigmoid().cpu().numpy()
        boxes = found.pred_boxes.cpu().numpy()
        return [
            Sightings(
                corners_of(boxes[row]),
                scores[row].max(1),
                scores[row][:, _head(prompt, spans[row])].max(1, initial=0.0),
            )
            for row, prompt in enumerate(prompts)
        ]

    @contextmanager
    def _recalling(self, view: View, count: int) -> Generator[None, None, None]:
        """While the backbone, whatever it is shown, answers with what it saw then, `count` times over."""
        maps = [each.expand(count, *each.shape[1:]) for each in view.tensors]

        def recall(*_: object, **__: object) -> SimpleNamespace:
            return SimpleNamespace(feature_maps=maps)

        self._backbone.forward = recall
        try:
            yield
        finally:
            del self._backbone.forward


def _head(prompt: str, spans: NDArray[np.int64]) -> list[int]:
    """The tokens of the prompt's noun. spans: (tokens, 2) first character and end of each; 0, 0 for special ones."""
    start = len(prompt) - len(head_of(prompt))
    return [token for token, (first, end) in enumerate(spans) if start <= first < end <= len(prompt)]
