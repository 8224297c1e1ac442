"""How well other languages are read: Chinese instructions of other authors by their labels, and how fast all are.

Reads the Chinese of REDEdit-Bench in `../shared/data/instructions` (or the folder given), with the kinds that
`benchmarks/language.py` holds to answer each label, and the sentences of `tests/engine/planner/languages` for speed.

    uv run python -m benchmarks.languages [FOLDER] [--worst N]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

from benchmarks.language import DATA, KINDS, first_kind, rows
from engine.operations import Context
from engine.planner import RulesPlanner
from engine.planner.languages import translated
from tests.engine.planner.languages.test_sentences import TABLES

ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--worst", type=int, default=20)
    options = parser.parse_args()
    planner = RulesPlanner()
    good, total = Counter[str](), Counter[str]()
    missed: list[str] = []
    for row in rows(options.folder, "redbench"):
        wanted = KINDS["redbench"].get(row["label"])
        if wanted is None:
            continue
        plan = planner.plan(row["zh"], Context())
        total[row["label"]] += 1
        good[row["label"]] += first_kind(plan) in wanted
        if first_kind(plan) not in wanted:
            said = translated(row["zh"])
            missed.append(
                f"  {row['label']}: {row['zh'][:60]} -> {first_kind(plan)} ({said.english[:80] if said else ''})"
            )
    for label in sorted(total):
        print(f"  {label:12} {good[label]:4} of {total[label]:4}")
    print(f"Chinese of REDEdit-Bench  {good.total()} of {total.total()}  {100 * good.total() / total.total():.1f} %")
    speed(planner)
    print("\n".join(missed[: options.worst]))


def speed(planner: RulesPlanner) -> None:
    """Sentences a second, in all the languages: put into English, and planned."""
    said = [row.said for table in TABLES.values() for row in table] * ROUNDS
    started = time.perf_counter()
    for text in said:
        translated(text)
    half = time.perf_counter()
    for text in said:
        planner.plan(text, Context())
    print(f"{len(said) / (half - started):.0f} sentences a second put into English")
    print(f"{len(said) / (time.perf_counter() - half):.0f} sentences a second planned")


if __name__ == "__main__":
    main()
