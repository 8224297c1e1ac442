"""Start-up: `retouch --help` and `retouch plan`, as whole processes, beside starting Python alone. Medians of ten."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 10
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "retouch --help": [sys.executable, "-m", "bot", "--help"],
    "retouch plan": [sys.executable, "-m", "bot", "plan", "make the red car blue", "--json"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    for command in COMMANDS.values():
        seconds(command)
    base = 0.0
    for name, command in COMMANDS.items():
        median = statistics.median(seconds(command) for _ in range(RUNS))
        base = base or median
        print(f"{name:16} {1000 * median:6.0f} ms   {median / base:5.1f} x python")


if __name__ == "__main__":
    main()
