"""A hub on loopback that is as unkind as the real ones can be."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from engine.weights import Hub

PIECE = 1 << 16


@dataclass
class FakeHub:
    """What the server does next, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    statuses: dict[str, int] = field(default_factory=dict[str, int])
    cut_at: int | None = None
    """Every answer ends after so many bytes, though it promised more."""
    ranges_work: bool = True
    redirect_to: str | None = None
    """Files (not the listing) are elsewhere: on another host, as the hub's are."""
    pause: float = 0
    """Seconds between the pieces of an answer."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ranges(self) -> list[str | None]:
        return [headers.get("Range") for _, headers in self.asked]

    def hold(self, source: Hub, contents: dict[str, bytes], told: str | None = None) -> None:
        """Become a repository with these files, LFS for the weights and git for the small ones.

        told: the commit it claims to speak of; None: the one that is asked for.
        """
        siblings = [_sibling(path, body) for path, body in contents.items()]
        listing = {"sha": told or source.revision, "siblings": siblings}
        self.files[f"/api/models/{source.repository}/revision/{source.revision}"] = json.dumps(listing).encode()
        for path, body in contents.items():
            self.files[f"/{source.repository}/resolve/{source.revision}/{path}"] = body


def _sibling(path: str, body: bytes) -> dict[str, object]:
    blob = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
    told: dict[str, object] = {"rfilename": path, "size": len(body), "blobId": blob}
    if path.endswith((".safetensors", ".bin")):
        told["lfs"] = {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "pointerSize": 130}
    return told


class _Handler(BaseHTTPRequestHandler):
    state: FakeHub

    def do_GET(self) -> None:
        hub, path = self.state, self.path.split("?")[0]
        hub.asked.append((path, dict(self.headers)))
        if hub.redirect_to and "/resolve/" in path:
            self.send_response(302)
            self.send_header("Location", f"{hub.redirect_to}{path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body, status = hub.files.get(path, b""), hub.statuses.get(path, 200 if path in hub.files else 404)
        asked = self.headers["Range"]
        if asked and hub.ranges_work and status == 200:
            body, status = body[int(asked.removeprefix("bytes=").rstrip("-")) :], 206
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        body = body[: hub.cut_at]
        for start in range(0, len(body), PIECE):
            self.wfile.write(body[start : start + PIECE])
            time.sleep(hub.pause)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        pass


def serve() -> Iterator[FakeHub]:
    state = FakeHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneHub", (_Handler,), {"state": state}))
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()
