"""Models that are loaded, and have run once, before the first person needs them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import structlog

from engine.backends import Parts
from engine.data import Box, Mask, Picture
from engine.editor import Editor
from engine.edits import EditRequest
from engine.errors import BackendMissing, NotGrounded
from engine.grounding.lettering import read_text
from engine.inpainting.exemplar import ExemplarInpainter
from engine.machine import has_gpu
from engine.operations import Alter, EditOperation, Generate, Replace, Target
from engine.reporting import Cancelled
from engine.torch_edge import has_libraries

SIDE: Final = 1024
"""Of the picture to practise on, px: what most models are made for, and what they are compiled for on a GPU."""
THING: Final = Box(384, 384, 640, 640)

log = structlog.stdlib.get_logger(__name__)


def warm_up(parts: Parts, editor: Editor) -> list[str]:
    """Load what the settings name, or the best that is installed, and run it once; answers with what failed.

    A painter runs through on a GPU, which compiles it; elsewhere one step, which loads it, is enough.
    """
    return [name for name, step in _steps(parts, editor) if not _went_well(name, step)]


def _steps(parts: Parts, editor: Editor) -> Iterator[tuple[str, Callable[[], object]]]:
    picture = _practice()
    hole = np.zeros((SIDE, SIDE), np.bool_)
    hole[THING.slices] = True
    yield "finder", lambda: parts.grounder.locate(picture.rgb, Target(phrase="person"))
    yield "reader", lambda: read_text(picture.rgb)
    yield "segmenter", lambda: parts.segmenter.segment(picture.rgb, THING)
    eraser = parts.specialists.eraser or ExemplarInpainter()
    yield "eraser", lambda: eraser.inpaint(picture.rgb, hole, 0)
    if has_libraries():
        # The painter last: where not all of them fit into the memory, the one used most stays.
        paint = Replace(target=Target(phrase="square"), prompt="a ball")
        yield "follower", lambda: _edited(editor, picture, Alter(prompt="make it red"), None, "instruct")
        yield "illustrator", lambda: _edited(editor, picture, Generate(prompt="a ball"), None, "diffusion")
        yield "painter", lambda: _edited(editor, picture, paint, hole, "diffusion")


def _practice() -> Picture:
    """A square on a gradient."""
    ramp = np.linspace(60, 200, SIDE, dtype=np.float32).astype(np.uint8)
    rgb = np.repeat(np.repeat(ramp[None, :, None], SIDE, 0), 3, 2)
    rgb[THING.slices] = (200, 40, 40)
    return Picture(rgb)


def _edited(editor: Editor, picture: Picture, operation: EditOperation, mask: Mask | None, backend: str) -> None:
    through = has_gpu()

    def report(_: str, fraction: float) -> None:
        if fraction > 0 and not through:
            raise Cancelled

    editor.edit(EditRequest(picture, (operation,), mask=mask, backend=backend), report)


def _went_well(name: str, step: Callable[[], object]) -> bool:
    """Whether it ran, or there is nothing to run; a model that is broken must not keep the others from work."""
    started = time.perf_counter()
    outcome, error = "done", None
    try:
        step()
    except BackendMissing:
        outcome = "none_installed"
    except (Cancelled, NotGrounded):
        pass
    except Exception as exc:
        outcome, error = "failed", exc
    seconds = round(time.perf_counter() - started, 3)
    log.info("model_warmed", stage=name, seconds=seconds, outcome=outcome, exc_info=error)
    return error is None
