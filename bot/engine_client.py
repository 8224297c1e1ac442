"""The engine in this process, on a thread of its own, so that the event loop never waits for pixels."""

from __future__ import annotations

import asyncio
import threading

from engine.assembly import editor_for, parts_for
from engine.edits import EditRequest, EditResult
from engine.reporting import Cancelled, Report, guarded
from engine.settings import GenerationSettings, ModelSettings, SafetySettings
from engine.weights import ModelStore


class LocalEngine:
    """Edits on a worker thread; cancelling the waiting task stops the edit at its next report."""

    def __init__(
        self,
        models: ModelStore,
        configured_models: ModelSettings | None = None,
        generation: GenerationSettings | None = None,
        safety: SafetySettings | None = None,
    ) -> None:
        """Raises: BadOption, ModelMissing for models in the settings that cannot be had."""
        parts = parts_for(models, configured_models or ModelSettings())
        self._editor = editor_for(models, parts, generation or GenerationSettings(), safety)

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
