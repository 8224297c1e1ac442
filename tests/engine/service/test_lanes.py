"""Who waits for whom, how much there is room for, and what becomes of edits that nobody wants any more."""

from __future__ import annotations

import asyncio
from pathlib import Path

from engine.service.pools import CORES
from engine.service.readiness import Check
from engine.wire import Done, Frame
from tests.engine.service.serving import FLIPPED, PAINTED, WARMER, Brush, Client, editor, serving, within

ALL_HEAVY = min(32, CORES + 8)
"""Threads of the heavy lane."""


async def many(client: Client, count: int) -> list[asyncio.Task[list[Frame]]]:
    """So many paintings, all taken."""
    order = client.order(PAINTED)
    tasks = [asyncio.create_task(client.frames(order)) for _ in range(count)]
    await client.until("retouch_orders ", count)
    return tasks


async def test_a_quick_edit_never_waits_behind_painting(tmp_path: Path) -> None:
    brush = Brush()
    async with serving(editor(brush).edit, tmp_path) as client:
        painting = await many(client, ALL_HEAVY + 3)
        async with asyncio.timeout(10):
            for _ in range(3):
                assert isinstance((await client.edited(WARMER))[-1], Done)
        assert not any(task.done() for task in painting)
        assert await client.metric('retouch_edits_running{lane="heavy"}') == ALL_HEAVY
        brush.let_go.set()
        assert all(isinstance(frames[-1], Done) for frames in await asyncio.gather(*painting))


async def test_there_is_room_for_only_so_many(tmp_path: Path) -> None:
    brush = Brush()
    async with serving(editor(brush).edit, tmp_path, room=2) as client:
        painting = await many(client, 2)
        refused = await client.http.post("/edits", content=client.order(WARMER).model_dump_json())
        assert refused.status_code == 503
        assert "2 orders at once" in refused.json()["error"]
        assert await client.metric("retouch_orders_refused_total") == 1
        brush.let_go.set()
        await asyncio.gather(*painting)
        assert isinstance((await client.edited(WARMER))[-1], Done)


async def test_nobody_is_served_before_it_is_ready(tmp_path: Path) -> None:
    async with serving(editor().edit, tmp_path) as client:
        client.service.readiness.models = Check(ok=False, why="loading")
        answer = await client.http.post("/edits", content=client.order(WARMER).model_dump_json())
        ready = await client.http.get("/readyz")
        assert (answer.status_code, ready.status_code) == (503, 503)
        assert ready.json()["checks"]["models"] == {"ok": False, "why": "loading"}
        assert (await client.http.get("/livez")).status_code == 200
        client.service.readiness.models = Check(ok=True, why="")
        assert (await client.http.get("/readyz")).json() == {
            "ready": True,
            "checks": {name: {"ok": True, "why": ""} for name in ("running", "models", "exchange")},
        }


async def test_closing_the_connection_stops_the_edit(tmp_path: Path) -> None:
    brush = Brush()
    async with serving(editor(brush).edit, tmp_path) as client:
        (painting,) = await many(client, 1)
        assert await within(brush.begun)
        painting.cancel()
        assert await within(brush.stopped)
        await client.until("retouch_orders ", 0)
        assert await client.metric('retouch_edits_total{lane="heavy",outcome="cancelled"}') == 1


async def test_an_order_that_still_waits_is_forgotten(tmp_path: Path) -> None:
    brush = Brush()
    async with serving(editor(brush).edit, tmp_path) as client:
        painting = await many(client, ALL_HEAVY)
        await client.until('retouch_edits_running{lane="heavy"}', ALL_HEAVY)
        waiting = asyncio.create_task(client.edited(PAINTED))
        await client.until("retouch_orders ", ALL_HEAVY + 1)
        waiting.cancel()
        await client.until("retouch_orders ", ALL_HEAVY)
        brush.let_go.set()
        await asyncio.gather(*painting)
        assert await client.metric('retouch_edits_total{lane="heavy",outcome="done"}') == ALL_HEAVY
        assert await client.metric('retouch_edits_total{lane="heavy",outcome="cancelled"}') == 0


async def test_stopping_ends_every_stream_without_an_end(tmp_path: Path) -> None:
    brush = Brush()
    async with serving(editor(brush).edit, tmp_path) as client:
        (painting,) = await many(client, 1)
        assert await within(brush.begun)
        client.service.stop()
        frames = await painting
        assert frames
        assert {frame.event for frame in frames} <= {"stage", "progress", "preview", "alive"}
        assert await within(brush.stopped)
        answer = await client.http.post("/edits", content=client.order(WARMER).model_dump_json())
        assert answer.status_code == 503


async def test_edits_are_counted(tmp_path: Path) -> None:
    async with serving(editor().edit, tmp_path) as client:
        for operations in (FLIPPED, WARMER):
            await client.edited(operations)
        assert await client.metric('retouch_edits_total{lane="quick",outcome="done"}') == 2
        for stage in ("total", "fetch", "edit", "store"):
            assert await client.metric(f'retouch_edit_seconds_count{{lane="quick",stage="{stage}"}}') == 2
        assert await client.metric("retouch_process_resident_memory_bytes") > 0
