"""What a model is told a plan looks like: as JSON schema for servers that enforce one, and in words for all."""

from __future__ import annotations

import types
from functools import cache
from typing import Any, Final, Literal, Union, cast, get_args, get_origin

from pydantic.fields import FieldInfo

from engine.operations import OPERATION, EditOperation, HistoryOperation, Record, Target

SAID: Final = "said"
"""The words of the instruction that ask for an operation, copied by the model beside its fields."""
NAME: Final = "plan"
_NULL: Final = {"type": "null"}
_DROPPED: Final = ("title", "description", "default", "discriminator", "minItems", "maxItems")


@cache
def plan_schema() -> dict[str, Any]:
    """The schema of an answer in the strict dialect of OpenAI's structured outputs, which other servers take too.

    That dialect: every object closed, every property required and null where it does not apply, unions as `anyOf`, no
    tuples, no defaults (OpenAI, "Structured model outputs", supported schemas).
    """
    described = OPERATION.json_schema()
    definitions = {name: _strict(body) for name, body in described["$defs"].items()}
    steps = [_with_words(definitions.pop(one["$ref"].rpartition("/")[2])) for one in described["oneOf"]]
    question = {"anyOf": [{"type": "string"}, _NULL]}
    answer = _closed({"operations": {"type": "array", "items": {"anyOf": steps}}, "question": question})
    return {**answer, "$defs": definitions}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    """An object with these properties, all of them and no others."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _with_words(step: dict[str, Any]) -> dict[str, Any]:
    """The operation with the words that ask for it, behind its kind."""
    properties = dict(step["properties"])
    kind = properties.pop("kind")
    return _closed({"kind": kind, SAID: {"type": "string"}, **properties})


def _strict(node: Any) -> Any:
    """The schema in that dialect."""
    if isinstance(node, list):
        return [_strict(each) for each in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    body = cast("dict[str, Any]", node)
    if "properties" in body:
        needed = body.get("required", ())
        return _closed({name: _property(one, needed=name in needed) for name, one in body["properties"].items()})
    kept = {name: value for name, value in body.items() if name not in _DROPPED}
    if "const" in kept:
        return {"type": "string", "enum": [kept["const"]]}
    if "prefixItems" in kept:
        return {"type": "array", "items": _strict(kept["prefixItems"][0])}
    return {name: _strict(value) for name, value in kept.items()}


def _property(body: dict[str, Any], *, needed: bool) -> Any:
    """One property; null where it may be left out and is no constant."""
    strict = _strict(body)
    if needed or "const" in body or _NULL in strict.get("anyOf", ()):
        return strict
    return {"anyOf": [strict, _NULL]}


@cache
def kinds_in_words() -> str:
    """A line for each kind of operation, and one for a target: fields (`?` where one may be left out) and use."""
    operations = (*get_args(EditOperation), *get_args(HistoryOperation))
    lines = [f"- {one.model_fields['kind'].default}{_fields(one)}: {_use(one)}" for one in operations]
    return "\n".join((*lines, f"- a target{_fields(Target)}: {_use(Target)}"))


def _use(record: type[Record]) -> str:
    return " ".join((record.__doc__ or "").split())


def _fields(record: type[Record]) -> str:
    named = (_field(name, info) for name, info in record.model_fields.items() if name != "kind")
    return f"({', '.join(named)})"


def _field(name: str, info: FieldInfo) -> str:
    choices = _choices(info.annotation)
    return f"{name}{'' if info.is_required() else '?'}{': ' + '|'.join(choices) if choices else ''}"


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words that a field takes; none where it takes any."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(choice for part in get_args(annotation) for choice in _choices(part))
    return ()
