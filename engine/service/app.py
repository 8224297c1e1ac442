"""The engine as an HTTP application: orders in, frames out, and how it is."""

from __future__ import annotations

from concurrent.futures import Future
from http import HTTPStatus
from typing import Final

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from engine.blobs import BlobStore
from engine.service.errands import Edit, Errand
from engine.service.metrics import Metrics
from engine.service.pools import Full, Pools
from engine.service.readiness import Readiness
from engine.wire import MEDIA_TYPE, EditOrder

LONGEST_ORDER: Final = 16 << 20
"""Bytes of JSON; two hundred outlines drawn by hand have 4 MiB."""


class Service:
    """The editor behind HTTP; everything but the edits themselves happens on one event loop."""

    def __init__(self, edit: Edit, exchange: BlobStore, room: int) -> None:
        """room: orders at once, waiting ones counted."""
        self._edit, self._exchange = edit, exchange
        self._pools = Pools(room)
        self._errands: set[Errand] = set()
        self.metrics = Metrics()
        self.readiness = Readiness(exchange)

    def app(self) -> Starlette:
        """What an ASGI server serves."""
        return Starlette(
            routes=[
                Route("/edits", self._take, methods=["POST"]),
                Route("/livez", self._livez),
                Route("/readyz", self._readyz),
                Route("/metrics", self._metrics),
            ]
        )

    def stop(self) -> None:
        """No more orders; edits that run are abandoned, and who waits for them hears no end. From any thread."""
        self.readiness.stopping = True
        for errand in tuple(self._errands):
            errand.abandon()
        self._pools.close()

    async def _take(self, request: Request) -> Response:
        if not self.readiness.takes_orders:
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "The engine is not ready.")
        body = await _body_of(request)
        if body is None:
            return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"An order has at most {LONGEST_ORDER} bytes.")
        try:
            order = EditOrder.model_validate_json(body)
        except ValidationError as exc:
            return _refusal(HTTPStatus.BAD_REQUEST, _explained(exc))
        errand = Errand(order, self._edit, self._exchange, self.metrics)
        try:
            work = self._pools.submit(errand.lane, errand.run)
        except Full:
            self.metrics.refused()
            told = f"The engine has {self._pools.room} orders at once, which is all it takes; try again in a moment."
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, told)
        return _Frames(errand, work, self._errands)

    async def _livez(self, _: Request) -> Response:
        return JSONResponse({"ok": True})

    async def _readyz(self, _: Request) -> Response:
        checks = await self.readiness.checks()
        ready = all(check["ok"] for check in checks.values())
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"ready": ready, "checks": checks}, status)

    async def _metrics(self, _: Request) -> Response:
        self.metrics.housed(self._pools.inside)
        return Response(self.metrics.text(), media_type="text/plain; version=0.0.4")


class _Frames(StreamingResponse):
    """What an errand tells; once nobody listens, or all is told, the errand is over."""

    def __init__(self, errand: Errand, work: Future[None], open_errands: set[Errand]) -> None:
        super().__init__(errand.lines(), media_type=MEDIA_TYPE)
        self._errand, self._work, self._open_errands = errand, work, open_errands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._open_errands.add(self._errand)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._open_errands.discard(self._errand)
            self._errand.abandon()
            self._work.cancel()


async def _body_of(request: Request) -> bytes | None:
    """The body; None: it is too long."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_ORDER:
                return None
    except ClientDisconnect:
        return b""
    return bytes(body)


def _refusal(status: HTTPStatus, told: str) -> Response:
    return JSONResponse({"error": told}, status)


def _explained(error: ValidationError) -> str:
    """What is wrong with an order, without repeating what it says."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"No order: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
