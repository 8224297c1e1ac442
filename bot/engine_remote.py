"""The engine behind HTTP: an order goes out, frames come back, and only a `done` frame is believed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, assert_never
from urllib.parse import quote

import httpx
import structlog

from bot.history.records import new_id
from bot.parcels import Parcel, Parcels
from engine.affinity import HEADER, wanted_model
from engine.blobs import BlobLost
from engine.data import Image
from engine.edits import EditRequest, EditResult
from engine.errors import BackendFailed, EditError, EngineLost, StorageFailed
from engine.imageio import Limits, decode
from engine.reporting import Report, Watching
from engine.wire import (
    Alive,
    Done,
    Failed,
    Frame,
    Outcome,
    PictureForm,
    Preview,
    Progressed,
    Question,
    Staged,
    order_of,
    raised,
    read_frame,
    result_of,
)

UNIX: Final = "unix:"
JSON: Final = {"content-type": "application/json"}
LONGEST_LINE: Final = 4 << 20
"""Bytes of one frame: a question with two hundred candidates has 40 kB, a preview less."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 2.0
"""Between two tries of an order that a full engine sent away."""
SMALL: Final = Limits(pixels=4_000_000, file_bytes=LONGEST_LINE, minimum_side=1)
"""What a preview may have."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an engine is waited for, in seconds."""

    connect_s: float = 5.0
    begin_s: float = 60.0
    """Until it takes the order, which a cluster does once one of its engines is free."""
    silence_s: float = 20.0
    """Without any frame: an engine that lives sends one each second."""
    hang_s: float = 600.0
    """While it lives but the edit does not move; loading a large model from a slow disk takes minutes."""
    busy_s: float = 60.0
    """While it is full and sends the order away."""


class RemoteEngine:
    """Edits in an engine that answers HTTP; cancelling the waiting task stops the edit there at its next report."""

    def __init__(
        self, address: str, parcels: Parcels, patience: Patience | None = None, *, form: PictureForm = "raw"
    ) -> None:
        """address: "unix:" and the path of a socket, or "http://host:port"; its exchange is that of the parcels.

        form: how pictures travel, there and back.
        """
        self._parcels = parcels
        self._form: PictureForm = form
        self._patience = patience or Patience()
        self._client = _client(address, self._patience)
        self._moved = 0.0
        """When any edit of this engine last moved."""

    async def edit(self, request: EditRequest, report: Report | None = None) -> EditResult:
        """The edit's result; the report is told on the event loop, and what it raises cancels the edit.

        Raises: any leaf of EditError; EngineLost where the edit may be tried again.
        """
        parcel = self._parcels.open()
        try:
            order = await asyncio.to_thread(_written, request, parcel, self._form, previews=_looks(report))
            done = await self._carried_out(order, _headers(request), parcel, report)
            with _pixels_edge():
                return await asyncio.to_thread(_result, done.result, parcel)
        finally:
            await asyncio.shield(asyncio.to_thread(parcel.close))

    async def answers(self, path: str, within_s: float) -> bool:
        """Whether a GET of "/livez" or "/readyz" succeeds in time."""
        if self._client.is_closed:
            return False
        try:
            async with asyncio.timeout(within_s):
                return (await self._client.get(path)).status_code == HTTPStatus.OK
        except (TimeoutError, httpx.HTTPError):
            return False

    async def is_there(self, within_s: float) -> bool:
        """Whether somebody at the address lives, or at least listens: a cluster that is full answers late."""
        try:
            async with asyncio.timeout(within_s):
                return (await self._client.get("/livez")).status_code == HTTPStatus.OK
        except TimeoutError:
            return True
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        """No edit can be sent any more; those under way are lost."""
        await self._client.aclose()

    async def _carried_out(
        self, order: bytes, headers: Mapping[str, str], parcel: Parcel, report: Report | None
    ) -> Done:
        """The end of the order, sent again while the engine is full."""
        give_up, pause = time.monotonic() + self._patience.busy_s, FIRST_PAUSE_S
        while True:
            with _http_edge():
                async with self._client.stream("POST", "/edits", content=order, headers=headers) as response:
                    if response.status_code == HTTPStatus.OK:
                        return await self._followed(_Lines(response, self._patience.silence_s), parcel, report)
                    _check_refusal(response)
            if time.monotonic() + pause > give_up:
                raise EngineLost("busy")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _followed(self, lines: _Lines, parcel: Parcel, report: Report | None) -> Done:
        """The `done` frame at the end of the stream, all before it told to the report."""
        place: tuple[str, float] | None = None
        moved = time.monotonic()
        while True:
            match frame := await lines.frame():
                case Staged() | Progressed():
                    if place != (place := (frame.stage, frame.fraction)):
                        moved = self._moved = time.monotonic()
                    _tell(frame, report)
                case Preview():
                    await _show(frame, report)
                case Done():
                    return frame
                case Question() | Failed():
                    raise await _error(frame, parcel)
                case Alive():
                    pass
                case _:
                    assert_never(frame)
            # An order that has not begun waits for others: it hangs only where none of them moves.
            if time.monotonic() - (moved if place else max(moved, self._moved)) > self._patience.hang_s:
                raise EngineLost("hung")


class _Lines:
    """The frames of a response, each within the time that an engine may be silent."""

    def __init__(self, response: httpx.Response, silence_s: float) -> None:
        self._chunks: AsyncIterator[bytes] = response.aiter_raw()
        self._silence_s = silence_s
        self._rest = bytearray()

    async def frame(self) -> Frame:
        """The next one. Raises: EngineLost for silence, junk, and an end without a last frame."""
        try:
            async with asyncio.timeout(self._silence_s):
                line = await self._line()
        except TimeoutError as exc:
            raise EngineLost("silent") from exc
        try:
            return read_frame(line)
        except ValueError as exc:
            raise EngineLost("junk") from exc

    async def _line(self) -> bytes:
        end = self._rest.find(b"\n")
        while end < 0:
            chunk = await anext(self._chunks, b"")
            if not chunk:
                raise EngineLost("died")
            found = chunk.find(b"\n")
            end = found if found < 0 else len(self._rest) + found
            self._rest += chunk
            if len(self._rest) > LONGEST_LINE:
                raise EngineLost("junk")
        line = bytes(self._rest[:end])
        del self._rest[: end + 1]
        return line


def _client(address: str, patience: Patience) -> httpx.AsyncClient:
    # A connection for each request: one that was kept may be that of an engine which has died since.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    if address.startswith(UNIX):
        transport = httpx.AsyncHTTPTransport(uds=address.removeprefix(UNIX), verify=False, limits=limits)
        base = "http://engine"
    else:
        transport, base = httpx.AsyncHTTPTransport(limits=limits), address
    timeout = httpx.Timeout(patience.begin_s, connect=patience.connect_s, pool=None)
    return httpx.AsyncClient(transport=transport, base_url=base, timeout=timeout, trust_env=False)


def _headers(request: EditRequest) -> dict[str, str]:
    """Those of an order: a cluster sends it to an engine that has its model, if one is free."""
    model = wanted_model(request.operations, request.backend, request.model)
    return {**JSON, **({HEADER: quote(model)} if model else {})}


def _written(request: EditRequest, parcel: Parcel, form: PictureForm, *, previews: bool) -> bytes:
    """The order in JSON, with the ids that the log has bound; hashes and copies pixels, so it blocks."""
    known = structlog.contextvars.get_contextvars()
    order = order_of(
        request,
        parcel,
        job=known.get("job") or new_id(),
        revision=known.get("revision"),
        attempt=known.get("attempt"),
        previews=previews,
        form=form,
    )
    return order.model_dump_json(exclude_none=True).encode()


def _result(outcome: Outcome, parcel: Parcel) -> EditResult:
    """The result, of which nothing stays in the exchange even where part of it cannot be read; blocks."""
    for ref in (outcome.picture, outcome.mask, outcome.target):
        if ref is not None:
            parcel.hold(ref.blob)
    return result_of(outcome, parcel)


def _looks(report: Report | None) -> bool:
    return isinstance(report, Watching) and report.preview is not None


def _tell(frame: Staged | Progressed, report: Report | None) -> None:
    if report is not None:
        report(frame.stage, frame.fraction)
    if isinstance(frame, Progressed) and frame.left is not None and isinstance(report, Watching):
        report.left(frame.left)


async def _show(frame: Preview, report: Report | None) -> None:
    if isinstance(report, Watching) and report.preview is not None:
        report.preview(await asyncio.to_thread(_preview, frame.jpeg))


def _preview(jpeg: bytes) -> Image:
    try:
        return decode(jpeg, SMALL).picture.rgb
    except EditError as exc:
        raise EngineLost("junk") from exc


async def _error(frame: Question | Failed, parcel: Parcel) -> EditError:
    if isinstance(frame, Failed) and frame.restart:
        return EngineLost("poisoned")
    with _pixels_edge():
        return await asyncio.to_thread(raised, frame.error, parcel)


def _check_refusal(response: httpx.Response) -> None:
    """Nothing where the engine is full or not ready. Raises: EngineLost, BackendFailed for an order it cannot read."""
    # A cluster that has not begun to serve its engine knows no such page.
    if response.status_code in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.NOT_FOUND):
        return
    log.error("engine_refused", status=response.status_code)
    raise EngineLost("junk") if response.is_server_error else BackendFailed("engine")


@contextmanager
def _http_edge() -> Generator[None]:
    """What goes wrong between two processes, as EngineLost."""
    try:
        yield
    except (httpx.ConnectError, httpx.TimeoutException) as exc:
        # Of the times that httpx keeps, all are before the first frame: the order was not taken.
        raise EngineLost("unreachable") from exc
    except httpx.HTTPError as exc:
        raise EngineLost("died") from exc


@contextmanager
def _pixels_edge() -> Generator[None]:
    """Pixels that did not arrive, and an end that cannot be read, as EngineLost."""
    try:
        yield
    except (BlobLost, StorageFailed) as exc:
        raise EngineLost("blob") from exc
    except ValueError as exc:
        raise EngineLost("junk") from exc
