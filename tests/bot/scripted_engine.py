"""An engine that speaks the wire and does what the order's model says: edits, hangs, dies, talks nonsense.

As a process of its own it stands where `engine.service` would; `--then` and `--until` say how it behaves as a whole.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from base64 import b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from engine.affinity import HEADER
from engine.blobs import Blobs
from engine.data import UNMOVED, Box, Notice, Picture, Region
from engine.edits import EditRequest, EditResult
from engine.errors import Ambiguous, BackendFailed, NotGrounded
from engine.imageio import encode
from engine.wire import (
    Alive,
    Done,
    EditOrder,
    Failed,
    Frame,
    Preview,
    Progressed,
    Question,
    Staged,
    failure_of,
    line_of,
    outcome_of,
    request_of,
)

HEAD = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
FOR_EVER = 3600.0
Send = Callable[[Frame], Awaitable[None]]


class Scripted:
    """The engine's half of the wire, over one exchange."""

    def __init__(self, exchange: Blobs) -> None:
        self.exchange = exchange
        self.full = 0
        """How many orders are still sent away."""
        self.unknown = 0
        """How many are still told that there is no such page."""
        self.wanted: list[str | None] = []
        """The model that the head of each order names."""
        self.orders: list[EditOrder] = []
        self.left = asyncio.Event()
        """Set when whoever waited for an edit closed the connection."""

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = await reader.readuntil(b"\r\n\r\n")
        try:
            if not head.startswith(b"POST /edits"):
                writer.write(HEAD % b"200 OK")
            elif self.unknown:
                self.unknown -= 1
                writer.write(HEAD % b"404 Not Found")
            elif self.full:
                self.full -= 1
                writer.write(HEAD % b"503 Service Unavailable" + b'{"error": "full"}')
            else:
                self.wanted.append(_header(head, HEADER))
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                await self._ordered(EditOrder.model_validate_json(await reader.readexactly(length)), reader, writer)
            await writer.drain()
        except ConnectionError:
            self.left.set()
        finally:
            writer.close()

    async def _ordered(self, order: EditOrder, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.orders.append(order)
        writer.write(HEAD % b"200 OK")

        async def send(frame: Frame) -> None:
            writer.write(line_of(frame))
            await writer.drain()

        if order.model == "die":
            await send(Staged(stage="edit", fraction=0.25))
            os.kill(os.getpid(), signal.SIGKILL)
        if order.model == "freeze":
            time.sleep(FOR_EVER)  # noqa: ASYNC251
        if order.model == "junk":
            writer.write(b'{"event": "done", "result": 7}\n')
        elif order.model == "noise":
            writer.write(os.urandom(1 << 16) * 100)
        else:
            acting = asyncio.create_task(self._act(order, send))
            leaving = asyncio.create_task(reader.read(1))
            await asyncio.wait({acting, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not acting.done():
                self.left.set()
            acting.cancel()
            leaving.cancel()
            await asyncio.gather(acting, leaving, return_exceptions=True)

    async def _act(self, order: EditOrder, send: Send) -> None:
        while order.model == "wait":
            await send(Alive())
            await asyncio.sleep(0.02)
        await send(Staged(stage="edit", fraction=0.25))
        if order.model == "cut":
            return
        if order.model == "silent":
            await asyncio.sleep(FOR_EVER)
        while order.model == "stuck":
            await send(Alive())
            await asyncio.sleep(0.02)
        if order.model == "crawl":
            for step in range(40):
                await send(Staged(stage="edit", fraction=step / 40))
                await asyncio.sleep(0.02)
        if order.model == "slow":
            await asyncio.sleep(0.3)
        await send(_last(order, self.exchange) or await self._done(order, send))

    async def _done(self, order: EditOrder, send: Send) -> Done:
        request = request_of(order, self.exchange)
        await send(Progressed(stage="edit", fraction=0.5, left=1.5))
        await send(Preview(jpeg=b64encode(encode(request.picture, "jpeg"))))
        done = Done(result=outcome_of(inverted(request), self.exchange))
        if order.model == "lost":
            self.exchange.remove([done.result.picture.blob])
        if order.model == "damaged":
            self.exchange.path(done.result.picture.blob).write_bytes(b"x")
        return done


def inverted(request: EditRequest) -> EditResult:
    """What this engine makes of a picture."""
    height, width = request.picture.rgb.shape[:2]
    return EditResult(
        picture=Picture(255 - request.picture.rgb, request.picture.opacity),
        mask=np.ones((height, width), np.bool_),
        offset=UNMOVED,
        outside_changed=0,
        target=None,
        backend="exact",
        notices=(Notice("main_subject", "dog"),),
        timings_ms={"edit": 1.5},
    )


def _last(order: EditOrder, exchange: Blobs) -> Frame | None:
    """The end of an order that is not to be done."""
    if order.model == "ask":
        ball = Region(Box(1, 2, 9, 8), 0.5, "ball", "colour", np.eye(6, 8, dtype=np.bool_))
        return Question(error=failure_of(Ambiguous("ball", (ball, ball), 1), exchange))
    if order.model == "fail":
        return Failed(error=failure_of(NotGrounded("the dog", 0.25, ("cat",)), exchange))
    if order.model == "poison":
        return Failed(error=failure_of(BackendFailed("diffusion"), exchange), restart=True)
    return None


def _header(head: bytes, name: str) -> str | None:
    told = dict(line.split(": ", 1) for line in head.decode().splitlines()[1:] if line)
    return told.get(name)


@asynccontextmanager
async def listening(scripted: Scripted, socket: Path) -> AsyncGenerator[asyncio.Server]:
    """The engine behind a socket."""
    server = await asyncio.start_unix_server(scripted.connected, socket)
    try:
        yield server
    finally:
        server.close()
        # What was accepted last is still being set up, and closes itself then.
        await asyncio.sleep(0.05)


async def _main(socket: Path, exchange: Path, then: str) -> None:
    if then == "sleep":
        await asyncio.sleep(FOR_EVER)
    if then == "stay":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ballast = np.ones(300 << 20 if then == "grow" else 1, np.uint8)
    async with listening(Scripted(Blobs(exchange)), socket):
        if then == "leave":
            asyncio.get_running_loop().call_later(0.2, os._exit, 1)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read, ballast.ndim)
    os._exit(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--exchange", type=Path, required=True)
    parser.add_argument("--with-parent", action="store_true", required=True)
    parser.add_argument("--settings", required=True)
    parser.add_argument("--then", default="serve")
    parser.add_argument("--until", type=Path)
    told = parser.parse_args()
    if told.then == "refuse" or (told.until and not told.until.exists()):
        sys.exit("no such model: secret")
    asyncio.run(_main(told.socket, told.exchange, told.then))
