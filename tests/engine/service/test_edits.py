"""Edits over real sockets: what comes back, what is told on the way, and what goes wrong."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.blobs import Blobs
from engine.edits import EditRequest, EditResult
from engine.errors import Ambiguous, BackendFailed, EngineLost, OutOfMemory, StorageFailed
from engine.imageio import decode
from engine.imageio.header import Limits
from engine.operations import (
    Adjust,
    Background,
    Blur,
    Crop,
    EditOperation,
    Extract,
    Flip,
    Recolor,
    Remove,
    Resize,
    Style,
    Target,
)
from engine.reporting import Report
from engine.service.app import LONGEST_ORDER
from engine.service.errands import Edit
from engine.wire import Alive, Done, Failed, Preview, Progressed, Question, Staged, raised, result_of
from tests.engine.service.serving import FLIPPED, PAINTED, WARMER, Brush, editor, picture, serving
from tests.engine.wire.comparing import plain

DOG = Target(phrase="dog")
EXACT: list[tuple[EditOperation, ...]] = [
    (Flip(axis="horizontal"), Crop(box=(3, 5, 60, 70)), Adjust(property="warmth", amount=30)),
    (Recolor(target=DOG, colour="blue"), Blur(target=DOG, mode="pixelate")),
    (Remove(target=DOG), Style(prompt="sepia"), Resize(scale=0.5)),
    (Extract(target=DOG), Background(action="colour", colour="red")),
]


@pytest.mark.parametrize("operations", EXACT, ids=lambda some: "-".join(one.kind for one in some))
@pytest.mark.parametrize("port", [True, False], ids=["port", "socket"])
async def test_an_edit_there_is_the_edit_here(
    operations: tuple[EditOperation, ...], port: bool, tmp_path: Path
) -> None:
    here = editor().edit(EditRequest(picture(), operations, seed=3, backend="exact"))
    async with serving(editor().edit, tmp_path, port=port) as client:
        frames = await client.edited(operations, seed=3, backend="exact")
        assert [frame.stage for frame in frames if isinstance(frame, Staged)] == [one.kind for one in operations]
        done = frames[-1]
        assert isinstance(done, Done)
        there = result_of(done.result, client.exchange)
    assert there.timings_ms.keys() == here.timings_ms.keys()
    there.timings_ms.update(here.timings_ms)
    assert plain(there) == plain(here)


async def let_go(brush: Brush, seconds: float) -> None:
    """End the painting so long after it began, however late that is."""
    await asyncio.to_thread(brush.begun.acquire)
    await asyncio.sleep(seconds)
    brush.let_go.set()


async def test_a_painter_is_heard_and_seen(tmp_path: Path) -> None:
    brush = Brush()
    async with serving(editor(brush).edit, tmp_path) as client:
        ending = asyncio.create_task(let_go(brush, 0.5))
        frames = await client.edited(PAINTED)
        await ending
    progress = [frame for frame in frames if isinstance(frame, Progressed)]
    assert isinstance(frames[0], Staged)
    assert [one.fraction for one in progress] == sorted(one.fraction for one in progress)
    assert any(one.left is not None and one.left > 0 for one in progress)
    preview = next(frame for frame in frames if isinstance(frame, Preview))
    shown = decode(preview.jpeg, Limits(minimum_side=1))
    assert shown.format == "JPEG"
    assert isinstance(frames[-1], Done)


async def test_previews_that_nobody_wants_are_not_made(tmp_path: Path) -> None:
    brush = Brush()
    async with serving(editor(brush).edit, tmp_path) as client:
        asyncio.get_running_loop().call_later(0.2, brush.let_go.set)
        frames = await client.frames(client.order(PAINTED).model_copy(update={"previews": False}))
    assert any(isinstance(frame, Progressed) for frame in frames)
    assert not any(isinstance(frame, Preview) for frame in frames)


async def test_a_silent_edit_is_told_from_a_dead_engine(tmp_path: Path) -> None:
    brush = Brush(silent=True)
    async with serving(editor(brush).edit, tmp_path) as client:
        asyncio.get_running_loop().call_later(1.3, brush.let_go.set)
        frames = await client.edited(PAINTED)
    assert any(isinstance(frame, Alive) for frame in frames)
    assert isinstance(frames[-1], Done)


async def test_a_question_brings_its_candidates(tmp_path: Path) -> None:
    async with serving(editor().edit, tmp_path) as client:
        *_, asked = await client.edited((*FLIPPED, Recolor(target=Target(phrase="ball"), colour="red")))
        assert isinstance(asked, Question)
        error = raised(asked.error, client.exchange)
    assert isinstance(error, Ambiguous)
    assert (error.phrase, error.operation) == ("ball", 1)
    assert [one.box.x0 for one in error.candidates] == [8, 40]


async def failed(operations: tuple[EditOperation, ...], folder: Path) -> dict[str, object]:
    async with serving(editor().edit, folder) as client:
        *_, frame = await client.edited(operations)
    assert isinstance(frame, Failed)
    assert not frame.restart
    return {"type": frame.error.type, **frame.error.args}


async def test_an_error_brings_its_facts(tmp_path: Path) -> None:
    wrong = await failed((Recolor(target=DOG, colour="loud"),), tmp_path)
    assert (wrong["type"], wrong["name"], wrong["value"]) == ("BadOption", "colour", "loud")
    lost = await failed((Recolor(target=Target(phrase="cat"), colour="red"),), tmp_path)
    assert (lost["type"], lost["alternatives"]) == ("NotGrounded", ["dog", "main subject", "ball"])


def emptied(blob: Path) -> None:
    """What a power cut leaves of a file that was not yet on disk."""
    blob.write_bytes(b"")


@pytest.mark.parametrize("damage", [Path.unlink, emptied])
async def test_a_lost_blob_may_be_sent_again(damage: Callable[[Path], None], tmp_path: Path) -> None:
    async with serving(editor().edit, tmp_path) as client:
        order = client.order(WARMER)
        damage(client.exchange.path(order.picture.blob))
        *_, frame = await client.frames(order)
        assert isinstance(frame, Failed)
        lost = raised(frame.error, client.exchange)
        assert isinstance(lost, EngineLost)
        assert lost.reason == "blob"
        assert isinstance((await client.edited(WARMER, seed=1))[-1], Done)


class FullDisk(Blobs):
    """Blobs that can be read only."""

    def put(self, data: bytes, *, durable: bool = True) -> str:
        raise StorageFailed from OSError("no space left on device")


async def test_a_full_exchange_is_told(tmp_path: Path) -> None:
    async with serving(editor().edit, tmp_path, exchange=FullDisk(tmp_path / "exchange")) as client:
        for operations in (WARMER, (Recolor(target=Target(phrase="ball"), colour="red"),)):
            *_, frame = await client.edited(operations)
            assert isinstance(frame, Failed)
            assert frame.error.type == "StorageFailed"
            assert frame.error.args == {"backend": "exchange"}
        ready = await client.http.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["exchange"] == {"ok": False, "why": "OSError"}


def breaking(error: BaseException) -> Edit:
    """An editor that always fails so."""

    def edit(request: EditRequest, report: Report | None = None) -> EditResult:
        raise error

    return edit


def caused(error: BackendFailed, cause: Exception) -> BackendFailed:
    error.__cause__ = cause
    return error


SECRET = "the words of somebody"
STICKY = RuntimeError("CUDA error: an illegal memory access was encountered")
BREAKS = [
    (ValueError(SECRET), "BackendFailed", False),
    (SystemExit(3), "BackendFailed", False),
    (MemoryError(), "OutOfMemory", False),
    (STICKY, "EngineLost", True),
    (caused(BackendFailed("diffusion"), STICKY), "EngineLost", True),
    (caused(OutOfMemory("diffusion"), RuntimeError("CUDA error: out of memory")), "OutOfMemory", False),
]


@pytest.mark.parametrize(("error", "kind", "restart"), BREAKS, ids=lambda value: type(value).__name__)
async def test_what_breaks_is_a_failure_of_the_tree(
    error: BaseException, kind: str, restart: bool, tmp_path: Path, logged: io.StringIO
) -> None:
    async with serving(breaking(error), tmp_path) as client:
        (frame,) = await client.edited(WARMER)
        assert isinstance(frame, Failed)
        assert (frame.error.type, frame.restart) == (kind, restart)
        assert SECRET not in frame.model_dump_json()
        assert (await client.http.get("/livez")).status_code == 200
    told = json.loads(logged.getvalue().splitlines()[0])
    assert (told["event"], told["level"], told["job"]) == ("edit_ended", "error", "job123")
    assert (told["outcome"], told["error"]) == ("backend_failed", type(error).__name__)
    assert "breaking" in told["traceback"][-1] or "edit" in told["traceback"][-1]
    assert SECRET not in logged.getvalue()


JUNK = {
    "not JSON": b"junk",
    "nothing": b"",
    "no object": b"[]",
    "not UTF-8": b'{"job": "\xff"}',
    "no order": json.dumps({"job": "1"}).encode(),
    "deep": b'{"given":' * 5000,
}


@pytest.mark.parametrize("body", JUNK.values(), ids=JUNK.keys())
async def test_junk_is_refused(body: bytes, tmp_path: Path) -> None:
    async with serving(editor().edit, tmp_path) as client:
        answer = await client.http.post("/edits", content=body)
        assert answer.status_code == 400
        assert answer.json()["error"].startswith("No order: ")


async def test_a_refusal_repeats_nothing_of_what_was_sent(tmp_path: Path) -> None:
    async with serving(editor().edit, tmp_path) as client:
        good = client.order(WARMER).model_dump(mode="json")
        for wrong in ({"seed": SECRET}, {"operations": [{"kind": "recolor", "colour": SECRET, "target": SECRET}]}):
            answer = await client.http.post("/edits", json={**good, **wrong})
            assert answer.status_code == 400
            assert SECRET not in answer.text


async def test_an_endless_order_is_cut_off(tmp_path: Path) -> None:
    async with serving(editor().edit, tmp_path) as client:
        answer = await client.http.post("/edits", content=b" " * (LONGEST_ORDER + 1))
        assert answer.status_code == 413


async def test_a_picture_told_to_be_a_mask_is_refused(tmp_path: Path) -> None:
    async with serving(editor().edit, tmp_path) as client:
        order = client.order(WARMER, mask=np.ones((96, 104), np.bool_))
        assert order.mask is not None
        *_, frame = await client.frames(order.model_copy(update={"picture": order.mask}))
        assert isinstance(frame, Failed)
        assert frame.error.args == {"reason": "blob"}
