"""How fast the rules planner is: to start, warm, at the command line, and at its slowest.

Every figure is the median of several processes. Another checkout of the project can be measured in the same run:

    uv run python -m benchmarks.planner_speed [FOLDER] [--beside CHECKOUT]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from benchmarks.language import DATA, cases

PROCESSES = 5
START = """
import time
started = time.perf_counter()
from engine.operations import Context
from engine.planner import RulesPlanner
planner = RulesPlanner()
planner.plan("remove the zebra", Context())
print(time.perf_counter() - started)
"""
STEADY = """
import sys, time
from engine.operations import Context
from engine.planner import RulesPlanner
planner, sentences = RulesPlanner(), sys.stdin.read().splitlines()
for sentence in sentences:
    planner.plan(sentence, Context())
started = time.process_time()
for sentence in sentences:
    planner.plan(sentence, Context())
print(len(sentences) / (time.process_time() - started))
"""
FIRST = """
import json, sys, time
from engine.operations import Context
from engine.planner import RulesPlanner
planner = RulesPlanner()
planner.plan("remove the zebra", Context())
started = time.perf_counter()
planner.plan(json.loads(sys.argv[1]), Context())
print(time.perf_counter() - started)
"""
COMMAND = [sys.executable, "-m", "bot", "plan"]
ODD = {
    "no words of any language": "asdf qwer zxcv",
    "one English noun": "hippopotamus",
    "English that asks for nothing": "a beam of warm sunlight from the top left of the frame illuminates the puppy",
    "German": "entferne den Hund",
    "Chinese": "把狗去掉",
    "Japanese": "犬を消してください",
    "five scripts": "Ęßüğ ñandú çok 犬 дом",
    "2000 characters of one": "a" * 2000,
    "1000 commas": ", " * 1000,
    "a list of 200 things": "remove " + ", ".join(f"the thing {number}" for number in range(200)),
}


def told(script: str, checkout: Path, *arguments: str, lines: str = "") -> float:
    """What the script prints: the median of several processes in that checkout."""
    command = [sys.executable, "-c", script, *arguments]
    printed = [
        subprocess.run(command, cwd=checkout, input=lines, capture_output=True, text=True, check=True).stdout
        for _ in range(PROCESSES)
    ]
    return statistics.median(float(one) for one in printed)


def taken(checkout: Path, *arguments: str, lines: IO[str] | None = None) -> float:
    """Seconds of the command, from its start to its exit."""
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        for _ in range(PROCESSES):
            if lines:
                lines.seek(0)
            started = time.perf_counter()
            subprocess.run(
                [*COMMAND, *arguments],
                cwd=checkout,
                stdin=lines,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"RETOUCH_HOME": home},
                check=True,
            )
            seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--beside", type=Path, help="Another checkout, measured in the same run.")
    options = parser.parse_args()
    sentences = [" ".join(case.instruction.split()) for case in cases(options.folder)]
    checkouts = [Path(__file__).parents[1], *([options.beside.resolve()] if options.beside else [])]
    for checkout in checkouts:
        print(f"{checkout.name}:")
        print(f"  import, vocabulary and a first plan   {told(START, checkout):.3f} s")
        print(f"  `retouch plan` from start to exit      {taken(checkout, 'remove the zebra'):.3f} s")
        print(f"  sentences a second, warm               {told(STEADY, checkout, lines=chr(10).join(sentences)):.0f}")
        with tempfile.TemporaryFile("w+") as lines:
            lines.write("\n".join(sentences))
            whole = taken(checkout, "-", lines=lines)
        print(f"  `retouch plan -`, its start included   {len(sentences) / whole:.0f} of {len(sentences)}")
        for name, text in ODD.items():
            print(f"  first after another: {name:32}  {1000 * told(FIRST, checkout, json.dumps(text)):.0f} ms")


if __name__ == "__main__":
    main()
