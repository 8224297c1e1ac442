"""What the planner's tests share: one plan, flat, with the defaults that say nothing left out."""

from __future__ import annotations

from typing import Any, cast

from engine.operations import Context, Operation
from engine.planner import RulesPlanner

PLANNER = RulesPlanner()


def read(instruction: str, context: Context | None = None) -> list[dict[str, Any]]:
    """The operations of an instruction as flat JSON."""
    return [flat(operation) for operation in PLANNER.plan(instruction, context or Context()).operations]


def flat(operation: Operation) -> dict[str, Any]:
    """An operation as JSON; a target that is not "it" does not say so."""
    fields = operation.flat()
    if isinstance(target := fields.get("target"), dict):
        fields["target"] = {name: value for name, value in cast("dict[str, Any]", target).items() if value is not False}
    return fields


def thing(phrase: str, **which: str) -> dict[str, Any]:
    """A target."""
    return {"phrase": phrase, **which}


IT: dict[str, Any] = {"previous": True}
