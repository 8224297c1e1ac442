"""The engine in this process, on a thread of its own, so that the event loop never waits for pixels."""

from __future__ import annotations

import asyncio
import threading

from engine.editor import Editor, EditRequest, EditResult, Report
from engine.grounding.router import Grounder
from engine.grounding.yolox import YoloxDetector
from engine.inpainting.exemplar import ExemplarInpainter
from engine.weights import ModelStore


class Cancelled(BaseException):
    """Raised inside the engine's thread once nobody waits for its result."""


def grounder_of(models: ModelStore) -> Grounder:
    """A grounder that asks the installed detectors before the weightless ones."""
    yolox = models.installed("yolox-nano")
    return Grounder([YoloxDetector(yolox)] if yolox else [])


class LocalEngine:
    """Edits on a worker thread; cancelling the waiting task stops the edit at its next report."""

    def __init__(self, models: ModelStore) -> None:
        self._editor = Editor(grounder_of(models).locate, ExemplarInpainter())

    async def edit(self, request: EditRequest, report: Report | None = None) -> EditResult:
        """The edit's result. Raises: any leaf of EditError."""
        abandoned = threading.Event()

        def passing_on(stage: str, fraction: float) -> None:
            if abandoned.is_set():
                raise Cancelled
            if report is not None:
                report(stage, fraction)

        try:
            return await asyncio.to_thread(self._editor.edit, request, passing_on)
        except asyncio.CancelledError:
            abandoned.set()
            raise
