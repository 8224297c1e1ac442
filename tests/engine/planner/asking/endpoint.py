"""A server on loopback that speaks the protocol of chat completions, and answers as its script says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from engine.operations import Operation
from engine.planner.asking.prompts import answer_text

Line = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""How one request is answered."""


class Endpoint:
    """One line of the script a request; the last line answers all that come after it."""

    def __init__(self) -> None:
        self.script: list[Line] = []
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.left = asyncio.Event()
        """Set when a client went away before it was answered."""
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        self.headers.append(dict(request.headers))
        line = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        try:
            return await line(request)
        except asyncio.CancelledError:
            self.left.set()
            raise

    @property
    def formats(self) -> list[str]:
        """The response format that each request asked for."""
        return [request.get("response_format", {"type": "text"})["type"] for request in self.requests]

    def told(self, request: int = -1) -> dict[str, Any]:
        """What the model was told of the instruction."""
        content = self.requests[request]["messages"][1]["content"]
        return json.loads(content if isinstance(content, str) else content[0]["text"])


@asynccontextmanager
async def endpoint() -> AsyncGenerator[Endpoint]:
    """The server, listening."""
    server = Endpoint()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield server
    finally:
        await runner.cleanup()


def plans(*steps: tuple[str, Operation]) -> Line:
    """A plan of these operations, each with the words that ask for it."""
    return says(answer_text(steps))


def says(text: str | None, finish: str = "stop", refusal: str | None = None) -> Line:
    """A completion with this text."""
    message = {"role": "assistant", "content": text, "refusal": refusal}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return sends(json.dumps(body))


def sends(body: str, content_type: str = "application/json") -> Line:
    """A response with this body, whatever it is."""

    async def line(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type=content_type)

    return line


def fails(status: int, message: str = "no", headers: dict[str, str] | None = None) -> Line:
    """An error as OpenAI words it."""

    async def line(_: web.Request) -> web.Response:
        return web.json_response({"error": {"message": message, "type": "t"}}, status=status, headers=headers)

    return line


def soon(status: int) -> Line:
    """An error after which the client may ask again at once."""
    return fails(status, headers={"retry-after-ms": "5"})


async def cuts(request: web.Request) -> web.StreamResponse:
    """Half an answer, and the connection is gone."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b'{"id": "1", "choices": [')
    assert request.transport is not None
    request.transport.abort()
    return response


async def hangs(_: web.Request) -> web.Response:
    """No answer ever."""
    await asyncio.sleep(3600)
    return web.Response()
