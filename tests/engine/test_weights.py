"""Models arrive whole or not at all."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.errors import BadOption, DamagedWeights, DownloadFailed, PictureUnreadable
from engine.weights import CATALOGUE, Model, ModelStore, model_named

WEIGHTS = bytes(range(256)) * 4000


class Hub(BaseHTTPRequestHandler):
    """Serves WEIGHTS, with ranges; cuts the first answer short when asked to."""

    ranges: list[str | None]
    cut_at: int | None

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        self.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        body = WEIGHTS[start:]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut, type(self).cut_at = self.cut_at, None
        self.wfile.write(body if cut is None else body[:cut])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        pass


@pytest.fixture
def hub() -> Iterator[type[Hub]]:
    handler = type("OneHub", (Hub,), {"ranges": [], "cut_at": None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.port = server.server_address[1]  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


def served(hub: type[Hub]) -> Model:
    return replace(
        CATALOGUE["yolox-nano"],
        url=f"http://127.0.0.1:{hub.port}/weights",  # type: ignore[attr-defined]
        size=len(WEIGHTS),
        sha256=hashlib.sha256(WEIGHTS).hexdigest(),
    )


def ignore(there: int, size: int) -> None:
    pass


def test_pull_brings_the_file_and_reports(hub: type[Hub], tmp_path: Path) -> None:
    store, seen = ModelStore(tmp_path), list[int]()
    path = store.pull(served(hub), lambda there, size: seen.append(there))
    assert path.read_bytes() == WEIGHTS
    assert seen[-1] == len(WEIGHTS)
    assert store.verify(served(hub))


def test_an_interrupted_pull_goes_on_where_it_stopped(hub: type[Hub], tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    hub.cut_at = 500_000
    with pytest.raises(DownloadFailed):
        store.pull(served(hub), ignore)
    assert store.installed("yolox-nano") is None
    assert store.pull(served(hub), ignore).read_bytes() == WEIGHTS
    assert hub.ranges == [None, "bytes=500000-"]


def test_a_wrong_file_is_not_installed(tmp_path: Path) -> None:
    source = tmp_path / "junk.onnx"
    source.write_bytes(b"junk")
    store = ModelStore(tmp_path / "models")
    with pytest.raises(DamagedWeights):
        store.install(CATALOGUE["yolox-nano"], source)
    assert store.installed("yolox-nano") is None


def test_no_server_is_a_failed_download(tmp_path: Path) -> None:
    nowhere = replace(CATALOGUE["yolox-nano"], url="http://127.0.0.1:9/weights")
    with pytest.raises(DownloadFailed):
        ModelStore(tmp_path).pull(nowhere, ignore)


def test_names_and_paths_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadOption):
        model_named("gpt-9")
    with pytest.raises(PictureUnreadable):
        ModelStore(tmp_path).install(CATALOGUE["yolox-nano"], tmp_path / "none.onnx")


def test_the_real_file_installs(real_data: Path, tmp_path: Path) -> None:
    source = real_data.parent / "weights" / "yolox_nano.onnx"
    store = ModelStore(tmp_path)
    store.install(CATALOGUE["yolox-nano"], source)
    assert store.verify(CATALOGUE["yolox-nano"])
    store.path(CATALOGUE["yolox-nano"]).write_bytes(b"changed")
    assert not store.verify(CATALOGUE["yolox-nano"])
