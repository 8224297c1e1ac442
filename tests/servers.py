"""Real servers for tests, on loopback and in folders of their own: PostgreSQL from the system, and moto's S3.

A test that asks for one where it is not installed is skipped and says so; with RETOUCH_CLUSTER set, as in CI, it fails.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest

SETTINGS = ("fsync=off", "full_page_writes=off", "max_connections=200", "listen_addresses=127.0.0.1")
"""A crash of the server loses nothing even so; only a power cut would."""
STARTS_S = 30.0
BUCKET = "retouch"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "cluster: needs a PostgreSQL server, which the test starts, and the extra cluster"
    )


class PostgresProcess:
    """A server with a data directory, and whoever may not run as root runs as somebody else."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder = binaries, folder
        self._user = next(name for name in ("postgres", "nobody") if _exists(name)) if os.geteuid() == 0 else None
        self._names = count()
        self.port = free_port()
        if self._user is not None:
            shutil.chown(folder, self._user)
        # A language's own order, so that a test can see where ids are compared by it and not by their bytes.
        order = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US")
        self._run("initdb", "--auth=trust", "--username=retouch", "--no-sync", *order, str(folder / "data"))

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [f"-c{each}" for each in (*SETTINGS, f"unix_socket_directories={self._folder}")]
        command = [self._binaries / "postgres", "-D", self._folder / "data", "-p", str(self.port), *settings]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, user=self._user, cwd="/")
        deadline = time.monotonic() + STARTS_S
        while self._run("pg_isready", "-q", *self._where(), check=False):
            if time.monotonic() > deadline or self._process.poll() is not None:
                self.stop(signal.SIGQUIT)
                raise AssertionError((self._folder / "log").read_text())
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: whoever is connected is thrown out. SIGQUIT: at once, as in a crash."""
        self._process.send_signal(how)
        self._process.wait(STARTS_S)

    def new_database(self) -> str:
        """The URL of an empty schema and its owner, who may nothing else: as good as a database, and made at once."""
        name = f"test{next(self._names)}"
        self._run(
            "psql", *self._where(), "postgres", "-qc", f"CREATE ROLE {name} LOGIN; CREATE SCHEMA AUTHORIZATION {name}"
        )
        return f"postgresql://{name}@127.0.0.1:{self.port}/postgres"

    def _where(self) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(self.port), "-U", "retouch")

    def _run(self, program: str, *words: str, check: bool = True) -> int:
        command = [self._binaries / program, *words]
        done = subprocess.run(command, capture_output=True, user=self._user, cwd="/", text=True, check=False)
        assert done.returncode == 0 or not check, done.stderr
        return done.returncode


@pytest.fixture(scope="session")
def postgres_server() -> Generator[PostgresProcess]:
    """A PostgreSQL server for the whole run; a test that stops it starts it again."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = [Path(found).resolve() for found in (shutil.which("postgres"),) if found]
    if not installed and not on_path:
        not_here("no PostgreSQL server is installed")
    if find_spec("asyncpg") is None:
        not_here("asyncpg, of the extra cluster, is not installed")
    with tempfile.TemporaryDirectory(prefix="retouch-pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresProcess([*on_path, *installed][-1].parent, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)


@pytest.fixture(scope="session")
def s3_endpoint() -> Generator[str]:
    """The URL of an S3 server with the bucket `BUCKET`."""
    from moto.server import ThreadedMotoServer

    server: Any = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with socket.create_connection((host, port)) as connection:
        connection.sendall(f"PUT /{BUCKET} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode())
        assert b" 200 " in connection.recv(100)
    yield f"http://{host}:{port}"
    server.stop()


_prefixes = count()


@pytest.fixture
def s3_url(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty place in the bucket, s3://...; the environment says how to get there."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_endpoint)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return f"s3://{BUCKET}/{next(_prefixes)}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def not_here(why: str) -> None:
    """Skip the test, or fail it where nothing may be missing."""
    if os.environ.get("RETOUCH_CLUSTER"):
        pytest.fail(f"{why}, and RETOUCH_CLUSTER says that it must be")
    pytest.skip(why)
