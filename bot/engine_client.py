"""The engine in this process, on a thread of its own, so that the event loop never waits for pixels."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from bot.config import GenerationSettings, ModelSettings
from engine.backends import Choice, Parts, parts_of
from engine.editor import Editor
from engine.edits import EditRequest, EditResult
from engine.inpainting.diffusion.loading import follower_for, illustrator_for, painter_for, tune
from engine.inpainting.exemplar import ExemplarInpainter
from engine.reporting import Report, guarded
from engine.weights import ModelStore

T = TypeVar("T")


class Cancelled(BaseException):
    """Raised inside the engine's thread once nobody waits for its result."""


def parts_for(models: ModelStore, configured: ModelSettings | None = None) -> Parts:
    """The engine's parts that the installed models make. Raises: BadOption, ModelMissing for a wrong setting."""
    wanted = configured or ModelSettings()
    detector, segmenter, eraser = (name or None for name in (wanted.detector, wanted.segmenter, wanted.eraser))
    return parts_of(models, Choice(detector, segmenter, eraser, wanted.captioner or None))


class LocalEngine:
    """Edits on a worker thread; cancelling the waiting task stops the edit at its next report."""

    def __init__(
        self,
        models: ModelStore,
        configured_models: ModelSettings | None = None,
        generation: GenerationSettings | None = None,
    ) -> None:
        """Raises: BadOption, ModelMissing for models in the settings that cannot be had."""
        configured = generation or GenerationSettings()
        tune(fast=configured.fast, memory_gb=configured.memory_gb or None)
        parts = parts_for(models, configured_models)

        def among(load: Callable[[str | None, ModelStore], T], default: str) -> Callable[[str | None], T]:
            return lambda model: load(model or default or None, models)

        self._editor = Editor(
            parts.grounder.locate,
            ExemplarInpainter(),
            among(painter_for, configured.inpainting),
            among(follower_for, configured.instruction),
            illustrator_for=among(illustrator_for, configured.text_to_image),
            segmenter=parts.segmenter,
            specialists=parts.specialists,
        )

    async def edit(self, request: EditRequest, report: Report | None = None) -> EditResult:
        """The edit's result. Raises: any leaf of EditError."""
        abandoned = threading.Event()

        def check() -> None:
            if abandoned.is_set():
                raise Cancelled

        try:
            return await asyncio.to_thread(self._editor.edit, request, guarded(report, check))
        except asyncio.CancelledError:
            abandoned.set()
            raise
