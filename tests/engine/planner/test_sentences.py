"""What people say, in every manner of saying it, against what it should become: the table in `sentences.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, cast

import pytest

from engine.operations import Context
from tests.engine.planner.reading import PLANNER, flat

TABLE: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text("utf-8"))
SENTENCES = [(said, meant) for manner in TABLE.values() for said, meant in manner.items()]


def written(instruction: str) -> str:
    """The plan of an instruction in the notation of the table."""
    return " + ".join(_operation(flat(one)) for one in PLANNER.plan(instruction, Context()).operations)


def _operation(fields: dict[str, Any]) -> str:
    target = f"[{_target(fields.pop('target'))}]" if "target" in fields else ""
    kind, rest = fields.pop("kind"), ", ".join(f"{name}={_value(value)}" for name, value in fields.items())
    if kind == "text":
        return f"text {rest}, {target}" if target else f"text {rest}"
    return " ".join(filter(None, (kind, target, rest)))


def _target(target: dict[str, Any]) -> str:
    thing = "it" if target.pop("previous", False) else ""
    thing = target.pop("phrase", thing)
    return "; ".join([thing, *(f"{name} {value}" for name, value in target.items())])


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, cast("list[Any]", value)))
    return f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize(("said", "meant"), SENTENCES, ids=[said for said, _ in SENTENCES])
def test_what_is_said_becomes_what_is_meant(said: str, meant: str) -> None:
    assert written(said) == meant


def test_the_table_is_worth_its_name() -> None:
    assert len(SENTENCES) >= 400
    assert len({meant.split(" ")[0] for _, meant in SENTENCES}) >= 20
