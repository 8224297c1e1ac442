"""Models that a hub on loopback has, and a Hugging Face home of the test's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.weights import Hub, Model, ModelFile
from tests.engine.weights.fake_hub import FakeHub, serve

REVISION = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = bytes(range(256)) * 4000
REPOSITORY = {
    "model_index.json": json.dumps({"_class_name": "X", "unet": ["diffusers", "U"], "safety": [None, None]}).encode(),
    "unet/config.json": b'{"_class_name": "U"}',
    "unet/weights.fp16.safetensors": WEIGHTS,
    "unet/weights.bin": b"a pickle, never to be brought",
    "README.md": b"words",
}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for state in serve():
        monkeypatch.setenv("HF_ENDPOINT", state.url)
        state.files["/weights"] = WEIGHTS
        yield state


@pytest.fixture
def elsewhere() -> Iterator[FakeHub]:
    yield from serve()


def single(hub: FakeHub) -> Model:
    """A model of one file."""
    return Model(
        name="yolox-nano",
        kind="detector",
        purpose="finds",
        licence="MIT",
        page="https://page",
        files=(file(hub, "weights.onnx", WEIGHTS),),
    )


def pair(hub: FakeHub) -> Model:
    """A model of two files."""
    hub.files |= {"/encoder": WEIGHTS, "/decoder": b"small" * 100}
    files = (file(hub, "encoder.onnx", WEIGHTS, "/encoder"), file(hub, "decoder.onnx", b"small" * 100, "/decoder"))
    return single(hub).model_copy(update={"name": "mobile-sam", "files": files})


SOURCE = Hub(
    repository="someone/painter",
    revision=REVISION,
    size=len(WEIGHTS),
    files=("model_index.json", "*/*.json", "*/*.fp16.safetensors"),
)


def repository() -> Model:
    """A model that is part of a repository."""
    return Model(name="sdxl", kind="text-to-image", purpose="paints", licence="MIT", page="https://page", hub=SOURCE)


def file(hub: FakeHub, path: str, body: bytes, at: str = "/weights") -> ModelFile:
    return ModelFile(path=path, url=hub.url + at, size=len(body), sha256=hashlib.sha256(body).hexdigest())


def ignore(file: str, there: int, size: int) -> None:
    pass
