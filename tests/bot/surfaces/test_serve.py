"""`retouch serve` as strangers run it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx


def started(home: Path, *options: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "RETOUCH_HOME": str(home), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "bot", "serve", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def test_it_says_where_it_listens_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    process = started(tmp_path, "--port", "0")
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        told = re.fullmatch(r"The engine listens at (http://127\.0\.0\.1:\d+)\n", line)
        assert told, line
        for path in ("/livez", "/readyz"):
            # It says so just before it does.
            answer = httpx.HTTPTransport(retries=5)
            with httpx.Client(transport=answer, base_url=told[1], timeout=20) as client:
                assert client.get(path).status_code in ((200,) if path == "/livez" else (200, 503))
        process.send_signal(signal.SIGINT)
        rest, log = process.communicate(timeout=10)
        assert (process.returncode, rest) == (0, "")
        assert "Traceback" not in log
        assert (tmp_path / "exchange").is_dir()
    finally:
        process.kill()
        process.wait()


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = started(tmp_path, "--port", str(port))
        out, told = process.communicate(timeout=30)
    assert process.returncode == 2
    assert out == ""
    assert f"port cannot be “127.0.0.1:{port}”" in told
    assert "Traceback" not in told
