"""What a picture shows, in a few words, as context for what is painted around it or behind a part of it.

The words come from BLIP (Li et al., "BLIP: Bootstrapping Language-Image Pre-training", 2022) where the settings name
one. They help and are never needed: a picture that cannot be put in words is edited without.
"""

from __future__ import annotations

import logging
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from PIL import Image as PillowImage

from engine.budget import ByteBudget, fingerprint
from engine.data import Image
from engine.errors import EditError
from engine.torch_edge import best_device, library_edge, pretrained

NAME: Final = "captions"
LONGEST: Final = 30
"""Tokens of a caption, at most: its sentences have some ten words."""
REMEMBERED: Final = 1 << 16
"""Bytes of captions kept: of some thousand pictures."""

_log = logging.getLogger(__name__)


class Captioner:
    """Puts pictures in words; the model is loaded for the first of them."""

    def __init__(self, folder: Path) -> None:
        """folder: BLIP with its processor, as `save_pretrained` writes them."""
        self._folder = folder
        self._known = ByteBudget[str](REMEMBERED, lambda caption: len(caption.encode()))

    def __call__(self, image: Image) -> str:
        """A phrase in English for the (H, W, 3) picture, always the same; empty where the model fails."""
        try:
            return self._known.get(fingerprint(image), lambda: self._told(image))
        except EditError:
            _log.warning("no caption", exc_info=True)
            return ""

    def _told(self, image: Image) -> str:
        with library_edge(NAME):
            torch: Any = import_module("torch")
            with torch.inference_mode():
                inputs = self._processor(images=PillowImage.fromarray(image), return_tensors="pt")
                pixels = inputs["pixel_values"].to(self._network.device, self._network.dtype)
                tokens = self._network.generate(pixel_values=pixels, max_new_tokens=LONGEST, do_sample=False)
            return str(self._processor.tokenizer.decode(tokens[0], skip_special_tokens=True)).strip(" .")

    @cached_property
    def _network(self) -> Any:
        transformers: Any = import_module("transformers")
        device, dtype = best_device()
        return pretrained(transformers.BlipForConditionalGeneration, self._folder, dtype=dtype).to(device).eval()

    @cached_property
    def _processor(self) -> Any:
        transformers: Any = import_module("transformers")
        return transformers.BlipProcessor.from_pretrained(self._folder, local_files_only=True)
