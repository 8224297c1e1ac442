"""How well the planner reads real instructions: kinds against the sources' own labels, and spoken amounts.

Reads `../shared/data/instructions` (or the folder given). A label is mapped to the kinds that would answer it; where a
sentence of a label may rightly be read two ways by the design's rules, both count. Labels that name no kind at all
(REDEdit's "compose", "portrait", "beauty", "viewpoint"; CAISE's "search") are not clear-cut and are left out.

    uv run python -m benchmarks.language [FOLDER] [--worst N]
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.caise import spoken
from engine.operations import Context, Plan
from engine.planner import RulesPlanner

DATA = Path(__file__).parents[2] / "shared" / "data" / "instructions"

KINDS: dict[str, dict[str, set[str]]] = {
    "i2ebench": {
        "ObjectRemoval": {"remove"},
        "BGReplacement": {"background"},
        "ColorAlteration": {"recolor"},
        "DirectionPerception": {"add"},
        "Counting": {"add"},
        "Replacement": {"replace"},
        "StyleAlteration": {"style"},
        "RainRemoval": {"restore"},
        "SnowRemoval": {"restore"},
        "HazeRemoval": {"restore"},
        "NoiseRemoval": {"restore"},
        # Sharpness and clarity may be raised or a blur undone; brightness raised or a dark photo rescued.
        "Deblurring": {"restore", "adjust"},
        "Lowlight": {"adjust", "restore"},
        "ShadowRemoval": {"remove"},
        "WatermarkRemoval": {"text"},
        "RegionAccuracy": {"remove", "replace", "recolor"},
    },
    "redbench": {
        "remove": {"remove", "alter", "text"},
        "add": {"add", "alter", "replace", "text"},
        "replace": {"replace", "text", "alter"},
        "color": {"recolor", "background", "alter", "adjust"},
        # "Replace the hills in the background with mountains" turns one thing into another.
        "background": {"background", "replace", "alter"},
        "stylize": {"style"},
        "extract": {"extract"},
        "text": {"text"},
        "motion": {"alter"},
        "lowlevel": {"restore", "adjust"},
        "adjust": {"adjust", "alter", "style", "add", "replace", "recolor"},
    },
    "complexbench_edit": {
        "change object": {"replace"},
        "delete object": {"remove", "text"},
        "add object": {"add"},
        "chain two": {"add"},
        "content": {"alter", "text"},
        "color": {"recolor"},
        "material": {"alter"},
        "change background": {"background", "replace"},
        "change style": {"style"},
        "text": {"text", "alter"},
        "pose": {"alter"},
    },
}
CHAINED = {"redbench": {"text"}}


class Case(NamedTuple):
    """One instruction with the kinds that answer it."""

    source: str
    label: str
    instruction: str
    kinds: set[str]


class Miss(NamedTuple):
    """An instruction read otherwise than its label."""

    case: Case
    plan: Plan


def cases(folder: Path) -> Iterator[Case]:
    for source, labels in KINDS.items():
        for row in rows(folder, source):
            if row["label"] in labels:
                yield Case(source, row["label"], row["instruction"], labels[row["label"]])


def rows(folder: Path, source: str) -> Iterator[dict[str, Any]]:
    with (folder / f"{source}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def first_kind(plan: Plan) -> str:
    return plan.operations[0].kind if plan.operations else "(asks)"


def measure(
    folder: Path, planner: RulesPlanner
) -> tuple[dict[str, Counter[bool]], list[Miss], Mapping[str, Counter[str]]]:
    scores: dict[str, Counter[bool]] = defaultdict(Counter)
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    misses: list[Miss] = []
    for case in cases(folder):
        plan = planner.plan(case.instruction, Context())
        right = first_kind(plan) in case.kinds
        scores[case.source][right] += 1
        confusion[f"{case.source}/{case.label}"][first_kind(plan)] += 1
        if not right:
            misses.append(Miss(case, plan))
    return scores, misses, confusion


def targets(folder: Path, planner: RulesPlanner) -> tuple[int, int, list[str]]:
    """ComplexBench-Edit's source objects: target phrases with token F1 of 0.8 or better, of how many."""
    good, total, bad = 0, 0, list[str]()
    for row in rows(folder, "complexbench_edit"):
        if row["label"] in ("add object", "change background", "change style", "chain two", "text") or row[
            "ori_obj"
        ] in (None, "", "nothing"):
            continue
        plan = planner.plan(row["instruction"], Context())
        target = getattr(plan.operations[0], "target", None) if plan.operations else None
        total += 1
        offered = (
            [
                target.phrase or "",
                target.part_of or "",
                f"{target.position or ''} {target.phrase or ''}",
                f"{target.position or ''} {target.part_of or ''}",
            ]
            if target
            else [""]
        )
        score = max(token_f1(words, row["ori_obj"]) for words in offered)
        good += score >= 0.8
        if score < 0.8:
            bad.append(f"{row['instruction']!r}: wanted {row['ori_obj']!r}, offered {offered[0]!r}")
    return good, total, bad


def token_f1(offered: str, wanted: str) -> float:
    left, right = Counter(offered.lower().split()), Counter(wanted.lower().split())
    common = (left & right).total()
    return 2 * common / (left.total() + right.total()) if common else 0.0


def speed(folder: Path, planner: RulesPlanner) -> float:
    sentences = [case.instruction for case in cases(folder)]
    started = time.perf_counter()
    for sentence in sentences:
        planner.plan(sentence, Context())
    return len(sentences) / (time.perf_counter() - started)


def show(title: str, good: int, total: int) -> None:
    print(f"{title:34} {good:5} of {total:5}  {100 * good / max(1, total):5.1f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--worst", type=int, default=20)
    parser.add_argument("--label", default="")
    options = parser.parse_args()
    planner = RulesPlanner()
    scores, misses, confusion = measure(options.folder, planner)
    for label, kinds in sorted(confusion.items()):
        print(f"  {label:40} {dict(kinds.most_common(6))}")
    for source, counts in scores.items():
        show(source, counts[True], counts.total())
    show(
        "all clear-cut labels",
        sum(counts[True] for counts in scores.values()),
        sum(counts.total() for counts in scores.values()),
    )
    target = targets(options.folder, planner)
    dialogue = spoken(rows(options.folder, "caise_multiturn"), planner)
    show("ComplexBench-Edit targets", *target[:2])
    show("CAISE, whole sessions, exact", dialogue.exact, dialogue.total)
    show("CAISE, what the words decide", dialogue.exact_of_decided, dialogue.decided)
    alone = spoken(rows(options.folder, "caise_multiturn"), planner, commands_alone=True)
    show("CAISE, commands alone, exact", alone.exact, alone.total)
    for cause, count in dialogue.causes.most_common():
        print(f"    {count:4} {cause}")
    print(f"{speed(options.folder, planner):.0f} sentences a second")
    chosen = [miss for miss in misses if options.label in f"{miss.case.source}/{miss.case.label}"]
    for line in sorted(
        {f"  {miss.case.label}: {miss.case.instruction[:110]!r} -> {first_kind(miss.plan)}" for miss in chosen}
    )[: options.worst]:
        print(line)
    for bad in (target[2], dialogue.misread):
        print("\n".join(f"  {line}" for line in bad[: options.worst]))


if __name__ == "__main__":
    main()
