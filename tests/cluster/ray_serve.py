"""A Ray Serve of our own, deployed as docs/ describes it, and its replicas, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import httpx

from tests.processes import below
from tests.servers import free_port, not_here

DEPLOYED: Final = Path(__file__).parents[2] / "docs" / "deploy" / "serve.yaml"
STARTS_S: Final = 120.0
REPLICA: Final = "ray::ServeReplica"
ASKED: Final = 20
"""How often a number is asked for, until both of two replicas have surely told theirs."""


class RayServe:
    """The cluster while it runs."""

    def __init__(self, url: str, driver: int) -> None:
        self.url, self.driver = url, driver

    def replicas(self) -> list[int]:
        """The processes of the replicas that are up."""
        return below(self.driver, running=REPLICA)

    def is_ready(self) -> bool:
        """Whether a replica takes orders."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False).status_code == HTTPStatus.OK
        except httpx.HTTPError:
            return False

    def numbers(self, metric: str) -> dict[str, float]:
        """What each replica tells under a metric's name and labels, by when it began."""
        told: dict[str, float] = {}
        for _ in range(ASKED):
            lines = httpx.get(f"{self.url}/metrics", timeout=5, trust_env=False).text.splitlines()
            values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
            told[values["retouch_process_start_time_seconds"]] = float(values.get(metric, 0))
        return told


@contextmanager
def ray_serve(folder: Path, replicas: int, args: Mapping[str, Any]) -> Generator[RayServe]:
    """The deployment file of the docs on one node, with so many replicas that ask for no GPU. args: of the engine."""
    if find_spec("ray") is None:
        not_here("ray, of the extra cluster, is not installed")
    config = _config(replicas, args)
    (folder / "serve.yaml").write_text(str(_yaml().safe_dump(config)))
    # Ray's sockets have to have short paths.
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as short:
        command = [sys.executable, "-m", "tests.cluster.engines", str(folder / "serve.yaml"), short]
        with (folder / "ray.log").open("wb") as log:
            driver = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
        cluster = RayServe(f"http://127.0.0.1:{config['http_options']['port']}", driver.pid)
        try:
            give_up = time.monotonic() + STARTS_S
            while not (cluster.is_ready() and len(cluster.replicas()) == replicas):
                assert time.monotonic() < give_up, (folder / "ray.log").read_text()
                assert driver.poll() is None, (folder / "ray.log").read_text()
                time.sleep(0.2)
            yield cluster
        finally:
            _end(driver)


def _config(replicas: int, args: Mapping[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = _yaml().safe_load(DEPLOYED.read_text())
    config["http_options"] = {"host": "127.0.0.1", "port": free_port()}
    application = config["applications"][0]
    application["args"] = dict(args)
    deployment = application["deployments"][0]
    del deployment["autoscaling_config"]
    deployment |= {"num_replicas": replicas, "ray_actor_options": {"num_cpus": 1}}
    return config


def _end(driver: subprocess.Popen[bytes]) -> None:
    """Everything that it started is gone too."""
    assert driver.stdin is not None
    started = below(driver.pid)
    driver.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        driver.wait(15)
    for process in (driver.pid, *started):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    driver.wait()


def _yaml() -> Any:
    return import_module("yaml")
