"""How often the rules would ask a language model (`[planner] kind = "auto"`), and about how much of what they misread.

uv run python benchmarks/asking.py [FOLDER] [--examples N]
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from benchmarks.language import DATA, cases, first_kind, rows
from engine.operations import Context, Plan
from engine.planner import RulesPlanner
from engine.planner.asking.unsure import SURE, is_unsure, unread_words


class Read(NamedTuple):
    """An instruction with a clear-cut label, as the rules read it."""

    plan: Plan
    right: bool


WAYS: Mapping[str, Callable[[Plan], bool]] = {
    "a question": lambda plan: plan.question is not None,
    f"confidence below {SURE}": lambda plan: plan.confidence < SURE,
    "words nobody accounts for": lambda plan: bool(unread_words(plan)),
    "... in a plan that is sure": lambda plan: plan.confidence >= SURE and bool(unread_words(plan)),
    "the rule (is_unsure)": is_unsure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--examples", type=int, default=10)
    options = parser.parse_args()
    planner = RulesPlanner()
    read = [
        Read(plan := planner.plan(case.instruction, Context()), first_kind(plan) in case.kinds)
        for case in cases(options.folder)
    ]
    wrong = [one for one in read if not one.right]
    print(f"{len(read)} instructions, {len(wrong)} misread")
    for name, asks in WAYS.items():
        asked = [one for one in read if asks(one.plan)]
        found = sum(not one.right for one in asked)
        share, of_wrong = len(asked) / len(read), found / max(1, len(wrong))
        print(f"{name:28} asks about {share:6.1%}: {of_wrong:6.1%} of the misread; misread {found} of {len(asked)}")
    talk = [planner.plan(row["instruction"], Context()) for row in rows(options.folder, "magicbrush_train")]
    asked = [plan for plan in talk if is_unsure(plan)]
    print(f"MagicBrush: asks about {len(asked) / len(talk):.1%} of {len(talk)}")
    for plan in random.Random(8).sample(asked, min(options.examples, len(asked))):
        print(f"  {plan.instruction[:90]!r} -> {[one.kind for one in plan.operations]} {unread_words(plan)}")


if __name__ == "__main__":
    main()
