"""A real engine on a real socket, its models replaced by ones that do as the test says."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from engine.blobs import Blobs, BlobStore
from engine.data import Box, Image, Mask, Picture, Region
from engine.editor import Editor
from engine.edits import EditRequest
from engine.errors import BackendMissing
from engine.fakes import BoxSegmenter, FillInpainter, FixedGrounder
from engine.operations import Adjust, EditOperation, Flip, Replace, Target
from engine.protocols import Audience, Brief, Follower, Illustrator, Progress
from engine.service.app import Service
from engine.service.errands import Edit
from engine.service.readiness import Check
from engine.service.running import Address, bound, server_of
from engine.wire import EditOrder, Frame, order_of, read_frame

SIDE = 96
BALLS = (
    Region(Box(8, 8, 24, 24), 0.9, "ball", "shape", np.ones((16, 16), np.bool_)),
    Region(Box(40, 40, 60, 60), 0.8, "ball", "shape"),
)
DOG = (Region(Box(8, 8, 24, 24), 0.9, "dog", "subject", np.eye(16, dtype=np.bool_)),)
WARMER = (Adjust(property="warmth", amount=20),)
FLIPPED = (Flip(axis="vertical"),)
PAINTED: tuple[EditOperation, ...] = (Replace(target=Target(phrase="dog"), prompt="a cat"),)


@dataclass
class Brush:
    """A painter that begins, tells of it, and goes on until it is let go or told to stop."""

    side: int = 64
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    let_go: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    silent: bool = False
    """Whether it tells nothing while it goes on."""

    def paint(self, image: Image, mask: Mask, brief: Brief, progress: Progress = lambda _: None) -> Image:
        self.begun.release()
        step = 0
        try:
            while not self.let_go.wait(0.02):
                step += 1
                if not self.silent:
                    progress(min(0.9, 0.1 * step))
                    if isinstance(progress, Audience) and progress.see:
                        progress.see(np.full((8, 8, 3), 200, np.uint8))
        except BaseException:
            self.stopped.release()
            raise
        painted = image.copy()
        painted[mask] = 255
        return painted


def editor(brush: Brush | None = None) -> Editor:
    """An editor that knows a dog and two balls by heart."""
    return Editor(
        FixedGrounder({"dog": DOG, "main subject": DOG, "ball": BALLS}).locate,
        FillInpainter(),
        lambda _: brush or Brush(),
        _no_follower,
        BoxSegmenter(),
        illustrator_for=_no_illustrator,
    )


def _no_follower(_: str | None) -> Follower:
    raise BackendMissing("following", "instruct")


def _no_illustrator(_: str | None) -> Illustrator:
    raise BackendMissing("drawing", "diffusion")


def picture(seed: int = 7) -> Picture:
    return Picture(np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE + 8, 3), np.uint8))


@dataclass
class Client:
    """Whoever asks an engine for edits."""

    http: httpx.AsyncClient
    exchange: Blobs
    service: Service

    def order(self, operations: tuple[EditOperation, ...], **options: object) -> EditOrder:
        request = EditRequest(picture(), operations, **options)  # pyright: ignore[reportArgumentType]
        return order_of(request, self.exchange, job="job123")

    async def frames(self, order: EditOrder) -> list[Frame]:
        """Every frame of an order that is taken."""
        async with self.http.stream("POST", "/edits", content=order.model_dump_json()) as answer:
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"] == "application/x-ndjson"
            return [read_frame(line) async for line in answer.aiter_lines()]

    async def edited(self, operations: tuple[EditOperation, ...], **options: object) -> list[Frame]:
        return await self.frames(self.order(operations, **options))

    async def metric(self, line: str) -> float:
        """A number of /metrics by its name and labels; 0 where it is not told."""
        told = (await self.http.get("/metrics")).text
        return next((float(one.rsplit(" ", 1)[1]) for one in told.splitlines() if one.startswith(line)), 0.0)

    async def until(self, line: str, number: float) -> None:
        """Until /metrics tells that number."""
        async with asyncio.timeout(10):
            while await self.metric(line) != number:  # noqa: ASYNC110 - it is asked over HTTP
                await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(
    edit: Edit, folder: Path, *, exchange: BlobStore | None = None, room: int = 64, port: bool = False
) -> AsyncGenerator[Client]:
    """An engine that serves on a socket in the folder, or on a port of loopback, as `retouch serve` does."""
    address = Address() if port else Address(folder / "engine")
    listening = bound(address)
    blobs = Blobs(folder / "exchange")
    service = Service(edit, exchange or blobs, room)
    service.readiness.models = Check(ok=True, why="")
    server = server_of(service)
    served = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells in no other way
        await asyncio.sleep(0.002)
    host = f"http://127.0.0.1:{listening.getsockname()[1]}" if port else "http://engine"
    transport = httpx.AsyncHTTPTransport(uds=None if port else str(address.path))
    async with httpx.AsyncClient(transport=transport, base_url=host, timeout=20) as http:
        try:
            yield Client(http, blobs, service)
        finally:
            service.stop()
            server.should_exit = True
            await served


async def within(semaphore: threading.Semaphore, seconds: float = 10) -> bool:
    """Whether it is released in time; the loop goes on meanwhile."""
    return await asyncio.to_thread(semaphore.acquire, timeout=seconds)
