"""What can go wrong with a request on purpose: errors, limits, dropped connections."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.discord_wire.world import JSON, Refused

ERRORS: Final[dict[int, tuple[int, str]]] = {
    400: (50035, "Invalid Form Body"),
    401: (0, "401: Unauthorized"),
    403: (50013, "Missing Permissions"),
    404: (0, "404: Not Found"),
    413: (40005, "Request entity too large"),
    429: (0, "You are being rate limited."),
}
VIA: Final = {"Via": "1.1 google"}
"""What tells a limit of Discord's API from one of Cloudflare's; discord.py waits for the first only."""


@dataclass
class Fault:
    """A request of this kind fails so. status: of the answer; None: the connection is dropped."""

    method: str
    """One, or several with | between them."""
    path: str
    """Part of the request's path."""
    status: int | None
    code: int = 0
    times: int = 1
    """How often, from now on."""
    skip: int = 0
    """How many such requests pass before."""
    applied: bool = False
    """Whether the request is carried out all the same."""
    files: bool | None = None
    """Whether only requests with files are meant, or only those without."""
    retry_after: float = 0.05
    via: bool = True
    waits_s: float = 0.0
    """How long the answer takes."""
    met: int = 0
    """How often it happened."""

    def hits(self, request: web.Request) -> bool:
        """Whether it befalls the request; it counts those that pass."""
        meant = request.method in self.method.split("|") and self.path in request.path
        meant = meant and self.files in (None, carries_files(request))
        if not meant or self.met >= self.times:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.met += 1
        return True

    def answer(self) -> web.Response:
        """What is said instead of what was wanted."""
        assert self.status is not None
        code, message = ERRORS.get(self.status, (0, f"{self.status}"))
        body: JSON = {"message": message, "code": self.code or code}
        if self.status != 429:
            return answered(self.status, body)
        headers = {"Retry-After": str(self.retry_after), "X-RateLimit-Scope": "user", **(VIA if self.via else {})}
        return answered(429, {**body, "retry_after": self.retry_after, "global": False}, headers)


@dataclass(frozen=True)
class Limit:
    """So many requests of a route in a channel, in so many seconds."""

    requests: int = 5
    seconds: float = 5.0


@dataclass
class Request:
    """A request as it came, and how it was answered."""

    at: float
    method: str
    path: str
    files: bool
    status: int = 0
    """Of the answer; 0 where there was none."""
    took_s: float = 0.0


@dataclass
class Faults:
    """What goes wrong, and the record of every request."""

    waiting: list[Fault] = field(default_factory=list[Fault])
    requests: list[Request] = field(default_factory=list[Request])
    limit: Limit | None = None
    """The rate limit of messages, edits and typing in a channel; None: there is none."""
    _spent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict[str, deque[float]](deque))

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The request as it is answered, or is not."""
        record = Request(time.monotonic(), request.method, request.path, carries_files(request))
        self.requests.append(record)
        response = await self._answer(request, handler)
        record.took_s = time.monotonic() - record.at
        record.status = response.status if request.transport is not None else 0
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = next((fault for fault in self.waiting if fault.hits(request)), None)
        if fault is None:
            return await self._counted(request, handler)
        response = await self._counted(request, handler) if fault.applied else None
        if response is None:
            await request.read()
        await asyncio.sleep(fault.waits_s)
        if fault.status is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response(status=500)
        return fault.answer() if fault.status >= 300 else response or answered(fault.status, {})

    async def _counted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The answer with what is left of the limit, or that it was exceeded."""
        limited = self.limit if _is_limited(request) else None
        if limited is None:
            return await _spoken(request, handler)
        key = f"{request.method} {request.path if request.method == 'POST' else request.path.rpartition('/')[0]}"
        spent, now = self._spent[key], time.monotonic()
        while spent and spent[0] <= now - limited.seconds:
            spent.popleft()
        over = spent[0] + limited.seconds - now if spent else limited.seconds
        if len(spent) >= limited.requests:
            await request.read()
            body = {"message": ERRORS[429][1], "retry_after": over, "global": False}
            return answered(429, body, {**VIA, **_headers(key, limited, 0, over)})
        spent.append(now)
        response = await _spoken(request, handler)
        response.headers.update(_headers(key, limited, limited.requests - len(spent), over))
        return response


def answered(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    """JSON under the very content type that discord.py looks for: without a charset."""
    return web.Response(
        status=status, body=json.dumps(body).encode(), headers={"Content-Type": "application/json", **(headers or {})}
    )


def carries_files(request: web.Request) -> bool:
    """Whether anything is uploaded."""
    return request.content_type.startswith("multipart/")


async def _spoken(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return answered(refused.status, refused.body)


def _is_limited(request: web.Request) -> bool:
    return "/channels/" in request.path and request.method in ("POST", "PATCH", "DELETE")


def _headers(key: str, limit: Limit, left: int, over: float) -> dict[str, str]:
    route = "typing" if key.endswith("/typing") else "messages"
    return {
        "X-RateLimit-Limit": str(limit.requests),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": f"{time.time() + over:.3f}",
        "X-RateLimit-Reset-After": f"{over:.3f}",
        "X-RateLimit-Bucket": f"{key.split()[0].lower()}-{route}",
    }
