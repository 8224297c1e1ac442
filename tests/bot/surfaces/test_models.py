"""`retouch models` as strangers run it, against a hub on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.surfaces.terminal.models import in_words, tables
from engine.weights import CATALOGUE
from tests.engine.weights.fake_hub import FakeHub, serve

LORA = CATALOGUE["lcm-lora-sdxl"]
WEIGHTS = bytes(range(256)) * 8000
FILE = "pytorch_lora_weights.safetensors"
PAGE = Path(__file__).parents[3] / "docs" / "models.md"


@dataclass
class Shell:
    """A home, and a hub that has the LoRA."""

    folder: Path
    hub: FakeHub

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def environment(self) -> dict[str, str]:
        ours = {"RETOUCH_HOME": str(self.home), "HF_ENDPOINT": self.hub.url, "HF_HOME": str(self.folder / "hf")}
        return {**os.environ, **ours, "PYTHONWARNINGS": "error"}

    def start(self, *args: object) -> subprocess.Popen[str]:
        """The command as a process of its own."""
        command = [sys.executable, "-m", "bot", *map(str, args)]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self, *args: object, code: int = 0) -> str:
        """What the command said, run in this process."""
        done = CliRunner().invoke(app, [*map(str, args)], env=self.environment)
        assert done.exit_code == code, done.output
        # With --json, stdout is the object alone; what is logged meanwhile is beside it.
        return done.stdout if "--json" in args else done.output

    def entry(self) -> dict[str, Any]:
        told = json.loads(self.run("models", "list", "--json"))["models"]
        return next(entry for entry in told if entry["name"] == LORA.name)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for hub in serve():
        assert LORA.hub
        hub.hold(LORA.hub, {FILE: WEIGHTS, "README.md": b"words", "pipeline.py": b"code"})
        yield Shell(tmp_path, hub)


def test_a_model_comes_is_checked_is_repaired_and_goes(shell: Shell) -> None:
    assert not shell.entry()["installed"]
    assert "is installed (CreativeML OpenRAIL++-M" in shell.run("models", "pull", LORA.name)
    folder = Path(shell.entry()["path"])
    assert (folder / FILE).read_bytes() == WEIGHTS
    assert "already" in shell.run("models", "pull", LORA.name)
    assert f"{LORA.name}: every byte" in shell.run("models", "verify")
    (folder / FILE).write_bytes(WEIGHTS[::-1])
    assert f"DAMAGED ({FILE})" in shell.run("models", "verify", code=5)
    assert "is installed" in shell.run("models", "pull", LORA.name)
    assert (folder / FILE).read_bytes() == WEIGHTS
    assert "2 MB are free again" in shell.run("models", "remove", LORA.name)
    assert "No model is installed" in shell.run("models", "verify")
    assert "one that is installed" in shell.run("models", "remove", LORA.name, code=2)


def test_ctrl_c_keeps_what_came_and_says_how_to_go_on(shell: Shell) -> None:
    shell.hub.pause = 0.2
    process = shell.start("models", "pull", LORA.name)
    partial = shell.home / "models" / LORA.name / f"{FILE}.part"
    deadline = time.monotonic() + 30
    while not partial.exists() or not partial.stat().st_size:
        assert time.monotonic() < deadline, process.poll()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, (out, err)
    assert f"`retouch models pull {LORA.name}` goes on" in err
    assert "Traceback" not in err
    came = partial.stat().st_size
    assert 0 < came < len(WEIGHTS)
    shell.hub.pause = 0
    shell.hub.asked.clear()
    shell.run("models", "pull", LORA.name)
    assert f"bytes={came}-" in shell.hub.ranges()


def test_what_goes_wrong_is_one_sentence(shell: Shell) -> None:
    shell.hub.statuses |= dict.fromkeys((path for path in shell.hub.files if "/resolve/" in path), 403)
    said = shell.run("models", "pull", LORA.name, code=5)
    assert LORA.page in said
    assert "HF_TOKEN" in said
    shell.hub.statuses = dict.fromkeys(shell.hub.statuses, 404)
    assert "404" in shell.run("models", "pull", LORA.name, code=5)
    assert "yolox-nano" in shell.run("models", "pull", "gpt-9", code=2)


def test_a_copy_that_nothing_vouches_for_is_said_so(shell: Shell) -> None:
    mine = shell.folder / "mine"
    mine.mkdir()
    (mine / FILE).write_bytes(WEIGHTS)
    assert "vouches" not in shell.run("models", "pull", LORA.name, "--from", mine)
    shell.hub.files.clear()
    assert "vouches" in shell.run("models", "pull", LORA.name, "--from", mine)


def test_the_list_says_everything(shell: Shell) -> None:
    said = shell.run("models", "list")
    for model in CATALOGUE.values():
        assert model.name in said
        assert model.purpose in said
        assert model.licence in said
    entry = shell.entry()
    assert entry["memory"] == {"cpu": LORA.memory(gpu=False), "gpu": LORA.memory(gpu=True), "measured": False}
    assert LORA.hub
    assert entry["hub"]["revision"] == LORA.hub.revision


def test_the_page_is_the_catalogue() -> None:
    written = PAGE.read_text("utf-8")
    assert written.endswith(f"{tables()}\n"), "uv run retouch models list --markdown"
    assert tables().count("| `retouch models pull ") == len(CATALOGUE)


@pytest.mark.parametrize(
    ("size", "words"), [(232_589, "233 kB"), (3_660_092, "4 MB"), (1_249_524_607, "1.2 GB"), (57_700_000_000, "58 GB")]
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert in_words(size) == words
