"""Reads the table of conversations beside it, and writes operations the way that table does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from engine.operations import OPERATION, Operation, Plan
from tests.engine.planner.reading import flat

TABLE = Path(__file__).with_name("dialogues.txt")


class Turn(NamedTuple):
    """One thing that is said."""

    said: str
    meant: str
    """The operations, as `compact` writes them."""
    asked: str | None = None
    """Words of the question that comes with them."""
    candidates: tuple[str, ...] = ()


def dialogues() -> list[list[Turn]]:
    """The conversations of the table, in order."""
    return list(_conversations(TABLE.read_text("utf-8").splitlines()))


def _conversations(lines: list[str]) -> Iterator[list[Turn]]:
    turns: list[Turn] = []
    for line in [*lines, ""]:
        if line.strip() and not line.startswith("#"):
            turns.append(_turn(line))
        elif turns:
            yield turns
            turns = []


def _turn(line: str) -> Turn:
    said, _, expected = line.partition(" => ")
    offered: tuple[str, ...] = ()
    if said.startswith("("):
        labels, _, said = said[1:].partition(") ")
        offered = tuple(labels.split(" | "))
    meant, question, asked = f" {expected}".partition(" ? ")
    return Turn(said, meant.strip(), asked if question else None, offered)


def compact(plan: Plan) -> str:
    """The operations of a plan on one line."""
    return " + ".join(_written(operation) for operation in plan.operations)


def _written(operation: Operation) -> str:
    fields = flat(operation)
    target = fields.pop("target", None)
    kind = fields.pop("kind")
    model = type(operation).model_fields
    usual = {name: field.default for name, field in model.items() if not field.is_required()}
    first = next((name for name in model if name not in ("kind", "target")), "")
    said = [_field(name, value, name == first) for name, value in fields.items() if value != usual.get(name)]
    return " ".join([kind, *said, *(["@", _thing(target)] if target else [])])


def _field(name: str, value: Any, bare: bool) -> str:
    if name == "amount":
        return f"{value:+g}"
    text = (
        "+".join(map(str, cast("list[Any]", value)))
        if isinstance(value, list)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )
    return text if bare else f"{name}={text}"


def _thing(target: dict[str, Any]) -> str:
    phrase = "it" if target.get("previous") else str(target.get("phrase", ""))
    which = {name: value for name, value in target.items() if name not in ("phrase", "previous")}
    if which.get("colour") in phrase.split(" "):
        del which["colour"]
    return phrase + "".join(f"[{name}={value}]" for name, value in which.items())


def read_back(plan: Plan) -> bool:
    """Whether the operations survive their own JSON."""
    return all(OPERATION.validate_python(one.flat()) == one for one in plan.operations)
