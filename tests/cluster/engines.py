"""Ray Serve on one node: `python -m tests.cluster.engines FILE FOLDER`, until stdin ends."""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from typing import Any, Final

CORES: Final = 8
"""What Ray is told that there is: as many as its own actors and the replicas ask for."""
PRIVATE: Final = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
}
"""Nothing is told to anybody, nothing is written to the home of whoever runs the tests, and under `uv run` replicas
have the environment that is there instead of one that Ray makes for each."""


def main(config: str, folder: str) -> None:
    """As `ray start --head` and `serve run FILE` on one machine do; the folder is Ray's to write to."""
    os.environ.update(PRIVATE)
    ray: Any = import_module("ray")
    ray.init(
        num_cpus=CORES,
        include_dashboard=False,
        object_store_memory=100 << 20,
        _node_ip_address="127.0.0.1",
        _temp_dir=folder,
    )
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    commands: Any = import_module("ray.serve.scripts")
    commands.cli(["run", config])


def _end_with_stdin() -> None:
    """Once nobody holds the other end, all of Ray goes, as its driver does."""
    sys.stdin.read()
    ray: Any = import_module("ray")
    ray.shutdown()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
