"""Forty sentences in each language, with the operations that they ask for."""

from __future__ import annotations

import pytest

from engine.operations import Context
from tests.engine.planner.languages import de, es, fr, ja, pt, tr, zh
from tests.engine.planner.languages.wanted import Row
from tests.engine.planner.reading import PLANNER, flat

TABLES = {"de": de.ROWS, "es": es.ROWS, "fr": fr.ROWS, "ja": ja.ROWS, "pt": pt.ROWS, "tr": tr.ROWS, "zh": zh.ROWS}
CASES = [pytest.param(code, row, id=f"{code}: {row.said}") for code, rows in TABLES.items() for row in rows]


@pytest.mark.parametrize(("code", "row"), CASES)
def test_a_sentence_is_understood(code: str, row: Row) -> None:
    before = PLANNER.plan(row.before, Context()).operations if row.before else ()
    plan = PLANNER.plan(row.said, Context(history=before, candidates=row.candidates))
    assert [flat(operation) for operation in plan.operations] == row.operations
    assert plan.instruction == row.said
    assert plan.question is None


@pytest.mark.parametrize("code", TABLES)
def test_there_are_forty_different_ones_in_each_language(code: str) -> None:
    assert len({row.said for row in TABLES[code]}) >= 40


@pytest.mark.parametrize("code", TABLES)
def test_the_plan_says_the_language(code: str) -> None:
    plans = [PLANNER.plan(row.said, Context()) for row in TABLES[code] if not row.before and not row.candidates]
    told = [plan.language for plan in plans if plan.operations]
    assert told == [code] * len(told)
