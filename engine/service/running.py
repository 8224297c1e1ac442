"""The service as a process: what it listens on, how it starts, and how it stops."""

from __future__ import annotations

import logging
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import structlog
import uvicorn

from engine.allocator import return_large_blocks
from engine.assembly import editor_for, parts_for
from engine.blobs import open_blobs
from engine.errors import BadOption
from engine.logs import log_to
from engine.service.app import Service
from engine.service.readiness import Check
from engine.service.warm import warm_up
from engine.settings import EngineSettings
from engine.weights import ModelStore

SWITCH_S: Final = 0.001
"""How long a thread that edits in Python may keep the event loop waiting; Python's own is 5 ms for each such thread."""
LAST_WORDS_S: Final = 1
"""How long connections that are being closed may take."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service listens: a socket file that only its owner may use, or a host and a port."""

    path: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    """0: any that is free."""


def serve(
    address: Address, exchange: str, settings: EngineSettings, *, warm: bool, announce: Callable[[str], None]
) -> NoReturn:
    """Take orders until SIGTERM or Ctrl-C, which end the process at once, with exit code 0.

    exchange: a folder or s3://bucket/prefix, as `open_blobs` takes it. warm: models are loaded before it is ready.
    announce: told once where it listens.
    Raises: BadOption for an address or an exchange that cannot be used, and for settings; ModelMissing, StorageFailed.
    """
    log_to(sys.stderr)
    return_large_blocks()
    sys.setswitchinterval(SWITCH_S)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _end)
    listening = bound(address)
    models = ModelStore(settings.models_at)
    parts = parts_for(models, settings.models)
    editor = editor_for(models, parts, settings.generation, settings.safety)
    service = Service(editor.edit, open_blobs(exchange), settings.room)

    def get_ready() -> None:
        failed = warm_up(parts, editor) if warm else []
        service.readiness.models = Check(ok=True, why=", ".join(f"{name} failed" for name in failed))

    threading.Thread(target=get_ready, name="warm", daemon=True).start()
    log.info("engine_listens")
    announce(_named(listening))
    server_of(service).run([listening])
    _end()


def server_of(service: Service) -> uvicorn.Server:
    """What serves it over HTTP, on sockets that its `serve` is given."""
    return _Server(service)


class _Server(uvicorn.Server):
    """Uvicorn, which on a signal also ends the streams that it would wait for."""

    def __init__(self, service: Service) -> None:
        super().__init__(
            uvicorn.Config(
                service.app(),
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=LAST_WORDS_S,
            )
        )
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGTERM and SIGINT."""
        self._service.stop()
        super().handle_exit(sig, frame)


def _end(*_: object) -> NoReturn:
    """End now: the interpreter would wait for the threads of edits that nobody wants any more."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def bound(address: Address) -> socket.socket:
    """A socket that is bound, but does not listen yet. Raises: BadOption."""
    try:
        if address.path is not None:
            return _bound_to_file(address.path)
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        made = socket.socket(family)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((address.host, address.port))
        except OSError:
            made.close()
            raise
    except OSError as exc:
        if address.path is not None:
            raise BadOption("socket", str(address.path), "a short path in a folder that may be written to") from exc
        raise BadOption("port", f"{address.host}:{address.port}", "an address of this machine that is free") from exc
    return made


def _bound_to_file(path: Path) -> socket.socket:
    """What a service that is gone left there is taken away. Raises: BadOption where one answers, OSError."""
    made = socket.socket(socket.AF_UNIX)
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        if _answers(path):
            raise BadOption("socket", str(path), "a path where no other service listens")
        path.unlink()
    before = os.umask(0o177)
    try:
        made.bind(str(path))
    finally:
        os.umask(before)
    return made


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _named(listening: socket.socket) -> str:
    if listening.family == socket.AF_UNIX:
        return f"unix:{listening.getsockname()}"
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
